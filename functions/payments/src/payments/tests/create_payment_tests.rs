//! Paying an invoice: what is refused, what is repeated, and what a death in between leaves behind.

use billing::{Invoice, InvoiceState};
use http::Method as Verb;
use serde_json::{Value, json};
use testkit::Fault;

use crate::world::{World, notification_of};

#[tokio::test]
async fn a_customer_is_told_where_to_transfer_what_is_due() {
    let world = World::open().await;
    let answer = world.pay("k1").await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    201 Created
    etag: "2"
    {
      "data": {
        "amount": {
          "amount": 498390,
          "currency": "IDR"
        },
        "createdAt": "2026-11-21T01:00:00.000Z",
        "customerId": "cus_01M7XSW1M0000000000000000C",
        "expiresAt": "2026-11-22T01:00:00.000Z",
        "id": "pay_01M7XSW1M0000000000000000E",
        "invoiceId": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
        "method": "bca_va",
        "nextAction": {
          "bank": "bca",
          "type": "virtual_account",
          "vaNumber": "812785002530231"
        },
        "provider": "midtrans",
        "reference": "tx-pay_01M7XSW1M0000000000000000E",
        "refunded": {
          "amount": 0,
          "currency": "IDR"
        },
        "settledAt": null,
        "status": "pending",
        "updatedAt": "2026-11-21T01:00:00.000Z"
      },
      "success": true
    }
    "#);
    let again = world.pay("k1").await;
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (answer.body, "true"));
    assert_eq!(world.midtrans.charges(), 1);
    assert_eq!(world.balances().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_order_is_paid_by_its_invoice() {
    let world = World::open().await;
    let order = world.order().await;
    let post = async |token: &str, key: &str, body: Value| {
        let call = world.client.call(Verb::POST, "/api/v1/payments").bearer(token).idempotency_key(key);
        call.json(body).send().await
    };
    let body = || json!({ "orderId": order.id, "method": "bca_va" });
    let paid = post(&world.customer.token, "k1", body()).await;
    assert_eq!((paid.status.as_u16(), paid.at("/data/invoiceId")), (201, json!(world.invoice)), "{}", paid.snapshot());
    assert_eq!(post(&world.customer.token, "k1", body()).await.body, paid.body, "a repetition");
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let theirs = post(&stranger.token, "k2", body()).await;
    assert_eq!((theirs.status.as_u16(), theirs.text("/errors/0/pointer").as_str()), (404, "/orderId"));
    let both = json!({ "orderId": order.id, "invoiceId": world.invoice, "method": "bca_va" });
    for (key, body, at) in [("k3", both, "/orderId"), ("k4", json!({ "method": "bca_va" }), "/invoiceId")] {
        let refused = post(&world.customer.token, key, body).await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/pointer").as_str()), (422, at));
    }
}

#[tokio::test]
async fn nothing_is_payable_for_longer_than_its_order_waits() {
    let world = World::open().await;
    let pay_by = world.stack.ctx().now().plus(jiff::SignedDuration::from_mins(60));
    world.put_invoice(&billing::Invoice { pay_by: Some(pay_by), ..world.sample(world.invoice) }).await;
    for (method, key) in [("qris", "k1"), ("bca_va", "k2"), ("midtrans_page", "k3")] {
        let answer = world.pay_by(method, key).await;
        let until = (answer.status.as_u16(), answer.text("/data/expiresAt"));
        assert_eq!(until, (201, pay_by.to_string()), "{method}: {}", answer.snapshot());
    }
}

#[tokio::test]
async fn a_customer_can_pay_a_part_and_the_rest_stays_due() {
    let world = World::open().await;
    let body = json!({"invoiceId": world.invoice, "method": "bca_va", "amount": {"amount": 98_390, "currency": "IDR"}});
    let call = || world.client.call(Verb::POST, "/api/v1/payments").bearer(&world.customer.token).idempotency_key("k1");
    let answer = call().json(body.clone()).send().await;
    assert_eq!((answer.status.as_u16(), answer.at("/data/amount/amount")), (201, json!(98_390)));
    let again = call().json(body).send().await;
    assert_eq!((again.body, world.midtrans.charges()), (answer.body, 1));
}

#[tokio::test]
async fn what_cannot_be_paid_is_refused_before_anybody_is_asked() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let pay = |token: &str, key: String, body: Value| {
        world.client.call(Verb::POST, "/api/v1/payments").bearer(token).idempotency_key(&key).json(body).send()
    };
    let good = json!({"invoiceId": world.invoice, "method": "bca_va"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let other = json!("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2Y");
    let refusals = [
        (&stranger.token, good.clone(), 404, "NOT_FOUND"),
        (&world.customer.token, with("invoiceId", other), 404, "NOT_FOUND"),
        (&world.customer.token, with("invoiceId", json!("x")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("method", json!("cash")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("method", json!("card")), 422, "CARD_TOKEN_REQUIRED"),
        (&world.customer.token, with("returnUrl", json!("http://toko.example")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("returnUrl", json!("https://a b")), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("sum", json!(1)), 400, "UNKNOWN_FIELD"),
        (
            &world.customer.token,
            with("amount", json!({"amount": 498_391, "currency": "IDR"})),
            422,
            "VALIDATION_FAILED",
        ),
        (&world.customer.token, with("amount", json!({"amount": 0, "currency": "IDR"})), 422, "VALIDATION_FAILED"),
        (&world.customer.token, with("amount", json!({"amount": 100, "currency": "USD"})), 422, "VALIDATION_FAILED"),
    ];
    for (at, (token, body, status, code)) in refusals.into_iter().enumerate() {
        let answer = pay(token, format!("k{at}"), body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code), "{body}");
    }
    let nobody = world.client.post("/api/v1/payments", good.clone()).idempotency_key("k9").send().await;
    assert_eq!(nobody.text("/code"), "UNAUTHENTICATED");
    let keyless = world.client.post("/api/v1/payments", good).bearer(&world.customer.token).send().await;
    assert_eq!((keyless.status.as_u16(), keyless.text("/code").as_str()), (400, "IDEMPOTENCY_KEY_REQUIRED"));
    assert_eq!((world.midtrans.charges(), world.midtrans.asked()), (0, 0));
}

#[tokio::test]
async fn only_an_invoice_that_waits_for_rupiah_can_be_paid() {
    let world = World::open().await;
    let open = world.sample(world.invoice);
    let at = open.issued.as_ref().unwrap().at;
    let dollars: Value = json!({"amount": 2999, "currency": "USD"});
    let refusals = [
        (Invoice { state: InvoiceState::Paid { at, payment: None }, ..open.clone() }, 409, "INVOICE_ALREADY_PAID"),
        (Invoice { state: InvoiceState::Void { at }, ..open.clone() }, 409, "INVOICE_WRONG_STATE"),
        // A customer learns nothing of a draft.
        (Invoice { state: InvoiceState::Draft, ..open.clone() }, 404, "NOT_FOUND"),
        (Invoice { total: serde_json::from_value(dollars).unwrap(), ..open.clone() }, 422, "CURRENCY_NOT_SUPPORTED"),
        (
            Invoice { total: serde_json::from_value(json!({"amount": 9_999, "currency": "IDR"})).unwrap(), ..open },
            422,
            "AMOUNT_NOT_SUPPORTED",
        ),
    ];
    for (at, (invoice, status, code)) in refusals.into_iter().enumerate() {
        world.put_invoice(&invoice).await;
        let answer = world.pay(&format!("k{at}")).await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (status, code));
    }
    assert_eq!(world.midtrans.charges(), 0);
}

#[tokio::test]
async fn a_tenant_without_keys_or_with_broken_ones_takes_no_payments() {
    let world = World::open().await;
    let name = format!("ruko/test/tenants/{}/midtrans", world.tenant);
    for secret in ["{", "{}", r#"{"merchantId":1}"#] {
        world.stack.secrets.put(&name, secret);
        let answer = world.pay("k1").await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "PROVIDER_NOT_CONFIGURED"));
    }
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_kept_and_repeated() {
    let world = World::open().await;
    world.midtrans.refuse_with(402);
    let answer = world.pay("k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (422, "PAYMENT_REFUSED"));
    world.midtrans.refuse_with(0);
    for _ in 0..2 {
        assert_eq!(world.pay("k1").await.text("/code"), "PAYMENT_REFUSED", "at once, as the lease was released");
    }
    let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
    assert_eq!(list.at("/data/0/status"), "failed");
    assert_eq!(world.events("payment.failed").await, 1);
    assert_eq!((world.pay("k2").await.status.as_u16(), world.midtrans.charges()), (201, 1));
}

/// The charge happened, its answer is lost, and the provider refuses to tell: the payer must not be asked twice.
#[tokio::test]
async fn a_question_that_is_refused_does_not_fail_a_payment_that_may_be_charged() {
    let world = World::open().await;
    world.midtrans.lose_answers(1);
    world.midtrans.refuse_questions_with(400);
    assert_eq!(world.pay("k1").await.text("/code"), "PROVIDER_UNAVAILABLE");
    let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
    assert_eq!(list.at("/data/0/status"), "pending");
    world.midtrans.refuse_questions_with(0);
    assert_eq!((world.pay("k1").await.status.as_u16(), world.midtrans.charges()), (201, 1));
}

#[tokio::test]
async fn a_lost_answer_of_the_provider_is_found_again() {
    let world = World::open().await;
    world.midtrans.lose_answers(1);
    let answer = world.pay("k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/nextAction/vaNumber").as_str()), (201, "812785002530231"));
    assert_eq!(world.midtrans.charges(), 1);
}

/// Dies at every call of the store, before and after it happened; the same request then gets its answer, and there is
/// one payment and one charge.
#[tokio::test]
async fn a_death_anywhere_is_taken_up_by_the_same_request() {
    let calls = {
        let world = World::open().await;
        let (ctx, table) = world.stack.breaking(None);
        assert_eq!(world.pay_at(&testkit::Client::new(crate::function(ctx)), "k1").await.status, 201);
        table.calls()
    };
    assert!(calls >= 5, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        let client = testkit::Client::new(crate::function(ctx));
        let first = world.pay_at(&client, "k1").await;
        // The lease of a try that died runs out.
        world.stack.set_clock("2026-11-21T01:01:00Z");
        let second = world.pay_at(&client, "k1").await;
        assert_eq!(second.status, 201, "{fault:?}: {} {}", first.snapshot(), second.snapshot());
        assert_eq!(second.text("/data/nextAction/vaNumber"), "812785002530231", "{fault:?}");
        if first.status == 201 {
            assert_eq!(first.at("/data/id"), second.at("/data/id"), "{fault:?}");
        }
        let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
        assert_eq!(list.at("/data").as_array().map(Vec::len), Some(1), "{fault:?}");
        assert_eq!(world.midtrans.posts(), 1, "{fault:?}: midtrans was asked for a charge that it had made");
    }
}

#[tokio::test]
async fn a_notification_may_be_faster_than_the_answer_to_the_charge() {
    let world = World::open().await;
    // The answer is lost at our side after the payment was begun: write calls are 1 (limit), 2 (begin).
    let (ctx, _) = world.stack.breaking(None);
    let client = testkit::Client::new(crate::function(ctx));
    world.midtrans.lose_answers(9);
    let lost = tokio::time::timeout(std::time::Duration::from_secs(3), world.pay_at(&client, "k1")).await;
    assert!(lost.is_err(), "the caller gave up");
    world.midtrans.lose_answers(0);
    let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
    let id = list.text("/data/0/id");
    assert_eq!(world.notify(&notification_of(&id, "pending")).await.text("/data/outcome"), "applied");
    world.stack.set_clock("2026-11-21T01:01:00Z");
    let answer = world.pay("k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/id")), (201, id));
    assert_eq!(answer.text("/data/nextAction/vaNumber"), "812785002530231");
    assert_eq!(world.midtrans.charges(), 1);
}

