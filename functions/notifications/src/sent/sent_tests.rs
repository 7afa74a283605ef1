//! A tenant's own messages are sent once for each request, to its own people; and what became of all is its staff's to see.

use identity::Role;
use kernel::NotificationId;
use messaging::{
    CarrierWord, Channel, Deliveries, Hearing, Notifications, OfAddress, Outcome, ReportStatus, SuppressionIndex,
};
use serde_json::{Value, json};
use testkit::{Answer, Client, Member, Stack};

const PATH: &str = "/api/v1/notifications";

struct World {
    stack: Stack,
    client: Client,
    owner: Member,
    budi: Member,
}

impl World {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let world = Self { stack, client, owner, budi };
        let body = json!({"key": "own_sale", "en": "Sale\n\nUntil {{until}}\n\n[Look]({{shop}})", "priority": "low",
            "variables": [{"name": "until", "kind": "date"}, {"name": "shop", "kind": "link"}]});
        let made = world.client.post("/api/v1/notification-templates", body).bearer(&world.owner.token).send().await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        world
    }

    fn sale(&self) -> Value {
        json!({"template": "own_sale", "to": {"userId": self.budi.user},
            "values": {"until": "2026-12-31", "shop": "https://toko.example/sale"}})
    }

    async fn send(&self, token: &str, key: &str, body: Value) -> Answer {
        self.client.post(PATH, body).bearer(token).idempotency_key(key).send().await
    }

    async fn get(&self, path: &str) -> Answer {
        self.client.get(format!("{PATH}{path}")).bearer(&self.owner.token).send().await
    }

    /// The requests that left for the bus.
    async fn requested(&self) -> Vec<Value> {
        let rows = self.stack.rows().await;
        let sent = rows.into_iter().filter(|row| row["type"] == "notification.requested");
        sent.map(|row| row["data"]["notificationIds"].clone()).collect()
    }
}

#[tokio::test]
async fn a_message_is_noted_and_asked_for_once_for_each_request() {
    let world = World::open().await;
    let first = world.send(&world.owner.token, "k1", world.sale()).await;
    assert_eq!(first.status, 202, "{}", first.snapshot());
    let again = world.send(&world.owner.token, "k1", world.sale()).await;
    assert_eq!((again.body, again.headers["idempotent-replayed"].to_str().unwrap()), (first.body.clone(), "true"));
    assert_eq!(world.requested().await, [first.at("/data/ids")]);
    let id: NotificationId = first.text("/data/ids/0").parse().unwrap();
    let stored = Notifications::new(world.stack.ctx().table(), world.owner.scope).get(id).await.unwrap().unwrap();
    assert_eq!((stored.kind.as_str(), stored.channels.as_slice()), ("own_sale", &[Channel::Email, Channel::InApp][..]));
    assert!(!world.stack.everything().await.contains("toko.example/sale"), "what it says is sealed");
    let other = world.send(&world.owner.token, "k2", world.sale()).await;
    assert_ne!(other.at("/data/ids"), first.at("/data/ids"));
    let unkeyed = world.client.post(PATH, world.sale()).bearer(&world.owner.token).send().await;
    assert_eq!(unkeyed.text("/code"), "IDEMPOTENCY_KEY_REQUIRED");
}

