//! `GET /api/v1/tenants/current`: the caller's own tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads side
//! by side.

use axum::extract::State;
use identity::Role;
use tenancy::{Provisionings, TenantError, Tenants};
use web::{Api, Envelope, Problem, Reply, SignedIn};

use crate::tenants::tenant_view::TenantView;

/// Get your tenant
///
/// For everybody who is signed in, members and customers.
#[utoipa::path(get, path = "/api/v1/tenants/current", responses((status = 200, body = Envelope<TenantView>)))]
pub async fn get_current_tenant(State(api): State<Api>, user: SignedIn) -> Result<Reply, Problem> {
    let id = user.tenant.id;
    let (tenants, set_ups) = (Tenants::new(api.table()), Provisionings::new(api.table(), id));
    let (tenant, set_up) = tokio::try_join!(tenants.get(id), set_ups.get())?;
    let tenant = tenant.ok_or(TenantError::NotFound)?;
    let view = TenantView::at(&tenant, api.now()).with(set_up.as_ref());
    let view = if Role::is_member(user.roles()) { view } else { view.for_customers() };
    Ok(Reply::ok(&view)?.version(tenant.version))
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use table::TenantScope;
    use testkit::Stack;

    #[tokio::test]
    async fn members_and_customers_see_their_tenant() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        for member in [&owner, &customer] {
            let answer = client.get("/api/v1/tenants/current").bearer(&member.token).send().await;
            assert_eq!(answer.text("/data/slug"), "toko-a");
            assert_eq!(answer.text("/data/status"), "TRIAL");
        }
    }
}
