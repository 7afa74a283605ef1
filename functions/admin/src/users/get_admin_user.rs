//! `GET /api/v1/admin/users/{id}`: one user, and the customers that they act for.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of user and customers'
//! ids, one of the customers; where reads are recorded one write more.

use axum::extract::State;
use customers::Customers;
use identity::{User, Users};
use kernel::UserId;
use table::{TenantScope, get_rows};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{
    ADMIN_USER_READ, AdminRead,
    users::admin_user_view::{AdminCustomerView, AdminUserDetails, AdminUserView},
};

/// Get a user for staff
///
/// Of an erased user only the id and the times are left.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}", responses((status = 200, body = Envelope<AdminUserDetails>)))]
pub async fn get_admin_user(
    State(api): State<Api>,
    caller: Caller<AdminRead>,
    info: RequestInfo,
    Id(id): Id<UserId>,
) -> Result<Reply, Problem> {
    let keys = [Users::key(caller.scope, id), Customers::acts_for_key(caller.scope, id)];
    let [user, acts_for] = get_rows(api.table(), keys).await?;
    let user = user.map(Users::read).transpose()?.ok_or_else(Problem::not_found)?;
    let acts_for = Customers::read_acts_for(acts_for)?;
    let customers = Customers::new(api.table(), caller.scope).get_many(&acts_for.customers).await?;
    caller.record_read(&api, &info, ADMIN_USER_READ, &id.to_string()).await?;
    let customers = customers.iter().map(AdminCustomerView::from).collect();
    Ok(Reply::ok(&AdminUserDetails { user: AdminUserView::from(&user), customers })?.version(user.version))
}

/// A user with the customers that they act for, as they are now. Two round trips.
pub(crate) async fn details(api: &Api, scope: TenantScope, user: &User) -> Result<AdminUserDetails, Problem> {
    let customers = Customers::new(api.table(), scope);
    let acts_for = customers.of_user(user.id).await?;
    let customers = customers.get_many(&acts_for.customers).await?;
    let customers = customers.iter().map(AdminCustomerView::from).collect();
    Ok(AdminUserDetails { user: AdminUserView::from(user), customers })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn a_user_comes_with_the_customers_that_they_act_for() {
        let world = World::open().await;
        let path = format!("/api/v1/admin/users/{}", world.customer.user);
        assert_eq!(world.get(&world.owner, &path).await.at("/data/customers"), json!([]));
        let customer = world.stack.customer_of(&world.customer).await;
        let answer = world.get(&world.owner, &path).await;
        assert_eq!((answer.status.as_u16(), answer.header("etag")), (200, "\"2\""), "{}", answer.snapshot());
        assert_eq!(answer.at("/data/customers/0/id"), json!(customer));
        assert_eq!(answer.at("/data/customers/0/email"), json!("budi@example.com"));
    }

    #[tokio::test]
    async fn another_tenants_user_is_as_absent_as_none() {
        let world = World::open().await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let mut answers = Vec::new();
        for id in [world.customer.user.to_string(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned(), "x".to_owned()] {
            let answer = world.get(&stranger, &format!("/api/v1/admin/users/{id}")).await;
            answers.push((answer.status.as_u16(), answer.text("/code"), answer.text("/detail")));
        }
        assert_eq!(answers[0].0, 404);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
}
