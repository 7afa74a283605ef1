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

#[tokio::test]
async fn a_long_message_is_several_and_the_first_stands_for_all() {
    let (script, bot) = bot(vec![sent(7), sent(8)]).await;
    let long = format!("{}\n\n{}", "a".repeat(4000), "b".repeat(200));
    let text = Text { markdown: &long, plain: &long };
    assert_eq!(bot.send(42, text).await.unwrap().message_id, 7);
    let asked = script.asked.lock().unwrap().clone();
    let texts: Vec<&str> = asked.iter().map(|(_, body)| body["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["a".repeat(4000), "b".repeat(200)]);
    let nothing = bot.send(42, Text { markdown: " ", plain: " " }).await;
    assert!(matches!(nothing, Err(TelegramError::Refused(_))), "nothing is not sent at all");
}

#[tokio::test]
async fn the_second_half_follows_a_chat_that_moved() {
    let moved = || (400, json!({"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -10_042}}));
    let long = format!("{}\n\n{}", "a".repeat(4000), "b".repeat(200));
    let text = Text { markdown: &long, plain: &long };
    let (script, followed) = bot(vec![moved(), sent(7), sent(8)]).await;
    assert_eq!(followed.send(42, text).await, Ok(Sent { message_id: 7, moved_to: Some(-10_042) }));
    assert_eq!(script.asked.lock().unwrap()[2].1["chat_id"], -10_042);
}

/// Whatever becomes of the second half, the first is not sent again.
#[tokio::test]
async fn a_message_whose_beginning_left_counts_as_sent() {
    let long = format!("{}\n\n{}", "a".repeat(4000), "b".repeat(200));
    let text = Text { markdown: &long, plain: &long };
    let busy = |seconds: u32| (429, json!({"ok": false, "error_code": 429, "parameters": {"retry_after": seconds}}));
    let message = Ok(Sent { message_id: 7, moved_to: None });
    for (answers, asked) in [
        (vec![busy(0), sent(8)], 3),
        (vec![busy(0), busy(0), sent(8)], 4),
        (vec![busy(0), busy(0), busy(0), sent(8)], 4),
        (vec![busy(34)], 2),
        (vec![refused(403, "Forbidden: bot was blocked by the user")], 2),
        (vec![refused(503, "Service Unavailable")], 2),
        (vec![refused(500, "Internal Server Error")], 2),
    ] {
        let (script, half) = bot([vec![sent(7)], answers].concat()).await;
        assert_eq!(half.send(42, text).await, message);
        let texts: Vec<String> =
            script.asked.lock().unwrap().iter().map(|(_, body)| body["text"].as_str().unwrap().to_owned()).collect();
        assert_eq!(texts.len(), asked);
        assert_eq!(texts.iter().filter(|text| text.starts_with('a')).count(), 1);
    }
    let (script, none) = bot(vec![busy(34)]).await;
    assert_eq!(none.send(42, text).await, Err(TelegramError::RateLimited { retry_after_seconds: 34 }));
    assert_eq!(script.asked.lock().unwrap().len(), 1, "nothing left");
}

#[tokio::test]
async fn a_bot_is_set_up_with_webhook_and_menus() {
    let done = || (200, json!({"ok": true, "result": true}));
    let me = (200, json!({"ok": true, "result": {"id": 1, "is_bot": true, "username": "toko_bot"}}));
    let (script, bot) = bot(vec![me, done(), done(), done()]).await;
    assert_eq!(bot.username().await.unwrap(), "toko_bot");
    bot.set_webhook("https://x.id/hook", &Secret::new("s3cret".to_owned())).await.unwrap();
    bot.set_menu(Locale::En, None).await.unwrap();
    bot.set_menu(Locale::Id, Some(Locale::Id)).await.unwrap();
    let asked = script.asked.lock().unwrap().clone();
    assert_eq!(asked[1].1["secret_token"], "s3cret");
    assert_eq!(asked[2].1.get("language_code"), None);
    assert_eq!(asked[3].1["language_code"], "id");
    assert_eq!(asked[3].1["commands"][0], json!({"command": "status", "description": "ringkasan keadaan akun Anda"}));
}

#[tokio::test]
async fn a_button_that_waited_too_long_and_a_message_that_is_so_already_are_no_errors() {
    let old = refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
    let same = refused(400, "Bad Request: message is not modified: specified new message content");
    let (script, bot) = bot(vec![old, same, refused(403, "Forbidden: bot was blocked by the user")]).await;
    assert_eq!(bot.answer_press("q1", Some("Done")).await, Ok(()));
    let edit = json!({"method": "editMessageText", "chat_id": 42, "message_id": 7, "text": "x"});
    assert_eq!(bot.make(&edit).await, Ok(()));
    assert!(matches!(bot.make(&edit).await, Err(TelegramError::Unreachable(_))));
    let asked = script.asked.lock().unwrap().clone();
    assert_eq!((asked[0].0.as_str(), &asked[0].1["text"]), ("/bot1:AAtoken/answerCallbackQuery", &json!("Done")));
    assert_eq!(asked[1].0, "/bot1:AAtoken/editMessageText");
}
