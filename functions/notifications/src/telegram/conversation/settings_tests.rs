//! What chats are told and in which language: by commands and by buttons, twice, at once and half-way.

use kernel::Locale;
use messaging::{
    catalogue::{INVOICE_READY, MessageKind, PAYMENT_RECEIVED},
    telegram::Alerts,
};
use serde_json::{Value, json};
use testkit::{Client, Fault};

use crate::telegram::room::{Room, pressed, wrote};

async fn alerts(room: &Room) -> Alerts {
    room.contact(room.owner.user).await.unwrap().alerts
}

fn labels(answer: &Value) -> Vec<String> {
    let rows = answer["reply_markup"]["inline_keyboard"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row[0]["text"].as_str().unwrap().to_owned()).collect()
}

async fn linked() -> Room {
    let room = Room::open().await;
    room.linked(&room.owner, 42).await;
    room
}

#[tokio::test]
async fn a_topic_is_switched_off_and_on_by_its_button() {
    let room = linked().await;
    let shown = room.hear(wrote(1, 42, "/alerts")).await.json();
    assert_eq!(labels(&shown)[0], "✅ Tagihan");
    let data = shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str().unwrap();
    let off = room.hear(pressed(2, 42, data)).await.json();
    assert_eq!((off["method"].as_str().unwrap(), labels(&off)[0].as_str()), ("editMessageText", "◻️ Tagihan"));
    let now = room.stack.ctx().now();
    let stored = alerts(&room).await;
    let wants = |kind: MessageKind| stored.wants(kind.key, kind.priority, now);
    assert!(!wants(INVOICE_READY) && wants(PAYMENT_RECEIVED));
    // Pressed twice, it says what it wants, not "the other way round".
    room.hear(pressed(3, 42, data)).await;
    assert_eq!(alerts(&room).await, stored);
    let back = off["reply_markup"]["inline_keyboard"][0][0]["callback_data"].as_str().unwrap();
    room.hear(pressed(4, 42, back)).await;
    assert!(alerts(&room).await.is_usual());
    // The update that comes again does nothing and says nothing.
    assert_eq!(room.hear(pressed(2, 42, data)).await.json(), json!({}));
    assert!(alerts(&room).await.is_usual());
}

#[tokio::test]
async fn a_chat_is_quiet_for_a_while_or_altogether() {
    let room = linked().await;
    let now = room.stack.ctx().now();
    let answer = room.hear(wrote(1, 42, "/mute 2h")).await;
    assert_eq!(answer.text("/text"), r"Diam sampai 21 November 2026 pukul 10\.00 WIB\.", "{}", answer.snapshot());
    let muted = alerts(&room).await;
    assert!(muted.is_muted(now) && !muted.is_muted("2026-11-21T03:00:00Z".parse().unwrap()));
    assert!(room.hear(wrote(2, 42, "/mute for ever")).await.text("/text").contains("paling lama 30 hari"));
    assert_eq!(alerts(&room).await, muted, "what is not understood changes nothing");
    let shown = room.hear(wrote(3, 42, "/alerts")).await.json();
    assert!(labels(&shown).contains(&"Tidak lagi diam".to_owned()), "{shown}");
    room.hear(wrote(4, 42, "/unmute")).await;
    assert!(alerts(&room).await.is_usual());
    room.hear(pressed(5, 42, "mute:8")).await;
    assert!(alerts(&room).await.is_muted(now));
    room.hear(pressed(6, 42, "mute:65535")).await;
    assert!(!alerts(&room).await.is_muted("2026-12-21T01:00:01Z".parse().unwrap()), "30 days at most");
    room.hear(wrote(7, 42, "/unsubscribe")).await;
    assert!(alerts(&room).await.stopped && room.chat_of(room.owner.user).await == Some(42), "it stays linked");
    let stopped = room.hear(wrote(8, 42, "/alerts")).await.json();
    assert_eq!(labels(&stopped), ["Semua pesan"]);
    room.hear(pressed(9, 42, "all:on")).await;
    assert!(alerts(&room).await.is_usual());
    room.hear(pressed(10, 42, "all:off")).await;
    room.hear(wrote(11, 42, "/subscribe")).await;
    assert!(alerts(&room).await.is_usual());
}

