//! Query parameters that a route does not take are refused: one that is misspelt would otherwise filter nothing, unnoticed.

use std::collections::BTreeSet;

use axum::extract::MatchedPath;
use http::{Method, Request, StatusCode};
use utoipa::openapi::{
    PathItem,
    path::{Operation, ParameterIn},
};

use crate::{
    Problem,
    openapi::{Document, knows_its_query, parameters},
    requests::body::{MOST_FAULTS, shown},
};

/// A token in a URL has a refusal of its own, which matters more.
const JUDGED_ELSEWHERE: &str = "access_token";

/// `Ok` when the document says of the request's route that it takes every query parameter that is there.
///
/// # Errors
/// 400 `UNKNOWN_FIELD`.
pub(crate) fn check<B>(document: &Document, request: &Request<B>) -> Result<(), Problem> {
    let query = request.uri().query().filter(|query| !query.is_empty());
    let (Some(query), Some(route)) = (query, request.extensions().get::<MatchedPath>()) else { return Ok(()) };
    let item = document.paths.paths.get(route.as_str()).filter(|_| knows_its_query(route.as_str()));
    let Some(operation) = item.and_then(|item| operation_of(item, request.method())) else { return Ok(()) };
    let in_query = parameters(operation).filter(|one| one.parameter_in == ParameterIn::Query);
    let taken: BTreeSet<&str> = in_query.map(|one| one.name.as_str()).collect();
    let parts = query.split('&').filter(|part| !part.is_empty());
    let names: BTreeSet<&str> = parts.map(|part| part.split('=').next().unwrap_or(part)).collect();
    if names.contains(JUDGED_ELSEWHERE) || names.is_subset(&taken) {
        return Ok(());
    }
    let listed = taken.iter().copied().collect::<Vec<_>>().join(", ");
    let detail = if listed.is_empty() {
        "this call takes no query parameters".to_owned()
    } else {
        format!("this call takes no other query parameters than {listed}")
    };
    let refusal = Problem::new(StatusCode::BAD_REQUEST, "UNKNOWN_FIELD", detail);
    Err(names.difference(&taken).take(MOST_FAULTS).fold(refusal, |refusal, name| {
        refusal.with_error(&shown(name), "UNKNOWN_FIELD", "this call has no such query parameter")
    }))
}

const fn operation_of<'a>(item: &'a PathItem, method: &Method) -> Option<&'a Operation> {
    match *method {
        Method::GET | Method::HEAD => item.get.as_ref(),
        Method::POST => item.post.as_ref(),
        Method::PUT => item.put.as_ref(),
        Method::PATCH => item.patch.as_ref(),
        Method::DELETE => item.delete.as_ref(),
        _ => None,
    }
}
