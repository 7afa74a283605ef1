//! `GET /api/v1/customers/{id}/balance`: what a customer owes and has, by currency.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the customer, one
//! of its balances.

use axum::extract::State;
use kernel::{CustomerId, Money, Party};
use ledger::{Journal, PartyBalance};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{CustomersRead, customers::get_customer::within_reach};

/// What a customer owes and has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerBalancesView {
    /// In each currency that it was ever invoiced or paid in.
    pub balances: Vec<CustomerBalanceView>,
}

/// What a customer owes and has in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerBalanceView {
    /// What it has with you, from credits and from what it paid too much, in minor units: it pays the next invoices.
    pub balance: Money,
    /// What its open invoices ask for, in minor units.
    pub owed: Money,
}

/// Get a customer's balance
///
/// What it has in its favour, which pays the next invoices, and what it owes. A user reads that of those whom they act for.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/balance", responses((status = 200, body = Envelope<CustomerBalancesView>))
)]
pub async fn get_customer_balance(
    State(api): State<Api>,
    caller: Caller<CustomersRead>,
    Id(id): Id<CustomerId>,
) -> Result<Reply, Problem> {
    let customer = within_reach(&api, &caller, id).await?;
    let balances = Journal::new(api.table(), caller.scope).balances_of(Party::Customer(customer.id)).await?;
    Reply::ok(&CustomerBalancesView { balances: balances.into_iter().map(CustomerBalanceView::from).collect() })
}

impl From<PartyBalance> for CustomerBalanceView {
    fn from(of: PartyBalance) -> Self {
        Self { balance: of.balance, owed: of.receivable }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, JournalId, PaymentId, Provider};
    use ledger::{Receipt, Stamp, deposited};
    use serde_json::json;
    use table::Transaction;

    use super::*;
    use crate::world::World;

    #[tokio::test]
    async fn a_customer_sees_its_own_balance_and_nobody_elses() {
        let world = World::open().await;
        let own = world.party(&world.customer).await;
        let path = format!("/api/v1/customers/{own}/balance");
        let read = async |token: &str| world.client.get(&path).bearer(token).send().await;
        assert_eq!(read(&world.customer.token).await.at("/data"), json!({ "balances": [] }));
        let party = Party::Customer(own.parse().unwrap());
        let (table, now) = (world.stack.ctx().table(), world.stack.ctx().now());
        let (id, payment) =
            (JournalId::new(world.stack.ctx().new_ulid()), PaymentId::new(world.stack.ctx().new_ulid()));
        let (provider, amount) = (Provider::Midtrans, Money::new(25_000, Currency::IDR));
        let entry = deposited(Stamp { id, at: now }, &Receipt { id: payment, party, provider, amount }).unwrap();
        let mut transaction = Transaction::new();
        Journal::new(table, world.owner.scope).post(&mut transaction, &[entry]).unwrap();
        table.transact(transaction).await.unwrap();
        let expected = json!({ "balances": [{
            "balance": { "amount": 25_000, "currency": "IDR" }, "owed": { "amount": 0, "currency": "IDR" }
        }] });
        let before = world.stack.ctx().ports().meter.total();
        assert_eq!(read(&world.customer.token).await.at("/data"), expected);
        // Beside the call's own two: the customer and its balances.
        assert!(world.stack.ctx().ports().meter.total().since(before).round_trips <= 4);
        assert_eq!(read(&world.owner.token).await.at("/data"), expected);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(read(&stranger.token).await.status, 404);
    }
}
