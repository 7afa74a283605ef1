//! Messages to devices: to all of them, once, without those that are gone, and again when no service took them.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use cloud::config::ProviderUrls;
use identity::Role;
use messaging::push::{
    AppToken, DeviceBook, DeviceIndex, Devices, Endpoint, Platform, PushAddress, PushDevice, WebKeys,
};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};
use testkit::{Fault, Member, Stack};

use crate::world::{NOTHING, Post};

const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

/// The path of a call, and its body.
type Asked = (String, Vec<u8>);

/// What each path is answered with, and what was asked.
#[derive(Clone, Default)]
struct Services {
    statuses: Arc<Mutex<Vec<(&'static str, u16)>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

async fn answer(State(services): State<Services>, uri: Uri, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    services.asked.lock().unwrap().push((path.clone(), body.to_vec()));
    if path == "/token" {
        return json!({"access_token": "ya29.1", "expires_in": 3599}).to_string().into_response();
    }
    let statuses = services.statuses.lock().unwrap().clone();
    let status = statuses.iter().find(|(of, _)| path.ends_with(of)).map_or(200, |(_, status)| *status);
    let code = if status == 404 { "UNREGISTERED" } else { "QUOTA_EXCEEDED" };
    let error = json!({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code});
    let body = json!({"name": "projects/toko-a/messages/1", "error": {"message": "", "details": [error]}});
    (StatusCode::from_u16(status).unwrap(), [("retry-after", "90")], body.to_string()).into_response()
}

struct World {
    stack: Stack,
    post: Post,
    services: Services,
    budi: Member,
    base: String,
}

impl World {
    async fn open() -> Self {
        let services = Services::default();
        let router = Router::new().fallback(answer).with_state(services.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let urls = ProviderUrls { fcm: Some(base.clone()), web_push: Some(base.clone()), ..ProviderUrls::default() };
        let stack = Stack::with(urls).await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let budi = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let key = include_str!("../../../../shared/messaging/src/push/vectors/rfc7515_a2.pem");
        let account = json!({"project_id": "toko-a", "client_email": "svc@toko-a.example", "private_key": key});
        stack.secrets.put(format!("ruko/test/tenants/{}/fcm", tenant.id), account.to_string());
        let post = Post::of(&stack);
        Self { stack, post, services, budi, base }
    }

    fn browser(&self, name: &str) -> PushAddress {
        let endpoint = Endpoint::parse(&format!("{}/push/{name}", self.base), Some(&self.base)).unwrap();
        PushAddress::Web { endpoint, keys: WebKeys::parse(P256DH, "BTBZMqHH6r4Tts7J_aSIgg").unwrap() }
    }

    fn phone() -> PushAddress {
        PushAddress::Fcm { token: AppToken::try_from("APA91b".to_owned()).unwrap(), platform: Platform::Ios }
    }

    async fn register(&self, addresses: Vec<PushAddress>) {
        let (ctx, devices) = (self.stack.ctx(), Devices::new(self.stack.ctx().table(), self.budi.scope));
        let index = DeviceIndex::new(&ctx.ports().keys.derive(DeviceIndex::LABEL));
        let (mut book, mut transaction) = (DeviceBook::default(), Transaction::new());
        for address in addresses {
            let id = index.of(self.budi.scope.tenant(), &address);
            book = book.with(PushDevice { id, address, registered_at: ctx.now() }).unwrap();
            devices.save_owner(&mut transaction, id, self.budi.user, None).unwrap();
        }
        let first = DeviceBook { version: 1, ..book };
        devices.save(&mut transaction, self.budi.user, &first).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    fn changed(&self) -> Value {
        json!({"detail-type": "user.password_changed", "source": "ruko", "detail": {
            "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "user.password_changed", "version": 1,
            "subject": self.budi.user, "subjectVersion": 2, "audience": "public",
            "tenantId": self.budi.scope.tenant(), "occurredAt": "2026-11-21T01:00:00.000Z",
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "data": {"userId": self.budi.user}}})
    }

    fn answer_with(&self, statuses: &[(&'static str, u16)]) {
        *self.services.statuses.lock().unwrap() = statuses.to_vec();
    }

    /// The paths that were asked, but that of tokens.
    fn asked(&self) -> Vec<String> {
        let asked = self.services.asked.lock().unwrap();
        let mut paths: Vec<String> =
            asked.iter().map(|(path, _)| path.clone()).filter(|path| path != "/token").collect();
        paths.sort();
        paths
    }

    async fn devices(&self) -> usize {
        Devices::new(self.stack.ctx().table(), self.budi.scope).book(self.budi.user).await.unwrap().devices.len()
    }
}

const SEND: &str = "/v1/projects/toko-a/messages:send";

#[tokio::test]
async fn every_device_is_told_once_and_nothing_is_told_in_the_clear_to_a_browser() {
    let world = World::open().await;
    world.register(vec![world.browser("a"), World::phone()]).await;
    for _ in 0..2 {
        assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await, NOTHING);
    }
    assert_eq!(world.asked(), ["/push/a", SEND]);
    let asked = world.services.asked.lock().unwrap().clone();
    let body = |path: &str| asked.iter().find(|(of, _)| of == path).map(|(_, body)| body.clone()).unwrap();
    assert!(!String::from_utf8_lossy(&body("/push/a")).contains("Toko"));
    let message: Value = serde_json::from_slice(&body(SEND)).unwrap();
    let shown = &message["message"]["notification"];
    assert_eq!(shown["title"], "Kata sandi Anda di Toko toko-a telah diganti");
    assert!(!shown["body"].as_str().unwrap().starts_with("Halo"), "{shown}");
    assert!(!message.to_string().contains("http"), "no link is pushed: {message}");
}

#[tokio::test]
async fn a_device_that_is_gone_is_taken_away_and_the_others_are_told() {
    let world = World::open().await;
    world.register(vec![world.browser("a"), world.browser("b"), World::phone()]).await;
    world.answer_with(&[("/push/a", 410), (SEND, 404)]);
    assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await, NOTHING);
    assert_eq!((world.asked().len(), world.devices().await), (3, 1));
    let owners = world.stack.rows().await.into_iter().filter(|row| row["PK"].as_str().unwrap().contains("#DEVICE#"));
    assert_eq!(owners.count(), 1);
}

#[tokio::test]
async fn when_all_are_gone_it_is_over() {
    let world = World::open().await;
    world.register(vec![world.browser("a")]).await;
    world.answer_with(&[("/push/a", 404)]);
    assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await, NOTHING);
    assert_eq!(world.devices().await, 0);
    assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await, NOTHING);
    assert_eq!(world.asked(), ["/push/a"]);
}

#[tokio::test]
async fn what_a_service_throttles_comes_again_when_it_says() {
    let world = World::open().await;
    world.register(vec![World::phone()]).await;
    world.answer_with(&[(SEND, 429)]);
    world.post.deliver(world.stack.ctx(), &[world.changed()]).await;
    let [wait] = world.post.delays()[..] else { panic!("{:?}", world.post.delays()) };
    assert!((90..=135).contains(&wait), "{wait}");
    world.answer_with(&[]);
    world.stack.set_clock("2026-11-21T01:03:00Z");
    world.post.pump(world.stack.ctx()).await;
    assert_eq!(world.asked(), [SEND, SEND]);
    assert_eq!(world.post.waits(), 0);
}

#[tokio::test]
async fn one_service_that_is_out_of_reach_does_not_have_the_others_told_twice() {
    let world = World::open().await;
    world.register(vec![world.browser("a"), world.browser("b")]).await;
    world.answer_with(&[("/push/a", 503)]);
    assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await, NOTHING);
    assert_eq!(world.asked(), ["/push/a", "/push/b"]);
    // When none is reached, the message waits.
    let world = World::open().await;
    world.register(vec![world.browser("a")]).await;
    world.answer_with(&[("/push/a", 503)]);
    assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await.messages, 1);
    assert_eq!(world.devices().await, 1);
}

