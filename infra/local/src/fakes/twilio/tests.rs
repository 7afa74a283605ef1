use super::*;

const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The fake on a port, with one account that sends as `+15005550006`.
async fn fake() -> (Arc<Twilio>, Arc<Mailbox>, String) {
    let clock = Arc::new(TestClock::new(None));
    let mailbox = Arc::new(Mailbox::new(Arc::clone(&clock)));
    let twilio = Arc::new(Twilio::new(clock, reqwest::Client::new(), Deliveries::default(), Arc::clone(&mailbox)));
    twilio.register_account(SID, "token", "+15005550006");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/2010-04-01/Accounts/{SID}/Messages", listener.local_addr().unwrap());
    let app = router(Arc::clone(&twilio));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (twilio, mailbox, url)
}

async fn send(url: &str, token: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let call = reqwest::Client::new().post(format!("{url}.json")).basic_auth(SID, Some(token)).form(form);
    let answer = call.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn halo(to: &str) -> [(&str, &str); 3] {
    [("To", to), ("From", "+15005550006"), ("Body", "Halo é + 1")]
}

#[tokio::test]
async fn a_message_is_sent_and_seen() {
    let (_, mailbox, url) = fake().await;
    let (status, message) = send(&url, "token", &halo("+6281234567890")).await;
    assert_eq!((status, &message["status"], &message["body"]), (201, &json!("queued"), &json!("Halo é + 1")));
    let kept = mailbox.find(Some("sms"), Some("+6281234567890"));
    assert_eq!((kept[0].text.as_str(), kept[0].from.as_str()), ("Halo é + 1", "+15005550006"));
    let read = |path: String| async move {
        let call = reqwest::Client::new().get(path).basic_auth(SID, Some("token"));
        call.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(read(format!("{url}/{}.json", message["sid"].as_str().unwrap())).await, message);
    assert_eq!(read(format!("{url}.json?To=%2B6281234567890")).await["messages"], json!([message]));
    assert_eq!(read(format!("{url}.json?To=%2B1")).await["messages"], json!([]));
    assert_eq!(read(format!("{url}/SM0.json")).await["code"], 20_404);
}

#[tokio::test]
async fn refusals_are_twilios_own() {
    let (twilio, mailbox, url) = fake().await;
    let long = "x".repeat(1601);
    for (token, form, expected) in [
        ("wrong", halo("+6281234567890").to_vec(), (401, 20_003)),
        ("token", vec![("From", "+15005550006"), ("Body", "x")], (400, 21_604)),
        ("token", vec![("To", "+6281234567890"), ("Body", "x")], (400, 21_603)),
        ("token", vec![("To", "+6281234567890"), ("From", "+15005550006")], (400, 21_602)),
        ("token", vec![("To", "+6281234567890"), ("From", "+15005550006"), ("Body", &long)], (400, 21_617)),
        ("token", vec![("To", "+6281234567890"), ("From", "+15005550007"), ("Body", "x")], (400, 21_606)),
        ("token", halo("081234567890").to_vec(), (400, 21_211)),
        ("token", halo("+15005550001").to_vec(), (400, 21_211)),
        ("token", halo("+15005550004").to_vec(), (400, 21_610)),
        ("token", halo("+15005550009").to_vec(), (400, 21_614)),
    ] {
        let (status, error) = send(&url, token, &form).await;
        assert_eq!((status, error["code"].as_u64().unwrap()), expected, "{form:?}");
        assert_eq!(error["more_info"], format!("https://www.twilio.com/docs/errors/{}", expected.1));
    }
    assert!(mailbox.find(None, None).is_empty());
    twilio.set_settings(Settings { too_many_requests: 1, lose_replies: 1, ..Settings::default() });
    assert_eq!(send(&url, "token", &halo("+6281234567890")).await.1["code"], 20_429);
    assert_eq!(send(&url, "token", &halo("+6281234567890")).await.0, 500, "it left all the same");
    assert_eq!(mailbox.find(None, None).len(), 1);
    let elsewhere = url.replace(SID, "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    assert_eq!(send(&elsewhere, "token", &halo("+6281234567890")).await.1["code"], 20_404);
}

#[test]
fn long_texts_are_several_messages() {
    let count = |letter: &str, length: usize| segments(&letter.repeat(length));
    assert_eq!([count("a", 160), count("a", 161), count("a", 306), count("a", 307)], [1, 2, 2, 3]);
    assert_eq!([count("é", 70), count("é", 71), count("é", 135)], [1, 2, 3]);
}
