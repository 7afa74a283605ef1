//! What bots hear, once and again, from Telegram and from strangers.

use kernel::Locale;
use messaging::Contacts;
use serde_json::json;
use testkit::{Client, Fault};

use crate::telegram::room::{Room, wrote};

#[tokio::test]
async fn a_code_links_a_chat_once() {
    let room = Room::open().await;
    let code = room.code(&room.owner).await;
    let start = wrote(1, 42, &format!("/start {code}"));
    let answer = room.hear(start.clone()).await;
    assert_eq!(
        answer.json(),
        json!({"method": "sendMessage", "chat_id": 42, "parse_mode": "MarkdownV2",
            "link_preview_options": {"is_disabled": true},
            "text": "Chat ini sekarang terhubung dengan akun Anda\\. Kirim /help untuk melihat yang bisa saya lakukan, \
                     atau /unlink untuk berhenti\\."})
    );
    assert_eq!(room.chat_of(room.owner.user).await, Some(42));
    // Telegram delivers it again; and somebody else has seen the code.
    assert_eq!(room.hear(start).await.json(), json!({}));
    let stolen = room.hear(wrote(2, 43, &format!("/start {code}"))).await;
    assert!(stolen.text("/text").contains("tidak berlaku"));
    assert_eq!(room.chat_of(room.owner.user).await, Some(42));
    let contacts = Contacts::new(room.stack.ctx().table(), room.owner.scope);
    assert_eq!(contacts.telegram_of(room.owner.user).await.unwrap().unwrap().language, Locale::Id);
}

#[tokio::test]
async fn who_starts_without_a_code_learns_where_the_link_is() {
    let room = Room::open().await;
    let answer = room.hear(wrote(1, 42, "/start")).await;
    assert_eq!(
        answer.text("/text"),
        r"Untuk menerima pesan di sini, buka tautan Telegram dari akun Anda di Toko toko\-a\."
    );
    room.linked(&room.owner, 42).await;
    let answer = room.hear(wrote(2, 42, "/start")).await;
    assert!(answer.text("/text").starts_with("*Perintah yang saya kenal:*"), "{}", answer.text("/text"));
}

#[tokio::test]
async fn bad_codes_link_nothing() {
    let room = Room::open().await;
    let code = room.code(&room.owner).await;
    room.stack.set_clock("2026-11-21T01:15:00Z");
    for (update, argument) in [(1, code.as_str()), (2, "lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X"), (3, "x"), (4, "ref_9 #")] {
        let answer = room.hear(wrote(update, 42, &format!("/start {argument}"))).await;
        assert!(answer.text("/text").contains("tidak berlaku"), "{argument}");
    }
    assert_eq!(room.chat_of(room.owner.user).await, None);
}

#[tokio::test]
async fn a_code_of_an_erased_user_links_nothing() {
    let room = Room::open().await;
    let code = room.code(&room.owner).await;
    let (table, scope) = (room.stack.ctx().table(), room.owner.scope);
    let users = identity::Users::new(table, scope);
    let tombstone = users.get(room.owner.user).await.unwrap().unwrap().erased(room.stack.ctx().now());
    table::write_alone(table, |tx| users.save(tx, &tombstone)).await.unwrap();
    let answer = room.hear(wrote(1, 42, &format!("/start {code}"))).await;
    assert!(answer.text("/text").contains("tidak berlaku"));
    assert_eq!(room.chat_of(room.owner.user).await, None);
}

#[tokio::test]
async fn a_code_ends_with_the_sessions_of_whoever_asked_for_it() {
    let room = Room::open().await;
    let code = room.code(&room.owner).await;
    let (table, scope) = (room.stack.ctx().table(), room.owner.scope);
    let users = identity::Users::new(table, scope);
    let signed_out = users.get(room.owner.user).await.unwrap().unwrap().signed_out_everywhere();
    table::write_alone(table, |tx| users.save(tx, &signed_out)).await.unwrap();
    let answer = room.hear(wrote(1, 42, &format!("/start {code}"))).await;
    assert!(answer.text("/text").contains("tidak berlaku"));
    assert_eq!(room.chat_of(room.owner.user).await, None);
}

#[tokio::test]
async fn a_code_that_others_have_read_links_nothing() {
    for text in ["/start {}", "/start@toko_bot {}", "my code is {}", "https://t.me/toko_bot?start={}"] {
        let room = Room::open().await;
        let code = room.code(&room.owner).await;
        let mut posted = wrote(1, -1_001_234, &text.replace("{}", &code));
        posted["message"]["chat"]["type"] = json!("supergroup");
        assert_eq!(room.hear(posted).await.json(), json!({}), "nothing is said in front of others");
        let answer = room.hear(wrote(2, 43, &format!("/start {code}"))).await;
        assert!(answer.text("/text").contains("tidak berlaku"), "{text}");
        assert_eq!(room.chat_of(room.owner.user).await, None);
    }
}

#[tokio::test]
async fn a_chat_has_one_user_and_a_user_one_chat() {
    let room = Room::open().await;
    let scope = room.owner.scope;
    let siti = room.stack.user(scope, "siti@example.com", identity::Role::User).await;
    room.stack.with_full_access(&siti).await;
    room.linked(&room.owner, 42).await;
    // Another user takes the chat over; then moves to another chat.
    let code = room.code(&siti).await;
    room.hear(wrote(2, 42, &format!("/start {code}"))).await;
    assert_eq!((room.chat_of(room.owner.user).await, room.chat_of(siti.user).await), (None, Some(42)));
    let code = room.code(&siti).await;
    room.hear(wrote(3, 77, &format!("/start {code}"))).await;
    let contacts = Contacts::new(room.stack.ctx().table(), scope);
    let bot = "default".parse().unwrap();
    assert_eq!((room.chat_of(siti.user).await, contacts.owner_of(&bot, 42).await.unwrap()), (Some(77), None));
}

