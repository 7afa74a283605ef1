//! One call of the API, as its line in the log tells of it.
//!
//! The line is JSON with these fields beside those of every line (`timestamp`, `level`, `message`, `span`):
//!
//! | Field | What |
//! |---|---|
//! | `target` | always [`TARGET`] |
//! | `at` | when the call was answered, by the deployment's clock |
//! | `group` | the endpoint group, which is the function |
//! | `http.method` | one of the eight that are known, or `OTHER` |
//! | `http.route` | the path's template, never the path; left out when nothing has this path or takes this method |
//! | `http.status`, `duration_us`, `bytes` | the answer's status, how long it took, how long its body is |
//! | `tenant.id` | whose call it is, as soon as the caller has proved it or a visitor has named the tenant |
//! | `user.id` or `api_key.id` | who called, once proved |
//! | `request.id` | for whoever follows one call through the log |
//!
//! Nothing in it is a person's, a secret, or a caller's own text.

use std::{fmt, str::FromStr};

use kernel::{ApiKeyId, TenantId, Timestamp, UserId};
use serde::Deserialize;

/// The `target` of the lines that tell of calls, which the subscriptions of `template.yaml` look for.
pub const TARGET: &str = "ruko::call";

/// The route of all calls of paths that are not there: one for all of them, since callers make them up.
pub const UNMATCHED: &str = "unmatched";

/// The status of what a limit refuses.
const TOO_MANY: u16 = 429;

/// The longest route that is counted under its own name.
const LONGEST_ROUTE: usize = 200;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it was answered.
    pub at: Timestamp,
    /// By which group.
    pub group: Group,
    /// What was called.
    pub route: Route,
    /// With which status.
    pub status: u16,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// How many bytes the answer's body has.
    pub bytes: u64,
    /// Whose call it is; `None` where no tenant was proved or named.
    pub tenant: Option<TenantId>,
    /// Who called.
    pub by: By,
}

/// An endpoint group, such as `identity`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Group(String);

/// A method and a path's template, such as `GET /api/v1/users/{id}`; or [`UNMATCHED`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Route(String);

/// Who called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum By {
    /// Somebody who did not prove who they are.
    Anonymous,
    /// A tenant's server.
    ApiKey(ApiKeyId),
    /// A signed-in user.
    User(UserId),
}

