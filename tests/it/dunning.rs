//! Dunning over HTTP: an invoice that nobody pays is asked for, its subscription falls behind and stops, and goes on as soon
//! as it is paid; and what is to be paid first cannot be used before.

use serde_json::{Value, json};

use crate::{sandbox::Call, shop::Shop};

/// A company that sells one plan in rupiah.
async fn selling_seats(slug: &str) -> Shop {
    let shop = Shop::open(slug).await;
    let each = json!({ "amount": { "amount": 250_000, "currency": "IDR" }, "per": 1 });
    let prices = json!([{ "currency": "IDR", "base": { "model": "per_unit", "price": each } }]);
    shop.sell(json!({ "key": "SEAT", "name": "Seat", "features": ["reports"], "prices": prices })).await;
    shop
}

impl Shop {
    async fn status(&self, subscription: &str) -> String {
        let answer = self.sandbox.get(&format!("/api/v1/subscriptions/{subscription}"), &self.customer().await).await;
        answer.text("/data/status")
    }

    async fn invoice(&self, subscription: &str) -> Value {
        let path = format!("/api/v1/invoices?subscriptionId={subscription}");
        self.sandbox.get(&path, &self.customer().await).await.json["data"][0].clone()
    }

    async fn may_use(&self, subscription: &str) -> Value {
        let body = json!({ "subscriptionId": subscription, "feature": "reports" });
        let call = Call::of(&self.owner().await).body(body);
        self.sandbox.send("POST", "/api/v1/entitlements/check", call).await.json["data"]["allowed"].clone()
    }

    /// Pays by a virtual account, as a bank does.
    async fn pay(&self, invoice: &Value) {
        let body = json!({ "invoiceId": invoice["id"], "method": "bca_va" });
        let begun = self.post("/api/v1/payments", "pay", body).await;
        let path = format!("/providers/midtrans/{}/settle", begun.text("/data/id"));
        assert_eq!(self.sandbox.control(&path, json!({})).await.status, 200);
        self.settle().await;
    }

    /// How many mails have this in their subject.
    async fn mails(&self, part: &str) -> usize {
        let mails = self.sandbox.get("/_local/messages?channel=email", "").await;
        let mails = mails.json["messages"].as_array().unwrap().clone();
        mails.iter().filter(|mail| mail["subject"].as_str().is_some_and(|subject| subject.contains(part))).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unpaid_invoice_is_asked_for_stops_the_service_and_its_payment_starts_it_again() {
    let shop = selling_seats("toko-tagih").await;
    let body = json!({ "planKey": "SEAT", "currency": "IDR" });
    let subscription = shop.post("/api/v1/subscriptions", "a", body).await.text("/data/id");
    let invoice = shop.invoice(&subscription).await;
    assert_eq!(invoice["status"], "open", "{invoice}");
    shop.days(14).await;
    assert_eq!(shop.status(&subscription).await, "active", "the last day to pay is not over");
    shop.days(2).await;
    assert_eq!(
        (shop.status(&subscription).await.as_str(), shop.may_use(&subscription).await),
        ("past_due", json!(true))
    );
    shop.days(13).await;
    assert_eq!(
        (shop.status(&subscription).await.as_str(), shop.may_use(&subscription).await),
        ("suspended", json!(false))
    );
    let number = invoice["number"].as_str().unwrap();
    assert_eq!(shop.mails(number).await, 4, "the invoice, and three warnings");
    // The customer has another subscription, whose invoice is not paid either.
    assert_eq!((shop.mails("telah dihentikan").await, shop.mails("aktif kembali").await), (2, 0));
    shop.pay(&invoice).await;
    assert_eq!((shop.status(&subscription).await.as_str(), shop.may_use(&subscription).await), ("active", json!(true)));
    assert_eq!(shop.invoice(&subscription).await["id"], invoice["id"], "the period that was paid for goes on");
    shop.days(1).await;
    assert_eq!(shop.mails("aktif kembali").await, 1);
    shop.days(3).await;
    let next = shop.invoice(&subscription).await;
    assert_eq!((next["id"] == invoice["id"], &next["status"]), (false, &json!("open")), "{next}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paid_first_is_used_after_that_or_not_at_all() {
    let shop = selling_seats("toko-dulu").await;
    let body = json!({ "planKey": "SEAT", "currency": "IDR", "collection": "automatic" });
    let made = shop.post("/api/v1/subscriptions", "a", body.clone()).await;
    let subscription = made.text("/data/id");
    assert_eq!((made.text("/data/status").as_str(), shop.may_use(&subscription).await), ("incomplete", json!(false)));
    shop.days(1).await;
    assert_eq!(shop.status(&subscription).await, "expired");
    assert_eq!(shop.invoice(&subscription).await["status"], "void");

    // The plan is free again.
    let again = shop.post("/api/v1/subscriptions", "b", body).await.text("/data/id");
    shop.pay(&shop.invoice(&again).await).await;
    assert_eq!((shop.status(&again).await.as_str(), shop.may_use(&again).await), ("active", json!(true)));
    shop.days(1).await;
    assert_eq!(shop.status(&again).await, "active");
}