#[tokio::test]
async fn a_tenant_without_a_project_waits_for_one_and_browsers_do_not() {
    let world = World::open().await;
    world.register(vec![world.browser("a"), World::phone()]).await;
    world.stack.secrets.put(format!("ruko/test/tenants/{}/fcm", world.budi.scope.tenant()), "{}");
    assert_eq!(world.post.deliver(world.stack.ctx(), &[world.changed()]).await, NOTHING);
    assert_eq!(world.asked(), ["/push/a"]);
}

#[tokio::test]
async fn a_death_anywhere_ends_in_a_message_and_without_the_device_that_is_gone() {
    let open = async || {
        let world = World::open().await;
        world.register(vec![world.browser("a"), world.browser("b")]).await;
        world.answer_with(&[("/push/a", 410)]);
        // The mail of the same event goes another way.
        world.post.announce(world.stack.ctx(), &[world.changed()]).await;
        world
    };
    let calls = {
        let world = open().await;
        let (ctx, table) = world.stack.breaking(None);
        world.post.pump(&ctx).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let world = open().await;
        let (ctx, _) = world.stack.breaking(Some(fault));
        world.post.pump(&ctx).await;
        world.stack.set_clock("2026-11-21T01:04:00Z");
        world.post.pump(world.stack.ctx()).await;
        assert_eq!(world.post.waits(), 0, "{fault:?}");
        assert!(world.asked().iter().any(|path| path == "/push/b"), "{fault:?}");
    }
}
