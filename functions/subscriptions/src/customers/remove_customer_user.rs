//! `DELETE /api/v1/customers/{id}/users/{userId}`: take a user off a customer.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads at once, one
//! transaction of customer, what the user acts for, audit entry and event (none when the user does not act for it); the
//! reads and the transaction again for every race that is lost.

use axum::extract::State;
use customers::Customers;
use events::customer::CustomerUserRemoved;
use kernel::{CustomerId, UserId};
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Ids, Problem, Reply, RequestInfo};

use crate::CustomersWrite;

/// Remove a user from a customer
///
/// What is the customer's is out of the user's reach from then on: at once where this call is answered, within 30 seconds
/// everywhere. The user's account, the customer's subscriptions and where its invoices are sent stay as they are. The same
/// answer when the user does not act for the customer.
#[utoipa::path(
    delete, path = "/api/v1/customers/{id}/users/{userId}",
    responses((status = 204, description = "The user does not act for the customer"), (status = 409, description = "CONFLICT"))
)]
pub async fn remove_customer_user(
    State(api): State<Api>,
    caller: Caller<CustomersWrite>,
    info: RequestInfo,
    Ids(id, user): Ids<CustomerId, UserId>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let customers = Customers::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let (found, acts_for) = tokio::try_join!(customers.get(id), customers.of_user(user))?;
        let before = caller.open(&api, found.ok_or_else(Problem::not_found)?).await?;
        let Some(after) = before.clone().without_user(user, api.now()) else {
            return Ok(Race::Settled(Reply::done()));
        };
        let mut transaction = Transaction::new();
        customers.save(&mut transaction, &before, &after)?;
        customers.save_acts_for(&mut transaction, user, &acts_for.without(&before, user))?;
        let entry = caller.entry(&api, &info, crate::CUSTOMER_USER_REMOVED).about(id);
        entry.with("user", user).insert(&mut transaction, caller.scope)?;
        let told = CustomerUserRemoved { customer_id: id, user_id: user };
        api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        match api.table().transact(transaction).await {
            Ok(()) => {
                api.forget_user(caller.tenant(), user);
                Ok(Race::Settled(Reply::done()))
            }
            // The customer, or what the user acts for, was changed by another call: look again.
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use customers::Customers;
    use http::Method;
    use serde_json::json;
    use testkit::Answer;

    use crate::world::World;

    async fn remove(world: &World, token: &str, customer: &str, user: &str) -> Answer {
        let path = format!("/api/v1/customers/{customer}/users/{user}");
        world.client.call(Method::DELETE, path).bearer(token).send().await
    }

    #[tokio::test]
    async fn a_user_who_is_taken_off_a_customer_reaches_nothing_of_it_at_once() {
        let world = World::open().await;
        let subscription = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let path = format!("/api/v1/subscriptions/{subscription}");
        let read = async || world.client.get(&path).bearer(&world.customer.token).send().await;
        let id = read().await.text("/data/customerId");
        let user = world.customer.user.to_string();
        for _ in 0..2 {
            let gone = remove(&world, &world.owner.token, &id, &user).await;
            assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0), "twice is once");
        }
        assert_eq!(read().await.text("/code"), "NOT_FOUND");
        let listed = world.client.get("/api/v1/customers").bearer(&world.customer.token).send().await;
        assert_eq!(listed.at("/data"), json!([]));
        let left = world.client.get(format!("/api/v1/customers/{id}")).bearer(&world.owner.token).send().await;
        assert_eq!((left.at("/data/userIds"), left.text("/data/email")), (json!([]), "budi@example.com".to_owned()));
        assert_eq!(left.header("etag"), "\"2\"");
        let rows = world.stack.rows().await;
        let events: Vec<_> = rows.iter().filter(|row| row["type"] == "customer.user_removed").collect();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["data"], json!({ "customerId": id, "userId": user }));
        let entries = rows.iter().filter(|row| row["action"] == "customer.user_removed");
        assert_eq!(entries.count(), 1);
        // Whose own the contact is, is remembered for the day on which the person is erased.
        let customers = Customers::new(world.stack.ctx().table(), world.customer.scope);
        let acts_for = customers.of_user(world.customer.user).await.unwrap();
        assert_eq!((acts_for.customers.len(), acts_for.former.len()), (0, 1));
        // The next subscription makes another customer of the user.
        let next = world.subscribe(&world.customer, "k2", json!({ "planKey": "BASIC", "currency": "IDR" })).await;
        assert_ne!(next.text("/data/customerId"), id);
    }

    #[tokio::test]
    async fn only_who_may_change_every_customer_takes_users_off_and_only_here() {
        let world = World::open().await;
        let (own, user) = (world.party(&world.customer).await, world.customer.user.to_string());
        let code = |answer: &Answer| (answer.status.as_u16(), answer.text("/code"));
        let refused = remove(&world, &world.customer.token, &own, &user).await;
        assert_eq!(code(&refused), (403, "FORBIDDEN".to_owned()));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for (token, id, user) in [
            (&stranger.token, own.as_str(), user.as_str()),
            (&world.owner.token, "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", user.as_str()),
            (&world.owner.token, own.as_str(), "budi"),
        ] {
            assert_eq!(code(&remove(&world, token, id, user).await), (404, "NOT_FOUND".to_owned()), "{id} {user}");
        }
        assert_eq!(world.party(&world.customer).await, own);
    }
}
