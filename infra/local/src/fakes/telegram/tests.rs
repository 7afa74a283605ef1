use axum::{Router, extract::State, http::HeaderMap};

use super::*;

const TOKEN: &str = "123456789:AAExampleTokenForTestVectorsOnly0000";

fn fake() -> (Arc<Telegram>, Arc<Mailbox>) {
    let clock = Arc::new(TestClock::new(None));
    let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock)));
    let telegram = Telegram::new(clock, reqwest::Client::new(), Deliveries::default(), Arc::clone(&mailbox));
    (Arc::new(telegram), mailbox)
}

fn refusal(result: Result<Value, TelegramError>) -> (u16, String) {
    let error = result.unwrap_err();
    (error.code, error.description)
}

#[tokio::test]
async fn a_message_is_sent_and_seen() {
    let (telegram, mailbox) = fake();
    telegram.register_bot("default", TOKEN);
    let sent = telegram
        .call(TOKEN, "sendMessage", &json!({"chat_id": 42, "text": "Halo <b>Budi</b>", "parse_mode": "HTML"}))
        .unwrap();
    assert_eq!((&sent["text"], &sent["chat"]["id"]), (&json!("Halo Budi"), &json!(42)));
    let messages = mailbox.find(Some("telegram"), Some("42"));
    assert_eq!((messages[0].text.as_str(), messages[0].from.as_str()), ("Halo Budi", "default_bot"));
}

#[tokio::test]
async fn refusals_are_telegrams_own() {
    let (telegram, _) = fake();
    let send = |input: Value| telegram.call(TOKEN, "sendMessage", &input);
    assert_eq!(
        refusal(send(json!({"chat_id": 42, "text": ""}))),
        (400, "Bad Request: message text is empty".to_owned())
    );
    assert_eq!(refusal(send(json!({"text": "x"}))).0, 400);
    assert_eq!(refusal(send(json!({"chat_id": 42, "text": "x".repeat(4097)}))).1, "Bad Request: message is too long");
    telegram.set_chat(42, ChatState::Blocked);
    assert_eq!(
        refusal(send(json!({"chat_id": 42, "text": "x"}))),
        (403, "Forbidden: bot was blocked by the user".to_owned())
    );
    telegram.set_chat(42, ChatState::Unknown);
    assert_eq!(refusal(send(json!({"chat_id": 42, "text": "x"}))), (400, "Bad Request: chat not found".to_owned()));
    assert_eq!(refusal(telegram.call("nonsense", "getMe", &Value::Null)).0, 404);
    assert_eq!(refusal(telegram.call(TOKEN, "flyToMoon", &Value::Null)).0, 404);
    telegram.set_settings(Settings { too_many_requests: 1, retry_after: 34, ..Settings::default() });
    assert_eq!(
        refusal(send(json!({"chat_id": 1, "text": "x"}))),
        (429, "Too Many Requests: retry after 34".to_owned())
    );
    telegram.revoke(TOKEN);
    assert_eq!(refusal(send(json!({"chat_id": 1, "text": "x"}))), (401, "Unauthorized".to_owned()));
}

#[tokio::test]
async fn commands_and_webhooks_are_checked() {
    let (telegram, _) = fake();
    let command = |name: &str| json!({"commands": [{"command": name, "description": "Mulai"}]});
    assert!(telegram.call(TOKEN, "setMyCommands", &command("start")).is_ok());
    assert_eq!(telegram.call(TOKEN, "getMyCommands", &json!({})).unwrap()[0]["command"], "start");
    assert_eq!(refusal(telegram.call(TOKEN, "setMyCommands", &command("Start!"))).0, 400);
    assert_eq!(refusal(telegram.call(TOKEN, "setWebhook", &json!({"url": "http://example.com"}))).0, 400);
    assert_eq!(
        refusal(telegram.call(TOKEN, "setWebhook", &json!({"url": "https://x.id", "secret_token": "a b"}))).0,
        400
    );
    assert_eq!(refusal(telegram.call(TOKEN, "answerCallbackQuery", &json!({"callback_query_id": "x"}))).0, 400);
}

type Updates = Arc<Mutex<Vec<(String, Value)>>>;

#[tokio::test]
async fn what_a_user_does_reaches_the_webhook_with_its_secret() {
    let (telegram, mailbox) = fake();
    let updates = Updates::default();
    let hook = Router::new()
        .fallback(
            |State(updates): State<Updates>, headers: HeaderMap, axum::Json(body): axum::Json<Value>| async move {
                let mut updates = updates.lock().unwrap();
                let secret = headers["x-telegram-bot-api-secret-token"].to_str().unwrap().to_owned();
                updates.push((secret, body));
                // The first try is refused, so that a second one is seen.
                if updates.len() == 1 {
                    Err(http::StatusCode::SERVICE_UNAVAILABLE)
                } else {
                    Ok(axum::Json(json!({"method": "sendMessage", "chat_id": 42, "text": "Selamat datang"})))
                }
            },
        )
        .with_state(Arc::clone(&updates));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, hook).await });
    let action: UserAction = serde_json::from_value(json!({"chatId": 42, "text": "/start abc"})).unwrap();
    assert_eq!(telegram.user_does("default", &action), Err(UpdateError::UnknownBot("default".to_owned())));
    telegram.register_bot("default", TOKEN);
    telegram.user_does("default", &action).unwrap();
    telegram.call(TOKEN, "setWebhook", &json!({"url": url, "secret_token": "s3cret"})).unwrap();
    telegram.deliveries.settle().await;
    let updates = updates.lock().unwrap();
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[0], updates[1]);
    assert_eq!(updates[0].0, "s3cret");
    assert_eq!(updates[0].1["message"]["entities"][0], json!({"offset": 0, "length": 6, "type": "bot_command"}));
    assert_eq!(mailbox.find(None, Some("42"))[0].text, "Selamat datang");
    assert!(telegram.webhook_info(123_456_789)["last_error_message"].is_string());
}

