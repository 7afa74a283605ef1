//! The client against a scripted server: what it sends, and what it makes of every answer.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};

use super::*;

#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

async fn answer(State(script): State<Script>, uri: Uri, body: String) -> Response {
    script.asked.lock().unwrap().push((uri.path().to_owned(), serde_json::from_str(&body).unwrap()));
    let (status, body) = script.answers.lock().unwrap().pop_front().unwrap_or((500, String::new()));
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

async fn bot(answers: Vec<(u16, Value)>) -> (Script, Bot) {
    let answers = answers.into_iter().map(|(status, body)| (status, body.to_string())).collect();
    let script = Script { answers: Arc::new(Mutex::new(answers)), ..Script::default() };
    let router = Router::new().fallback(answer).with_state(script.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (script, Bot::new(reqwest::Client::new(), Some(&url), Secret::new("1:AAtoken".to_owned())))
}

fn sent(message_id: i64) -> (u16, Value) {
    (200, json!({"ok": true, "result": {"message_id": message_id, "chat": {"id": 42}, "text": "x"}}))
}

fn refused(code: u16, description: &str) -> (u16, Value) {
    (code, json!({"ok": false, "error_code": code, "description": description}))
}

const TEXT: Text<'static> = Text { markdown: r"Total: Rp 10\.000,50", plain: "Total: Rp 10.000,50" };

#[tokio::test]
async fn a_message_is_sent_as_markdown() {
    let (script, bot) = bot(vec![sent(101)]).await;
    assert_eq!(bot.send(42, TEXT).await, Ok(Sent { message_id: 101, moved_to: None }));
    let asked = script.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        [(
            "/bot1:AAtoken/sendMessage".to_owned(),
            json!({"chat_id": 42, "text": r"Total: Rp 10\.000,50", "parse_mode": "MarkdownV2",
                "link_preview_options": {"is_disabled": true}})
        )]
    );
}

#[tokio::test]
async fn errors_are_told_apart() {
    let unreachable = |said: &str| TelegramError::Unreachable(said.to_owned());
    for ((status, body), expected) in [
        (refused(403, "Forbidden: bot was blocked by the user"), unreachable("Forbidden: bot was blocked by the user")),
        (refused(403, "Forbidden: user is deactivated"), unreachable("Forbidden: user is deactivated")),
        (refused(400, "Bad Request: chat not found"), unreachable("Bad Request: chat not found")),
        (
            refused(400, "Bad Request: message is too long"),
            TelegramError::Refused("Bad Request: message is too long".to_owned()),
        ),
        (refused(401, "Unauthorized"), TelegramError::UnknownBot),
        (refused(404, "Not Found"), TelegramError::UnknownBot),
        (refused(409, "Conflict"), TelegramError::Refused("Conflict".to_owned())),
        (refused(503, "Service Unavailable"), TelegramError::Unavailable),
        (refused(500, "Internal Server Error"), TelegramError::Unknown),
        ((502, json!("<html>")), TelegramError::Unknown),
        (refused(504, "Gateway Timeout"), TelegramError::Unknown),
        ((200, json!("<html>")), TelegramError::Unknown),
        (
            (429, json!({"ok": false, "error_code": 429, "parameters": {"retry_after": 34}})),
            TelegramError::RateLimited { retry_after_seconds: 34 },
        ),
        (refused(429, "Too Many Requests"), TelegramError::RateLimited { retry_after_seconds: 1 }),
    ] {
        let (script, bot) = bot(vec![(status, body)]).await;
        assert_eq!(bot.send(42, TEXT).await, Err(expected.clone()));
        assert_eq!(script.asked.lock().unwrap().len(), 1, "{expected:?}");
        let permanent =
            matches!(expected, TelegramError::Unreachable(_) | TelegramError::UnknownBot | TelegramError::Refused(_));
        assert_eq!(expected.is_permanent(), permanent);
    }
}

#[tokio::test]
async fn a_chat_that_moved_is_followed_once() {
    let moved = || (400, json!({"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -10_042}}));
    let (script, followed) = bot(vec![moved(), sent(7)]).await;
    assert_eq!(followed.send(42, TEXT).await, Ok(Sent { message_id: 7, moved_to: Some(-10_042) }));
    assert_eq!(script.asked.lock().unwrap()[1].1["chat_id"], -10_042);
    let (_, lost) = bot(vec![moved(), moved()]).await;
    assert!(matches!(lost.send(42, TEXT).await, Err(TelegramError::Unreachable(_))));
}

#[tokio::test]
async fn a_text_that_cannot_be_read_goes_without_markup_once() {
    let unparsable = || refused(400, "Bad Request: can't parse entities: character '.' is reserved");
    let (script, plain) = bot(vec![unparsable(), sent(8)]).await;
    assert_eq!(plain.send(42, TEXT).await.unwrap().message_id, 8);
    let second = script.asked.lock().unwrap()[1].1.clone();
    assert_eq!((&second["text"], second.get("parse_mode")), (&json!("Total: Rp 10.000,50"), None));
    let (_, stubborn) = bot(vec![unparsable(), unparsable()]).await;
    assert!(matches!(stubborn.send(42, TEXT).await, Err(TelegramError::Refused(_))));
}

#[tokio::test]
async fn a_server_that_is_not_there_was_sent_nothing() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let bot = Bot::new(reqwest::Client::new(), Some(&url), Secret::new("1:AAtoken".to_owned()));
    let error = bot.send(42, TEXT).await.unwrap_err();
    assert_eq!(error, TelegramError::Unavailable);
    assert!(!format!("{error} {error:?}").contains("AAtoken"));
}
