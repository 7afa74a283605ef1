//! Topping up a balance: by a provider and by hand, twice, late, and with a death in between.

use customers::Customers;
use http::Method as Verb;
use identity::Role;
use serde_json::{Value, json};
use table::{TableError, TenantScope, Transaction};
use testkit::{Answer, Client, Fault};

use crate::world::{World, notification_of};

const PATH: &str = "/api/v1/wallet/deposit";

/// What a notification of the scripted provider is over.
const SUM: i64 = 498_390;

fn by_bca() -> Value {
    json!({"amount": {"amount": SUM, "currency": "IDR"}, "method": "bca_va"})
}

async fn deposit_at(client: &Client, token: &str, key: &str, body: Value) -> Answer {
    client.call(Verb::POST, PATH).bearer(token).idempotency_key(key).json(body).send().await
}

async fn deposit(world: &World, token: &str, key: &str, body: Value) -> Answer {
    deposit_at(&world.client, token, key, body).await
}

/// A transfer that staff has seen.
fn transfer(world: &World, minor: i64) -> Value {
    let customer = world.party.to_string();
    json!({"amount": {"amount": minor, "currency": "USD"}, "method": "bank_transfer", "customerId": customer})
}

async fn on_balance(world: &World) -> Value {
    let answer = world.client.get("/api/v1/wallet").bearer(&world.customer.token).send().await;
    assert_eq!(answer.status, 200, "{}", answer.snapshot());
    answer.at("/data/balances")
}

fn available(minor: i64, currency: &str) -> Value {
    json!([{"available": {"amount": minor, "currency": currency}, "held": {"amount": 0, "currency": currency}}])
}

#[tokio::test]
async fn where_deposits_are_off_staff_alone_records_what_came_in() {
    let world = World::open().await;
    let ctx = world.stack.ctx();
    let tenant = tenancy::Tenants::new(ctx.table()).get(world.tenant).await.unwrap().unwrap();
    let mut features = tenant.features.clone();
    features.parts.wallet_deposits = false;
    let begun = deposit(&world, &world.customer.token, "k1", by_bca()).await;
    assert_eq!(begun.status, 201, "{}", begun.snapshot());
    let off = tenant.featuring(features);
    table::write_alone(ctx.table(), |tx| tenancy::Tenants::save(tx, &off)).await.unwrap();
    let client = Client::new(crate::function(world.stack.loose()));
    let refused = deposit_at(&client, &world.customer.token, "k2", by_bca()).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code")), (403, "FEATURE_OFF".to_owned()));
    let again = deposit_at(&client, &world.customer.token, "k1", by_bca()).await;
    assert_eq!(again.body, begun.body, "what was begun before goes on");
    let staff = deposit_at(&client, &world.owner.token, "k3", transfer(&world, 500)).await;
    assert_eq!(staff.status, 201, "{}", staff.snapshot());
}

#[tokio::test]
async fn a_customer_tops_up_once_however_often_it_is_asked_and_told() {
    let world = World::open().await;
    let first = deposit(&world, &world.customer.token, "k1", by_bca()).await;
    assert_eq!(first.status, 201, "{}", first.snapshot());
    assert_eq!(first.text("/data/nextAction/vaNumber"), "812785002530231");
    assert_eq!((first.at("/data/invoiceId"), first.text("/data/customerId")), (Value::Null, world.party.to_string()));
    let again = deposit(&world, &world.customer.token, "k1", by_bca()).await;
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (first.body.clone(), "true"));
    assert_eq!((world.midtrans.charges(), on_balance(&world).await), (1, json!([])));
    let id = first.text("/data/id");
    world.midtrans.set(&id, "settlement");
    for _ in 0..3 {
        assert_eq!(world.notify(&notification_of(&id, "settlement")).await.status, 200);
    }
    assert_eq!(on_balance(&world).await, available(SUM, "IDR"));
    assert_eq!((world.events("payment.succeeded").await, world.events("invoice.paid").await), (1, 0));
    let expected = ["clearing:midtrans=498390".to_owned(), format!("customer_balance:{}=-498390", world.party)];
    let mut booked = world.balances().await;
    booked.sort();
    assert_eq!(booked, expected);
    assert_eq!(world.invoice_status().await, billing::InvoiceStatus::Open, "a deposit pays nothing by itself");
}

#[tokio::test]
async fn money_that_comes_after_its_time_is_on_the_balance_all_the_same() {
    let world = World::open().await;
    let id = deposit(&world, &world.customer.token, "k1", by_bca()).await.text("/data/id");
    world.midtrans.set(&id, "expire");
    assert_eq!(world.notify(&notification_of(&id, "expire")).await.text("/data/outcome"), "applied");
    assert_eq!((world.status_of(&id).await.as_str(), on_balance(&world).await), ("expired", json!([])));
    world.midtrans.set(&id, "settlement");
    assert_eq!(world.notify(&notification_of(&id, "settlement")).await.text("/data/outcome"), "applied");
    assert_eq!(on_balance(&world).await, available(SUM, "IDR"));
}

