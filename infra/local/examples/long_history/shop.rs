//! A company with a subscriber whose use it reports.

use std::time::Duration;

use bench::Failure;
use cloud::telemetry::Stopwatch;
use ruko_local::Control;
use serde_json::{Value, json};

use crate::client::{Api, text};

/// Events of one call: as many as one may hold.
const BATCH: u64 = 100;
/// Calls of one sample.
const SAMPLE: u64 = 20;
/// A history that takes longer to write is cut off.
const PATIENCE: Duration = Duration::from_mins(10);

const EMAIL: &str = "sri@tokosinar.example";
const PASSWORD: &str = "matahari-terbit-17";

/// The company, its owner, and where its use is reported.
pub struct Shop {
    pub tenant: String,
    pub owner: String,
    slug: String,
    key: String,
    subscription: String,
    reported: u64,
}

impl Shop {
    /// Signs up, proves the address, subscribes and makes a key.
    pub async fn open(api: &Api, control: &Control) -> Result<Self, Failure> {
        let owner = json!({ "email": EMAIL, "password": PASSWORD, "firstName": "Sri", "lastName": "Wahyuni" });
        let body = json!({ "name": "Toko Sinar", "owner": owner });
        let made = api.post("/tenants", &[("idempotency-key", "sign-up")], &body).await?;
        let (tenant, slug) = (text(&made, "/tenant/id")?, text(&made, "/tenant/slug")?);
        control.drain().await?;
        let mails = control.messages(Some("email"), Some(EMAIL));
        let link = mails.iter().rev().find_map(|mail| token_in(&mail.text)).ok_or("no link was mailed")?;
        api.post("/auth/verify-email", &[("x-tenant-id", &slug)], &json!({ "token": link })).await?;
        let mut shop =
            Self { tenant, owner: String::new(), slug, key: String::new(), subscription: String::new(), reported: 0 };
        let token = format!("Bearer {}", shop.sign_in(api).await?);
        let headers = [("authorization", token.as_str()), ("idempotency-key", "customer")];
        let customer = text(&api.post("/customers", &headers, &json!({ "name": "Wayan" })).await?, "/id")?;
        let body =
            json!({ "planKey": "PREMIUM", "currency": "USD", "timezone": "Asia/Jakarta", "customerId": customer });
        let headers = [("authorization", token.as_str()), ("idempotency-key", "subscribe")];
        shop.subscription = text(&api.post("/subscriptions", &headers, &body).await?, "/id")?;
        let body = json!({ "name": "usage reporter", "scopes": ["usage:write"] });
        let headers = [("authorization", token.as_str()), ("idempotency-key", "key")];
        shop.key = text(&api.post("/api-keys", &headers, &body).await?, "/key")?;
        Ok(shop)
    }

    /// A fresh access token of the owner: they live a quarter of an hour.
    pub async fn sign_in(&mut self, api: &Api) -> Result<String, Failure> {
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let answer = api.post("/auth/login", &[("x-tenant-id", &self.slug)], &body).await?;
        self.owner = text(&answer, "/user/id")?;
        text(&answer, "/accessToken")
    }

    /// Reports events until there are `wanted`, or the patience ends; how many there are.
    pub async fn report_until(&mut self, api: &Api, wanted: u64) -> Result<u64, Failure> {
        let watch = Stopwatch::start();
        while self.reported < wanted && watch.elapsed() < PATIENCE {
            self.report(api).await?;
        }
        Ok(self.reported)
    }

    /// Reports a few batches more; how many events were taken in each second, and in all.
    pub async fn report_sample(&mut self, api: &Api) -> Result<(u64, u64), Failure> {
        let watch = Stopwatch::start();
        for _ in 0..SAMPLE {
            self.report(api).await?;
        }
        let micros = u64::try_from(watch.elapsed().as_micros())?;
        Ok((SAMPLE * BATCH * 1_000_000 / micros.max(1), SAMPLE * BATCH))
    }

    async fn report(&mut self, api: &Api) -> Result<(), Failure> {
        let event = |number: u64| {
            json!({ "eventId": format!("e-{number}"), "subscriptionId": self.subscription,
                    "feature": "predictions", "quantity": 1 })
        };
        let events: Vec<Value> = (self.reported..self.reported + BATCH).map(event).collect();
        let authorization = format!("Bearer {}", self.key);
        let answer = api.post("/usage", &[("authorization", &authorization)], &json!({ "events": events })).await?;
        if answer.get("accepted").and_then(Value::as_u64) != Some(BATCH) {
            return Err(format!("not every event was taken: {answer}").into());
        }
        self.reported += BATCH;
        Ok(())
    }
}

/// What stands behind `token=` in a mail.
fn token_in(mail: &str) -> Option<String> {
    let (_, rest) = mail.split_once("token=")?;
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
    (!token.is_empty()).then_some(token)
}
