//! Which bodies an operation takes. One that takes none refuses one: what it would ignore was meant for something.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{body::Bytes, extract::MatchedPath};
use http::{Method, request::Parts};
use utoipa::openapi::path::{HttpMethod, Operation};

use crate::{
    Described, Problem,
    openapi::takes_file,
    requests::{
        body::{MAX_BODY, refuse_body},
        file::{MAX_FILE, csv::is_csv, named},
    },
};

/// What operations of a function take as a body, by their descriptions. Each is looked at when the first body comes: no
/// cold start waits for it.
pub(crate) struct Bodyless(BTreeMap<String, Vec<(HttpMethod, Takes)>>);

type Takes = LazyLock<Taken, Box<dyn FnOnce() -> Taken + Send>>;

/// What an operation takes as a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Nothing,
    Text,
    File,
}

impl Bodyless {
    pub(crate) fn new(operations: Vec<Described>) -> Self {
        let mut routes: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for Described { path, methods, operation, .. } in operations {
            let route = routes.entry(path).or_default();
            route.extend(methods.into_iter().map(|method| (method, takes(operation))));
        }
        Self(routes)
    }

    /// `Ok` unless the request brings a body to an operation that takes none.
    ///
    /// # Errors
    /// 400 `UNKNOWN_FIELD` or `INVALID_BODY`, 415.
    pub(crate) fn check(&self, parts: &Parts, bytes: &Bytes) -> Result<(), Problem> {
        if bytes.is_empty() || self.taken(parts) != Some(Taken::Nothing) { Ok(()) } else { refuse_body(parts, bytes) }
    }

    /// The most bytes that the body of a request may have: more where it brings a file to an operation that takes one.
    pub(crate) fn most(&self, parts: &Parts) -> usize {
        let brings_file = named(&parts.headers).is_some() || is_csv(&parts.headers);
        if brings_file && self.taken(parts) == Some(Taken::File) { MAX_FILE } else { MAX_BODY }
    }

    /// What the operation of a request takes; `None` where there is none.
    fn taken(&self, parts: &Parts) -> Option<Taken> {
        let route = self.0.get(parts.extensions.get::<MatchedPath>()?.as_str())?;
        route.iter().find(|(method, _)| is(method, &parts.method)).map(|(_, taken)| **taken)
    }
}

fn takes(operation: fn() -> Operation) -> Takes {
    LazyLock::new(Box::new(move || {
        let operation = operation();
        match operation.request_body {
            None => Taken::Nothing,
            Some(_) if takes_file(&operation) => Taken::File,
            Some(_) => Taken::Text,
        }
    }))
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
