//! Refusals on the wire: RFC 9457 problem documents, and the one mapping from domain faults to statuses.

use axum::response::{IntoResponse, Response};
use cloud::telemetry;
use http::{HeaderName, HeaderValue, StatusCode, header};
use kernel::{Fault, FaultKind};
use serde::Serialize;
use serde_json::{Map, Value};
use tenancy::ClosedFor;
use utoipa::ToSchema;

/// How many values at fault a refusal names.
const MOST_ERRORS: usize = 100;

/// A refusal. `instance` and `requestId` are filled in on the way out.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, String)>,
    members: Map<String, Value>,
    is_final: bool,
}

/// One value of the request that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where, as a JSON pointer into the body, or the name of a query parameter or header.
    #[schema(example = "/email")]
    pub pointer: String,
    /// What kind of mistake, in `UPPER_SNAKE`.
    #[schema(example = "REQUIRED")]
    pub code: &'static str,
    /// What would be right.
    #[schema(example = "this field is required")]
    pub detail: String,
}

/// The problem document, as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "type": "/docs/guide#validation-failed", "title": "Unprocessable Entity", "status": 422,
    "detail": "a value cannot be accepted; see errors", "instance": "/api/v1/auth/register", "code": "VALIDATION_FAILED",
    "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "success": false,
    "errors": [{ "pointer": "/email", "code": "REQUIRED", "detail": "this field is required" }]
}))]
pub(crate) struct ProblemDocument<'a> {
    /// Where the kind of problem is documented: a reference to be resolved against the address that was called.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/docs/guide#validation-failed")]
    kind: String,
    /// The HTTP status in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What was wrong with this request and what to do.
    detail: &'a str,
    /// The path that was called.
    instance: &'a str,
    /// The stable code; decide by it.
    code: &'a str,
    /// Names this request in the logs.
    request_id: &'a str,
    /// Always false.
    success: bool,
    /// The values at fault, for validation problems.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// What else there is to say, by the code.
    #[serde(flatten)]
    #[schema(ignore)]
    members: &'a Map<String, Value>,
}

const NOT_FOUND: &str = "NOT_FOUND";
const VALIDATION_FAILED: &str = "VALIDATION_FAILED";

impl Problem {
    pub(crate) const CONTENT_TYPE: &str = "application/problem+json; charset=utf-8";

    /// A problem of this status and code; `detail` is for the caller.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let (errors, headers, members) = (Vec::new(), Vec::new(), Map::new());
        Self { status, code, detail: detail.into(), errors, headers, members, is_final: false }
    }

    /// A value that cannot be accepted: 422 with the place of the value.
    pub fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::unacceptable().with_error(pointer, code, detail)
    }

    /// Values that cannot be accepted, which [`Self::with_error`] names.
    pub fn unacceptable() -> Self {
        let what = "a value cannot be accepted; see errors";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, VALIDATION_FAILED, what)
    }

    /// There is no such thing, or it is somebody else's: the same words for both.
    pub fn not_found() -> Self {
        let detail = "nothing that you can see has this id or name";
        Self::new(StatusCode::NOT_FOUND, NOT_FOUND, detail)
    }

    /// No operation has this path.
    pub(crate) fn no_such_path() -> Self {
        let detail = "the API has no such path; /docs lists those that it has";
        Self::new(StatusCode::NOT_FOUND, NOT_FOUND, detail)
    }

    /// The same refusal; if it is that there is no such thing, it says which value of the request named it.
    #[must_use]
    pub fn named_at(self, pointer: &str) -> Self {
        if self.code == NOT_FOUND && self.errors.is_empty() {
            let detail = self.detail.clone();
            return self.with_error(pointer, NOT_FOUND, detail);
        }
        self
    }

    /// Somebody else changed the same thing at the same time.
    pub fn conflict() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "CONFLICT",
            "this was changed by somebody else just now; read it again and retry",
        )
    }

    /// More tries at a secret at the same time than can be counted safely; what only lost a race is [`Self::conflict`].
    pub fn too_many_at_once() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "too many calls at once; wait a second")
            .with_header(header::RETRY_AFTER, 1)
    }

    /// The caller may not do this; `detail` names what is missing, and what to do about it where there is something.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", detail)
    }

    /// The customer's plan does not reach this.
    pub fn plan_too_small() -> Self {
        let detail = "your plan does not include this, or you have none: see GET /api/v1/plans for those that do, and \
                      subscribe by POST /api/v1/subscriptions or change your subscription";
        Self::new(StatusCode::FORBIDDEN, "PLAN_LIMIT", detail)
    }

    /// The tenant's place in its life does not allow this. The same words for all of them: a visitor learns no more.
    pub fn tenant_suspended() -> Self {
        let detail = "your organisation's account is past its trial, suspended or cancelled, and can only be read and \
                      paid for; after a trial an administrator goes on by POST /api/v1/tenants/{id}/convert, otherwise \
                      pay what is owed or ask the platform's operator";
        Self::new(StatusCode::FORBIDDEN, "TENANT_SUSPENDED", detail)
    }

    /// The same for its own members, who are told why.
    pub fn tenant_closed_for(why: ClosedFor) -> Self {
        let detail = match why {
            ClosedFor::TrialOver => {
                "your organisation's trial is over: until an administrator goes on by POST /api/v1/tenants/{id}/convert, it \
                 can only be read, paid for and taken away"
            }
            ClosedFor::NonPayment => {
                "your organisation's account is suspended because an invoice of the platform is unpaid: until an \
                 administrator pays what is owed by POST /api/v1/tenants/current/payments, it can only be read and taken away"
            }
            ClosedFor::Operator => {
                "your organisation's account was suspended by the platform's operator: it can only be read, paid for and \
                 taken away; GET /api/v1/tenants/current says why, ask the operator"
            }
            ClosedFor::Cancelled => {
                "your organisation's account was cancelled: its administrators read it, pay what is owed and take its data \
                 away, and nobody does anything else"
            }
        };
        Self::new(StatusCode::FORBIDDEN, "TENANT_SUSPENDED", detail)
    }

    /// The tenant switched this part of the platform off.
    pub fn feature_off() -> Self {
        let detail = "your organisation has switched this off; an administrator can switch it on in its features";
        Self::new(StatusCode::FORBIDDEN, "FEATURE_OFF", detail)
    }

    /// A member calls from where the tenant does not allow it.
    pub fn ip_not_allowed() -> Self {
        let detail = "your organisation does not allow calls from this address; ask an administrator";
        Self::new(StatusCode::FORBIDDEN, "IP_NOT_ALLOWED", detail)
    }

    /// Adds a header to the answer.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, at the call without a &")]
    pub fn with_header(mut self, name: HeaderName, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Says more than the code does, in a member of its own (RFC 9457, 3.2), such as what would be allowed.
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// What was wrong, in words for the caller.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What else it says under this name.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// The values at fault.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Names a value at fault; beyond a hundred nobody reads on, and a body of many small mistakes would make an answer
    /// larger than a gateway lets through.
    pub fn with_error(mut self, pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(FieldError { pointer: pointer.to_owned(), code, detail: detail.into() });
        }
        self
    }

    /// The business decided so: the same request is refused the same way ever after ([`Fault::is_final`]).
    #[must_use]
    pub fn for_good(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// Whether the refusal is kept as the answer of its idempotency key.
    pub(crate) const fn is_final(&self) -> bool {
        self.is_final
    }

    /// The document, as it stands in the answer's body.
    pub(crate) fn document(&self, instance: &str, request_id: &str) -> String {
        let document = ProblemDocument {
            kind: format!("/docs/guide#{}", self.code.to_ascii_lowercase().replace('_', "-")),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            instance,
            code: self.code,
            request_id,
            success: false,
            errors: &self.errors,
            members: &self.members,
        };
        serde_json::to_string(&document).unwrap_or_default()
    }

    /// The answer with this document, and the problem's headers.
    pub(crate) fn render(&self, document: String) -> Response {
        let mut response = (self.status, document).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(Self::CONTENT_TYPE));
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name.clone(), value);
            }
        }
        response
    }
}

