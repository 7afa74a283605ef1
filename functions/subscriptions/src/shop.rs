//! What the tests of these routes begin with: a tenant that sells plans, its owner and a customer.

use billing::{Plans, catalogue};
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Member, Stack};

pub(crate) struct Shop {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        for write in Plans::seed(owner.scope, &catalogue()).unwrap() {
            stack.ctx().table().write(write).await.unwrap();
        }
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        Self { stack, client, owner, customer }
    }

    /// A company with all that an invoice prints.
    pub(crate) fn maju_jaya() -> Value {
        json!({
            "name": "Budi Santoso", "company": "PT Maju Jaya", "email": "budi@maju.example", "phone": "+62 812-3456-7890",
            "address": { "line1": "Jl. Melati 5", "city": "Bandung", "postalCode": "40115", "country": "ID" },
            "taxId": "0123 4567 8901 2345", "externalId": "crm:42", "locale": "id", "timezone": "Asia/Jakarta",
            "taxExemption": "Kawasan Berikat"
        })
    }

    pub(crate) async fn customer(&self, member: &Member, key: &str, body: Value) -> Answer {
        self.client.post("/api/v1/customers", body).bearer(&member.token).idempotency_key(key).send().await
    }

    /// The customer that a user acts for, made when there is none.
    pub(crate) async fn party(&self, member: &Member) -> String {
        self.stack.customer_of(member).await.to_string()
    }

    pub(crate) async fn subscribe(&self, member: &Member, key: &str, body: Value) -> Answer {
        self.client.post("/api/v1/subscriptions", body).bearer(&member.token).idempotency_key(key).send().await
    }

    /// The id of a new subscription.
    pub(crate) async fn subscribed(&self, member: &Member, key: &str, plan: &str, currency: &str) -> String {
        let answer = self.subscribe(member, key, json!({ "planKey": plan, "currency": currency })).await;
        assert_eq!(answer.status, 201, "{}", answer.snapshot());
        answer.text("/data/id")
    }

    /// A token of the present, for a clock that was moved.
    pub(crate) async fn fresh(&self, member: &Member) -> String {
        self.stack.sign_in(member).await
    }
}
