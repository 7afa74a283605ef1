//! The code that proves a phone number: made when it is sent, sent once, and not when it is void.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode};
use cloud::{Ctx, config::ProviderUrls};
use identity::{CodeOwner, PhoneCheck, PhoneKeys, Role, User, Users};
use kernel::NotificationId;
use messaging::{CarrierWord, Channel, Report, ReportStatus, Reports};
use serde_json::{Value, json};
use table::TenantScope;
use testkit::{Fault, Member, Stack};

use crate::world::{NOTHING, Post};

/// The status to answer with, and the forms that came.
type Script = Arc<Mutex<(u16, Vec<String>)>>;

async fn answer(State(script): State<Script>, form: String) -> (StatusCode, String) {
    let mut script = script.lock().unwrap();
    script.1.push(form);
    // One that stands for Twilio's code of a number whose owner said stop.
    let (status, code) = match script.0 {
        21_610 => (400, 21_610),
        400 => (400, 21_211),
        other => (other, 20_429),
    };
    (StatusCode::from_u16(status).unwrap(), json!({"sid": "SM1", "code": code}).to_string())
}

struct World {
    stack: Stack,
    post: Post,
    twilio: Script,
    budi: Member,
}

impl World {
    async fn open(status: u16) -> Self {
        let twilio: Script = Arc::new(Mutex::new((status, Vec::new())));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&twilio));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stack = Stack::with(ProviderUrls { twilio: Some(url), ..ProviderUrls::default() }).await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let budi = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let secret = r#"{"accountSid":"AC1","authToken":"s3cret","from":"TOKOKITA"}"#;
        stack.secrets.put(format!("ruko/test/tenants/{}/twilio", tenant.id), secret);
        let post = Post::of(&stack);
        let world = Self { stack, post, twilio, budi };
        world.ask(7).await;
        world
    }

    /// Has a code made of a nonce wait for its user.
    async fn ask(&self, nonce: u8) -> User {
        let (ctx, number) = (self.stack.ctx(), "+6281234567890".parse().unwrap());
        let users = Users::new(ctx.table(), self.budi.scope);
        let user = users.get(self.budi.user).await.unwrap().unwrap();
        let user = user.with_phone_check(PhoneCheck::new(number, [nonce; 16], ctx.now()));
        table::write_alone(ctx.table(), |tx| users.save(tx, &user)).await.unwrap();
        user
    }

    /// Delivers the event of the first code, and the message that it makes; answers whether one of them must come again.
    async fn deliver(&self, ctx: Ctx) -> bool {
        self.post.deliver(&ctx, &[self.event()]).await != NOTHING
    }

    /// Delivers the message that came again; answers whether it must once more.
    async fn pump(&self) -> bool {
        self.post.pump(self.stack.ctx()).await;
        self.post.waits() > 0
    }

    fn event(&self) -> Value {
        json!({"detail-type": "user.phone_verification_requested", "source": "ruko", "detail": {
            "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "user.phone_verification_requested",
            "version": 1, "subject": self.budi.user, "subjectVersion": 2, "audience": "internal",
            "tenantId": self.budi.scope.tenant(), "occurredAt": "2026-11-21T01:00:00.000Z",
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "data": {"userId": self.budi.user, "expiresAt": "2026-11-21T01:10:00.000Z"}}})
    }

    fn sent(&self) -> Vec<String> {
        self.twilio.lock().unwrap().1.clone()
    }
}

#[tokio::test]
async fn the_code_that_works_is_sent_once() {
    let world = World::open(201).await;
    for _ in 0..3 {
        assert!(!world.deliver(world.stack.ctx().clone()).await);
    }
    let keys = PhoneKeys::new(world.stack.ctx().ports().keys.hmac(PhoneKeys::LABEL));
    let owner = CodeOwner { tenant: world.budi.scope.tenant(), user: world.budi.user };
    let user = Users::new(world.stack.ctx().table(), world.budi.scope).get(owner.user).await.unwrap().unwrap();
    let code = keys.code(owner, &user.phone_check.unwrap());
    let text = format!("Toko+toko-a%3A+kode+Anda+{}.+Berlaku+10+menit.", code.expose());
    let sent = world.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].starts_with(&format!("To=%2B6281234567890&From=TOKOKITA&Body={text}")), "{}", sent[0]);
}

