//! What a company sells and sends to its customer.

use serde_json::{Value, json};

use crate::{
    company::Company,
    sandbox::{Call, Sandbox},
};

impl Company {
    /// Sends the customer a parcel that was handed in.
    pub(crate) async fn send_goods(&self, sandbox: &Sandbox, owner_token: &str) -> String {
        let origin = json!({ "location": "main", "address": one_address() });
        let body = json!({ "origins": [origin], "carriers": ["own"] });
        let set = sandbox.send("PUT", "/api/v1/shipping/zones", Call::of(owner_token).body(body)).await;
        assert_eq!(set.status, 200, "{:?}", set.json);
        let call = Call::of(owner_token).key("sent").body(one_shipment(&self.account, "AWB-1"));
        let sent = sandbox.send("POST", "/api/v1/shipping/shipments", call).await;
        assert_eq!(sent.status, 201, "{:?}", sent.json);
        sent.text("/data/id")
    }
}

impl Company {
    /// A file that is to come.
    pub(crate) async fn promise_file(sandbox: &Sandbox, owner: &str) -> String {
        let body = json!({ "name": "Kain batik.jpg", "contentType": "image/jpeg", "sizeBytes": 700 });
        let promised = sandbox.send("POST", "/api/v1/files/upload", Call::of(owner).key("file").body(body)).await;
        assert_eq!(promised.status, 201, "{:?}", promised.json);
        promised.text("/data/file/id")
    }

    /// A card that the customer saves, and a transfer that they say they made.
    pub(crate) async fn means_to_pay(sandbox: &Sandbox, customer: &str) -> (String, String) {
        let body = json!({ "provider": "stripe", "token": "pm_card_visa" });
        let card = Call::of(customer).key("card").body(body);
        let card = sandbox.send("POST", "/api/v1/payment-methods", card).await;
        assert_eq!(card.status, 201, "{:?}", card.json);
        let body = json!({ "amount": { "amount": 50_000, "currency": "IDR" } });
        let proof = Call::of(customer).key("transferred").body(body);
        let proof = sandbox.send("POST", "/api/v1/transfer-proofs", proof).await;
        assert_eq!(proof.status, 201, "{:?}", proof.json);
        (card.text("/data/id"), proof.text("/data/id"))
    }

    /// What the customer says of what they were given, which waits for a person; what nobody bought may be reviewed too.
    pub(crate) async fn reviewed(&self, sandbox: &Sandbox, (owner, customer): (&str, &str), order: &str) -> String {
        let rules = Call::of(owner).body(json!({ "unverified": "allowed" }));
        let set = sandbox.send("PUT", "/api/v1/reviews/settings", rules).await;
        assert_eq!(set.status, 200, "{:?}", set.json);
        let bought = sandbox.get(&format!("/api/v1/orders/{order}"), customer).await;
        let mut body = one_review(&bought.text("/data/items/0/productId"), &self.account);
        body["orderId"] = json!(order);
        body["body"] = json!("Call me at 0812-3456-7890.");
        let said = sandbox.send("POST", "/api/v1/reviews", Call::of(customer).key("said").body(body)).await;
        assert_eq!((said.status, said.text("/data/status").as_str()), (201, "pending"), "{:?}", said.json);
        said.text("/data/id")
    }
}

/// What a customer says of a product.
pub(crate) fn one_review(product: &str, customer: &str) -> Value {
    json!({ "productId": product, "rating": 5, "title": "Soft", "body": "Still like new.", "customerId": customer })
}

/// Where the customer lives.
pub(crate) fn one_address() -> Value {
    json!({
        "name": "Budi", "phone": "+6281234567890", "line1": "Jl. Braga 10", "city": "Bandung", "province": "Jawa Barat",
        "postalCode": "40111", "country": "ID"
    })
}

/// A parcel that was handed in, with this number.
pub(crate) fn one_shipment(customer: &str, code: &str) -> Value {
    let parcel = json!({ "weightGrams": 1200, "trackingCode": code });
    json!({ "customerId": customer, "carrier": "own", "to": one_address(), "parcels": [parcel] })
}

/// A shirt in one of two sizes.
pub(crate) fn one_product(sku: &str) -> Value {
    json!({
        "title": "Batik shirt", "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [{ "sku": sku, "optionValues": ["S"], "prices": [{ "amount": 120_000, "currency": "IDR" }] }]
    })
}
