//! `If-Match`: a change is made only to the version that the caller has seen.

use axum::extract::FromRequestParts;
use http::{HeaderMap, StatusCode, header, request::Parts};

use crate::Problem;

/// The header `If-Match` of a request, if it has one: an `ETag` that was answered before, or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// No header, or `*`: whatever version there is.
    Any,
    /// This version and no other.
    Version(u64),
}

impl IfMatch {
    /// `Ok` when the thing is still what the caller has seen.
    ///
    /// # Errors
    /// 412 `PRECONDITION_FAILED`.
    pub fn check(self, version: u64) -> Result<(), Problem> {
        let detail = "this was changed since you read it; read it again, and send its ETag in If-Match";
        match self {
            Self::Version(seen) if seen != version => {
                Err(Problem::new(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", detail))
            }
            Self::Any | Self::Version(_) => Ok(()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.headers).ok_or_else(|| {
            let detail = "If-Match is one ETag as it was answered, such as \"3\", or *";
            Problem::new(StatusCode::BAD_REQUEST, "INVALID_HEADER", detail)
        })
    }
}

/// `None` for a header that we did not answer: twice, a list, weak, or no version.
fn read(headers: &HeaderMap) -> Option<IfMatch> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = values.next() else { return Some(IfMatch::Any) };
    let text = value.to_str().ok().filter(|_| values.next().is_none())?.trim();
    if text == "*" {
        return Some(IfMatch::Any);
    }
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten().map(IfMatch::Version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<IfMatch> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, value.parse().unwrap());
        }
        read(&headers)
    }

    #[test]
    fn only_what_we_answered_is_an_etag() {
        assert_eq!(of(&[]), Some(IfMatch::Any));
        assert_eq!(of(&["*"]), Some(IfMatch::Any));
        assert_eq!(of(&["\"3\""]), Some(IfMatch::Version(3)));
        for bad in ["", "3", "\"\"", "\"x\"", "\"+3\"", "W/\"3\"", "\"3\", \"4\"", "\"3", "\"99999999999999999999999\""]
        {
            assert_eq!(of(&[bad]), None, "{bad}");
        }
        assert_eq!(of(&["\"3\"", "\"3\""]), None);
    }

    #[test]
    fn another_version_is_refused() {
        assert!(IfMatch::Any.check(3).is_ok() && IfMatch::Version(3).check(3).is_ok());
        let problem = IfMatch::Version(2).check(3).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (412, "PRECONDITION_FAILED"));
    }
}