#[tokio::test]
async fn a_code_that_is_void_is_not_sent() {
    let world = World::open(201).await;
    world.stack.set_clock("2026-11-21T01:00:01Z");
    world.ask(8).await;
    assert!(!world.deliver(world.stack.ctx().clone()).await, "the second one has an event of its own");
    assert!(world.sent().is_empty());
    let world = World::open(201).await;
    world.stack.set_clock("2026-11-21T01:10:00Z");
    assert!(!world.deliver(world.stack.ctx().clone()).await, "too old");
    assert!(world.sent().is_empty());
}

#[tokio::test]
async fn a_number_that_is_none_ends_it_and_a_busy_twilio_brings_it_again() {
    let world = World::open(400).await;
    for _ in 0..2 {
        assert!(!world.deliver(world.stack.ctx().clone()).await);
    }
    assert_eq!(world.sent().len(), 1);
    let world = World::open(429).await;
    assert!(world.deliver(world.stack.ctx().clone()).await);
    world.twilio.lock().unwrap().0 = 201;
    world.stack.set_clock("2026-11-21T01:00:45Z");
    assert!(!world.pump().await);
    assert_eq!(world.sent().len(), 2);
}

#[tokio::test]
async fn an_answer_that_tells_nothing_is_waited_for() {
    let world = World::open(500).await;
    assert!(world.deliver(world.stack.ctx().clone()).await);
    world.twilio.lock().unwrap().0 = 201;
    assert!(world.pump().await, "the first may have left");
    world.stack.set_clock("2026-11-21T01:01:00Z");
    assert!(!world.pump().await);
    assert_eq!(world.sent().len(), 2);
}

#[tokio::test]
async fn what_twilio_says_it_has_is_not_sent_again() {
    for (status, sent) in [(ReportStatus::Queued, 1), (ReportStatus::Sending, 1), (ReportStatus::Undelivered, 2)] {
        let world = World::open(500).await;
        assert!(world.deliver(world.stack.ctx().clone()).await, "it did not say when it was asked");
        let form = world.sent().pop().unwrap();
        let id: NotificationId = form.split_once("notification%3D").unwrap().1.get(..30).unwrap().parse().unwrap();
        let heard = CarrierWord { message_id: "SM1".to_owned(), status, code: None };
        let report = Report::after(None, heard, world.stack.ctx().now()).unwrap();
        let reports = Reports::new(world.stack.ctx().table(), world.budi.scope);
        table::write_alone(world.stack.ctx().table(), |tx| reports.save(tx, (id, Channel::Sms), &report))
            .await
            .unwrap();
        world.twilio.lock().unwrap().0 = 201;
        world.stack.set_clock("2026-11-21T01:01:00Z");
        assert!(!world.pump().await);
        assert_eq!(world.sent().len(), sent, "{status:?}");
    }
}

#[tokio::test]
async fn a_death_anywhere_loses_no_code() {
    let calls = {
        let world = World::open(201).await;
        let (ctx, table) = world.stack.breaking(None);
        world.deliver(ctx).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = World::open(201).await;
        world.post.deliver_in_spite_of(&world.stack, fault, &world.event()).await;
        assert!((1..=2).contains(&world.sent().len()), "{fault:?}");
    }
}

#[tokio::test]
async fn a_message_says_where_its_reports_go() {
    let world = World::open(201).await;
    assert!(!world.deliver(world.stack.ctx().clone()).await);
    let form = world.sent().pop().unwrap();
    let (_, callback) = form.split_once("&StatusCallback=").unwrap();
    let path = format!("%2Fapi%2Fv1%2Fwebhooks%2Ftwilio%2F{}%3Fnotification%3Dntf_", world.budi.scope.tenant());
    assert!(callback.contains(&path), "{callback}");
}

#[tokio::test]
async fn a_number_whose_owner_said_stop_is_not_asked_for_twice() {
    let world = World::open(21_610).await;
    assert!(!world.deliver(world.stack.ctx().clone()).await, "it is over");
    world.twilio.lock().unwrap().0 = 201;
    let user = world.ask(8).await;
    let mut event = world.event();
    event["detail"]["id"] = json!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y");
    event["detail"]["data"]["expiresAt"] = json!(user.phone_check.unwrap().expires_at);
    assert_eq!(world.post.deliver(world.stack.ctx(), &[event]).await, NOTHING);
    assert_eq!(world.sent().len(), 1, "twilio was asked once");
}
