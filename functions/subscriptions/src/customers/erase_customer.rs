//! `DELETE /api/v1/customers/{id}`: erase a customer for whom nobody acts, such as a guest of the shop.
//!
//! The billing worker and the orders worker forget the rest when `customer.erased` is delivered. What stays is listed in
//! docs/OPERATIONS.md. Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one
//! transaction of customer, external id, audit entry and event (none when it was erased before); the read and the transaction again
//! for every race that is lost.

use axum::extract::State;
use customers::{Customers, TOMBSTONE};
use events::customer::CustomerErased;
use kernel::CustomerId;
use table::{Race, TableError, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{
    CustomersDelete,
    customers::{customer_view::CustomerView, get_customer::within_reach},
};

/// Erase a customer
///
/// For customers without users: guests of the shop, and those whom staff or a server made. Who acts for a customer is erased by
/// `DELETE /users/{id}`, and the last of a person's customers with it. What says who the customer is goes for good: its name, e-mail,
/// phone, address and tax id, on its orders and shipments too, as soon as they are over. Its orders that wait for their payment are
/// called off, its subscriptions end, its saved methods go. Invoices, payments and the audit trail stay, as the law wants. It needs a
/// login of the last ten minutes. Twice is the same as once.
#[utoipa::path(
    delete, path = "/api/v1/customers/{id}",
    responses(
        (status = 200, body = Envelope<CustomerView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "CUSTOMER_HAS_USERS, CONFLICT")
    )
)]
pub async fn erase_customer(
    State(api): State<Api>,
    caller: Caller<CustomersDelete>,
    info: RequestInfo,
    Id(id): Id<CustomerId>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    until_settled(Problem::conflict, || async {
        let before = within_reach(&api, &caller, id).await?;
        caller.signed_in_recently(&api)?;
        let tombstone = TOMBSTONE.parse().map_err(|_| TableError::Corrupt("the tombstone".to_owned()))?;
        let Some(after) = before.clone().erased(tombstone, api.now())? else {
            let reply = Reply::ok(&CustomerView::from(&before))?.version(before.version);
            return Ok(Race::Settled(reply));
        };
        let mut transaction = Transaction::new();
        Customers::new(api.table(), caller.scope).save(&mut transaction, &before, &after)?;
        let entry = caller.entry(&api, &info, crate::CUSTOMER_ERASED).about(id);
        entry.insert(&mut transaction, caller.scope)?;
        let told = CustomerErased { customer_id: id };
        api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::ok(&CustomerView::from(&after))?.version(after.version))),
            // Changed by another call: look again.
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};
    use testkit::Answer;

    use crate::world::World;

    async fn erase(world: &World, token: &str, id: &str) -> Answer {
        world.client.call(Method::DELETE, format!("/api/v1/customers/{id}")).bearer(token).send().await
    }

    #[tokio::test]
    async fn a_guest_is_erased_once_and_whoever_has_users_is_not() {
        let world = World::open().await;
        let body = json!({
            "name": "Siti", "email": "siti@example.com", "phone": "+628123456789", "externalId": "guest-1",
            "taxId": "0123456789012345"
        });
        let made = world.customer(&world.owner, "k1", body).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let id = made.text("/data/id");
        for _ in 0..2 {
            let gone = erase(&world, &world.owner.token, &id).await;
            assert_eq!((gone.status.as_u16(), gone.text("/data/name").as_str()), (200, "Erased customer"));
            assert_eq!((gone.header("etag"), gone.at("/data/email")), ("\"2\"", Value::Null));
            assert!(!gone.text("/data/erasedAt").is_empty());
        }
        let rows = world.stack.rows().await;
        let told: Vec<_> = rows.iter().filter(|row| row["type"] == "customer.erased").collect();
        assert_eq!((told.len(), told[0]["data"].clone()), (1, json!({ "customerId": id })));
        assert_eq!(rows.iter().filter(|row| row["action"] == "customer.erased").count(), 1);
        let again = world.customer(&world.owner, "k2", json!({ "name": "Dewi", "externalId": "guest-1" })).await;
        assert_eq!(again.status, 201, "what it was called is free: {}", again.snapshot());

        let own = world.party(&world.customer).await;
        let refused = erase(&world, &world.owner.token, &own).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "CUSTOMER_HAS_USERS"));
    }

    #[tokio::test]
    async fn only_staff_of_the_tenant_who_signed_in_a_moment_ago_erases() {
        let world = World::open().await;
        let id = world.customer(&world.owner, "k1", json!({ "name": "Siti" })).await.text("/data/id");
        let code = |answer: &Answer| (answer.status.as_u16(), answer.text("/code"));
        let refused = erase(&world, &world.customer.token, &id).await;
        assert_eq!(code(&refused), (403, "FORBIDDEN".to_owned()));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(code(&erase(&world, &stranger.token, &id).await), (404, "NOT_FOUND".to_owned()));
        let key = world.stack.api_key(&world.owner, &["customers:write"]).await;
        assert_eq!(code(&erase(&world, &key, &id).await), (403, "FORBIDDEN".to_owned()));
        let key = world.stack.api_key(&world.owner, &["customers:delete"]).await;
        assert_eq!(code(&erase(&world, &key, &id).await), (403, "STEP_UP_REQUIRED".to_owned()));
    }
}
