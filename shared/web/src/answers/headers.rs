//! Headers of every answer.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What every answer carries (OWASP ASVS 5.0, section 3.4; OWASP's cheat sheet on REST). A handler that answers HTML sets
/// its own content policy.
pub(crate) fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// `X-Request-Id`, if the caller gave one that can stand in a log line: 1 to 64 of letters, digits, `_`, `-` and `.`.
pub(crate) fn given_request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let well_formed =
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    well_formed.then(|| text.to_owned())
}

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