/// A payment was begun and its process died before Midtrans was asked; meanwhile another one paid the invoice.
async fn begun_and_overtaken() -> (World, String) {
    let world = World::open().await;
    world.midtrans.refuse_with(429);
    assert_eq!(world.pay("k1").await.text("/code"), "PROVIDER_UNAVAILABLE");
    world.midtrans.refuse_with(0);
    let list = world.client.get("/api/v1/payments").bearer(&world.customer.token).send().await;
    let begun = list.text("/data/0/id");
    let other = world.pay("k2").await.text("/data/id");
    world.midtrans.set(&other, "settlement");
    assert_eq!(world.notify(&notification_of(&other, "settlement")).await.text("/data/outcome"), "applied");
    (world, begun)
}

#[tokio::test]
async fn a_payment_taken_up_after_its_invoice_was_paid_charges_nobody() {
    let (world, begun) = begun_and_overtaken().await;
    for _ in 0..2 {
        let answer = world.pay("k1").await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (409, "INVOICE_ALREADY_PAID"));
    }
    assert_eq!((world.midtrans.charges(), world.status_of(&begun).await.as_str()), (1, "cancelled"));
    assert_eq!(world.events("payment.cancelled").await, 1);
    world.assert_settled_once().await;
}

#[tokio::test]
async fn a_payment_that_the_provider_knows_is_followed_though_its_invoice_was_paid() {
    let (world, begun) = begun_and_overtaken().await;
    // The request of the process that died had arrived, and its payer has paid.
    world.midtrans.set(&begun, "settlement");
    let answer = world.pay("k1").await;
    assert_eq!((answer.status.as_u16(), answer.text("/data/status").as_str()), (201, "success"));
    assert_eq!(world.midtrans.charges(), 1);
    let balances = world.balances().await;
    assert!(balances.contains(&format!("customer_balance:{}=-498390", world.party)), "{balances:?}");
}

#[tokio::test]
async fn a_payment_taken_up_after_its_invoice_was_taken_back_charges_nobody() {
    let world = World::open().await;
    world.midtrans.refuse_with(429);
    world.pay("k1").await;
    world.midtrans.refuse_with(0);
    let open = world.sample(world.invoice);
    let at = open.issued.as_ref().unwrap().at;
    world.put_invoice(&Invoice { state: InvoiceState::Void { at }, version: 2, ..open }).await;
    assert_eq!(world.pay("k1").await.text("/code"), "INVOICE_WRONG_STATE");
    assert_eq!(world.midtrans.charges(), 0);
}