#[tokio::test]
async fn a_customers_users_are_told_each() {
    let world = World::open().await;
    let customer = world.stack.customer_of(&world.budi).await;
    let mut body = world.sale();
    body["to"] = json!({"customerId": customer});
    body["channels"] = json!(["telegram", "in_app"]);
    let sent = world.send(&world.owner.token, "k1", body).await;
    let id: NotificationId = sent.text("/data/ids/0").parse().unwrap();
    let stored = Notifications::new(world.stack.ctx().table(), world.owner.scope).get(id).await.unwrap().unwrap();
    assert_eq!(stored.recipient.user(), Some(world.budi.user));
    assert_eq!(stored.channels, [Channel::Telegram, Channel::InApp]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_and_leaves_nothing() {
    let world = World::open().await;
    let (_, stranger) = world.stack.tenant("toko-b").await;
    let with = |member: &str, value: Value| {
        let mut body = world.sale();
        body[member] = value;
        body
    };
    for (body, status, code) in [
        (with("template", json!("own_other")), 404, "NOT_FOUND"),
        (with("template", json!("reset_password")), 404, "NOT_FOUND"),
        (with("to", json!({"userId": stranger.user})), 404, "NOT_FOUND"),
        (with("to", json!({"customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X"})), 404, "NOT_FOUND"),
        (with("values", json!({"until": "2026-12-31"})), 422, "VALIDATION_FAILED"),
        (with("values", json!({"until": "soon", "shop": "javascript:alert(1)"})), 422, "VALIDATION_FAILED"),
        (with("channels", json!([])), 422, "VALIDATION_FAILED"),
        (with("channels", json!(["email", "email"])), 422, "VALIDATION_FAILED"),
        (with("channels", json!(["pigeon"])), 422, "VALIDATION_FAILED"),
        (with("priority", json!("critical")), 400, "UNKNOWN_FIELD"),
    ] {
        let refused = world.send(&world.owner.token, "k9", body.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (status, code), "{body}");
    }
    assert_eq!(world.requested().await, Vec::<Value>::new());
    assert_eq!(world.send(&world.budi.token, "k1", world.sale()).await.text("/code"), "FORBIDDEN");
}

/// Each reader counts: two act for the customer.
#[tokio::test]
async fn a_tenant_has_so_many_readers_an_hour() {
    let world = World::open().await;
    let (ctx, scope) = (world.stack.ctx(), world.owner.scope);
    let customer = world.stack.customer_of(&world.budi).await;
    let siti = world.stack.user(scope, "siti@example.com", Role::User).await;
    let row = scope.key(format_args!("CUS#{customer}"), "CUS");
    let mut stored = ctx.table().get(&row).await.unwrap().unwrap();
    stored.insert("users".to_owned(), json!([world.budi.user, siti.user]));
    ctx.table().write(testkit::raw::put(row, stored)).await.unwrap();
    let mut to_two = world.sale();
    to_two["to"] = json!({"customerId": customer});
    let sent = world.send(&world.owner.token, "k1", to_two.clone()).await;
    assert_eq!((sent.status.as_u16(), sent.at("/data/ids").as_array().unwrap().len()), (202, 2));
    let key = scope.key("RL#notifications#all", "RL");
    let counted = ctx.table().get(&key).await.unwrap().unwrap();
    assert_eq!(counted["calls"], 2);
    let mut used = counted;
    used.insert("calls".to_owned(), json!(999));
    ctx.table().write(testkit::raw::put(key.clone(), used.clone())).await.unwrap();
    let refused = world.send(&world.owner.token, "k2", to_two.clone()).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (429, "RATE_LIMITED"));
    assert_eq!(world.send(&world.owner.token, "k3", world.sale()).await.status, 202, "one is left");
    assert_eq!(world.send(&world.owner.token, "k4", world.sale()).await.status, 429);
    assert_eq!(world.send(&world.owner.token, "k1", to_two).await.status, 202, "a replay asks nobody anew");
    assert_eq!(world.requested().await.len(), 2);
    world.stack.set_clock("2026-11-21T03:00:00Z");
    let token = world.stack.sign_in(&world.owner).await;
    assert_eq!(world.send(&token, "k5", world.sale()).await.status, 202);
}

#[tokio::test]
async fn an_api_key_sends_within_its_scopes() {
    let world = World::open().await;
    let sends = world.stack.api_key(&world.owner, &["notifications:send"]).await;
    assert_eq!(world.send(&sends, "k1", world.sale()).await.status, 202);
    let reads = world.stack.api_key(&world.owner, &["notifications:read"]).await;
    assert_eq!(world.send(&reads, "k1", world.sale()).await.text("/code"), "FORBIDDEN");
}

#[tokio::test]
async fn staff_sees_how_each_message_stands_and_nobody_elses() {
    let world = World::open().await;
    let mut ids = Vec::new();
    for (key, now) in [("k1", "2026-11-21T01:00:00Z"), ("k2", "2026-11-21T01:00:01Z")] {
        world.stack.set_clock(now);
        let sent = world.send(&world.owner.token, key, world.sale()).await;
        ids.push(sent.text("/data/ids/0").parse::<NotificationId>().unwrap());
    }
    let ctx = world.stack.ctx();
    let deliveries = Deliveries::new(ctx.table(), world.owner.scope);
    deliveries.claim(ids[0], Channel::Email, 1, ctx.now()).await.unwrap();
    let gone = Outcome::Never { reason: "the account is closed".to_owned() };
    deliveries.settle(ids[0], Channel::Email, &gone, ctx.now()).await.unwrap();
    deliveries.claim(ids[1], Channel::Email, 1, ctx.now()).await.unwrap();
    deliveries.claim(ids[1], Channel::InApp, 1, ctx.now()).await.unwrap();
    deliveries.settle(ids[1], Channel::InApp, &Outcome::Sent { id: "m".to_owned() }, ctx.now()).await.unwrap();
    let index = SuppressionIndex::new(&ctx.ports().keys.derive(SuppressionIndex::LABEL));
    let hearing = Hearing::new(ctx.table(), world.owner.scope, &index, ctx.now());
    for status in [ReportStatus::Opened, ReportStatus::Delivered, ReportStatus::Opened] {
        let word = CarrierWord { message_id: "m".to_owned(), status, code: None };
        hearing.hear((ids[1], Channel::InApp), word, &OfAddress::Nothing).await.unwrap();
    }
    let one = world.get(&format!("/{}", ids[0])).await;
    assert_eq!(
        one.at("/data/channels"),
        json!([
            {"channel": "email", "state": "failed", "attempts": 1, "at": "2026-11-21T01:00:01.000Z",
                "reason": "the account is closed"},
            {"channel": "in_app", "state": "waiting", "attempts": 0, "at": null, "reason": null},
        ])
    );
    let listed = async |query: &str| {
        let answer = world.get(&format!("/sent?userId={}{query}", world.budi.user)).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let rows = answer.at("/data").as_array().unwrap().clone();
        rows.iter().map(|row| row["id"].as_str().unwrap().parse::<NotificationId>().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [ids[1], ids[0]]);
    assert_eq!(listed("&state=failed").await, [ids[0]]);
    assert_eq!(listed("&state=sending").await, [ids[1]]);
    assert_eq!(listed("&state=opened").await, [ids[1]]);
    assert_eq!(listed("&state=sent").await, []);
    let report = world.client.get("/api/v1/notification-analytics").bearer(&world.owner.token).send().await;
    let in_app = report.at("/data/days/1");
    assert_eq!((&in_app["delivered"], &in_app["opened"]), (&json!(1), &json!(1)), "{in_app}");
    assert_eq!(listed("&kind=welcome").await, []);
    assert_eq!(world.get("/sent").await.text("/code"), "VALIDATION_FAILED");
    let (_, stranger) = world.stack.tenant("toko-b").await;
    for (token, status) in [(&stranger.token, 404), (&world.budi.token, 403)] {
        let answer = world.client.get(format!("{PATH}/{}", ids[0])).bearer(token).send().await;
        assert_eq!(answer.status.as_u16(), status);
    }
    let foreign = world.client.get(format!("{PATH}/sent?userId={}", world.budi.user)).bearer(&stranger.token).send();
    assert_eq!(foreign.await.at("/data"), json!([]));
}
