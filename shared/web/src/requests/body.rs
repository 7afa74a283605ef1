//! Request bodies: bounded, strict, and refused with the place of the mistake.

mod canonical;
mod faults;
mod media;
mod objects;
mod refusal;
mod tree;

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
pub(crate) use canonical::canonical;
pub(crate) use faults::MOST_FAULTS;
use http::{Method, StatusCode, header, request::Parts};
use media::is_json;
pub(crate) use media::{is_plain, unsupported};
use objects::Objects;
use refusal::not_json;
pub(crate) use refusal::{expected, pointer, shown};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use utoipa::{
    ToSchema,
    openapi::{Content, RefOr, Required, example::Example, path::Operation, request_body::RequestBodyBuilder},
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
        let mut content = Content::new(Some(reference_to::<T>()));
        content.examples = examples_of(operation);
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        operation.request_body = Some(RefOr::T(body.build()));
    }

    fn schemas(schemas: &mut Schemas) {
        push::<T>(schemas);
    }
}

/// The named examples that an operation has of its body: those of a body of which some fields exclude others.
fn examples_of(operation: &Operation) -> BTreeMap<String, RefOr<Example>> {
    let Some(RefOr::T(body)) = &operation.request_body else { return BTreeMap::new() };
    let contents = body.content.values().filter_map(|content| match content {
        RefOr::T(content) => Some(content.examples.clone()),
        RefOr::Ref(_) => None,
    });
    contents.flatten().collect()
}

impl<T: DeserializeOwned + ToSchema, S: Sync> FromRequest<S> for Json<T> {
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
#[derive(Deserialize, ToSchema)]
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
fn parse<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| invalid_body("the body is not UTF-8"))?;
    if nests_too_deep(text) {
        return Err(invalid_body("the body nests more than 32 levels deep"));
    }
    // Before anything is said about fields: what is no JSON has none. Costs no memory.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(text, &error))?;
    if !text.trim_start().starts_with('{') {
        return Err(invalid_body("the body must be a JSON object"));
    }
    read(text).map_err(|failure| faults::refusal::<T>(text, failure))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, refusal::Failure> {
    serde_path_to_error::deserialize(Objects(&mut serde_json::Deserializer::from_str(text)))
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
mod tests;
