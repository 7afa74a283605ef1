//! `GET /api/v1/users/{id}`: one user of the tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read; where reads are
//! recorded one write more.

use axum::extract::State;
use kernel::UserId;
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{UsersRead, audit::actions, profile::profile_view::ManagedUser, users::change_user::within_reach};

/// Get a user
///
/// Of an erased user only the id and the times are left.
#[utoipa::path(get, path = "/api/v1/users/{id}", responses((status = 200, body = Envelope<ManagedUser>)))]
pub async fn get_user(
    State(api): State<Api>,
    caller: Caller<UsersRead>,
    info: RequestInfo,
    Id(id): Id<UserId>,
) -> Result<Reply, Problem> {
    let user = within_reach(&api, &caller, id).await?;
    caller.record_read(&api, &info, actions::USER_READ, &id.to_string()).await?;
    Ok(Reply::ok(&ManagedUser::from(&user))?.version(user.version))
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::{Value, json};
    use table::Query;
    use tenancy::{Compliance, Tenants};
    use testkit::Stack;

    #[tokio::test]
    async fn where_access_is_evidenced_staff_reads_nobody_unseen() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let entries = async || -> Vec<Value> {
            let query = Query::partition(owner.scope.partition("AUDIT#2026-11-21"));
            let page = stack.ctx().table().query(query).await.unwrap();
            page.items.iter().map(|row| json!([row["action"], row["target"]])).collect()
        };
        let read = async |token: &str| {
            let client = stack.serve(crate::function);
            for path in ["/api/v1/users".to_owned(), format!("/api/v1/users/{}", budi.user)] {
                assert_eq!(client.get(path).bearer(token).send().await.status.as_u16(), 200);
            }
        };
        read(&owner.token).await;
        assert_eq!(entries().await, Vec::<Value>::new(), "nobody asked for it");
        let complying = tenant.complying(Compliance { soc2: true, ..Compliance::default() });
        table::write_alone(stack.ctx().table(), |tx| Tenants::save(tx, &complying)).await.unwrap();
        read(&stack.sign_in_with_second_factor(&owner).await).await;
        assert_eq!(entries().await, [json!(["users.listed", "users"]), json!(["user.read", budi.user])]);
    }
}
