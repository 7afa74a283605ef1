//! A company with plans of its own, and its customer, in a local cloud of their own.

use serde_json::{Value, json};

use crate::{
    company::{convert, sign_in, sign_up},
    sandbox::{Answer, Call, Sandbox},
};

/// A company that stays after its trial, and its customer.
pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    slug: String,
}

impl Shop {
    pub(crate) async fn open(slug: &str) -> Self {
        let sandbox = Sandbox::start().await;
        let company = sign_up(&sandbox, slug).await;
        convert(&sandbox, &company).await;
        Self { sandbox, slug: company.slug }
    }

    /// The company sells a plan.
    pub(crate) async fn sell(&self, plan: Value) {
        let key = plan["key"].as_str().unwrap().to_owned();
        let call = Call::of(&self.owner().await).key(&key).body(plan);
        let made = self.sandbox.send("POST", "/api/v1/plans", call).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
    }

    /// The owner's fresh token.
    pub(crate) async fn owner(&self) -> String {
        sign_in(&self.sandbox, &self.slug, &format!("owner@{}.example", self.slug)).await
    }

    /// The customer's fresh token.
    pub(crate) async fn customer(&self) -> String {
        sign_in(&self.sandbox, &self.slug, &format!("budi@{}.example", self.slug)).await
    }

    /// The customer posts; everything that this sets off is done afterwards.
    pub(crate) async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        let call = Call::of(&self.customer().await).key(key).body(body);
        let answer = self.sandbox.send("POST", path, call).await;
        assert!([200, 201].contains(&answer.status), "{path} {:?}", answer.json);
        self.settle().await;
        answer
    }

    /// Everything that is under way is done.
    pub(crate) async fn settle(&self) {
        assert_eq!(self.sandbox.control("/drain", json!({})).await.json["failedInvocations"], json!(0));
    }

    /// So many days pass.
    pub(crate) async fn days(&self, count: u32) {
        let moved = self.sandbox.control("/clock", json!({ "advance": format!("{count}d") })).await;
        assert_eq!(moved.status, 200, "{:?}", moved.json);
        self.settle().await;
    }
}
