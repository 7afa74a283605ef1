//! Request bodies: bounded, strict, and refused with the place of the mistake.

mod objects;
mod refusal;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use objects::Objects;
use refusal::refusal;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::{Problem, request::missing};

/// The most bytes that an API call may carry.
pub(crate) const MAX_BODY: usize = 256 * 1024;
/// How deep JSON may nest.
const MAX_DEPTH: usize = 32;

/// The body as it came, read once by the outermost layer.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

impl<S: Sync> FromRequestParts<S> for RawBody {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| missing("RawBody"))
    }
}

/// A JSON body, parsed into domain types. Always the last argument.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, _) = request.into_parts();
        let RawBody(bytes) = RawBody::from_request_parts(&mut parts, state).await?;
        is_plain(&parts.headers)?;
        if says_nothing(&parts, &bytes) {
            return parse(b"{}").map(Self);
        }
        is_json(&parts.headers)?;
        parse(&bytes).map(Self)
    }
}

/// Whether there is no body where one may be left out. Who changes what is there says what it shall become.
fn says_nothing(parts: &Parts, bytes: &Bytes) -> bool {
    let may_be_left_out = [Method::POST, Method::DELETE].contains(&parts.method);
    may_be_left_out && bytes.is_empty() && !parts.headers.contains_key(header::CONTENT_TYPE)
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(unsupported("send the body as Content-Type: application/json"))
    }
}

/// A compressed body would be as long as it likes once it is read.
fn is_plain(headers: &HeaderMap) -> Result<(), Problem> {
    let plain = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if plain {
        Ok(())
    } else {
        Err(unsupported("send the body as it is, without Content-Encoding")
            .with_header(header::ACCEPT_ENCODING, "identity"))
    }
}

fn unsupported(detail: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail)
}

fn invalid_body(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "INVALID_BODY", detail)
}

/// Parses a body into `T`.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| invalid_body("the body is not UTF-8"))?;
    if nests_too_deep(text) {
        return Err(invalid_body("the body nests more than 32 levels deep"));
    }
    // Before anything is said about fields: what is no JSON has none. Costs no memory.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| refusal("", &error))?;
    if !text.trim_start().starts_with('{') {
        return Err(invalid_body("the body must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(Objects(&mut deserializer))
        .map_err(|error| refusal(&pointer(error.path()), error.inner()))?;
    Ok(value)
}

/// Counts brackets outside strings; cheaper than parsing, and done before it.
fn nests_too_deep(text: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let text = segment.to_string();
        pointer.push('/');
        pointer.push_str(&text.trim_matches(['[', ']']).replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use kernel::{Email, Money};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
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

    #[derive(Debug, Deserialize)]
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
    fn only_plain_json_is_taken() {
        for (headers, taken) in [
            (&[("content-type", "Application/JSON; charset=utf-8")][..], true),
            (&[("content-type", "application/json"), ("content-encoding", "identity")], true),
            (&[("content-type", "application/json"), ("content-encoding", "gzip")], false),
            (&[("content-type", "text/plain")], false),
            (&[], false),
        ] {
            let parts = parts(Method::POST, headers);
            assert_eq!(is_plain(&parts.headers).and_then(|()| is_json(&parts.headers)).is_ok(), taken, "{headers:?}");
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
            (format!(r#"{{"email":"a@b.co","email":"a@b.co",{total}}}"#), 400, "INVALID_BODY", Some("")),
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
}
