use kernel::{Email, Money};
use serde::Deserialize;
use utoipa::ToSchema;

use super::*;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "only whether it parses matters")]
struct Order {
    email: Email,
    total: Money,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    parts: Vec<Part>,
    part: Option<Part>,
    ready: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    count: u32,
}

#[test]
fn what_would_be_right_is_said_in_words_of_json() {
    let total = r#""total":{"amount":1,"currency":"USD"}"#;
    for (field, detail) in [
        (r#""part":{"count":"x"}"#, "expected a whole number from 0 to 4294967295"),
        (r#""part":{"count":-1}"#, "expected a whole number from 0 to 4294967295"),
        (r#""part":{"count":"a, expected b at line 1"}"#, "expected a whole number from 0 to 4294967295"),
        (r#""part":[1]"#, "expected an object"),
        (r#""part":1"#, "expected an object"),
        (r#""tags":{}"#, "expected a list"),
        (r#""tags":[1]"#, "expected a text"),
        (r#""ready":"yes""#, "expected true or false"),
    ] {
        let body = format!(r#"{{"email":"a@b.co",{total},{field}}}"#);
        let problem = parse::<Order>(body.as_bytes()).map(drop).unwrap_err();
        assert_eq!(problem.errors()[0].detail, detail, "{field}");
    }
}

#[test]
fn what_is_well_formed_is_read() {
    let body = r#"{"email":"a@b.co","total":{"amount":1,"currency":"USD"},"tags":["a"],"parts":[{"count":1}],
        "part":{"count":2},"ready":true}"#;
    let order = parse::<Order>(body.as_bytes()).unwrap();
    assert_eq!((order.parts[0].count, order.part.map(|part| part.count), order.ready), (1, Some(2), Some(true)));
}

fn parts(method: Method, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(axum::body::Body::empty()).unwrap().into_parts().0
}

#[test]
fn a_body_may_be_left_out_where_something_is_done_and_not_where_it_is_changed() {
    let (none, some) = (Bytes::new(), Bytes::from_static(b"{}"));
    assert!(says_nothing(&parts(Method::POST, &[]), &none));
    assert!(!says_nothing(&parts(Method::POST, &[]), &some));
    assert!(!says_nothing(&parts(Method::POST, &[("content-type", "text/plain")]), &none));
    assert!(!says_nothing(&parts(Method::PUT, &[]), &none));
}

#[test]
fn an_operation_without_a_body_takes_none() {
    let json = parts(Method::POST, &[("content-type", "application/json")]);
    let text = parts(Method::POST, &[("content-type", "text/plain")]);
    let status = |parts: &Parts, body: &'static str| {
        let refused = refuse_body(parts, &Bytes::from_static(body.as_bytes()));
        refused.map_err(|problem| (problem.status().as_u16(), problem.code()))
    };
    for nothing in [status(&json, ""), status(&text, ""), status(&json, "{}"), status(&json, " { } ")] {
        assert_eq!(nothing, Ok(()));
    }
    assert_eq!(status(&json, r#"{"nonsense":1}"#), Err((400, "UNKNOWN_FIELD")));
    for broken in ["{{{", "[]", "null", "0"] {
        assert_eq!(status(&json, broken), Err((400, "INVALID_BODY")), "{broken}");
    }
    for other in ["{}", "hello"] {
        assert_eq!(status(&text, other), Err((415, "UNSUPPORTED_MEDIA_TYPE")), "{other}");
    }
}

#[test]
fn an_unknown_fields_name_is_repeated_in_part_and_without_control_characters() {
    let long = "x".repeat(200_000);
    for (name, shown) in [
        (long.as_str(), format!("/{}…", "x".repeat(64))),
        (r"a\u001b[31m\u0085\u202e~/", r"/a\u{1b}[31m\u{85}\u{202e}~0~1".to_owned()),
        ("[x]", "/[x]".to_owned()),
    ] {
        let body = format!(r#"{{"email":"a@b.co","total":{{"amount":1,"currency":"USD"}},"{name}":1}}"#);
        let problem = parse::<Order>(body.as_bytes()).map(drop).unwrap_err();
        assert_eq!((problem.code(), problem.errors()[0].pointer.clone()), ("UNKNOWN_FIELD", shown));
    }
}

#[test]
fn each_kind_of_mistake_has_its_status_code_and_place() {
    let total = r#""total":{"amount":1,"currency":"USD"}"#;
    for (body, status, code, pointer) in [
        (String::new(), 400, "INVALID_BODY", None),
        ("{".to_owned(), 400, "INVALID_BODY", None),
        ("[]".to_owned(), 400, "INVALID_BODY", None),
        (format!(r#"{{"email":5,{total}}}"#), 400, "INVALID_BODY", Some("/email")),
        (format!(r#"{{"email":"x",{total}}}"#), 422, "VALIDATION_FAILED", Some("/email")),
        (format!("{{{total}}}"), 422, "VALIDATION_FAILED", Some("/email")),
        (format!(r#"{{"email":"a@b.co",{total},"tags":["a",1]}}"#), 400, "INVALID_BODY", Some("/tags/1")),
        (format!(r#"{{"email":"a@b.co",{total},"admin":true}}"#), 400, "UNKNOWN_FIELD", Some("/admin")),
        (
            r#"{"email":"a@b.co","total":{"amount":1.5,"currency":"USD"}}"#.to_owned(),
            400,
            "INVALID_BODY",
            Some("/total/amount"),
        ),
        (
            r#"{"email":"a@b.co","total":{"amount":1,"currency":"usd"}}"#.to_owned(),
            422,
            "VALIDATION_FAILED",
            Some("/total/currency"),
        ),
        (format!(r#"{{"email":"a@b.co","email":"a@b.co",{total}}}"#), 400, "INVALID_BODY", Some("/email")),
        (format!(r#"{{"email":"a@b.co",{total}}} x"#), 400, "INVALID_BODY", None),
        (format!(r#"{{"admin":true,{total},}}"#), 400, "INVALID_BODY", None),
        (r#"{"admin":tru"#.to_owned(), 400, "INVALID_BODY", None),
        ("null".to_owned(), 400, "INVALID_BODY", None),
        (r#"{"email":"a@b.co","total":[1,"USD"]}"#.to_owned(), 400, "INVALID_BODY", Some("/total")),
        (format!(r#"{{"email":"a@b.co",{total},"parts":[[1]]}}"#), 400, "INVALID_BODY", Some("/parts/0")),
        (format!(r#"{{"email":"a@b.co",{total},"part":[1]}}"#), 400, "INVALID_BODY", Some("/part")),
        ("[".repeat(10_000), 400, "INVALID_BODY", None),
    ] {
        let problem = parse::<Order>(body.as_bytes()).map(drop).unwrap_err();
        let shown: String = body.chars().take(80).collect();
        assert_eq!(problem.status().as_u16(), status, "{shown}");
        assert_eq!(problem.code(), code, "{shown}");
        assert_eq!(problem.errors().first().map(|error| error.pointer.as_str()), pointer, "{shown}");
    }
}

#[test]
fn an_empty_body_is_told_from_broken_json() {
    let detail = |body: &[u8]| {
        serde_json::from_str::<serde_json::Value>(&parse::<Order>(body).unwrap_err().document("", ""))
        .unwrap()["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(detail(b" "), "the body is empty; this call needs a JSON object");
    assert_eq!(detail(b"{"), "the body is not valid JSON (line 1, column 1)");
}

#[test]
fn a_refusal_repeats_nothing_that_the_caller_sent() {
    let problem = parse::<Order>(br#"{"email":"s3cret-value","total":7}"#).map(drop).unwrap_err();
    assert!(!format!("{problem:?}").contains("s3cret-value"));
}

#[test]
fn brackets_in_strings_do_not_nest() {
    assert!(!nests_too_deep(&format!("\"{}\"", "[".repeat(100))));
    assert!(!nests_too_deep(&format!("\"\\\"{}\"", "[".repeat(100))));
    assert!(nests_too_deep(&"[".repeat(33)));
    assert!(!nests_too_deep(&"[".repeat(32)));
}
