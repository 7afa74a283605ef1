//! Refusals that follow from what an operation is: from its token, its headers, its query and its body.

use utoipa::openapi::{Content, RefOr, Response, path::Operation};

use super::{
    Trait,
    headers::{put, put_limits},
    reference,
};

/// Refusals that are the same wherever an operation says nothing of its own about their status.
const SHARED: [(&str, &str, &[&str]); 6] = [
    ("401", "Unauthenticated", &["API_KEY_EXPIRED", "INVALID_TOKEN", "TOKEN_EXPIRED", "UNAUTHENTICATED"]),
    ("413", "BodyTooLarge", &["BODY_TOO_LARGE"]),
    ("415", "UnsupportedMediaType", &["UNSUPPORTED_MEDIA_TYPE"]),
    ("429", "RateLimited", &["RATE_LIMITED"]),
    ("500", "Internal", &["INTERNAL"]),
    ("503", "Unavailable", &["UNAVAILABLE"]),
];

/// What an operation with any of the traits may answer.
const RULES: &[(&[Trait], &str, &[&str])] = &[
    (&[Trait::TakesJson, Trait::TakesFile, Trait::TakesNoBody], "400", &["INVALID_BODY"]),
    (&[Trait::TakesJson, Trait::TakesNoBody, Trait::KnowsItsQuery], "400", &["UNKNOWN_FIELD"]),
    (&[Trait::Secured, Trait::Conditional], "400", &["INVALID_HEADER"]),
    (&[Trait::Secured], "400", &["TOKEN_IN_URL"]),
    (&[Trait::Paged], "400", &["INVALID_CURSOR"]),
    (&[Trait::Visited], "400", &["MISSING_TENANT_ID"]),
    (&[Trait::Visited, Trait::Secured], "400", &["INVALID_TENANT_ID"]),
    (&[Trait::TakesKey], "400", &["IDEMPOTENCY_KEY_INVALID"]),
    (&[Trait::NeedsKey], "400", &["IDEMPOTENCY_KEY_REQUIRED"]),
    (&[Trait::Secured], "401", &["API_KEY_EXPIRED", "INVALID_TOKEN", "TOKEN_EXPIRED", "UNAUTHENTICATED"]),
    (&[Trait::Secured], "403", &["IP_NOT_ALLOWED", "TENANT_MISMATCH"]),
    (&[Trait::Secured, Trait::Visited], "403", &["ORIGIN_NOT_ALLOWED"]),
    (&[Trait::Guarded], "403", &["FORBIDDEN", "MFA_ENROLMENT_REQUIRED", "TENANT_SUSPENDED"]),
    (&[Trait::Planned], "403", &["PLAN_LIMIT"]),
    (&[Trait::Visited, Trait::NamesSomething], "404", &["NOT_FOUND"]),
    (&[Trait::TakesKey], "409", &["IDEMPOTENCY_IN_PROGRESS"]),
    (&[Trait::Conditional], "412", &["PRECONDITION_FAILED"]),
    (&[Trait::TakesJson, Trait::TakesFile, Trait::TakesNoBody], "413", &["BODY_TOO_LARGE"]),
    (&[Trait::TakesJson, Trait::TakesFile, Trait::TakesNoBody], "415", &["UNSUPPORTED_MEDIA_TYPE"]),
    (&[Trait::TakesJson, Trait::TakesQuery], "422", &["VALIDATION_FAILED"]),
    (&[Trait::TakesKey], "422", &["IDEMPOTENCY_KEY_REUSED"]),
    (&[Trait::Counted], "429", &["RATE_LIMITED"]),
    (&[Trait::Any], "500", &["INTERNAL"]),
    (&[Trait::Stored], "503", &["UNAVAILABLE"]),
];

const PROBLEM: &str = "application/problem+json";

/// The shared refusals by name.
pub(super) fn shared() -> impl Iterator<Item = (String, RefOr<Response>)> {
    SHARED.into_iter().map(|(status, name, codes)| {
        let mut response = Response::new(codes.join(", "));
        describe(&mut response);
        put(&mut response, "X-Request-Id");
        if ["429", "503"].contains(&status) {
            put(&mut response, "Retry-After");
        }
        if status == "429" {
            put_limits(&mut response);
        }
        (name.to_owned(), RefOr::T(response))
    })
}

/// Adds the refusals, each with its codes, and the form of a problem to every refusal that has none.
pub(super) fn add(operation: &mut Operation, traits: &[Trait]) {
    let applying = RULES.iter().filter(|(to, ..)| to.iter().any(|one| traits.contains(one)));
    for &(_, status, codes) in applying {
        let shared = SHARED.iter().find(|(of, _, all)| *of == status && *all == codes);
        let responses = &mut operation.responses.responses;
        match (responses.get_mut(status), shared) {
            (Some(RefOr::T(response)), _) => name_codes(response, codes),
            (Some(RefOr::Ref(_)), _) => {}
            (None, Some((_, name, _))) => {
                responses.insert(status.to_owned(), reference("responses", name));
            }
            (None, None) => {
                responses.insert(status.to_owned(), RefOr::T(Response::new(codes.join(", "))));
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        match response {
            // What has a form of its own, such as the health that is answered with 503, keeps it.
            RefOr::T(response) if status.starts_with(['4', '5']) && response.content.is_empty() => describe(response),
            RefOr::T(_) | RefOr::Ref(_) => {}
        }
    }
}

/// Puts the codes that the description does not name yet before the others.
fn name_codes(response: &mut Response, codes: &[&str]) {
    let named: Vec<&str> = response.description.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).collect();
    let mut all: Vec<&str> = codes.iter().copied().filter(|code| !named.contains(code)).collect();
    if !response.description.is_empty() {
        all.push(&response.description);
    }
    response.description = all.join(", ");
}

fn describe(response: &mut Response) {
    response.content.insert(PROBLEM.to_owned(), RefOr::T(Content::new(Some(reference("schemas", "Problem")))));
}
