//! The client against telegram-test-api, a Telegram that others wrote: `cargo xtask peers` starts it and runs this.
//!
//! It checks no markup, sends no secret, refuses nobody, and knows no menus; those are held to the fake of the local cloud.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must stop")]

use std::time::Duration;

use kernel::{Locale, Secret};
use messaging::telegram::{Bot, BotReply, Button, Chat, ChatEvent, Press, Text, parse};
use serde_json::{Value, json};

const TOKEN: &str = "123456789:AAtelegramtestapi";
/// The server numbers updates that come at once alike.
const PAUSE: Duration = Duration::from_millis(400);

type Heard = tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>;

async fn hook() -> (String, Heard) {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let keep = move |body: axum::body::Bytes| {
        let _nobody_listens = sender.send(body.to_vec());
        std::future::ready(())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(keep);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, receiver)
}

/// What a person does, by the server's own interface for people.
async fn does(url: &str, action: &str, what: Value) {
    tokio::time::sleep(PAUSE).await;
    let person = json!({"id": 42, "first_name": "Budi", "username": "budi", "is_bot": false, "language_code": "id"});
    let chat = json!({"id": 42, "title": "Budi", "first_name": "Budi", "username": "budi", "type": "private"});
    let mut body = json!({"botToken": TOKEN, "date": 1_750_000_000, "from": person, "chat": chat});
    body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
    let sent = reqwest::Client::new().post(format!("{url}/{action}")).json(&body).send().await.unwrap();
    assert!(sent.status().is_success(), "{action}: {}", sent.text().await.unwrap());
}

async fn heard(heard: &mut Heard) -> ChatEvent {
    let body = tokio::time::timeout(Duration::from_secs(10), heard.recv()).await.unwrap().unwrap();
    parse(&body).unwrap().heard
}

#[tokio::test]
#[ignore = "needs telegram-test-api at TELEGRAM_TEST_API_URL: cargo xtask peers starts one"]
async fn a_bot_speaks_to_another_telegram() {
    #[expect(clippy::disallowed_methods, reason = "a test of its own process, told where the server is")]
    let url = std::env::var("TELEGRAM_TEST_API_URL").unwrap();
    let bot = Bot::new(reqwest::Client::new(), Some(&url), Secret::new(TOKEN.to_owned()));
    assert!(!bot.username().await.unwrap().is_empty());

    let sent = bot.send(42, Text { markdown: r"Rp 10\.000", plain: "Rp 10.000" }).await.unwrap();
    assert!(sent.message_id > 0 && sent.moved_to.is_none());
    let reply = BotReply::saying("Pilih").row([Button::tell("Diam", Press::Mute(8))]);
    for call in reply.sent_to(42) {
        bot.make(&call).await.unwrap();
    }
    for call in reply.in_place_of(42, sent.message_id) {
        bot.make(&call).await.unwrap();
    }

    let (hook, mut updates) = hook().await;
    bot.set_webhook(&hook, &Secret::new("s3cret".to_owned())).await.unwrap();
    let budi = Chat { id: 42, language: Locale::Id };
    let entities = json!([{"offset": 0, "length": 5, "type": "bot_command"}]);
    does(&url, "sendCommand", json!({"text": "/mute 2h", "entities": entities})).await;
    let command = ChatEvent::Command { chat: budi, name: "mute".to_owned(), argument: "2h".to_owned() };
    assert_eq!(heard(&mut updates).await, command);
    does(&url, "sendMessage", json!({"text": "halo"})).await;
    assert_eq!(heard(&mut updates).await, ChatEvent::Chatter(budi));
    let beneath = json!({"message_id": 7, "chat": {"id": 42, "type": "private"}});
    does(&url, "sendCallback", json!({"data": "mute:8", "message": beneath})).await;
    let ChatEvent::Pressed(pressed) = heard(&mut updates).await else { panic!("a button is heard") };
    assert_eq!(pressed.data.parse(), Ok(Press::Mute(8)));
    bot.answer_press(&pressed.query, Some("Selesai")).await.unwrap();
}