/// Why a line tells of no call that can be counted.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is not JSON of the form above.
    #[error("a call's line is not of the form that is known: {0}")]
    Form(#[from] serde_json::Error),
    /// A value is none that our functions write.
    #[error("a call's line has a {0} that no function writes")]
    Value(&'static str),
}

/// The target alone: a line of another one may have any form.
#[derive(Deserialize)]
struct Targeted {
    target: String,
}

#[derive(Deserialize)]
struct Line {
    at: Timestamp,
    group: String,
    #[serde(rename = "http.method")]
    method: String,
    #[serde(rename = "http.route")]
    route: Option<String>,
    #[serde(rename = "http.status")]
    status: u16,
    duration_us: u64,
    bytes: u64,
    #[serde(rename = "tenant.id")]
    tenant: Option<TenantId>,
    #[serde(rename = "user.id")]
    user: Option<UserId>,
    #[serde(rename = "api_key.id")]
    api_key: Option<ApiKeyId>,
}

impl Call {
    /// The call that a line tells of; `None` for a line about something else.
    ///
    /// # Errors
    /// The line says that it tells of a call, and then does not as it should.
    pub fn read(line: &str) -> Result<Option<Self>, LineError> {
        let targeted: Targeted = serde_json::from_str(line)?;
        if targeted.target != TARGET {
            return Ok(None);
        }
        let line: Line = serde_json::from_str(line)?;
        if !(100..600).contains(&line.status) {
            return Err(LineError::Value("status"));
        }
        Ok(Some(Self {
            at: line.at,
            group: line.group.parse()?,
            route: match line.route {
                Some(path) => Route::new(&line.method, &path)?,
                None => Route(UNMATCHED.to_owned()),
            },
            status: line.status,
            micros: line.duration_us,
            bytes: line.bytes,
            tenant: line.tenant,
            by: match (line.user, line.api_key) {
                (Some(user), _) => By::User(user),
                (None, Some(key)) => By::ApiKey(key),
                (None, None) => By::Anonymous,
            },
        }))
    }

    /// Whether the caller did not get what was asked for.
    pub const fn is_error(&self) -> bool {
        self.status >= 400
    }

    /// Whether it counts towards what its tenant's plan includes in a month, and is billed beyond: not a call of
    /// somebody who did not prove who they are, and not one that a limit refused. A stranger costs a tenant nothing.
    pub fn is_billable(&self) -> bool {
        self.by != By::Anonymous && self.status != TOO_MANY
    }

    /// Whether that was our fault.
    pub const fn is_failure(&self) -> bool {
        self.status >= 500
    }

    /// The hundreds of the status: 2 for success.
    pub const fn class(&self) -> u16 {
        self.status / 100
    }
}

impl Group {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Group {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        let well_formed = (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(LineError::Value("group")) }
    }
}

impl Route {
    /// A method and a path's template. Neither holds a `#`, which ends a part of a key.
    fn new(method: &str, path: &str) -> Result<Self, LineError> {
        let text = format!("{method} {path}");
        let is_word = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
        let is_path = path.starts_with('/') && path.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
        if is_word && is_path && text.len() <= LONGEST_ROUTE { Ok(Self(text)) } else { Err(LineError::Value("route")) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("anonymous"),
            Self::ApiKey(key) => key.fmt(f),
            Self::User(user) => user.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"timestamp":"2026-11-27T20:00:00.1Z","level":"INFO","message":"answered","at":"2026-11-21T01:00:00.000Z",
        "group":"identity","http.method":"GET","http.route":"/api/v1/users/{id}","http.status":200,"duration_us":1500,"bytes":42,
        "tenant.id":"tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X","user.id":"usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X","request.id":"req_1",
        "target":"ruko::call","span":{"name":"request"}}"#;

    #[test]
    fn a_line_tells_of_a_call() {
        let call = Call::read(LINE).unwrap().unwrap();
        assert_eq!((call.route.as_str(), call.group.as_str()), ("GET /api/v1/users/{id}", "identity"));
        assert_eq!((call.status, call.micros, call.bytes), (200, 1500, 42));
        assert_eq!(call.by.to_string(), "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
        let key = LINE.replace("\"user.id\":\"usr_", "\"api_key.id\":\"key_");
        assert_eq!(Call::read(&key).unwrap().unwrap().by.to_string(), "key_01JD2Z3M4N5P6Q7R8S9T0V1W2X");
        let nameless = LINE.replace("\"user.id\":\"usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X\",", "");
        assert_eq!(Call::read(&nameless).unwrap().unwrap().by, By::Anonymous);
    }

    #[test]
    fn strangers_and_what_a_limit_refused_are_not_billed() {
        let is_billable = |line: &str| Call::read(line).unwrap().unwrap().is_billable();
        let nameless = LINE.replace("\"user.id\":\"usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X\",", "");
        let refused = LINE.replace("\"http.status\":200", "\"http.status\":429");
        let key = LINE.replace("\"user.id\":\"usr_", "\"api_key.id\":\"key_");
        let missing = LINE.replace("\"http.status\":200", "\"http.status\":404");
        assert!(is_billable(LINE) && is_billable(&key) && is_billable(&missing));
        assert!(!is_billable(&nameless) && !is_billable(&refused));
    }

    #[test]
    fn paths_that_are_not_there_have_one_route() {
        let lost = LINE.replace("\"http.route\":\"/api/v1/users/{id}\",", "");
        assert_eq!(Call::read(&lost).unwrap().unwrap().route.as_str(), UNMATCHED);
    }

    #[test]
    fn other_lines_are_no_calls_and_broken_ones_are_errors() {
        assert_eq!(Call::read(r#"{"target":"web::caller","message":"about ruko::call"}"#).unwrap(), None);
        for (from, to) in [
            ("\"http.status\":200", "\"http.status\":99"),
            ("\"http.status\":200", "\"http.status\":600"),
            ("\"http.status\":200,", ""),
            ("identity", "IDENTITY"),
            ("/api/v1/users/{id}", "/api/v1/#users"),
            ("/api/v1/users/{id}", "api"),
            ("\"GET\"", "\"get\""),
            ("tnt_01", "usr_01"),
            ("\"duration_us\":1500", "\"duration_us\":-1"),
            ("2026-11-21T01:00:00.000Z", "yesterday"),
            ("}}", ""),
        ] {
            let broken = LINE.replace(from, to);
            assert_ne!(broken, LINE, "{from}");
            assert!(Call::read(&broken).is_err(), "{from} {to}");
        }
        assert!(Call::read(&LINE.replace("/api/v1/users/{id}", &format!("/{}", "x".repeat(200)))).is_err());
        assert!(Call::read("START RequestId: ruko::call").is_err());
    }
}
