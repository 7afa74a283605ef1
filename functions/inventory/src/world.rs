//! A tenant and its stock.

use serde_json::{Value, json};
use testkit::{Answer, Client, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) client: Client,
}

impl World {
    /// With ten of `A` and one of `B`.
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = Client::new(crate::function(stack.loose()));
        let world = Self { stack, owner, client };
        for (sku, on_hand) in [("A", 10), ("B", 1)] {
            let made = world.put(sku, json!({ "onHand": on_hand })).await;
            assert_eq!(made.status, 200, "{}", made.snapshot());
        }
        world
    }

    pub(crate) async fn put(&self, sku: &str, body: Value) -> Answer {
        let call = self.client.call(http::Method::PUT, format!("/api/v1/inventory/{sku}")).json(body);
        call.bearer(&self.owner.token).send().await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        let call = self.client.post(format!("/api/v1/inventory{path}"), body).bearer(&self.owner.token);
        call.idempotency_key(key).send().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.client.get(format!("/api/v1/inventory{path}")).bearer(&self.owner.token).send().await
    }

    /// On hand, reserved and available.
    pub(crate) async fn numbers(&self, sku: &str) -> [i64; 3] {
        let answer = self.get(&format!("/{sku}")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        ["onHand", "reserved", "available"].map(|name| answer.at(&format!("/data/{name}")).as_i64().unwrap())
    }

    /// The types of all events about stock since the SKUs were made, in their order.
    pub(crate) async fn told(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let types = rows.iter().filter_map(|row| row["type"].as_str());
        types.filter(|name| name.starts_with("stock.")).skip(2).map(str::to_owned).collect()
    }
}