impl IntoResponse for Problem {
    /// Leaves the problem in the response's extensions; the outermost layer, which knows the request's id, renders it.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

const fn status_of(kind: FaultKind) -> StatusCode {
    match kind {
        FaultKind::Malformed => StatusCode::BAD_REQUEST,
        FaultKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        FaultKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        FaultKind::Forbidden => StatusCode::FORBIDDEN,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Conflict => StatusCode::CONFLICT,
        FaultKind::Precondition => StatusCode::PRECONDITION_FAILED,
        FaultKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// How long a caller should wait after a 503, in seconds.
const RETRY_AFTER_SECONDS: u8 = 2;

impl<E: Fault> From<E> for Problem {
    /// The one mapping from faults to HTTP. What stands behind a 5xx is logged here, once, and told to nobody.
    fn from(error: E) -> Self {
        let status = status_of(error.kind());
        match error.kind() {
            FaultKind::Unavailable => {
                tracing::warn!(error = %telemetry::chain(&error), code = error.code(), "a dependency does not answer");
                Self::new(status, error.code(), "busy, or somebody whom it takes does not answer: send the same request again shortly, with the same Idempotency-Key if it has one")
                    .with_header(header::RETRY_AFTER, RETRY_AFTER_SECONDS)
            }
            FaultKind::Internal => {
                tracing::error!(error = %telemetry::chain(&error), code = error.code(), "internal fault");
                Self::new(status, error.code(), "something went wrong on our side; it has been recorded")
            }
            FaultKind::Malformed
            | FaultKind::Invalid
            | FaultKind::Unauthenticated
            | FaultKind::Forbidden
            | FaultKind::NotFound
            | FaultKind::Conflict
            | FaultKind::Precondition
            | FaultKind::RateLimited => {
                Self { is_final: error.is_final(), ..Self::new(status, error.code(), error.to_string()) }
            }
        }
    }
}

/// Both, or what is wrong with either: values that cannot be accepted are told together.
///
/// # Errors
/// The first refusal; with the errors of the second, when both are of values.
pub fn gathered<A, B>(one: Result<A, Problem>, other: Result<B, Problem>) -> Result<(A, B), Problem> {
    let is_of_values = |refusal: &Problem| refusal.code == VALIDATION_FAILED;
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(mut first), Err(second)) if is_of_values(&first) && is_of_values(&second) => {
            first.errors.extend(second.errors);
            first.errors.truncate(MOST_ERRORS);
            Err(first)
        }
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    }
}

/// A layer or an earlier argument that a handler needs is not there: a fault in the code.
pub(crate) fn missing(what: &str) -> Problem {
    tracing::error!(what, "a handler's argument needs a layer or an earlier argument that is not there");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "something went wrong on our side; it has been recorded",
    )
}
