//! Two refunds that staff has paid back by hand, in every order of their calls of the store: together they leave on the balance
//! what the provider may still take back.

use http::Method as Verb;
use identity::Role;
use kernel::{Currency, JournalId, Money, Party, PaymentId, Provider};
use ledger::{Journal, Receipt, Stamp, deposited};
use payments::{Payment, Payments};
use serde_json::json;
use table::Transaction;
use testkit::{Beginning, Client, Interleaving, Member, Stack, Task, task};

const SETTLED: [&str; 2] = ["pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"];
const CAPTURED: &str = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2Z";

/// A customer who deposited 600 cents twice, and whose third payment of 900 is not settled: of its money 300 are on the balance.
async fn scene() -> (Stack, Member, Party) {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let party = Party::Customer(stack.customer_of(&customer).await);
    let ctx = stack.ctx();
    let usd = |minor: i64| json!({"amount": minor, "currency": "USD"});
    let mut transaction = Transaction::new();
    for (id, minor) in SETTLED.map(|id| (id, 600)).into_iter().chain([(CAPTURED, 900)]) {
        let settled_at = (id != CAPTURED).then_some("2026-11-20T01:00:00.000Z");
        let payment: Payment = serde_json::from_value(json!({
            "id": id, "tenantId": owner.scope.tenant(), "payer": party, "purpose": {"kind": "deposit"},
            "amount": usd(minor), "provider": "stripe", "method": "card", "status": "success",
            "refunded": usd(0), "settledAt": settled_at, "createdAt": "2026-11-20T00:00:00.000Z",
            "updatedAt": "2026-11-20T01:00:00.000Z", "version": 1
        }))
        .unwrap();
        Payments::new(ctx.table(), owner.scope).insert(&mut transaction, &payment).unwrap();
    }
    let stamp = Stamp { id: JournalId::new(ctx.new_ulid()), at: ctx.now() };
    let amount = Money::new(1_500, Currency::USD);
    let receipt = Receipt { id: PaymentId::new(ctx.new_ulid()), party, provider: Provider::Manual, amount };
    Journal::new(ctx.table(), owner.scope).post(&mut transaction, &[deposited(stamp, &receipt).unwrap()]).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    (stack, owner, party)
}

/// Staff has paid a payment back.
fn paid_back(by: &Member, id: &'static str) -> Task<(u16, String)> {
    let token = by.token.clone();
    task(async move |ctx| {
        let client = Client::new(crate::function(ctx));
        let call = client.call(Verb::POST, format!("/api/v1/payments/{id}/refund")).bearer(&token).idempotency_key(id);
        let answer = call.json(json!({"reason": "Transferred back", "by": "hand"})).send().await;
        (answer.status.as_u16(), answer.text("/code"))
    })
}

#[tokio::test]
async fn of_two_refunds_by_hand_one_waits_for_what_is_in_question() {
    let orders = Interleaving::sample(7, 60).passing("#RL#").passing("#TENANT").passing("#USR#").passing("#SES#");
    let played = orders.run(
        async || {
            let (stack, owner, party) = scene().await;
            let tasks = SETTLED.map(|id| paid_back(&owner, id)).into();
            Beginning { stack, facts: (owner, party), tasks }
        },
        async |ended| {
            let (owner, party) = ended.facts;
            let journal = Journal::new(ended.stack.ctx().table(), owner.scope);
            let left = journal.balance_of(party, Currency::USD).await.unwrap().balance.minor();
            let mut results = ended.results;
            results.sort_unstable();
            assert_eq!((left, results[0].0), (900, 201), "{results:?}");
            assert_eq!(results[1], (409, "MONEY_NOT_SETTLED".to_owned()));
        },
    );
    assert!(played.await > 1);
}
