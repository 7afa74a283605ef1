//! Devices: registered twice, by two users, by many at once, by strangers; listed and deleted.

use futures::future::join_all;
use http::Method;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Fault, Member, Stack};

const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn browser(path: &str) -> Value {
    json!({"kind": "web", "endpoint": format!("https://fcm.googleapis.com/fcm/send/{path}"), "p256dh": P256DH, "auth": AUTH})
}

fn phone(token: &str) -> Value {
    json!({"kind": "fcm", "token": token, "platform": "android"})
}

struct Room {
    stack: Stack,
    client: Client,
    owner: Member,
    siti: Member,
}

impl Room {
    async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let siti = stack.user(owner.scope, "siti@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        Self { stack, client, owner, siti }
    }

    async fn register(&self, member: &Member, body: Value) -> Answer {
        self.client.post("/api/v1/push-devices", body).bearer(&member.token).send().await
    }

    async fn delete(&self, member: &Member, id: &str) -> u16 {
        let call = self.client.call(Method::DELETE, format!("/api/v1/push-devices/{id}"));
        call.bearer(&member.token).send().await.status.as_u16()
    }

    async fn ids(&self, member: &Member) -> Vec<String> {
        let answer = self.client.get("/api/v1/push-devices").bearer(&member.token).send().await;
        let devices = answer.at("/data");
        devices.as_array().unwrap().iter().map(|device| device["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_browser_and_a_phone_are_registered_once_each() {
    let room = Room::open().await;
    let web = room.register(&room.owner, browser("abc")).await;
    insta::assert_snapshot!(web.snapshot(), @r#"
    201 Created
    {
      "data": {
        "id": "psh_1KNRHKR910NQXABJY01DMDSQCM",
        "kind": "web",
        "platform": null,
        "registeredAt": "2026-11-21T01:00:00.000Z",
        "service": "https://fcm.googleapis.com"
      },
      "success": true
    }
    "#);
    let app = room.register(&room.owner, phone("device:APA91b")).await;
    assert_eq!((app.status.as_u16(), app.at("/data/platform")), (201, json!("android")));
    assert!(!app.snapshot().contains("APA91b"), "whoever has the token can write to the phone");
    let again = room.register(&room.owner, browser("abc")).await;
    assert_eq!(again.text("/data/id"), web.text("/data/id"));
    assert_eq!(room.ids(&room.owner).await, [app.text("/data/id"), web.text("/data/id")]);
    // Without a plan: nobody pays to be told of the account.
    assert_eq!(room.register(&room.siti, phone("device:siti")).await.status, 201);
    assert_eq!(room.ids(&room.siti).await.len(), 1);
}

#[tokio::test]
async fn a_device_is_whoever_signed_in_there_last() {
    let room = Room::open().await;
    let id = room.register(&room.owner, browser("abc")).await.text("/data/id");
    assert_eq!(room.register(&room.siti, browser("abc")).await.text("/data/id"), id);
    assert_eq!((room.ids(&room.owner).await, room.ids(&room.siti).await), (Vec::new(), vec![id.clone()]));
    assert_eq!(room.delete(&room.owner, &id).await, 404);
    // At another tenant it is another device.
    let (_, other) = room.stack.tenant("toko-b").await;
    let theirs = room.register(&other, browser("abc")).await.text("/data/id");
    assert_ne!(theirs, id);
    assert_eq!(room.delete(&other, &id).await, 404);
    assert_eq!((room.delete(&room.siti, &id).await, room.delete(&room.siti, &id).await), (200, 404));
    assert_eq!(room.register(&room.owner, browser("abc")).await.status, 201);
    assert_eq!(room.ids(&room.owner).await, [id]);
}

#[tokio::test]
async fn many_at_once_are_all_there_and_the_twenty_first_is_refused() {
    let room = Room::open().await;
    let answers = join_all((0..4).map(|number| room.register(&room.owner, phone(&format!("device:{number}"))))).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    for number in 4..20 {
        assert_eq!(room.register(&room.owner, phone(&format!("device:{number}"))).await.status, 201);
    }
    let refused = room.register(&room.owner, phone("device:20")).await;
    assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "TOO_MANY_DEVICES"));
    assert_eq!(room.register(&room.owner, phone("device:3")).await.status, 201, "one of them again");
    assert_eq!(room.ids(&room.owner).await.len(), 20);
    // The two users want one device at the same moment.
    let (first, second) =
        tokio::join!(room.register(&room.owner, phone("device:7")), room.register(&room.siti, phone("device:7")));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    let (id, owners, sitis) = (first.text("/data/id"), room.ids(&room.owner).await, room.ids(&room.siti).await);
    assert!(owners.contains(&id) != sitis.contains(&id), "it is one user's");
}

#[tokio::test]
async fn what_is_no_device_is_refused() {
    let room = Room::open().await;
    let with = |name: &str, value: Value| {
        let mut body = browser("abc");
        body[name] = value;
        body
    };
    for (body, code) in [
        (with("endpoint", json!("https://evil.example/push")), "VALIDATION_FAILED"),
        (with("endpoint", json!("http://127.0.0.1:8080/")), "VALIDATION_FAILED"),
        (with("p256dh", json!("AAAA")), "VALIDATION_FAILED"),
        (with("auth", json!("AAAA")), "VALIDATION_FAILED"),
        (phone(""), "VALIDATION_FAILED"),
        (phone("a b"), "VALIDATION_FAILED"),
        (with("token", json!("a")), "VALIDATION_FAILED"),
        (json!({"kind": "web"}), "VALIDATION_FAILED"),
        (json!({"kind": "fcm", "token": "a"}), "VALIDATION_FAILED"),
        (json!({"kind": "fcm", "token": "a", "platform": "beos"}), "VALIDATION_FAILED"),
        (json!({"kind": "pager"}), "VALIDATION_FAILED"),
    ] {
        let answer = room.register(&room.owner, body.clone()).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{}", answer.snapshot());
        assert_eq!(answer.text("/code"), code, "{body}");
    }
    assert_eq!(room.client.post("/api/v1/push-devices", phone("a")).send().await.text("/code"), "UNAUTHENTICATED");
    assert_eq!(room.ids(&room.owner).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_death_anywhere_leaves_one_owner() {
    let calls = {
        let room = Room::open().await;
        room.register(&room.siti, browser("abc")).await;
        let (ctx, table) = room.stack.breaking(None);
        let client = Client::new(crate::function(ctx));
        client.post("/api/v1/push-devices", browser("abc")).bearer(&room.owner.token).send().await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let room = Room::open().await;
        let id = room.register(&room.siti, browser("abc")).await.text("/data/id");
        let (ctx, _) = room.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let first = client.post("/api/v1/push-devices", browser("abc")).bearer(&room.owner.token).send().await;
        assert!(first.status.is_server_error() || first.status == 201, "{fault:?} {}", first.snapshot());
        assert_eq!(room.register(&room.owner, browser("abc")).await.status, 201, "{fault:?}");
        assert_eq!((room.ids(&room.owner).await, room.ids(&room.siti).await), (vec![id], Vec::new()), "{fault:?}");
    }
}
