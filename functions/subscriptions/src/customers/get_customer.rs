//! `GET /api/v1/customers/{id}`: one customer.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use customers::{Customer, Customers};
use kernel::CustomerId;
use web::{Api, Caller, Envelope, Id, Needs, Problem, Reply, RequestInfo};

use crate::{CustomersRead, customers::customer_view::CustomerView};

/// Get a customer
///
/// A user reads those that they act for.
#[utoipa::path(get, path = "/api/v1/customers/{id}", responses((status = 200, body = Envelope<CustomerView>)))]
pub async fn get_customer(
    State(api): State<Api>,
    caller: Caller<CustomersRead>,
    info: RequestInfo,
    Id(id): Id<CustomerId>,
) -> Result<Reply, Problem> {
    let customer = within_reach(&api, &caller, id).await?;
    caller.record_read(&api, &info, crate::CUSTOMER_READ, &id.to_string()).await?;
    Ok(Reply::ok(&CustomerView::from(&customer))?.version(customer.version))
}

/// The customer of this id, if the caller may see it.
pub(crate) async fn within_reach<P: Needs>(api: &Api, caller: &Caller<P>, id: CustomerId) -> Result<Customer, Problem> {
    let found = Customers::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    caller.open(api, found).await
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn where_access_is_evidenced_staff_reads_nobody_unseen_and_customers_read_their_own() {
        let world = World::open().await;
        let party = world.party(&world.customer).await;
        let (ctx, scope) = (world.stack.ctx(), world.customer.scope);
        let tenant = tenancy::Tenants::new(ctx.table()).get(scope.tenant()).await.unwrap().unwrap();
        let rules = tenancy::Compliance { soc2: true, ..tenancy::Compliance::default() };
        let complying = tenant.complying(rules);
        table::write_alone(ctx.table(), |tx| tenancy::Tenants::save(tx, &complying)).await.unwrap();
        let token = world.stack.sign_in_with_second_factor(&world.owner).await;
        let client = testkit::Client::new(crate::function(world.stack.loose()));
        let own = format!("/api/v1/customers/{party}");
        for (path, token) in [("/api/v1/customers", &token), (&own, &token), (&own, &world.customer.token)] {
            assert_eq!(client.get(path).bearer(token).send().await.status.as_u16(), 200);
        }
        let page = ctx.table().query(table::Query::partition(scope.partition("AUDIT#2026-11-21"))).await.unwrap();
        let read = page.items.iter().map(|row| serde_json::json!([row["action"], row["target"]]));
        let read: Vec<_> = read.filter(|entry| entry[0] == "customers.listed" || entry[0] == "customer.read").collect();
        let expected =
            [serde_json::json!(["customers.listed", "customers"]), serde_json::json!(["customer.read", party])];
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn a_user_reads_the_customers_that_they_act_for_and_no_other() {
        let world = World::open().await;
        let own = world.party(&world.customer).await;
        let others = world.customer(&world.owner, "k1", json!({ "name": "Siti" })).await.text("/data/id");
        let path = |id: &str| format!("/api/v1/customers/{id}");
        let read = world.client.get(path(&own)).bearer(&world.customer.token).send().await;
        assert_eq!((read.status.as_u16(), read.text("/data/email").as_str()), (200, "budi@example.com"));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let other_user = world.stack.user(world.owner.scope, "siti@example.com", Role::User).await;
        for (token, id) in [
            (&world.customer.token, others.as_str()),
            (&other_user.token, own.as_str()),
            (&stranger.token, own.as_str()),
            (&world.owner.token, "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"),
            (&world.owner.token, "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"),
        ] {
            let answer = world.client.get(path(id)).bearer(token).send().await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{id}");
        }
        let staff = world.client.get(path(&others)).bearer(&world.owner.token).send().await;
        assert_eq!(staff.status, 200);
    }
}
