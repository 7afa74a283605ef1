//! A tenant and what it sells.

use std::sync::Arc;

use http::Method;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Fault, FaultyTable, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
}

/// A shirt in one size of three.
pub(crate) fn shirt(sku: &str) -> Value {
    json!({
        "title": "Batik shirt", "options": [{ "name": "Size", "values": ["S", "M", "L"] }],
        "variants": [{ "sku": sku, "optionValues": ["S"], "prices": [{ "amount": 120_000, "currency": "IDR" }] }]
    })
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, customer, client }
    }

    /// A client over a table that breaks.
    pub(crate) fn breaking(&self, fault: Option<Fault>) -> (Client, Arc<FaultyTable>) {
        let (ctx, table) = self.stack.breaking(fault);
        (Client::new(crate::function(ctx)), table)
    }

    /// The owner makes a product, with the same key each time.
    pub(crate) async fn send(&self, client: &Client, body: Value) -> Answer {
        client.post("/api/v1/products", body).bearer(&self.owner.token).idempotency_key("once").send().await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        let call = self.client.call(method.clone(), path).bearer(&token);
        if method == Method::DELETE { call.send().await } else { call.json(body).send().await }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let key = format!("k{}", self.stack.ctx().new_ulid());
        let token = self.stack.sign_in(&self.owner).await;
        self.client.post(path, body).bearer(&token).idempotency_key(&key).send().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.get(path).bearer(&token).send().await
    }

    /// The id of a new shirt.
    pub(crate) async fn product(&self, sku: &str) -> String {
        let made = self.post("/api/v1/products", shirt(sku)).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/id")
    }

    /// The id of a new category.
    pub(crate) async fn category(&self, name: &str, parent: Option<&str>) -> String {
        let made = self.post("/api/v1/categories", json!({ "name": name, "parentId": parent })).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/id")
    }

    pub(crate) async fn publish(&self, id: &str, body: Value) -> Answer {
        let answer = self.post(&format!("/api/v1/products/{id}/publish"), body).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        answer
    }

    /// Does something that has no body.
    pub(crate) async fn act(&self, id: &str, verb: &str) -> Answer {
        let path = format!("/api/v1/products/{id}/{verb}");
        let token = self.stack.sign_in(&self.owner).await;
        let answer = self.client.call(Method::POST, path).bearer(&token).send().await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        answer
    }

    /// The products of a list, in its order.
    pub(crate) async fn listed(&self, query: &str) -> Vec<String> {
        let answer = self.get(&format!("/api/v1/products{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        ids(&answer)
    }

    /// The events about products, in the order in which they happened.
    pub(crate) async fn events(&self) -> Vec<String> {
        let rows = self.stack.rows().await;
        let mut events: Vec<(String, String)> = rows
            .iter()
            .filter(|row| row["SK"].as_str().is_some_and(|key| key.starts_with("OUT#")))
            .map(|row| (row["SK"].as_str().unwrap().to_owned(), row["type"].as_str().unwrap().to_owned()))
            .filter(|(_, name)| name.starts_with("product."))
            .collect();
        events.sort();
        events.into_iter().map(|(_, name)| name).collect()
    }
}

/// The ids of a list's rows.
pub(crate) fn ids(answer: &Answer) -> Vec<String> {
    let rows = answer.at("/data").as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}
