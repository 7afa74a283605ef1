//! What a company sells, and who buys it.

use serde_json::json;

use crate::{
    company::Company,
    goods::one_product,
    sandbox::{Call, Sandbox},
};

impl Company {
    /// Puts a shirt on sale, in a category; the ids of category, product and variant.
    pub(crate) async fn sell(&self, sandbox: &Sandbox, owner_token: &str) -> (String, String, String) {
        let call = Call::of(owner_token).key("category").body(json!({ "name": "Clothing" }));
        let category = sandbox.send("POST", "/api/v1/categories", call).await;
        assert_eq!(category.status, 201, "{:?}", category.json);
        let mut body = one_product("shirt");
        body["categoryIds"] = json!([category.text("/data/id")]);
        let product = sandbox.send("POST", "/api/v1/products", Call::of(owner_token).key("product").body(body)).await;
        assert_eq!(product.status, 201, "{:?}", product.json);
        let id = product.text("/data/id");
        let path = format!("/api/v1/products/{id}/publish");
        let published = sandbox.send("POST", &path, Call::of(owner_token).body(json!({}))).await;
        assert_eq!(published.status, 200, "{:?}", published.json);
        (category.text("/data/id"), id, product.text("/data/variants/0/id"))
    }

    /// The customer buys what the company gives away, and the owner puts some of it into a cart; the ids of cart and order.
    pub(crate) async fn shop(&self, sandbox: &Sandbox, owner_token: &str, customer_token: &str) -> (String, String) {
        let sku = self.gift();
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

    /// The SKU of what the company gives away.
    pub(crate) fn gift(&self) -> String {
        format!("GIFT-{}", self.id.trim_start_matches("tnt_"))
    }

    /// The id of a promotion of the company's.
    /// A run of a local model, decided at once, and an agent.
    pub(crate) async fn models(sandbox: &Sandbox, owner_token: &str) -> (String, String) {
        let run = json!({
            "steps": [{ "kind": "local", "id": "a", "model": { "kind": "rules", "clauses": [], "otherwise": 0.6 } }],
            "ensemble": { "rule": "median", "buyAt": 0.55, "sellAt": 0.45 }
        });
        let run = sandbox.send("POST", "/api/v1/ai/runs", Call::of(owner_token).key("run").body(run)).await;
        let agent = json!({
            "name": "Scout", "model": "small", "instructions": "Look.", "maxSteps": 1, "maxCostNanoUsd": 1
        });
        let agent = sandbox.send("POST", "/api/v1/ai/agents", Call::of(owner_token).key("agent").body(agent)).await;
        assert_eq!((run.status, agent.status), (201, 201), "{:?} {:?}", run.json, agent.json);
        (run.text("/data/id"), agent.text("/data/id"))
    }

    pub(crate) async fn promotion(sandbox: &Sandbox, owner_token: &str) -> String {
        let body = json!({ "name": "Free", "code": "FREE", "benefit": { "kind": "free_shipping" } });
        let made = sandbox.send("POST", "/api/v1/promotions", Call::of(owner_token).key("free").body(body)).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        made.text("/data/id")
    }
}
