//! How long a receiver asks to be left alone: `Retry-After` (RFC 9110, section 10.2.3).

use http::{HeaderMap, header};
use jiff::SignedDuration;
use kernel::Timestamp;

/// The wait that the answer asks for, counted from `now`; `None` where it asks for none that can be read.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<SignedDuration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a very long time.
        return Some(SignedDuration::from_secs(text.parse().unwrap_or(i64::MAX)));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let wait = date.timestamp().as_millisecond().checked_sub(now.as_millis())?;
    (wait > 0).then(|| SignedDuration::from_millis(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<i64> {
        let headers = [(header::RETRY_AFTER, text.parse().unwrap())].into_iter().collect();
        retry_after(&headers, "2026-11-21T01:00:00Z".parse().unwrap()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_read_and_nothing_else() {
        for (text, wait) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(i64::MAX)),
            ("Sat, 21 Nov 2026 01:02:00 GMT", Some(120)),
            ("Sat, 21 Nov 2026 00:00:00 GMT", None),
            ("-5", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(asked(text), wait, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), "2026-11-21T01:00:00Z".parse().unwrap()), None);
    }
}
