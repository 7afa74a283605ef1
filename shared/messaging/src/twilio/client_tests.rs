//! The client against a scripted server: what it sends, and what it makes of every answer.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::*;

type Asked = Arc<Mutex<Vec<(String, String, String)>>>;

async fn answer(
    State((status, body, asked)): State<(u16, String, Asked)>,
    uri: Uri,
    headers: HeaderMap,
    form: String,
) -> Response {
    let credentials = headers["authorization"].to_str().unwrap().to_owned();
    asked.lock().unwrap().push((uri.path().to_owned(), credentials, form));
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

fn account(sender: &Value) -> TwilioAccount {
    let mut account = json!({"accountSid": "AC1", "authToken": "s3cret"});
    account.as_object_mut().unwrap().extend(sender.as_object().unwrap().clone());
    serde_json::from_value(account).unwrap()
}

async fn twilio(status: u16, body: &str, sender: Value) -> (Asked, Twilio) {
    let asked = Asked::default();
    let router = Router::new().fallback(answer).with_state((status, body.to_owned(), Arc::clone(&asked)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (asked, Twilio::new(reqwest::Client::new(), Some(&url), account(&sender)))
}

fn number() -> Phone {
    "+6281234567890".parse().unwrap()
}

fn sms<'a>(to: &'a Phone, text: &'a str) -> Sms<'a> {
    Sms { to, text, reports_to: None }
}

#[tokio::test]
async fn twilio_is_told_where_to_report() {
    let (asked, twilio) = twilio(201, r#"{"sid":"SM1"}"#, json!({"from": "x"})).await;
    let number = number();
    let reports_to = Some("https://api.example/webhooks/twilio/tnt_1?notification=ntf_1");
    twilio.send(Sms { reports_to, ..sms(&number, "Halo") }).await.unwrap();
    let (_, _, form) = asked.lock().unwrap()[0].clone();
    let callback = "https%3A%2F%2Fapi.example%2Fwebhooks%2Ftwilio%2Ftnt_1%3Fnotification%3Dntf_1";
    assert!(form.ends_with(&format!("&StatusCallback={callback}")), "{form}");
}

#[tokio::test]
async fn a_message_is_sent_as_a_form() {
    let queued =
        json!({"sid": "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "status": "queued", "error_code": null}).to_string();
    for (sender, field) in [
        (json!({"from": "TOKOKITA"}), "From=TOKOKITA"),
        (json!({"messagingServiceSid": "MG1"}), "MessagingServiceSid=MG1"),
    ] {
        let (asked, twilio) = twilio(201, &queued, sender).await;
        assert_eq!(twilio.send(sms(&number(), "Halo é")).await.unwrap(), "SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        let (path, credentials, form) = asked.lock().unwrap()[0].clone();
        assert_eq!(path, "/2010-04-01/Accounts/AC1/Messages.json");
        assert_eq!(credentials, "Basic QUMxOnMzY3JldA==");
        assert_eq!(form, format!("To=%2B6281234567890&{field}&Body=Halo+%C3%A9"));
    }
}

#[tokio::test]
async fn errors_are_told_apart() {
    let error = |code: u32| json!({"code": code, "message": "…+6281234567890…", "status": 400}).to_string();
    for (status, body, expected) in [
        (400, error(21_211), TwilioError::Unreachable(21_211)),
        (400, error(21_610), TwilioError::Unreachable(21_610)),
        (400, error(21_606), TwilioError::BadAccount(21_606)),
        (400, error(21_617), TwilioError::Refused(21_617)),
        (401, error(20_003), TwilioError::BadAccount(20_003)),
        (404, error(20_404), TwilioError::BadAccount(20_404)),
        (429, error(20_429), TwilioError::RateLimited),
        (429, String::new(), TwilioError::RateLimited),
        (500, error(20_500), TwilioError::Unknown),
        (503, "<html>".to_owned(), TwilioError::Unknown),
        (201, "<html>".to_owned(), TwilioError::Unknown),
    ] {
        let (asked, twilio) = twilio(status, &body, json!({"from": "+15005550006"})).await;
        let refused = twilio.send(sms(&number(), "Halo")).await.unwrap_err();
        assert_eq!(refused, expected, "{status} {body}");
        assert!(!format!("{refused} {refused:?}").contains("62812"), "{refused}");
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_sent_nothing() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let twilio = Twilio::new(reqwest::Client::new(), Some(&url), account(&json!({"from": "x"})));
    assert_eq!(twilio.send(sms(&number(), "Halo")).await, Err(TwilioError::Unavailable));
}
