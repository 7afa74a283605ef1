//! Request bodies: bounded, strict, and refused with the place of the mistake.

mod canonical;
mod media;
mod objects;
mod refusal;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
pub(crate) use canonical::canonical;
use http::{Method, StatusCode, header, request::Parts};
use media::{is_json, is_plain};
use objects::Objects;
use refusal::refusal;
pub(crate) use refusal::{expected, pointer};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};

use utoipa::{
    ToSchema,
    openapi::{Content, RefOr, Required, path::Operation, request_body::RequestBodyBuilder},
};

use crate::{
    Argument, Problem,
    answers::problem::missing,
    arguments::{Schemas, push, reference_to},
};

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

impl Argument for RawBody {}

/// A JSON body, parsed into domain types. Always the last argument.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: ToSchema> Argument for Json<T> {
    fn describe(operation: &mut Operation, _: &str) {
        let content = Content::new(Some(reference_to::<T>()));
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        operation.request_body = Some(RefOr::T(body.build()));
    }

    fn schemas(schemas: &mut Schemas) {
        push::<T>(schemas);
    }
}

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

/// The body of an operation that takes none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

/// `Ok` for what may come to an operation that takes no body: nothing, or `{}` from clients that always send one.
///
/// # Errors
/// As for a body that is taken: 415, or 400 for what is no empty object.
pub(crate) fn refuse_body(parts: &Parts, bytes: &Bytes) -> Result<(), Problem> {
    if bytes.is_empty() {
        return Ok(());
    }
    is_plain(&parts.headers)?;
    is_json(&parts.headers)?;
    parse(bytes).map(|NoFields {}| ())
}

/// Whether there is no body where one may be left out. Who changes what is there says what it shall become.
fn says_nothing(parts: &Parts, bytes: &Bytes) -> bool {
    let may_be_left_out = [Method::POST, Method::DELETE].contains(&parts.method);
    may_be_left_out && bytes.is_empty() && !parts.headers.contains_key(header::CONTENT_TYPE)
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
