//! Recording a bank transfer: who may, what it settles, and that it does so once.

use billing::{Invoice, InvoiceStatus};
use identity::Role;
use serde_json::{Value, json};
use table::TenantScope;
use testkit::Answer;

use crate::world::World;

/// The shop with its invoice in dollars.
async fn in_dollars() -> World {
    let world = World::open().await;
    let usd = |amount: i64| serde_json::from_value(json!({"amount": amount, "currency": "USD"})).unwrap();
    let invoice = world.sample(world.invoice);
    let dollars = Invoice { currency: "USD".parse().unwrap(), subtotal: usd(2999), total: usd(2999), ..invoice };
    world.put_invoice(&dollars).await;
    world
}

async fn record(world: &World, token: &str, key: &str, more: Value) -> Answer {
    let mut body = json!({"invoiceId": world.invoice, "method": "bank_transfer"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    world.client.post("/api/v1/payments", body).bearer(token).idempotency_key(key).send().await
}

#[tokio::test]
async fn a_recorded_transfer_settles_an_invoice_in_dollars_at_once_and_once() {
    let world = in_dollars().await;
    let details = json!({"provider": "manual", "reference": "TRF BUDI", "receivedAt": "2026-11-20T03:00:00Z"});
    let answer = record(&world, &world.owner.token, "k1", details.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "success"));
    assert_eq!(answer.text("/data/provider"), "manual");
    assert_eq!(answer.text("/data/reference"), "TRF BUDI");
    assert_eq!(answer.text("/data/settledAt"), "2026-11-20T03:00:00.000Z");
    assert_eq!(world.invoice_status().await, InvoiceStatus::Paid);
    let booked = world.balances().await;
    assert_eq!(booked.len(), 2, "{booked:?}");
    assert!(booked.contains(&"clearing:manual=2999".to_owned()), "{booked:?}");
    assert_eq!(world.events("payment.succeeded").await, 1);
    // Again with the same key, and by somebody else with another.
    let again = record(&world, &world.owner.token, "k1", details).await;
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (answer.body.clone(), "true"));
    let other = record(&world, &world.owner.token, "k2", json!({})).await;
    assert_eq!((other.status.as_u16(), other.text("/code").as_str()), (409, "INVOICE_ALREADY_PAID"));
    assert_eq!((world.balances().await, world.events("payment.succeeded").await), (booked, 1));
    assert_eq!(world.midtrans.posts(), 0);
    // There is nobody to ask.
    let id = answer.text("/data/id");
    let path = format!("/api/v1/payments/{id}/sync");
    let synced = world.client.call(http::Method::POST, path).bearer(&world.owner.token).send().await;
    assert_eq!((synced.status.as_u16(), synced.text("/data/status").as_str()), (200, "success"));
}

#[tokio::test]
async fn a_transfer_without_a_reference_gets_none() {
    let world = in_dollars().await;
    let answer = record(&world, &world.owner.token, "k1", json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.at("/data/reference")), (201, Value::Null));
    let path = format!("/api/v1/payments/{}", answer.text("/data/id"));
    let read = world.client.get(path).bearer(&world.owner.token).send().await;
    assert_eq!(read.at("/data/reference"), Value::Null);
}

#[tokio::test]
async fn a_part_leaves_the_rest_due_and_more_goes_to_the_balance() {
    let world = in_dollars().await;
    let part = |minor: i64| json!({"amount": {"amount": minor, "currency": "USD"}});
    let first = record(&world, &world.owner.token, "k1", part(1_000)).await;
    assert_eq!((first.status.as_u16(), first.at("/data/amount/amount")), (201, json!(1_000)));
    assert_eq!(world.invoice_status().await, InvoiceStatus::Open);
    let rest = record(&world, &world.owner.token, "k2", part(2_500)).await;
    assert_eq!(rest.status.as_u16(), 201, "{}", rest.snapshot());
    assert_eq!(world.invoice_status().await, InvoiceStatus::Paid);
    let booked = world.balances().await;
    assert!(booked.contains(&"clearing:manual=3500".to_owned()), "{booked:?}");
    assert!(booked.iter().any(|one| one.starts_with("customer_balance:") && one.ends_with("=-501")), "{booked:?}");
}

#[tokio::test]
async fn an_amount_is_of_the_invoices_currency_and_no_more_than_is_due_unless_staff_records_it() {
    let world = in_dollars().await;
    for (at, amount) in [(0, "USD"), (-1, "USD"), (2_999, "IDR")].into_iter().enumerate() {
        let more = json!({"amount": {"amount": amount.0, "currency": amount.1}});
        let answer = record(&world, &world.owner.token, &format!("k{at}"), more.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, "/amount"), "{more}");
    }
}

#[tokio::test]
async fn only_staff_records_a_transfer() {
    let world = in_dollars().await;
    let own = record(&world, &world.customer.token, "k1", json!({})).await;
    assert_eq!((own.status.as_u16(), own.text("/code").as_str()), (403, "FORBIDDEN"));
    let named = record(&world, &world.customer.token, "k2", json!({"provider": "manual"})).await;
    assert_eq!(named.status.as_u16(), 403);
    let other = world.stack.user(TenantScope::new(world.tenant), "siti@example.com", Role::User).await;
    assert_eq!(record(&world, &other.token, "k3", json!({})).await.status.as_u16(), 404);
    let (_, stranger) = world.stack.tenant("toko-b").await;
    assert_eq!(record(&world, &stranger.token, "k4", json!({})).await.status.as_u16(), 404);
    assert_eq!(world.invoice_status().await, InvoiceStatus::Open);
    assert_eq!(world.balances().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused() {
    let world = in_dollars().await;
    let refusals = [
        (json!({"provider": "midtrans"}), "METHOD_NOT_SUPPORTED"),
        (json!({"provider": "manual", "method": "bca_va"}), "METHOD_NOT_SUPPORTED"),
        (json!({"provider": "paypal"}), "VALIDATION_FAILED"),
        (json!({"reference": ""}), "VALIDATION_FAILED"),
        (json!({"reference": "two\nlines"}), "VALIDATION_FAILED"),
        (json!({"reference": "x".repeat(101)}), "VALIDATION_FAILED"),
        (json!({"receivedAt": "2026-11-22T00:00:00Z"}), "VALIDATION_FAILED"),
        (json!({"method": "bca_va", "reference": "x"}), "VALIDATION_FAILED"),
    ];
    for (at, (more, code)) in refusals.into_iter().enumerate() {
        let answer = record(&world, &world.owner.token, &format!("k{at}"), more.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, code), "{more}");
    }
    let stripe = record(&world, &world.owner.token, "k9", json!({"provider": "stripe"})).await;
    assert_eq!(stripe.text("/code"), "PROVIDER_NOT_CONFIGURED");
    assert_eq!(world.invoice_status().await, InvoiceStatus::Open);
}

/// Two of the staff see the same transfer on the statement.
#[tokio::test]
async fn a_transfer_that_two_record_at_once_settles_once() {
    let world = in_dollars().await;
    let records = ["k1", "k2", "k3", "k4"].map(|key| record(&world, &world.owner.token, key, json!({})));
    let answers = futures::future::join_all(records).await;
    let mut seen: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    seen.sort_unstable();
    assert_eq!(seen, [201, 409, 409, 409]);
    assert_eq!(world.events("payment.succeeded").await, 1);
    assert!(world.balances().await.contains(&"clearing:manual=2999".to_owned()));
}
