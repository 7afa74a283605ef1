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
