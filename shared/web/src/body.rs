//! Request bodies: bounded, strict, and refused with the place of the mistake.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;

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
        require_json(&parts)?;
        let RawBody(bytes) = RawBody::from_request_parts(&mut parts, state).await?;
        parse(&bytes).map(Self)
    }
}

fn require_json(parts: &Parts) -> Result<(), Problem> {
    let content_type =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        let detail = "send the body as Content-Type: application/json";
        Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail))
    }
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
    if text.trim_start().starts_with('[') {
        // serde would read an array as the fields of a struct in their order.
        return Err(invalid_body("the body must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| refusal(&pointer(error.path()), error.inner()))?;
    deserializer.end().map_err(|_| invalid_body("the body goes on after the JSON value"))?;
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

/// Tells the kinds of mistake apart (SPEC §1): broken JSON, wrong types and unknown fields are 400; values of the right
/// type that the domain does not take, and missing ones, are 422. serde says which only in its message.
fn refusal(pointer: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    if !error.is_data() {
        return invalid_body(format!("the body is not valid JSON (line {}, column {})", error.line(), error.column()));
    }
    if ["invalid type", "invalid length", "duplicate field"].iter().any(|mistake| message.starts_with(mistake)) {
        // The message of a wrong type quotes the value; a caller's value is not repeated.
        let expected = message
            .split(", expected ")
            .nth(1)
            .map_or_else(|| "each field may be given once".to_owned(), |expected| format!("expected {expected}"));
        return invalid_body("a value has the wrong type; see errors").with_error(pointer, "WRONG_TYPE", expected);
    }
    if message.starts_with("unknown field") {
        let detail = message
            .split(", expected ")
            .nth(1)
            .map_or_else(|| "this call takes no fields".to_owned(), |known| format!("this call knows {known}"));
        let problem = Problem::new(StatusCode::BAD_REQUEST, "UNKNOWN_FIELD", "a field is not known; see errors");
        return problem.with_error(pointer, "UNKNOWN_FIELD", detail);
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return Problem::invalid(
            &format!("{pointer}/{}", field.trim_matches('`')),
            "REQUIRED",
            "this field is required",
        );
    }
    let detail = match message.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => message.to_owned(),
    };
    Problem::invalid(pointer, "INVALID_VALUE", detail)
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
