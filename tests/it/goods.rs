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
