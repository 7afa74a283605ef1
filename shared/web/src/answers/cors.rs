//! Browsers on other origins: the CORS protocol of the Fetch standard
//! (<https://fetch.spec.whatwg.org/#http-cors-protocol>), with a list of origins per tenant.
//!
//! Tokens travel in a header and never in cookies, so no answer allows credentials and none says `*`. A preflight names
//! no tenant, and so every origin may ask; the call itself is refused before its handler runs when its tenant, by then
//! known, does not list the origin. All other answers may be read, or else no page could tell an expired token from a
//! broken network.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tenancy::{Origin, Tenant};

use crate::Problem;

/// Which web page makes the call, by the header `Origin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// None: a server, an app, or a page of the same origin that reads.
    Absent,
    /// One of the API's own.
    Own(HeaderValue),
    /// One that a tenant may list.
    At(Origin),
    /// One that no tenant could list: `null`, plain HTTP, several at once.
    Unnameable,
}

/// The code of a refusal, which the page itself must not be able to read.
const NOT_ALLOWED: &str = "ORIGIN_NOT_ALLOWED";

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, x-tenant-id, idempotency-key, if-match, x-cart-token, x-request-id",
);
const ANSWER_HEADERS: HeaderValue = HeaderValue::from_static(
    "etag, retry-after, ratelimit, ratelimit-policy, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, \
     x-request-id, idempotent-replayed",
);
/// How long browsers may keep the answer to a preflight, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

impl Page {
    /// The page of a request to the API at `public_url`.
    pub(crate) fn of(headers: &HeaderMap, public_url: &str) -> Self {
        let mut values = headers.get_all(header::ORIGIN).iter();
        let Some(value) = values.next() else { return Self::Absent };
        let text = value.to_str().unwrap_or_default();
        if values.next().is_some() {
            Self::Unnameable
        } else if !text.is_empty() && text == public_url {
            Self::Own(value.clone())
        } else {
            Origin::try_from(text.to_owned()).map_or(Self::Unnameable, Self::At)
        }
    }

    /// `Ok` where pages of this origin may call for this tenant.
    pub(crate) fn may_call(&self, tenant: &Tenant) -> Result<(), Problem> {
        match self {
            Self::Absent | Self::Own(_) => Ok(()),
            Self::At(origin) if tenant.security.allowed_origins.contains(origin) => Ok(()),
            Self::At(origin) if tenant.domains.iter().any(|domain| domain.origin() == origin.as_str()) => Ok(()),
            Self::At(_) | Self::Unnameable => Err(not_allowed()),
        }
    }

    /// The answer to a preflight; `None` when the request is none.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        if *method != Method::OPTIONS || !headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        match self {
            Self::Absent => None,
            Self::Unnameable => Some(not_allowed().into_response()),
            Self::Own(_) | Self::At(_) => {
                let allowed = [
                    (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
                    (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
                    (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
                ];
                Some((StatusCode::NO_CONTENT, allowed).into_response())
            }
        }
    }

    /// Lets the page read an answer, unless the answer refuses it; and keeps caches from giving it to another page.
    pub(crate) fn may_read(&self, refusal: Option<&Problem>, headers: &mut HeaderMap) {
        headers.append(header::VARY, HeaderValue::from_name(HeaderName::from_static("origin")));
        let origin = match self {
            Self::Absent | Self::Unnameable => None,
            Self::Own(origin) => Some(origin.clone()),
            Self::At(origin) => HeaderValue::from_str(origin.as_str()).ok(),
        };
        let refused = refusal.is_some_and(|problem| problem.code() == NOT_ALLOWED);
        if let Some(origin) = origin.filter(|_| !refused) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, ANSWER_HEADERS);
        }
    }
}

fn not_allowed() -> Problem {
    let detail = "pages of this origin may not call for this organisation; an administrator can list the origin in \
                  the security settings";
    Problem::new(StatusCode::FORBIDDEN, NOT_ALLOWED, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.ruko.test";

    fn page(origins: &[&str]) -> Page {
        let headers = origins.iter().map(|origin| (header::ORIGIN, HeaderValue::from_str(origin).unwrap())).collect();
        Page::of(&headers, API)
    }

    #[test]
    fn origins_are_read_strictly() {
        assert_eq!(page(&[]), Page::Absent);
        assert!(matches!(page(&[API]), Page::Own(_)));
        assert!(matches!(page(&["https://app.example.com"]), Page::At(_)));
        for bad in ["", "null", "*", "http://app.example.com", "https://app.example.com/", "https://APP.example.com"] {
            assert_eq!(page(&[bad]), Page::Unnameable, "{bad}");
        }
        assert_eq!(page(&[API, API]), Page::Unnameable);
        let empty = [(header::ORIGIN, HeaderValue::from_static(""))].into_iter().collect();
        assert_eq!(Page::of(&empty, ""), Page::Unnameable, "an API that does not know its own address");
    }

    #[test]
    fn only_preflights_are_answered_here() {
        let asks: HeaderMap =
            [(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("PUT"))].into_iter().collect();
        let status = |origins: &[&str], method: &Method, headers: &HeaderMap| {
            page(origins).preflight(method, headers).map(|answer| answer.status().as_u16())
        };
        let app = ["https://app.example.com"];
        assert_eq!(status(&app, &Method::OPTIONS, &asks), Some(204));
        assert_eq!(status(&[API], &Method::OPTIONS, &asks), Some(204));
        assert_eq!(status(&["null"], &Method::OPTIONS, &asks), Some(403));
        assert_eq!(status(&[], &Method::OPTIONS, &asks), None);
        assert_eq!(status(&app, &Method::OPTIONS, &HeaderMap::new()), None);
        assert_eq!(status(&app, &Method::GET, &asks), None);
    }
}
