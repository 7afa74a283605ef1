//! What an answer means: the code in its body counts, unless only the HTTP status tells of a fault.

use super::wire::Body;
use crate::ProviderError;

/// The body of an answer that tells of a transaction; everything else is an error.
///
/// # Errors
/// By the code: 401, 403 `Credentials`; 404 `NotFound`; 406 `DuplicateOrder`; 412 `StateLocked`; 429, and 202 without a
/// transaction, `Busy`; other 4xx `Refused`; the rest, and what cannot be read, `Unknown`.
pub(crate) fn outcome(http_status: u16, bytes: &[u8]) -> Result<Body, ProviderError> {
    let Some(body) = Body::parse(bytes) else {
        return Err(match http_status {
            401 | 403 => ProviderError::Credentials,
            429 => ProviderError::Busy,
            // Also a 404: a page of some gateway on the way says nothing about the payment.
            _ => ProviderError::Unknown,
        });
    };
    let in_body = body.status_code.as_deref().and_then(|code| code.parse::<u16>().ok());
    let code = match in_body {
        Some(code) if code < 400 && http_status >= 400 => http_status,
        Some(code) => code,
        None => http_status,
    };
    let faults = || body.validation_messages.iter().chain(&body.error_messages);
    if (400..500).contains(&code) && faults().any(|fault| fault.contains("order_id has already been taken")) {
        return Err(ProviderError::DuplicateOrder);
    }
    match code {
        // 407 tells of a transaction that has expired; it is no fault.
        200..=299 | 407 if body.transaction_status.is_some() => Ok(body),
        202 | 429 => Err(ProviderError::Busy),
        401 | 403 => Err(ProviderError::Credentials),
        404 => Err(ProviderError::NotFound),
        406 => Err(ProviderError::DuplicateOrder),
        412 => Err(ProviderError::StateLocked),
        400..=499 => {
            let listed = faults().cloned().collect::<Vec<_>>().join("; ");
            let message = if listed.is_empty() { body.status_message.unwrap_or_default() } else { listed };
            Err(ProviderError::Refused { code, message })
        }
        _ => Err(ProviderError::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(http_status: u16, body: &str) -> Result<String, ProviderError> {
        outcome(http_status, body.as_bytes()).map(|body| body.transaction_status.unwrap())
    }

    #[test]
    fn the_code_is_taken_from_the_body_or_from_the_status() {
        let duplicate = r#"{"status_code":"406","status_message":"conflict","id":"x"}"#;
        assert_eq!(of(200, duplicate), Err(ProviderError::DuplicateOrder));
        assert_eq!(of(406, duplicate), Err(ProviderError::DuplicateOrder));
        let snap = r#"{"error_messages":["transaction_details.order_id has already been taken"]}"#;
        assert_eq!(of(400, snap), Err(ProviderError::DuplicateOrder));
        let gone = r#"{"status_code":"404","status_message":"Transaction doesn't exist.","id":"x"}"#;
        assert_eq!(of(200, gone), Err(ProviderError::NotFound));
        assert_eq!(of(404, gone), Err(ProviderError::NotFound));
        // The body claims success while the status tells of a fault.
        assert_eq!(of(502, r#"{"status_code":"200","transaction_status":"settlement"}"#), Err(ProviderError::Unknown));
    }

    #[test]
    fn an_expired_transaction_is_no_fault() {
        let expired = r#"{"status_code":"407","status_message":"Success, transaction has expired","transaction_status":"expire"}"#;
        assert_eq!(of(407, expired), Ok("expire".to_owned()));
        assert_eq!(of(200, expired), Ok("expire".to_owned()));
        assert_eq!(of(200, r#"{"status_code":"202","transaction_status":"deny"}"#), Ok("deny".to_owned()));
    }

    #[test]
    fn every_code_has_its_meaning() {
        let refused = |code: u16, message: &str| ProviderError::Refused { code, message: message.to_owned() };
        for (code, expected) in [
            (202, ProviderError::Busy),
            (400, refused(400, "a; b")),
            (401, ProviderError::Credentials),
            (402, refused(402, "a; b")),
            (403, ProviderError::Credentials),
            (405, refused(405, "a; b")),
            (410, refused(410, "a; b")),
            (411, refused(411, "a; b")),
            (412, ProviderError::StateLocked),
            (413, refused(413, "a; b")),
            (414, refused(414, "a; b")),
            (429, ProviderError::Busy),
            (500, ProviderError::Unknown),
            (503, ProviderError::Unknown),
            (200, ProviderError::Unknown),
            (302, ProviderError::Unknown),
        ] {
            let body = format!(r#"{{"status_code":"{code}","status_message":"m","validation_messages":["a","b"]}}"#);
            assert_eq!(of(200, &body), Err(expected.clone()), "{code} in the body");
            assert_eq!(of(code, r#"{"validation_messages":["a","b"]}"#), Err(expected), "{code} as the status");
        }
        assert_eq!(of(400, r#"{"status_code":"400","status_message":"m"}"#), Err(refused(400, "m")));
    }

    #[test]
    fn pages_and_broken_bodies_leave_the_outcome_unknown() {
        for (status, expected) in [
            (200, ProviderError::Unknown),
            (404, ProviderError::Unknown),
            (504, ProviderError::Unknown),
            (401, ProviderError::Credentials),
            (429, ProviderError::Busy),
        ] {
            assert_eq!(of(status, "<html>"), Err(expected.clone()));
            assert_eq!(of(status, ""), Err(expected));
        }
    }
}
