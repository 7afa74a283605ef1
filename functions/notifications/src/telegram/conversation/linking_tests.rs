//! Chats that move, end, or belong to somebody who may not sign in; and groups.

use identity::{UserStatus, Users};
use serde_json::json;

use crate::telegram::room::{BOTS, Room, pressed, refused, with_plan, wrote};

#[tokio::test]
async fn a_chat_moves_to_the_bot_of_its_users_plan() {
    let room = Room::open().await;
    let siti = room.customer("siti@example.com", 43).await;
    room.hear(wrote(1, 43, "/mute 1d")).await;
    room.keep(BOTS);
    room.stack.set_clock("2026-11-21T01:06:00Z");
    let still = room.hear(wrote(2, 43, "/help")).await;
    assert!(still.text("/text").starts_with("*Perintah"), "{}", still.snapshot());
    assert_eq!(room.telegram.asked(), []);

    with_plan(&room.stack, &siti, "PREMIUM").await;
    let told = room.hear(wrote(3, 43, "/help")).await;
    assert!(told.text("/text").contains(r"@toko\_premium\_bot"), "{}", told.snapshot());
    let url = told.text("/reply_markup/inline_keyboard/0/0/url");
    let code = url.strip_prefix("https://t.me/toko_premium_bot?start=").unwrap();
    let asked = room.telegram.asked();
    assert_eq!(asked.len(), 1, "the answer first, then where to go");
    assert!(asked[0].1["text"].as_str().unwrap().starts_with("*Perintah"));
    // Until it is moved, the chat is where it was.
    assert_eq!(room.contact(siti.user).await.unwrap().bot.to_string(), "default");
    let start = wrote(4, 43, &format!("/start {code}"));
    assert!(room.hear(start.clone()).await.text("/text").contains("tidak berlaku"), "a code for another bot");
    let moved = room.hear_by(&room.client, "premium", start).await;
    assert!(moved.text("/text").contains("sekarang terhubung"), "{}", moved.snapshot());
    let contact = room.contact(siti.user).await.unwrap();
    assert_eq!((contact.bot.to_string(), contact.alerts.muted_until.is_some()), ("premium".to_owned(), true));
    assert!(
        room.hear(wrote(5, 43, "/status")).await.text("/text").starts_with("Untuk menerima"),
        "the old bot lets go"
    );
    let there = room.hear_by(&room.client, "premium", wrote(5, 43, "/help")).await;
    assert!(there.text("/text").starts_with("*Perintah"), "updates are counted for each bot");
}

/// Whoever linked a chat of their own to somebody's account is found out.
#[tokio::test]
async fn the_owner_of_the_account_hears_of_each_chat_that_is_linked() {
    let room = Room::open().await;
    let linked = async || {
        let rows = room.stack.rows().await;
        let told = rows.into_iter().filter(|row| row["type"] == "user.telegram_linked");
        told.map(|row| row["data"].clone()).collect::<Vec<_>>()
    };
    room.hear(wrote(1, 42, "/start lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X")).await;
    assert_eq!(linked().await, Vec::<serde_json::Value>::new(), "a code that does not work");
    let code = room.code(&room.owner).await;
    for update in [2, 2, 3] {
        room.hear(wrote(update, 42, &format!("/start {code}"))).await;
    }
    assert_eq!(linked().await, [json!({"userId": room.owner.user})]);
}

#[tokio::test]
async fn nobody_is_sent_to_a_bot_that_is_not_there_and_no_member_to_another() {
    let room = Room::open().await;
    let siti = room.customer("siti@example.com", 43).await;
    with_plan(&room.stack, &siti, "ENTERPRISE").await;
    room.linked(&room.owner, 42).await;
    for (update, chat) in [(1, 43), (2, 42)] {
        assert!(room.hear(wrote(update, chat, "/help")).await.text("/text").starts_with("*Perintah"));
    }
    assert_eq!(room.telegram.asked(), []);
}

#[tokio::test]
async fn whoever_may_not_sign_in_learns_nothing_but_where_to_ask() {
    let room = Room::open().await;
    let siti = room.customer("siti@example.com", 43).await;
    let invoice = room.bill(&siti, 1, (50_000, "2026-12-05")).await;
    let (table, scope) = (room.stack.ctx().table(), siti.scope);
    let users = Users::new(table, scope);
    let user = users.get(siti.user).await.unwrap().unwrap();
    let suspended = identity::User { status: UserStatus::Suspended, version: user.version + 1, ..user };
    table::write_alone(table, |tx| users.save(tx, &suspended)).await.unwrap();
    for (update, command) in (1..).zip(["/invoices", "/pay INV-2026-11-0001", "/profile", "/alerts", "/mute", "/link"])
    {
        let answer = room.hear(wrote(update, 43, command)).await;
        assert!(answer.text("/text").contains("ditangguhkan"), "{command}: {}", answer.snapshot());
    }
    let press = room.hear(pressed(20, 43, &format!("pay:{invoice}"))).await;
    assert_eq!(press.text("/method"), "answerCallbackQuery");
    assert!(press.text("/text").contains("ditangguhkan"));
    assert!(room.hear(wrote(21, 43, "/support")).await.text("/text").contains("belum memberikan alamat"));
    assert!(room.hear(wrote(22, 43, "/unlink")).await.text("/text").contains("tidak lagi"));
}