#[tokio::test]
async fn unlink_block_and_help_do_what_they_say() {
    let room = Room::open().await;
    room.linked(&room.owner, 42).await;
    let blocked = json!({"update_id": 2, "my_chat_member": {"chat": {"id": 42, "type": "private"},
        "from": {"id": 42}, "date": 1, "new_chat_member": {"status": "kicked"}}});
    assert_eq!(room.hear(blocked).await.json(), json!({}));
    let contacts = Contacts::new(room.stack.ctx().table(), room.owner.scope);
    assert!(contacts.telegram_of(room.owner.user).await.unwrap().unwrap().blocked_at.is_some());
    assert!(room.hear(wrote(3, 42, "/unlink")).await.text("/text").contains("tidak lagi"));
    assert_eq!(room.chat_of(room.owner.user).await, None);
    for (update, text) in [(4, "/help"), (6, "/fly"), (7, "halo"), (8, "/")] {
        assert!(room.hear(wrote(update, 42, text)).await.text("/text").contains(r"/unlink \- "), "{text}");
    }
    let group = wrote(9, 42, "/unlink").to_string().replace("private", "group");
    assert_eq!(room.hear(serde_json::from_str(&group).unwrap()).await.json(), json!({}));
    assert_eq!(room.hear(json!({"update_id": 10, "poll": {}})).await.json(), json!({}));
}

#[tokio::test]
async fn guessing_at_secrets_becomes_slow_and_the_truth_goes_through() {
    let room = Room::open().await;
    let guess = |tenant: String, secret: &'static str| {
        let call = room.client.post(format!("/api/v1/webhooks/telegram/{tenant}/default"), wrote(1, 42, "/help"));
        call.header("x-telegram-bot-api-secret-token", secret).send()
    };
    for tenant in ["nobody", "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"] {
        assert_eq!(guess(tenant.to_owned(), "s3cret").await.status.as_u16(), 401);
    }
    assert_eq!(room.stack.secrets.asked(), Vec::<String>::new(), "only a tenant that is there has secrets");
    for attempt in 3..=31 {
        let answer = guess(room.tenant.id.to_string(), "S3CRET").await;
        assert_eq!(answer.status.as_u16(), if attempt <= 30 { 401 } else { 429 }, "{attempt}");
        assert_eq!(answer.header("retry-after").is_empty(), attempt <= 30);
    }
    assert_eq!(guess(room.tenant.id.to_string(), "s3cret").await.status.as_u16(), 200);
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let room = Room::open().await;
    let (other, _) = room.stack.tenant("toko-b").await;
    let body = wrote(1, 42, "/help");
    let id = room.tenant.id.to_string();
    for (tenant, bot, secret) in [
        (id.as_str(), "default", None),
        (id.as_str(), "default", Some("")),
        (id.as_str(), "default", Some("S3CRET")),
        (id.as_str(), "premium", Some("s3cret")),
        (id.as_str(), "A%23", Some("s3cret")),
        (&other.id.to_string(), "default", Some("s3cret")),
        ("nobody", "default", Some("s3cret")),
        ("-", "default", Some("s3cret")),
    ] {
        let mut call = room.client.post(format!("/api/v1/webhooks/telegram/{tenant}/{bot}"), body.clone());
        if let Some(secret) = secret {
            call = call.header("x-telegram-bot-api-secret-token", secret);
        }
        let answer = call.send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.text("/code").as_str()),
            (401, "INVALID_SIGNATURE"),
            "{tenant} {bot}"
        );
    }
    let by_slug = room.client.post("/api/v1/webhooks/telegram/toko-a/default", body);
    let answer = by_slug.header("x-telegram-bot-api-secret-token", "s3cret").send().await;
    assert_eq!(answer.status.as_u16(), 200);
    for raw in ["", "[]", "{}", "x"] {
        let path = format!("/api/v1/webhooks/telegram/{}/default", room.tenant.id);
        let call = room.client.call(http::Method::POST, path).raw(raw);
        let answer = call.header("x-telegram-bot-api-secret-token", "s3cret").send().await;
        assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (400, "INVALID_BODY"), "{raw}");
    }
}

/// Dies at every call of the store: 503 with a wait, and the update that Telegram sends again links the chat once.
#[tokio::test]
async fn a_death_anywhere_ends_in_one_link() {
    let calls = {
        let room = Room::open().await;
        let code = room.code(&room.owner).await;
        let (ctx, table) = room.stack.breaking(None);
        room.hear_at(&Client::new(crate::function(ctx)), wrote(1, 42, &format!("/start {code}"))).await;
        table.calls()
    };
    assert!(calls >= 4, "{calls} calls of the store");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let room = Room::open().await;
        let code = room.code(&room.owner).await;
        let (ctx, _) = room.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        let start = wrote(1, 42, &format!("/start {code}"));
        let first = room.hear_at(&client, start.clone()).await;
        assert_eq!(first.status.as_u16(), 503, "{fault:?}");
        assert!(!first.header("retry-after").is_empty());
        assert_eq!(room.hear_at(&client, start).await.status.as_u16(), 200, "{fault:?}");
        assert_eq!(room.chat_of(room.owner.user).await, Some(42), "{fault:?}");
    }
}