fn pay_button() -> Value {
    json!({"inline_keyboard": [[{"text": "Bayar", "callback_data": "pay:1"}]]})
}

#[tokio::test]
async fn a_message_is_edited_and_only_into_something_else() {
    let (telegram, mailbox) = fake();
    let call = |method: &str, input: Value| telegram.call(TOKEN, method, &input);
    let sent = call("sendMessage", json!({"chat_id": 42, "text": "Satu", "reply_markup": pay_button()})).unwrap();
    let id = sent["message_id"].clone();
    let edit = |text: &str, markup: Value| {
        call("editMessageText", json!({"chat_id": 42, "message_id": id, "text": text, "reply_markup": markup}))
    };
    assert!(refusal(edit("Satu", pay_button())).1.starts_with("Bad Request: message is not modified"));
    assert_eq!(edit("Dua", pay_button()).unwrap()["text"], "Dua");
    let buttons = json!({"chat_id": 42, "message_id": id, "reply_markup": {"inline_keyboard": []}});
    assert!(call("editMessageReplyMarkup", buttons.clone()).is_ok());
    assert!(refusal(call("editMessageReplyMarkup", buttons)).1.contains("message is not modified"));
    let bubbles = telegram.bubbles(123_456_789, 42);
    assert_eq!((bubbles.len(), bubbles[0].text.as_str(), bubbles[0].keys().len()), (1, "Dua", 0));
    let unknown = json!({"chat_id": 42, "message_id": 99, "text": "x"});
    assert_eq!(refusal(call("editMessageText", unknown)).1, "Bad Request: message to edit not found");
    assert_eq!(mailbox.find(Some("telegram"), Some("42")).len(), 1, "an edit is no new message");
}

#[tokio::test]
async fn a_pressed_button_is_answered_once() {
    let (telegram, _) = fake();
    telegram.register_bot("default", TOKEN);
    let call = |method: &str, input: Value| telegram.call(TOKEN, method, &input);
    let sent = call("sendMessage", json!({"chat_id": 42, "text": "Satu", "reply_markup": pay_button()})).unwrap();
    let press: UserAction = serde_json::from_value(json!({"chatId": 42, "callbackData": "pay:1"})).unwrap();
    let update = telegram.user_does("default", &press).unwrap();
    // Without a webhook it waits; what it is beneath is known all the same.
    let waiting = telegram.lock().bots[&123_456_789].pending[0].clone();
    assert_eq!(waiting["callback_query"]["message"]["message_id"], sent["message_id"]);
    let answer = json!({"callback_query_id": format!("q{update}"), "text": "Selesai"});
    assert!(refusal(call("answerCallbackQuery", json!({"callback_query_id": "q1", "text": "x".repeat(201)}))).0 == 400);
    assert!(call("answerCallbackQuery", answer.clone()).is_ok());
    assert!(refusal(call("answerCallbackQuery", answer)).1.contains("query is too old"));
    assert_eq!(telegram.bubbles(123_456_789, 42)[0].toast.as_deref(), Some("Selesai"));
}

#[tokio::test]
async fn menus_have_a_scope_and_a_language_and_a_limit() {
    let (telegram, _) = fake();
    let set = |input: Value| telegram.call(TOKEN, "setMyCommands", &input);
    let menu = |count: usize| {
        let command = |number: usize| json!({"command": format!("c{number}"), "description": "x"});
        (0..count).map(command).collect::<Vec<_>>()
    };
    assert!(set(json!({"commands": menu(100), "scope": {"type": "all_private_chats"}, "language_code": "id"})).is_ok());
    assert_eq!(refusal(set(json!({"commands": menu(101)}))).1, "Bad Request: BOT_COMMANDS_TOO_MUCH");
    assert_eq!(refusal(set(json!({"commands": menu(1), "scope": {"type": "everybody"}}))).0, 400);
    assert_eq!(refusal(set(json!({"commands": menu(1), "language_code": "id-ID"}))).0, 400);
    let long = json!([{"command": "a", "description": "x".repeat(257)}]);
    assert_eq!(refusal(set(json!({"commands": long}))).1, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID");
    let get = |input: Value| telegram.call(TOKEN, "getMyCommands", &input).unwrap();
    assert_eq!(get(json!({})), json!([]));
    let of = json!({"scope": {"type": "all_private_chats"}, "language_code": "id"});
    assert_eq!(get(of).as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn a_bot_writes_thirty_times_a_second_and_to_one_chat_once() {
    let (telegram, _) = fake();
    telegram.set_settings(Settings { limit_chats: true, ..Settings::default() });
    let send = |chat: i64| telegram.call(TOKEN, "sendMessage", &json!({"chat_id": chat, "text": "x"}));
    let now = telegram.clock.now();
    let refused = (0..40).filter(|chat| send(*chat).is_err()).count();
    // A clock that runs may let a few more through.
    assert!(refused >= 1 || telegram.clock.now().duration_since(now).as_secs() >= 1);
    assert_eq!(refusal(send(0)).0, 429);
}

#[tokio::test]
async fn a_text_is_measured_as_telegram_measures_it() {
    let (telegram, _) = fake();
    let send = |text: String, mode: &str| {
        telegram.call(TOKEN, "sendMessage", &json!({"chat_id": 42, "text": text, "parse_mode": mode}))
    };
    assert!(send("\\.".repeat(4096), "MarkdownV2").is_ok(), "a backslash is not seen");
    assert!(send("😀".repeat(2048), "").is_ok());
    assert_eq!(refusal(send("😀".repeat(2049), "")).1, "Bad Request: message is too long");
}