#[tokio::test]
async fn a_closed_company_says_so_and_lets_go() {
    let room = Room::open().await;
    room.linked(&room.owner, 42).await;
    let closed = tenancy::Tenant {
        status: tenancy::TenantStatus::Cancelled,
        version: room.tenant.version + 1,
        ..room.tenant.clone()
    };
    table::write_alone(room.stack.ctx().table(), |tx| tenancy::Tenants::save(tx, &closed)).await.unwrap();
    for (update, body) in
        [(1, wrote(1, 42, "/profile")), (2, pressed(2, 42, "all:off")), (3, wrote(3, 77, "/start lnk_1"))]
    {
        let text = room.hear(body).await.text("/text").replace('\\', "");
        assert_eq!(text, "Toko toko-a sedang tutup.", "{update}");
    }
    assert!(room.hear(wrote(4, 42, "/unlink")).await.text("/text").contains("tidak lagi"));
    assert_eq!(room.chat_of(room.owner.user).await, None);
}

#[tokio::test]
async fn in_a_group_nothing_is_said_of_anybody() {
    let room = Room::open().await;
    room.linked(&room.owner, 42).await;
    let in_group = |update, text: &str| {
        let mut update = wrote(update, -7, text);
        update["message"]["chat"]["type"] = json!("group");
        update["message"]["from"]["id"] = json!(42);
        update
    };
    let answer = room.hear(in_group(1, "/profile@Toko_Bot")).await;
    assert!(answer.text("/text").contains("secara pribadi"), "{}", answer.snapshot());
    assert_eq!(answer.text("/reply_markup/inline_keyboard/0/0/url"), "https://t.me/toko_bot");
    for (update, text) in (2..).zip(["/profile", "/profile@other_bot", "/fly@toko_bot", "halo"]) {
        assert_eq!(room.hear(in_group(update, text)).await.json(), json!({}), "{text}");
    }
    let mut press = pressed(9, -7, "all:off");
    press["callback_query"]["message"]["chat"]["type"] = json!("group");
    press["callback_query"]["from"]["id"] = json!(42);
    assert_eq!(room.hear(press).await.text("/method"), "answerCallbackQuery");
    assert!(!room.contact(room.owner.user).await.unwrap().alerts.stopped);
}

#[tokio::test]
async fn a_chat_that_was_closed_is_open_again_when_its_user_comes_back() {
    let room = Room::open().await;
    room.linked(&room.owner, 42).await;
    let member = |update: i64, status: &str| {
        json!({"update_id": update, "my_chat_member": {"chat": {"id": 42, "type": "private"},
            "from": {"id": 42}, "date": 1, "new_chat_member": {"status": status}}})
    };
    let blocked = async || room.contact(room.owner.user).await.unwrap().blocked_at.is_some();
    room.hear(member(1, "kicked")).await;
    assert!(blocked().await);
    room.hear(member(2, "member")).await;
    assert!(!blocked().await);
    room.hear(member(3, "kicked")).await;
    room.hear(wrote(4, 42, "/help")).await;
    assert!(!blocked().await, "whoever writes can be written to");
}

#[tokio::test]
async fn a_call_that_telegram_refuses_keeps_nobody_waiting() {
    let room = Room::open().await;
    room.linked(&room.owner, 42).await;
    for (update, answer) in (1..).zip([
        refused(403, "Forbidden: bot was blocked by the user"),
        refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
        refused(429, "Too Many Requests: retry after 34"),
        refused(500, "Internal Server Error"),
    ]) {
        room.telegram.answers([answer]);
        let answer = room.hear(pressed(update, 42, "alert:news:off")).await;
        assert_eq!((answer.status.as_u16(), answer.text("/method").as_str()), (200, "editMessageText"));
    }
    // A short wait is waited for.
    room.telegram.answers([refused(429, "Too Many Requests: retry after 1")]);
    let before = room.telegram.asked().len();
    room.hear(pressed(9, 42, "alert:news:on")).await;
    assert_eq!(room.telegram.asked().len(), before + 2);
}
