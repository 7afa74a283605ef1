//! How a caller stands against limits, as answers tell it.

use http::{HeaderName, HeaderValue, StatusCode, header};
use identity::seconds;

use crate::Problem;

/// One window after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WindowState {
    /// What the headers call it.
    pub(crate) name: &'static str,
    /// How many calls it allows.
    pub(crate) calls: u32,
    /// How long it is.
    pub(crate) seconds: u32,
    /// How many calls are left.
    pub(crate) remaining: u32,
    /// When the next one begins.
    pub(crate) resets_in_seconds: i64,
}

/// How a caller stands against a limit, of one window or of several, after this call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LimitState(pub(crate) Vec<WindowState>);

impl LimitState {
    /// `RateLimit-Policy` and `RateLimit` of all windows, and the older `X-RateLimit-*` of the one with the least left.
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let listed = |item: fn(&WindowState) -> String| self.0.iter().map(item).collect::<Vec<_>>().join(", ");
        // Of several that are used up, the one that lasts longest.
        let tightest = self.0.iter().min_by_key(|window| (window.remaining, -window.resets_in_seconds));
        let of_tightest = |number: fn(&WindowState) -> i64| tightest.map(number).unwrap_or_default().to_string();
        [
            (
                "ratelimit-policy",
                listed(|WindowState { name, calls, seconds, .. }| format!("\"{name}\";q={calls};w={seconds}")),
            ),
            (
                "ratelimit",
                listed(|WindowState { name, remaining, resets_in_seconds, .. }| {
                    format!("\"{name}\";r={remaining};t={resets_in_seconds}")
                }),
            ),
            ("x-ratelimit-limit", of_tightest(|window| window.calls.into())),
            ("x-ratelimit-remaining", of_tightest(|window| window.remaining.into())),
            ("x-ratelimit-reset", of_tightest(|window| window.resets_in_seconds)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?)))
        .collect()
    }

    /// The refusal of a call for which nothing is left: to be tried again when the last of the windows that are used up is
    /// over.
    pub(crate) fn refusal(&self) -> Problem {
        let used_up: Vec<&WindowState> = self.0.iter().filter(|window| window.remaining == 0).collect();
        let wait = used_up.iter().map(|window| window.resets_in_seconds).max().unwrap_or(1);
        let which: Vec<String> = used_up.iter().map(|window| window.words()).collect();
        let detail = format!("too many calls: {} are used up; wait {}", which.join(" and "), seconds(wait));
        let problem =
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", detail).with_header(header::RETRY_AFTER, wait);
        self.headers()
            .into_iter()
            .fold(problem, |problem, (name, value)| problem.with_header(name, value.to_str().unwrap_or_default()))
    }
}

impl WindowState {
    fn words(&self) -> String {
        let Self { calls, seconds: length, .. } = self;
        match length {
            60 => format!("the {calls} of this minute"),
            3_600 => format!("the {calls} of this hour"),
            86_400 => format!("the {calls} of this day"),
            _ => format!("the {calls} of these {length} seconds"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(name: &'static str, seconds: u32, remaining: u32, resets_in_seconds: i64) -> WindowState {
        WindowState { name, calls: 10, seconds, remaining, resets_in_seconds }
    }

    #[test]
    fn all_windows_are_told_and_the_tightest_twice() {
        let state = LimitState(vec![
            window("minute", 60, 7, 42),
            window("hour", 3_600, 0, 100),
            window("day", 86_400, 0, 5_000),
        ]);
        let headers: Vec<_> =
            state.headers().into_iter().map(|(_, value)| value.to_str().unwrap().to_owned()).collect();
        assert_eq!(
            headers,
            [
                r#""minute";q=10;w=60, "hour";q=10;w=3600, "day";q=10;w=86400"#,
                r#""minute";r=7;t=42, "hour";r=0;t=100, "day";r=0;t=5000"#,
                "10",
                "0",
                "5000",
            ]
        );
        let refusal: serde_json::Value = serde_json::from_str(&state.refusal().document("/", "req_1")).unwrap();
        assert_eq!(
            refusal["detail"],
            "too many calls: the 10 of this hour and the 10 of this day are used up; wait 5000 seconds"
        );
    }
}
