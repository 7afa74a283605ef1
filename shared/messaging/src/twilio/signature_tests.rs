//! Twilio's signatures: worked cases that both of Twilio's own libraries (`PyPI` 9.13.0, npm 6.2.0) sign the same.

use serde_json::json;

use super::*;

fn account(token: &str) -> TwilioAccount {
    let account = json!({"accountSid": "AC1", "authToken": token, "from": "x", "webhookKeys": {"WK1": "shared"}});
    serde_json::from_value(account).unwrap()
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

const W1: (&str, &str) = ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
const W1_FORM: [(&str, &str); 5] = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
];

fn call<'a>(url: &'a str, signature: &'a str, body: &'a str) -> TwilioCall<'a> {
    TwilioCall { url, signature: Some(signature), settings: None, body: body.as_bytes() }
}

#[test]
fn the_worked_cases_are_twilios() {
    let w1 = form(&W1_FORM);
    let fields = verify(call(W1.0, W1.1, &w1), &account("12345")).unwrap();
    assert_eq!((fields.len(), fields["To"].as_str()), (5, "+18005551212"));
    let (sid, ac) = (format!("SM{}", "a".repeat(32)), format!("AC{}", "b".repeat(32)));
    let w2 = form(&[
        ("SmsSid", &sid),
        ("SmsStatus", "delivered"),
        ("MessageStatus", "delivered"),
        ("To", "+6281234567890"),
        ("MessageSid", &sid),
        ("AccountSid", &ac),
        ("From", "+15005550006"),
        ("ApiVersion", "2010-04-01"),
    ]);
    let url = "https://api.example.co.id/webhooks/twilio/status?tenant=t_01";
    let token = account("d3adb33fd3adb33fd3adb33fd3adb33f");
    assert!(verify(call(url, "vPsSQibGniqboXws0+q8LaM4bKg=", &w2), &token).is_ok());
    let w4 = form(&[("A", "1"), ("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a")]);
    assert!(
        verify(call("https://api.example.co.id/x", "MScjZuvjOw6ivI0inq2/lqIFZ+w=", &w4), &account("12345")).is_ok()
    );
    let body = r#"{"property": "value", "boolean": true}"#;
    let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    let url = format!("https://mycompany.com/myapp.php?bodySHA256={hash}");
    let fields = verify(call(&url, "y77kIzt2vzLz71DgmJGsen2scGs=", body), &account("12345")).unwrap();
    assert_eq!(fields["boolean"], "true");
    let other = r#"{"property": "value", "boolean": false}"#;
    assert_eq!(
        verify(call(&url, "y77kIzt2vzLz71DgmJGsen2scGs=", other), &account("12345")),
        Err(CallbackError::NotFromTwilio),
        "the hash is not that of the body"
    );
}

#[test]
fn the_port_that_a_scheme_has_anyway_may_be_written() {
    let url = W1.0.replace("mycompany.com", "mycompany.com:443");
    assert!(verify(call(&url, W1.1, &form(&W1_FORM)), &account("12345")).is_ok());
    let other = W1.0.replace("mycompany.com", "mycompany.com:8443");
    assert!(verify(call(&other, W1.1, &form(&W1_FORM)), &account("12345")).is_err());
}

#[test]
fn what_was_changed_or_signed_by_others_is_refused() {
    let good = form(&W1_FORM);
    let mut more = W1_FORM.to_vec();
    more.push(("Extra", "1"));
    for (url, signature, body, token) in [
        (W1.0, W1.1, form(&more), "12345"),
        (W1.0, W1.1, form(&W1_FORM[1..]), "12345"),
        (W1.0, W1.1, good.clone(), "12346"),
        ("https://mycompany.com/myapp.php?bar=2&foo=1", W1.1, good.clone(), "12345"),
        (W1.0, "", good.clone(), "12345"),
        (W1.0, "RSOYDt4T1cUTdK1PDd93/VVr8B9=", good.clone(), "12345"),
    ] {
        assert_eq!(verify(call(url, signature, &body), &account(token)), Err(CallbackError::NotFromTwilio));
    }
    let unsigned = TwilioCall { signature: None, ..call(W1.0, "", &good) };
    assert_eq!(verify(unsigned, &account("12345")), Err(CallbackError::NotFromTwilio));
}

#[test]
fn a_shared_key_signs_with_sha_256_and_nothing_else_does() {
    let body = form(&W1_FORM);
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"shared");
    let text = W1_FORM.iter().fold(W1.0.to_owned(), |text, (name, value)| text + name + value);
    let signature = STANDARD.encode(hmac::sign(&key, text.as_bytes()));
    let with = |settings| TwilioCall { settings: Some(settings), ..call(W1.0, &signature, &body) };
    assert!(verify(with("key=WK1,algorithm=HMAC_SHA256"), &account("12345")).is_ok());
    for settings in ["key=WK2,algorithm=HMAC_SHA256", "key=WK1,algorithm=HMAC_SHA1", "key=WK1", "", "algorithm=none"] {
        assert_eq!(verify(with(settings), &account("12345")), Err(CallbackError::NotFromTwilio), "{settings}");
    }
}