/// Dies at every call of the store, before and after it happened; the same request then gets its answer, there is one payment
/// and one charge, and its money is on the balance once.
#[tokio::test]
async fn a_death_anywhere_is_taken_up_by_the_same_request() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        let client = Client::new(crate::function(ctx));
        assert_eq!(deposit_at(&client, &world.customer.token, "k1", by_bca()).await.status, 201);
        table.calls()
    };
    assert!(calls >= 5, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let first = deposit_at(&client, &world.customer.token, "k1", by_bca()).await;
        // The lease of a try that died runs out.
        world.stack.set_clock("2026-11-21T01:01:00Z");
        let second = deposit_at(&client, &world.customer.token, "k1", by_bca()).await;
        assert_eq!(second.status, 201, "{fault:?}: {} {}", first.snapshot(), second.snapshot());
        let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
        assert_eq!(list.at("/data").as_array().map(Vec::len), Some(1), "{fault:?}");
        assert_eq!(world.midtrans.posts(), 1, "{fault:?}: midtrans was asked for a charge that it had made");
        let id = second.text("/data/id");
        world.midtrans.set(&id, "settlement");
        world.notify(&notification_of(&id, "settlement")).await;
        assert_eq!(on_balance(&world).await, available(SUM, "IDR"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_kept_and_repeated() {
    let world = World::open().await;
    world.midtrans.refuse_with(402);
    for _ in 0..2 {
        let answer = deposit(&world, &world.customer.token, "k1", by_bca()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "PAYMENT_REFUSED"));
        world.midtrans.refuse_with(0);
    }
    assert_eq!(deposit(&world, &world.customer.token, "k2", by_bca()).await.status, 201);
}

#[tokio::test]
async fn a_transfer_is_recorded_by_staff_and_is_there_at_once_and_once() {
    let world = World::open().await;
    let mut body = transfer(&world, 2_500);
    body["reference"] = json!("TRF BUDI");
    let answer = deposit(&world, &world.owner.token, "k1", body.clone()).await;
    assert_eq!(answer.status, 201, "{}", answer.snapshot());
    assert_eq!((answer.text("/data/status"), answer.text("/data/reference")), ("success".into(), "TRF BUDI".into()));
    assert_eq!(deposit(&world, &world.owner.token, "k1", body).await.body, answer.body);
    assert_eq!(on_balance(&world).await, available(2_500, "USD"));
    assert_eq!(world.events("payment.succeeded").await, 1);
    let own = json!({"amount": {"amount": 2_500, "currency": "USD"}, "method": "bank_transfer"});
    let refused = deposit(&world, &world.customer.token, "k2", own).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn a_request_that_came_twice_at_once_is_recorded_once() {
    let world = World::open().await;
    let both = futures::future::join_all(
        ["k1", "k1", "k1", "k1"].map(|key| deposit(&world, &world.owner.token, key, transfer(&world, 700))),
    )
    .await;
    assert!(both.iter().all(|answer| [201, 409].contains(&answer.status.as_u16())));
    assert_eq!(on_balance(&world).await, available(700, "USD"));
}

#[tokio::test]
async fn what_cannot_be_topped_up_is_refused_before_anybody_is_asked() {
    let world = World::open().await;
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let with = |field: &str, value: Value| {
        let mut body = by_bca();
        body[field] = value;
        body
    };
    let amount = |minor: i64, currency: &str| with("amount", json!({"amount": minor, "currency": currency}));
    let of = |id: &str| with("customerId", json!(id));
    let budi = world.party.to_string();
    let refusals = [
        (&world.customer.token, amount(0, "IDR"), 422, "AMOUNT_NOT_SUPPORTED"),
        (&world.customer.token, amount(-SUM, "IDR"), 422, "AMOUNT_NOT_SUPPORTED"),
        (&world.customer.token, amount(i64::MAX, "IDR"), 422, "AMOUNT_NOT_SUPPORTED"),
        (&world.customer.token, amount(SUM, "USD"), 422, "CURRENCY_NOT_SUPPORTED"),
        (&world.customer.token, with("method", json!("cash")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("method", json!("card")), 422, "CARD_TOKEN_REQUIRED"),
        (&world.customer.token, with("reference", json!("x")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("returnUrl", json!("http://toko.example")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("invoiceId", json!(world.invoice)), 400, "UNKNOWN_FIELD"),
        (&world.customer.token, of("cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"), 404, "NOT_FOUND"),
        (&other.token, by_bca(), 422, "VALIDATION_FAILED"),
        (&other.token, of(&budi), 404, "NOT_FOUND"),
        (&world.owner.token, by_bca(), 422, "VALIDATION_FAILED"),
        (&stranger.token, of(&budi), 404, "NOT_FOUND"),
    ];
    for (at, (token, body, status, code)) in refusals.into_iter().enumerate() {
        let answer = deposit(&world, token, &format!("k{at}"), body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
    }
    let huge = deposit(&world, &world.owner.token, "k20", transfer(&world, i64::MAX)).await;
    assert_eq!(huge.text("/code"), "AMOUNT_NOT_SUPPORTED");
    let nobody = world.client.post(PATH, by_bca()).idempotency_key("k21").send().await;
    assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    let keyless = world.client.post(PATH, by_bca()).bearer(&world.customer.token).send().await;
    assert_eq!(keyless.text("/code"), "IDEMPOTENCY_KEY_REQUIRED");
    assert_eq!((world.midtrans.posts(), on_balance(&world).await), (0, json!([])));
}

/// Stores that the customer's person was erased.
pub(crate) async fn erase(world: &World) {
    let customers = Customers::new(world.stack.ctx().table(), world.scope());
    let id = world.stack.customer_of(&world.customer).await;
    let before = customers.get(id).await.unwrap().unwrap().trusted("a test looks");
    let after = before.clone().without_erased(world.customer.user, "Erased".parse().unwrap(), world.stack.ctx().now());
    let mut transaction = Transaction::new();
    let saved: Result<_, TableError> = customers.save(&mut transaction, &before, &after.unwrap());
    saved.unwrap();
    world.stack.ctx().table().transact(transaction).await.unwrap();
}

#[tokio::test]
async fn nobody_tops_up_the_balance_of_who_was_erased() {
    let world = World::open().await;
    erase(&world).await;
    let answer = deposit(&world, &world.owner.token, "k1", transfer(&world, 700)).await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "CUSTOMER_ERASED"));
}
