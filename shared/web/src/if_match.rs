//! `If-Match`: a change of the version that the caller has seen, or none (RFC 9110, 13.1.1).

use axum::extract::FromRequestParts;
use http::{HeaderMap, StatusCode, header, request::Parts};

use crate::Problem;

/// The header `If-Match`, if there is one: `"7"` as `ETag` had it, or `*` for any version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<u64>);

impl IfMatch {
    /// `Ok` when the caller has seen this version, or does not say.
    ///
    /// # Errors
    /// 412 `PRECONDITION_FAILED`.
    pub fn check(self, version: u64) -> Result<(), Problem> {
        let detail = "this has changed since you read it; read it again and send its new ETag in If-Match";
        if self.0.is_none_or(|wanted| wanted == version) {
            Ok(())
        } else {
            Err(Problem::new(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", detail))
        }
    }

    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let malformed = || {
            let detail = "send If-Match once: an ETag such as \"7\", or *";
            Problem::new(StatusCode::BAD_REQUEST, "INVALID_HEADER", detail)
        };
        let mut values = headers.get_all(header::IF_MATCH).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let text = value.to_str().map_err(|_| malformed())?.trim();
        if values.next().is_some() {
            return Err(malformed());
        }
        if text == "*" {
            return Ok(Self(None));
        }
        let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|digits| digits.parse().ok()).map(|version| Self(Some(version))).ok_or_else(malformed)
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (header::IF_MATCH, value.parse().unwrap())).collect()
    }

    #[test]
    fn a_version_that_was_not_seen_is_not_changed() {
        let status = |values: &[&str], version: u64| match IfMatch::of(&headers(values)) {
            Ok(seen) => seen.check(version).map_or_else(|problem| problem.status().as_u16(), |()| 200),
            Err(problem) => problem.status().as_u16(),
        };
        assert_eq!(status(&[], 7), 200);
        assert_eq!(status(&["*"], 7), 200);
        assert_eq!(status(&["\"7\""], 7), 200);
        assert_eq!(status(&["\"6\""], 7), 412);
        for bad in ["", "7", "\"\"", "\"+7\"", "\"x\"", "W/\"7\"", "\"7\", \"8\"", "\"99999999999999999999\""] {
            assert_eq!(status(&[bad], 7), 400, "{bad}");
        }
        assert_eq!(status(&["\"7\"", "\"7\""], 7), 400);
    }
}
