//! Operations that take no body refuse one: what they would ignore was meant for something.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{body::Bytes, extract::MatchedPath};
use http::{Method, request::Parts};
use utoipa::openapi::path::{HttpMethod, Operation};

use crate::{Described, Problem, requests::body::refuse_body};

/// Which operations of a function take a body, by their descriptions. Each is looked at when the first body comes: no
/// cold start waits for it.
pub(crate) struct Bodyless(BTreeMap<String, Vec<(HttpMethod, TakesBody)>>);

type TakesBody = LazyLock<bool, Box<dyn FnOnce() -> bool + Send>>;

impl Bodyless {
    pub(crate) fn new(operations: Vec<Described>) -> Self {
        let mut routes: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for Described { path, methods, operation, .. } in operations {
            let route = routes.entry(path).or_default();
            route.extend(methods.into_iter().map(|method| (method, takes_body(operation))));
        }
        Self(routes)
    }

    /// `Ok` unless the request brings a body to an operation that takes none.
    ///
    /// # Errors
    /// 400 `UNKNOWN_FIELD` or `INVALID_BODY`, 415.
    pub(crate) fn check(&self, parts: &Parts, bytes: &Bytes) -> Result<(), Problem> {
        let route = parts.extensions.get::<MatchedPath>().and_then(|route| self.0.get(route.as_str()));
        let Some(route) = route.filter(|_| !bytes.is_empty()) else { return Ok(()) };
        let operation = route.iter().find(|(method, _)| is(method, &parts.method));
        if operation.is_none_or(|(_, takes_body)| **takes_body) { Ok(()) } else { refuse_body(parts, bytes) }
    }
}

fn takes_body(operation: fn() -> Operation) -> TakesBody {
    LazyLock::new(Box::new(move || operation().request_body.is_some()))
}

/// Whether a request of this method is for the operation. The router answers HEAD by GET.
fn is(described: &HttpMethod, method: &Method) -> bool {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let described = match described {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Trace => Method::TRACE,
    };
    described == *method
}
