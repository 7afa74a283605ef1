//! `GET /api/v1/tenants/{id}`: one tenant, for its members and the operator.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads side by side.

use axum::extract::State;
use tenancy::{Provisionings, Tenants};
use web::{Api, Envelope, Problem, Reply};

use crate::{
    TenantsRead,
    tenants::{reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Get a tenant
///
/// A tenant's members see their own; the platform operator sees all. Anything else is not there.
#[utoipa::path(get, path = "/api/v1/tenants/{id}", responses((status = 200, body = Envelope<TenantView>)))]
pub async fn get_tenant(
    State(api): State<Api>,
    ReachedTenant { id, .. }: ReachedTenant<TenantsRead>,
) -> Result<Reply, Problem> {
    let (tenants, set_ups) = (Tenants::new(api.table()), Provisionings::new(api.table(), id));
    let (tenant, set_up) = tokio::try_join!(tenants.get(id), set_ups.get())?;
    let tenant = tenant.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&TenantView::at(&tenant, api.now()).with(set_up.as_ref()))?.version(tenant.version))
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use table::TenantScope;
    use testkit::Stack;

    #[tokio::test]
    async fn members_see_it_and_customers_do_not() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let scope = TenantScope::new(tenant.id);
        let manager = stack.user(scope, "manager@example.com", Role::Manager).await;
        let customer = stack.user(scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        for (member, status) in [(&owner, 200), (&manager, 200), (&customer, 403)] {
            let answer = client.get(format!("/api/v1/tenants/{}", tenant.id)).bearer(&member.token).send().await;
            assert_eq!(answer.status.as_u16(), status);
        }
    }

    #[tokio::test]
    async fn the_operator_sees_all_and_no_key_of_theirs_does() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let operator = stack.operator().await;
        let key = stack.api_key(&operator, &["*"]).await;
        let client = stack.serve(crate::function);
        for (token, status) in [(&operator.token, 200), (&key, 404)] {
            let answer = client.get(format!("/api/v1/tenants/{}", tenant.id)).bearer(token).send().await;
            assert_eq!(answer.status.as_u16(), status);
        }
    }

    #[tokio::test]
    async fn another_tenant_is_as_absent_as_none() {
        let stack = Stack::start().await;
        let (own, owner) = stack.tenant("toko-a").await;
        let (other, _) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let get = |id: String| client.get(format!("/api/v1/tenants/{id}")).bearer(&owner.token).send();
        assert_eq!(get(own.id.to_string()).await.status, 200);
        let foreign = get(other.id.to_string()).await;
        let random = get("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned()).await;
        let words = get("x%23T".to_owned()).await;
        for answer in [&foreign, &random, &words] {
            assert_eq!((answer.status.as_u16(), answer.text("/detail")), (404, foreign.text("/detail")));
        }
    }
}
