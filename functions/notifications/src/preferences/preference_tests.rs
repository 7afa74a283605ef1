//! A choice is the chooser's own, whole, and never about security.

use http::Method;
use identity::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client, Member, Stack};

const MINE: &str = "/api/v1/notification-preferences";
const OURS: &str = "/api/v1/notification-settings";

async fn world() -> (Stack, Client, Member, Member) {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let client = stack.serve(crate::function);
    (stack, client, owner, budi)
}

async fn put(client: &Client, path: &str, member: &Member, body: Value) -> Answer {
    client.call(Method::PUT, path).bearer(&member.token).json(body).send().await
}

fn off(about: &str, channel: &str) -> Value {
    json!({"about": about, "channel": channel, "on": false})
}

#[tokio::test]
async fn a_user_chooses_and_reads_it_again() {
    let (_stack, client, owner, budi) = world().await;
    let before = client.get(MINE).bearer(&budi.token).send().await;
    assert_eq!((before.header("etag"), before.at("/data/switches")), ("\"0\"", json!([])));
    let body = json!({
        "switches": [off("billing", "telegram"), {"about": "invoice_paid", "channel": "telegram", "on": true}],
        "quietHours": {"from": "22:00", "to": "07:00"}, "digest": {"every": "week", "on": "monday", "at": "08:00"},
        "mutedUntil": "2026-12-01T00:00:00Z"
    });
    let chosen = put(&client, MINE, &budi, body).await;
    insta::assert_snapshot!(chosen.snapshot(), @r#"
    200 OK
    etag: "1"
    {
      "data": {
        "alwaysSent": [
          "security"
        ],
        "digest": {
          "at": "08:00",
          "every": "week",
          "on": "monday"
        },
        "mutedUntil": "2026-12-01T00:00:00.000Z",
        "quietHours": {
          "from": "22:00",
          "to": "07:00"
        },
        "switches": [
          {
            "about": "billing",
            "channel": "telegram",
            "on": false
          },
          {
            "about": "invoice_paid",
            "channel": "telegram",
            "on": true
          }
        ],
        "zone": "Asia/Jakarta"
      },
      "success": true
    }
    "#);
    assert_eq!(client.get(MINE).bearer(&budi.token).send().await.body, chosen.body);
    assert_eq!(client.get(MINE).bearer(&owner.token).send().await.header("etag"), "\"0\"", "the choice is Budi's");
    let stale = client.call(Method::PUT, MINE).bearer(&budi.token).header("if-match", "\"0\"").json(json!({})).send();
    assert_eq!(stale.await.status, 412);
    let none = put(&client, MINE, &budi, json!({})).await;
    assert_eq!((none.header("etag"), none.at("/data/quietHours")), ("\"2\"", Value::Null));
}

#[tokio::test]
async fn security_cannot_be_chosen_away_by_anybody() {
    let (_stack, client, owner, budi) = world().await;
    for about in ["security", "reset_password", "phone_code", "password_changed", "invitation"] {
        for (path, who) in [(MINE, &budi), (OURS, &owner)] {
            let refused = put(&client, path, who, json!({"switches": [off(about, "email")]})).await;
            assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (422, "NOTIFICATION_ALWAYS_SENT"));
        }
    }
}

#[tokio::test]
async fn what_is_no_choice_is_refused() {
    let (_stack, client, _owner, budi) = world().await;
    let twice = json!({"switches": [off("billing", "email"), off("billing", "email")]});
    let empty = json!({"quietHours": {"from": "07:00", "to": "07:00"}});
    for body in [twice, empty] {
        let refused = put(&client, MINE, &budi, body).await;
        assert_eq!(refused.text("/code"), "NOTIFICATION_PREFERENCES_INVALID");
    }
    for (body, code) in [
        (json!({"quietHours": {"from": "7:00", "to": "08:00"}}), "VALIDATION_FAILED"),
        (json!({"digest": {"every": "month", "at": "08:00"}}), "VALIDATION_FAILED"),
        (json!({"zone": "Mars/Olympus"}), "VALIDATION_FAILED"),
        (json!({"switches": [{"about": "billing", "channel": "pigeon", "on": false}]}), "VALIDATION_FAILED"),
        (json!({"loud": true}), "UNKNOWN_FIELD"),
    ] {
        let refused = put(&client, MINE, &budi, body.clone()).await;
        assert_eq!(refused.text("/code"), code, "{body}");
    }
}

#[tokio::test]
async fn only_staff_chooses_for_all_and_every_choice_is_in_the_trail() {
    let (stack, client, owner, budi) = world().await;
    let body = json!({"switches": [off("account", "sms")]});
    assert_eq!(put(&client, OURS, &budi, body.clone()).await.text("/code"), "FORBIDDEN");
    assert_eq!(client.get(OURS).bearer(&budi.token).send().await.text("/code"), "FORBIDDEN");
    let manager = stack.user(owner.scope, "siti@example.com", Role::Manager).await;
    let chosen = put(&client, OURS, &manager, body).await;
    assert_eq!((chosen.status.as_u16(), chosen.header("etag")), (200, "\"1\""));
    let read = client.get(OURS).bearer(&owner.token).send().await;
    assert_eq!(read.body, chosen.body);
    assert!(stack.everything().await.contains("notification.settings_changed"));
    let (_, stranger) = stack.tenant("toko-b").await;
    assert_eq!(client.get(OURS).bearer(&stranger.token).send().await.at("/data/switches"), json!([]));
}

#[tokio::test]
async fn of_two_choices_at_once_both_are_made() {
    let (_stack, client, _owner, budi) = world().await;
    let bodies = [json!({"switches": [off("billing", "email")]}), json!({"switches": [off("news", "email")]})];
    let all = futures::future::join_all(bodies.map(|body| put(&client, MINE, &budi, body))).await;
    let mut versions: Vec<String> = all.iter().map(|answer| answer.header("etag").to_owned()).collect();
    versions.sort();
    assert_eq!(versions, ["\"1\"", "\"2\""]);
}
