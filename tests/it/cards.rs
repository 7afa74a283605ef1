//! Cards at Stripe over HTTP: an invoice in dollars is paid through the bank's page, whatever becomes of Stripe's events on
//! their way.

use serde_json::{Value, json};

use crate::{
    sandbox::{Answer, Call},
    shop::Shop,
};

/// A company that sells one plan in dollars, and the open invoice of its customer.
async fn owing_dollars(slug: &str) -> (Shop, Value) {
    let shop = Shop::open(slug).await;
    let each = json!({ "amount": { "amount": 2_500, "currency": "USD" }, "per": 1 });
    let prices = json!([{ "currency": "USD", "base": { "model": "per_unit", "price": each } }]);
    shop.sell(json!({ "key": "SEAT", "name": "Seat", "features": ["reports"], "prices": prices })).await;
    let body = json!({ "planKey": "SEAT", "currency": "USD" });
    let subscription = shop.post("/api/v1/subscriptions", "a", body).await.text("/data/id");
    let path = format!("/api/v1/invoices?subscriptionId={subscription}");
    let invoice = shop.sandbox.get(&path, &shop.customer().await).await.json["data"][0].clone();
    assert_eq!((&invoice["status"], &invoice["currency"]), (&json!("open"), &json!("USD")), "{invoice}");
    (shop, invoice)
}

impl Shop {
    async fn pay_by_card(&self, invoice: &Value, card: &str, key: &str) -> Answer {
        let body = json!({ "invoiceId": invoice["id"], "method": "card", "cardToken": card,
            "returnUrl": "https://toko.example/paid" });
        self.sandbox.send("POST", "/api/v1/payments", Call::of(&self.customer().await).key(key).body(body)).await
    }

    async fn stripe(&self, settings: Value) {
        let call = Call::of("").body(settings);
        let set = self.sandbox.send("PUT", "/_local/providers/stripe/settings", call).await;
        assert_eq!(set.status, 200, "{:?}", set.json);
    }

    async fn approve(&self, payment: &str) {
        let approved = self.sandbox.control(&format!("/providers/stripe/{payment}/approve"), json!({})).await;
        assert_eq!(approved.status, 200, "{:?}", approved.json);
    }

    async fn state_of(&self, kind: &str, id: &str) -> String {
        self.sandbox.get(&format!("/api/v1/{kind}/{id}"), &self.customer().await).await.text("/data/status")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invoice_in_dollars_is_paid_through_the_banks_page() {
    let (shop, invoice) = owing_dollars("toko-kartu").await;
    let id = invoice["id"].as_str().unwrap();
    let declined = shop.pay_by_card(&invoice, "pm_card_visa_chargeDeclinedInsufficientFunds", "first").await;
    assert_eq!((declined.status, declined.code().as_str()), (422, "PAYMENT_REFUSED"), "{:?}", declined.json);
    assert!(declined.text("/detail").ends_with("Your card has insufficient funds."), "{:?}", declined.json);
    shop.settle().await;

    let begun = shop.pay_by_card(&invoice, "pm_card_threeDSecure2Required", "second").await;
    assert_eq!((begun.status, begun.text("/data/provider").as_str()), (201, "stripe"), "{:?}", begun.json);
    assert_eq!(begun.text("/data/nextAction/type"), "redirect");
    let payment = begun.text("/data/id");
    // Each event comes four times, all of them out of order.
    shop.stripe(json!({ "events": "held", "duplicateEvents": 3 })).await;
    shop.approve(&payment).await;
    shop.settle().await;
    assert_eq!(shop.state_of("payments", &payment).await, "pending", "nobody has told us");
    shop.stripe(json!({ "duplicateEvents": 3 })).await;
    shop.settle().await;
    assert_eq!(shop.state_of("payments", &payment).await, "success");
    assert_eq!(shop.state_of("invoices", id).await, "paid");
    let mails = shop.sandbox.get("/_local/messages?channel=email", "").await;
    let thanks = mails.json["messages"].as_array().unwrap().iter();
    let thanks = thanks.filter(|mail| mail["attachments"].as_array().is_some_and(|files| files.len() == 2));
    assert_eq!(thanks.count(), 1, "the receipt is mailed once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_whose_events_are_lost_is_found_and_the_other_one_is_called_off() {
    let (shop, invoice) = owing_dollars("toko-hilang").await;
    shop.stripe(json!({ "events": "muted", "unknownFields": true })).await;
    let left = shop.pay_by_card(&invoice, "pm_card_threeDSecure2Required", "first").await.text("/data/id");
    let paid = shop.pay_by_card(&invoice, "pm_card_threeDSecure2Required", "second").await.text("/data/id");
    shop.approve(&paid).await;
    let sync = format!("/api/v1/payments/{paid}/sync");
    let synced = shop.sandbox.send("POST", &sync, Call::of(&shop.customer().await)).await;
    assert_eq!(synced.text("/data/status"), "success", "{:?}", synced.json);
    shop.settle().await;
    shop.days(2).await;
    // Called off, since the invoice was paid by the other one.
    assert_eq!(shop.state_of("payments", &left).await, "cancelled");
}
