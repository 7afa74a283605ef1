//! What the tests of these routes begin with: a tenant that sells plans, its owner and a customer.

use std::ops::Deref;
use table::Transaction;

use billing::{Catalogue, Meters, Plans};
use serde_json::{Value, json};
use testkit::{Answer, Member, Shop};

pub(crate) struct World(Shop);

impl Deref for World {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.0
    }
}

impl World {
    pub(crate) async fn open() -> Self {
        let shop = Shop::open(crate::function).await;
        let mut transaction = Transaction::new();
        let (scope, now) = (shop.owner.scope, shop.stack.ctx().now());
        Plans::insert_all(&mut transaction, scope, &Catalogue::AiTrading.plans()).unwrap();
        for meter in Catalogue::AiTrading.meters(now) {
            Meters::insert(&mut transaction, scope, &meter).unwrap();
        }
        shop.stack.ctx().table().transact(transaction).await.unwrap();
        Self(shop)
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

    pub(crate) async fn post(&self, member: &Member, path: &str, key: &str, body: Value) -> Answer {
        self.client.post(path, body).bearer(&member.token).idempotency_key(key).send().await
    }

    /// A subscription of the customer to a plan with a meter `by_…` for each of these ways to count.
    pub(crate) async fn metered_by(&self, ways: &[&str]) -> String {
        for way in ways {
            let meter = json!({ "key": format!("by_{way}"), "name": way, "aggregation": way });
            assert_eq!(self.post(&self.owner, "/api/v1/meters", way, meter).await.status, 201);
        }
        let price =
            json!({ "currency": "IDR", "base": { "model": "flat", "amount": { "amount": 0, "currency": "IDR" } } });
        let meters: Vec<String> = ways.iter().map(|way| format!("by_{way}")).collect();
        let plan = json!({ "key": "METERED", "name": "Metered", "meters": meters, "prices": [price] });
        let made = self.post(&self.owner, "/api/v1/plans", "metered", plan).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        self.subscribed(&self.customer, "metered", "METERED", "IDR").await
    }

    /// The id of a new subscription.
    pub(crate) async fn subscribed(&self, member: &Member, key: &str, plan: &str, currency: &str) -> String {
        let answer = self.subscribe(member, key, json!({ "planKey": plan, "currency": currency })).await;
        assert_eq!(answer.status, 201, "{}", answer.snapshot());
        answer.text("/data/id")
    }
}
