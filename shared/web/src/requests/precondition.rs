//! `If-Match`: a change is made only to the version that the caller has seen.

use axum::extract::FromRequestParts;
use http::{HeaderMap, StatusCode, header, request::Parts};
use utoipa::openapi::{Required, path::Operation};

use crate::{Argument, Problem, arguments::TextHeader};

/// The header `If-Match` of a request, if it has one: an `ETag` that was answered before, or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// No header, or `*`: whatever version there is.
    Any,
    /// This version and no other.
    Version(u64),
    /// An `ETag` that is none of ours, such as `"016"` for version 16: no version has it.
    Unknown,
}

impl IfMatch {
    /// `Ok` when the thing is still what the caller has seen.
    ///
    /// # Errors
    /// 412 `PRECONDITION_FAILED`.
    pub fn check(self, version: u64) -> Result<(), Problem> {
        if self.seen()?.is_none_or(|seen| seen == version) { Ok(()) } else { Err(changed()) }
    }

    /// The one version that is to be changed; `None` for whatever there is.
    ///
    /// # Errors
    /// 412 `PRECONDITION_FAILED` when there can be no such version.
    pub fn seen(self) -> Result<Option<u64>, Problem> {
        match self {
            Self::Any => Ok(None),
            Self::Version(seen) => Ok(Some(seen)),
            Self::Unknown => Err(changed()),
        }
    }
}

fn changed() -> Problem {
    let detail = "this was changed since you read it; read it again, and send its ETag in If-Match";
    Problem::new(StatusCode::PRECONDITION_FAILED, "PRECONDITION_FAILED", detail)
}

impl Argument for IfMatch {
    fn describe(operation: &mut Operation, _: &str) {
        TextHeader {
            name: "If-Match",
            description: "The ETag that was read: the change is made only where nobody made another since then",
            required: Required::False,
            pattern: r#"^(\*|"[0-9]+")$"#,
            max_length: 40,
        }
        .add_to(operation);
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

/// `None` for what is not one strong `ETag` of digits: twice, a list, weak, or other text. Digits are compared as they
/// stand (RFC 9110, section 8.8.3.2), so that each version has one spelling.
fn read(headers: &HeaderMap) -> Option<IfMatch> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = values.next() else { return Some(IfMatch::Any) };
    let text = value.to_str().ok().filter(|_| values.next().is_none())?.trim();
    if text == "*" {
        return Some(IfMatch::Any);
    }
    let digits = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let version = digits.parse().ok().filter(|version: &u64| version.to_string() == digits);
    is_number.then_some(version.map_or(IfMatch::Unknown, IfMatch::Version))
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
        for bad in ["", "3", "\"\"", "\"x\"", "\"+3\"", "W/\"3\"", "\"3\", \"4\"", "\"3"] {
            assert_eq!(of(&[bad]), None, "{bad}");
        }
        assert_eq!(of(&["\"3\"", "\"3\""]), None);
    }

    #[test]
    fn an_etag_is_compared_byte_by_byte() {
        for other in ["\"016\"", "\"00\"", "\"99999999999999999999999\""] {
            let seen = of(&[other]).unwrap();
            assert_eq!((seen, seen.check(16).unwrap_err().status().as_u16()), (IfMatch::Unknown, 412), "{other}");
        }
        assert_eq!(of(&["\"16\""]), Some(IfMatch::Version(16)));
        assert_eq!(of(&["\"0\""]), Some(IfMatch::Version(0)));
    }

    #[test]
    fn another_version_is_refused() {
        assert!(IfMatch::Any.check(3).is_ok() && IfMatch::Version(3).check(3).is_ok());
        let problem = IfMatch::Version(2).check(3).unwrap_err();
        assert_eq!((problem.status().as_u16(), problem.code()), (412, "PRECONDITION_FAILED"));
    }
}
