//! What a refused call means.

use super::wire::StripeRefusal;
use crate::{Decline, ProviderError};

/// What an answer other than a 2xx means. `retry` is what Stripe says of trying again (`Stripe-Should-Retry`), which counts
/// more than the status.
///
/// 401, 403 `Credentials`; 402 about a card `Declined`; 404 `NotFound`; a key that was used with other parameters `DuplicateOrder`, for it was used; a state that
/// does not allow it `StateLocked`; 409, 429 `Busy`; other 4xx `Refused`, with Stripe's sentence; the rest, and what cannot
/// be read, `Unknown`.
pub(crate) fn refusal(http_status: u16, retry: Option<bool>, bytes: &[u8]) -> ProviderError {
    let Some(fault) = serde_json::from_slice::<StripeRefusal>(bytes).ok().and_then(|refusal| refusal.error) else {
        return match http_status {
            401 | 403 => ProviderError::Credentials,
            429 => ProviderError::Busy,
            // A page of some gateway on the way says nothing about the payment.
            _ => ProviderError::Unknown,
        };
    };
    let code = fault.code.as_deref().unwrap_or_default();
    let refused = || ProviderError::Refused { code: http_status, message: fault.message.clone().unwrap_or_default() };
    match (http_status, retry) {
        (401 | 403, _) => ProviderError::Credentials,
        (404, _) => ProviderError::NotFound,
        (402, _) if fault.kind.as_deref() == Some("card_error") => {
            let Decline { code, message } = fault.decline();
            ProviderError::Declined { code, message }
        }
        (402, _) => refused(),
        (400, _) if fault.kind.as_deref() == Some("idempotency_error") => ProviderError::DuplicateOrder,
        (400, _) if is_of_a_state(code) => ProviderError::StateLocked,
        // A failed dependency of Stripe's, or the same call is under way: nothing is known of how it ends.
        (424, _) | (409, Some(false)) => ProviderError::Unknown,
        (409, _) | (429, None | Some(true)) | (400..=499, Some(true)) => ProviderError::Busy,
        (400..=499, _) => refused(),
        _ => ProviderError::Unknown,
    }
}

fn is_of_a_state(code: &str) -> bool {
    matches!(
        code,
        "payment_intent_unexpected_state" | "charge_already_refunded" | "charge_disputed" | "charge_not_refundable"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(status: u16, retry: Option<bool>, kind: &str, code: &str) -> ProviderError {
        let body = json!({"error": {"type": kind, "code": code, "message": "Your card was declined.", "new": 1}});
        refusal(status, retry, body.to_string().as_bytes())
    }

    #[test]
    fn every_fault_has_its_meaning() {
        let refused = |code: u16| ProviderError::Refused { code, message: "Your card was declined.".to_owned() };
        let declined = || ProviderError::Declined {
            code: "card_declined".to_owned(),
            message: "Your card was declined.".to_owned(),
        };
        for (status, retry, kind, code, expected) in [
            (402, None, "card_error", "card_declined", declined()),
            (402, Some(true), "card_error", "card_declined", declined()),
            (402, None, "invalid_request_error", "", refused(402)),
            (400, None, "invalid_request_error", "parameter_missing", refused(400)),
            (400, None, "idempotency_error", "", ProviderError::DuplicateOrder),
            (400, None, "invalid_request_error", "payment_intent_unexpected_state", ProviderError::StateLocked),
            (400, None, "invalid_request_error", "charge_already_refunded", ProviderError::StateLocked),
            (400, Some(true), "invalid_request_error", "lock_timeout", ProviderError::Busy),
            (401, None, "invalid_request_error", "", ProviderError::Credentials),
            (403, None, "invalid_request_error", "", ProviderError::Credentials),
            (404, None, "invalid_request_error", "resource_missing", ProviderError::NotFound),
            (409, None, "idempotency_error", "idempotency_key_in_use", ProviderError::Busy),
            (409, Some(true), "idempotency_error", "idempotency_key_in_use", ProviderError::Busy),
            (409, Some(false), "invalid_request_error", "", ProviderError::Unknown),
            (424, None, "api_error", "", ProviderError::Unknown),
            (429, None, "invalid_request_error", "rate_limit", ProviderError::Busy),
            (429, Some(true), "invalid_request_error", "lock_timeout", ProviderError::Busy),
            (429, Some(false), "invalid_request_error", "rate_limit", refused(429)),
            (500, None, "api_error", "", ProviderError::Unknown),
            // Also when trying again is in vain: it may have happened.
            (500, Some(false), "api_error", "", ProviderError::Unknown),
            (503, Some(true), "api_error", "", ProviderError::Unknown),
        ] {
            assert_eq!(of(status, retry, kind, code), expected, "{status} {retry:?} {code}");
        }
    }

    #[test]
    fn the_banks_own_reason_counts() {
        let body = json!({"error": {"type": "card_error", "code": "card_declined", "decline_code": "stolen_card"}});
        let expected = ProviderError::Declined { code: "stolen_card".to_owned(), message: String::new() };
        assert_eq!(refusal(402, None, body.to_string().as_bytes()), expected);
    }

    #[test]
    fn pages_of_gateways_say_nothing_of_the_payment() {
        for (status, expected) in [
            (404, ProviderError::Unknown),
            (502, ProviderError::Unknown),
            (400, ProviderError::Unknown),
            (401, ProviderError::Credentials),
            (429, ProviderError::Busy),
        ] {
            for body in ["<html>", "", "[]", "{}"] {
                assert_eq!(refusal(status, None, body.as_bytes()), expected, "{status} {body}");
            }
        }
    }
}
