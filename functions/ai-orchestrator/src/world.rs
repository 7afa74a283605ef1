//! A tenant that asks models.

use http::Method;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Member, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) other: Member,
    pub(crate) customer: Member,
    pub(crate) client: Client,
}

/// A local model that always says the same.
pub(crate) fn says(id: &str, probability: f64, weight: f64) -> Value {
    json!({ "kind": "local", "id": id, "model": { "kind": "rules", "clauses": [], "otherwise": probability }, "weight": weight })
}

/// The ensemble of the worked case.
pub(crate) fn ensemble(rule: &str) -> Value {
    json!({ "rule": rule, "quorum": 2, "buyAt": 0.55, "sellAt": 0.45 })
}

/// A run of three local models.
pub(crate) fn three(rule: &str) -> Value {
    json!({ "steps": [says("a", 0.70, 0.5), says("b", 0.55, 0.3), says("c", 0.40, 0.2)], "ensemble": ensemble(rule) })
}

/// An agent with these tools.
pub(crate) fn agent(tools: &[&str]) -> Value {
    json!({
        "name": "Scout", "model": "gpt-4o-mini", "instructions": "Look.", "tools": tools, "maxSteps": 3,
        "maxCostNanoUsd": 1_000
    })
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = Client::new(crate::function(stack.loose()));
        Self { stack, owner, other, customer, client }
    }

    pub(crate) async fn send(&self, path: &str, key: &str, body: Value) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.post(path, body).bearer(&token).idempotency_key(key).send().await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let key = format!("k{}", self.stack.ctx().new_ulid());
        self.send(path, &key, body).await
    }

    /// A call without a body.
    pub(crate) async fn act(&self, method: Method, path: &str) -> Answer {
        let token = self.stack.sign_in(&self.owner).await;
        self.client.call(method, path).bearer(&token).send().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.act(Method::GET, path).await
    }

    /// How often it was told that a run ended.
    pub(crate) async fn told(&self) -> usize {
        self.stack.rows().await.iter().filter(|row| row["type"] == "ai_run.ended").count()
    }

    /// How many runs are due.
    pub(crate) async fn due(&self) -> usize {
        let rows = self.stack.rows().await;
        rows.iter().filter(|row| row["PK"].as_str().is_some_and(|key| key.contains("DUE#ai_run#"))).count()
    }
}
