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
    /// What the customer says of what they were given, which waits for a person; what nobody bought may be reviewed too.
    pub(crate) async fn reviewed(&self, sandbox: &Sandbox, (owner, customer): (&str, &str), order: &str) -> String {
        let rules = Call::of(owner).body(json!({ "unverified": "allowed" }));
        let set = sandbox.send("PUT", "/api/v1/reviews/settings", rules).await;
        assert_eq!(set.status, 200, "{:?}", set.json);
        let bought = sandbox.get(&format!("/api/v1/orders/{order}"), customer).await;
        let mut body = one_review(&bought.text("/data/lines/0/productId"), &self.account);
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
