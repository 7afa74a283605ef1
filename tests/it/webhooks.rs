//! Events on their way to a tenant's own system, over the whole local cloud.

use ruko_local::{Arrived, ReceiverSettings};
use serde_json::{Value, json};

use crate::{
    company::{sign_in, sign_up},
    sandbox::{Answer, Call, Sandbox},
};

/// A company in its trial, whose system hears of customers and endpoints.
struct Listener {
    sandbox: Sandbox,
    slug: String,
    token: String,
    endpoint: String,
    secret: String,
}

impl Listener {
    async fn start() -> Self {
        let sandbox = Sandbox::start().await;
        let company = sign_up(&sandbox, "toko-dengar").await;
        let token = sign_in(&sandbox, &company.slug, &format!("owner@{}.example", company.slug)).await;
        let mut listener = Self { sandbox, slug: company.slug, token, endpoint: String::new(), secret: String::new() };
        let url = format!("{}/_local/receivers/own", listener.sandbox.cloud.control().base_url());
        let made = listener
            .post("/webhook-endpoints", json!({ "url": url, "events": ["customer.*", "webhook_endpoint.*"] }))
            .await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        (listener.endpoint, listener.secret) = (made.text("/data/endpoint/id"), made.text("/data/secret"));
        listener.answer(0);
        listener
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        let key =
            format!("{path}{body}").bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let call = Call::of(&self.token).key(&format!("k{key}")).body(body);
        self.sandbox.send("POST", &format!("/api/v1{path}"), call).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.sandbox.get(&format!("/api/v1{path}"), &self.token).await
    }

    /// The receiver answers the next calls with 503.
    fn answer(&self, failures: u32) {
        let settings = ReceiverSettings {
            secret: Some(self.secret.clone()),
            fail_requests: failures,
            status: 503,
            retry_after: None,
        };
        self.sandbox.cloud.control().receivers().set_settings("own", settings);
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.sandbox.cloud.control().receivers().arrived("own")
    }

    /// Makes a customer, of which the system is to hear.
    async fn customer(&self, name: &str) -> String {
        let made = self.post("/customers", json!({ "name": name })).await;
        assert_eq!(made.status, 201, "{:?}", made.json);
        self.drain().await;
        made.text("/data/id")
    }

    async fn drain(&self) {
        assert_eq!(self.sandbox.control("/drain", json!({})).await.status, 200);
    }

    async fn pass(&mut self, time: &str) {
        let moved = self.sandbox.control("/clock", json!({ "advance": time })).await;
        assert_eq!(moved.status, 200, "{:?}", moved.json);
        self.token = sign_in(&self.sandbox, &self.slug, &format!("owner@{}.example", self.slug)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_of_the_tenants_own_hears_of_what_happens() {
    let mut listener = Listener::start().await;
    let customer = listener.customer("Budi").await;
    let [first] = &listener.arrived()[..] else { panic!("{:?}", listener.arrived()) };
    assert_eq!((first.verified, first.answered), (Some(true), 204));
    assert_eq!((&first.body["type"], &first.body["subject"]), (&json!("customer.created"), &json!(customer)));
    assert_eq!(first.body["id"], first.id);

    // What fails comes again by itself, under the same id.
    listener.answer(2);
    listener.customer("Siti").await;
    listener.pass("10m").await;
    let ids: Vec<String> = listener.arrived().iter().skip(1).map(|one| one.id.clone()).collect();
    assert_eq!(ids, vec![ids[0].clone(); 3]);
    assert!(listener.arrived().iter().all(|one| one.verified == Some(true)), "each with the time of its attempt");
    let path = format!("/webhook-endpoints/{}/deliveries", listener.endpoint);
    let deliveries = listener.get(&format!("{path}?status=delivered&eventType=customer.created")).await;
    assert_eq!(deliveries.json["data"].as_array().map(Vec::len), Some(2), "{:?}", deliveries.json);
    let results: Vec<&Value> =
        deliveries.json["data"][0]["attempts"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(results, [503, 503, 204]);

    // For a day after a rotation, the former secret does.
    let rotated = listener.post(&format!("/webhook-endpoints/{}/rotate-secret", listener.endpoint), json!({})).await;
    assert_eq!(rotated.status, 200, "{:?}", rotated.json);
    listener.customer("Wayan").await;
    assert_eq!(listener.arrived().last().and_then(|one| one.verified), Some(true));
    listener.pass("25h").await;
    listener.customer("Dewi").await;
    assert_eq!(listener.arrived().last().map(|one| (one.verified, one.answered)), Some((Some(false), 401)));
    listener.secret = rotated.text("/data/secret");
    listener.answer(0);
    listener.pass("1h").await;
    assert_eq!(listener.arrived().last().and_then(|one| one.verified), Some(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_fails_for_five_days_is_disabled_and_its_owner_told() {
    let mut listener = Listener::start().await;
    listener.answer(1000);
    listener.customer("Budi").await;
    // The ten attempts of a delivery take two days and a half to four: this one's last comes after the fifth day.
    listener.pass("62h").await;
    listener.customer("Siti").await;
    listener.pass("38h").await;
    let path = format!("/webhook-endpoints/{}", listener.endpoint);
    let deliveries = listener.get(&format!("{path}/deliveries?status=failed")).await;
    assert_eq!(deliveries.json["data"][0]["attempts"].as_array().map(Vec::len), Some(10), "{:?}", deliveries.json);
    assert_eq!(listener.get(&path).await.text("/data/status"), "enabled", "{:?}", listener.get(&path).await.json);
    listener.pass("60h").await;
    let shown = listener.get(&path).await;
    assert_eq!((shown.text("/data/status"), shown.text("/data/disabledReason")), ("disabled".into(), "failing".into()));
    let mails = listener
        .sandbox
        .send("GET", &format!("/_local/messages?to=owner@{}.example", listener.slug), Call::default())
        .await;
    let mails = mails.json["messages"].to_string();
    assert!(mails.contains(&listener.endpoint) && !mails.contains("_local/receivers"), "{mails}");
    let calls = listener.arrived().len();
    listener.customer("Wayan").await;
    listener.pass("1h").await;
    assert_eq!(listener.arrived().len(), calls, "nothing is sent to it");

    // Mended, enabled, and what was lost is made up for.
    listener.answer(0);
    assert_eq!(listener.post(&format!("{path}/enable"), json!({})).await.text("/data/status"), "enabled");
    let again = listener.post(&format!("{path}/replay"), json!({ "since": "2020-01-01T00:00:00.000Z" })).await;
    assert_eq!((again.status, &again.json["data"]["replayed"]), (202, &json!(2)), "{:?}", again.json);
    listener.drain().await;
    let made_up_for: Vec<Arrived> = listener.arrived().split_off(calls);
    assert_eq!(made_up_for.len(), 2);
    assert!(made_up_for.iter().all(|one| (one.verified, one.answered) == (Some(true), 204)), "{made_up_for:?}");
}