#[tokio::test]
async fn the_language_is_the_one_that_was_chosen() {
    let room = linked().await;
    let asked = room.hear(wrote(1, 42, "/language")).await.json();
    assert_eq!(asked["reply_markup"]["inline_keyboard"][0].as_array().unwrap().len(), 2);
    assert_eq!(room.hear(wrote(2, 42, "/language fr")).await.text("/text"), asked["text"].as_str().unwrap());
    assert_eq!(room.hear(wrote(3, 42, "/language EN")).await.text("/text"), r"I speak English here now\.");
    assert_eq!(room.contact(room.owner.user).await.unwrap().chosen_language, Some(Locale::En));
    assert!(room.hear(wrote(4, 42, "/help")).await.text("/text").starts_with("*What I understand:*"));
    assert_eq!(
        room.hear(pressed(5, 42, "lang:id")).await.text("/text"),
        r"Sekarang saya berbahasa Indonesia di sini\."
    );
    assert!(room.hear(wrote(6, 42, "/help")).await.text("/text").starts_with("*Perintah"));
    // Linking the chat anew keeps what its user chose.
    room.hear(wrote(7, 42, "/mute 1d")).await;
    room.linked(&room.owner, 43).await;
    let moved = room.contact(room.owner.user).await.unwrap();
    assert_eq!(
        (moved.chat_id, moved.chosen_language, moved.alerts.muted_until.is_some()),
        (43, Some(Locale::Id), true)
    );
}

/// A chat is noted as blocked when a message does not get through, and Telegram may not say when that is over.
#[tokio::test]
async fn a_chat_that_was_blocked_is_open_again_when_its_user_writes() {
    for heard in
        [wrote(1, 42, "/subscribe"), wrote(1, 42, "/mute 1d"), wrote(1, 42, "/language en"), pressed(1, 42, "lang:id")]
    {
        let room = linked().await;
        let contact = room.contact(room.owner.user).await.unwrap();
        let ctx = room.stack.ctx();
        let contacts = messaging::Contacts::new(ctx.table(), room.owner.scope);
        let mut transaction = table::Transaction::new();
        contacts.save_blocked(&mut transaction, &contact, ctx.now());
        ctx.table().transact(transaction).await.unwrap();
        assert!(room.contact(room.owner.user).await.unwrap().blocked_at.is_some());
        room.hear(heard.clone()).await;
        assert_eq!(room.contact(room.owner.user).await.unwrap().blocked_at, None, "{heard}");
    }
}

#[tokio::test]
async fn two_buttons_at_once_both_hold() {
    let room = linked().await;
    let press = |update, data: &'static str| room.hear(pressed(update, 42, data));
    let (one, other) = tokio::join!(press(1, "alert:invoices:off"), press(2, "alert:news:off"));
    assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200));
    assert_eq!(alerts(&room).await.off.len(), 2);
}

/// Dies at every call of the store: the update that Telegram sends again is done, once.
#[tokio::test]
async fn a_death_anywhere_ends_in_one_change() {
    let calls = {
        let room = linked().await;
        let (ctx, table) = room.stack.breaking(None);
        room.hear_at(&Client::new(crate::function(ctx)), wrote(1, 42, "/unsubscribe")).await;
        table.calls()
    };
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let room = linked().await;
        let (ctx, _) = room.stack.breaking(Some(fault));
        let client = Client::new(crate::function(ctx));
        assert_eq!(room.hear_at(&client, wrote(1, 42, "/unsubscribe")).await.status.as_u16(), 503, "{fault:?}");
        assert_eq!(room.hear_at(&client, wrote(1, 42, "/unsubscribe")).await.status.as_u16(), 200, "{fault:?}");
        assert!(alerts(&room).await.stopped, "{fault:?}");
    }
}
