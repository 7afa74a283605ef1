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

    /// The customer buys what the company gives away, and the owner puts some of it into a cart; the ids of cart and order.
    pub(crate) async fn shop(&self, sandbox: &Sandbox, owner_token: &str, customer_token: &str) -> (String, String) {
        let sku = format!("GIFT-{}", self.id.trim_start_matches("tnt_"));
        let gift = json!({
            "title": "Sticker", "variants": [{ "sku": sku, "prices": [{ "amount": 0, "currency": "IDR" }] }]
        });
        let made = sandbox.send("POST", "/api/v1/products", Call::of(owner_token).key("gift").body(gift)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        let path = format!("/api/v1/products/{}/publish", made.text("/data/id"));
        assert_eq!(sandbox.send("POST", &path, Call::of(owner_token).body(json!({}))).await.status, 200);
        let counted = Call::of(owner_token).body(json!({ "onHand": 100 }));
        assert_eq!(sandbox.send("PUT", &format!("/api/v1/inventory/{sku}"), counted).await.status, 200);
        let settings = Call::of(owner_token).body(json!({ "pickup": true }));
        assert_eq!(sandbox.send("PUT", "/api/v1/orders/settings", settings).await.status, 200);
        let mut carts = Vec::new();
        for token in [owner_token, customer_token] {
            let item = Call::of(token).body(json!({ "sku": sku, "quantity": 1 }));
            let put = sandbox.send("POST", "/api/v1/cart/items", item).await;
            assert_eq!(put.status, 201, "{:?}", put.json);
            let way = Call::of(token).body(json!({ "method": "pickup" }));
            assert_eq!(sandbox.send("PUT", "/api/v1/cart/shipping", way).await.status, 200);
            carts.push(put.text("/data/id"));
        }
        let [cart, bought] = carts.try_into().unwrap();
        let nothing = json!({ "amount": 0, "currency": "IDR" });
        let body = json!({ "cartId": bought, "expectedTotal": nothing });
        let order = sandbox.send("POST", "/api/v1/orders", Call::of(customer_token).key("gift").body(body)).await;
        assert_eq!(order.status, 201, "{:?}", order.json);
        (cart, order.text("/data/id"))
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
