//! Snap: a page of Midtrans' own, where the payer chooses a way to pay and Midtrans then charges it.
//!
//! Its answers and errors have a shape of their own. Until the payer has chosen, Core knows no transaction (404); asked for
//! a page of the same order again, Snap gives another one and takes the first back. It tells nobody when a page is over.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{outcome::outcome, request, wib};
use crate::{ChargeOrder, Method, ProviderError};

/// The ways that are paid there. DANA has no other.
pub(crate) const METHODS: [Method; 2] = [Method::Dana, Method::MidtransPage];

/// How long a page is open. What the payer chose on it may be payable for longer.
pub(crate) const OPEN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The fewest minutes that a page is open.
const SHORTEST: u64 = 5;

/// A page.
#[derive(Debug, Deserialize)]
struct Opened {
    token: String,
    redirect_url: String,
}

/// What came of closing a page.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Closed {
    canceled_at: Option<String>,
    error_messages: Vec<String>,
}

/// The body of `POST /snap/v1/transactions`.
///
/// # Errors
/// As [`request::charge`].
pub(crate) fn page(charge: &ChargeOrder) -> Result<Value, ProviderError> {
    let mut body = request::common(charge)?;
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    match charge.minutes() {
        // What is chosen on the page ends with it.
        Some((from, minutes)) => {
            set("page_expiry", json!({"duration": minutes.max(SHORTEST), "unit": "minutes"}));
            set("expiry", json!({"start_time": wib::written(from), "duration": minutes, "unit": "minutes"}));
        }
        None => {
            set("page_expiry", json!({"duration": OPEN_FOR.as_hours(), "unit": "hours"}));
        }
    }
    set("credit_card", json!({"secure": true}));
    if let Some(url) = &charge.return_url {
        set("callbacks", json!({ "finish": url }));
    }
    if charge.method == Method::Dana {
        set("enabled_payments", json!(["dana"]));
        if let Some(url) = &charge.return_url {
            set("dana", json!({ "callback_url": url }));
        }
    }
    Ok(body.into())
}

/// The address of the page that an answer tells of.
///
/// # Errors
/// Those of [`outcome`].
pub(crate) fn opened(http_status: u16, bytes: &[u8]) -> Result<String, ProviderError> {
    if (200..300).contains(&http_status)
        && let Ok(page) = serde_json::from_slice::<Opened>(bytes)
        && !page.token.is_empty()
    {
        return Ok(page.redirect_url);
    }
    Err(fault(http_status, bytes))
}

/// The token of a page, by its address.
pub(crate) fn token(url: &str) -> Option<&str> {
    let path = url.split(['?', '#']).next()?;
    let token = path.rsplit('/').next()?;
    let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    (!token.is_empty() && plain).then_some(token)
}

/// `Ok` when an answer says that a page takes nobody any more.
///
/// # Errors
/// `StateLocked` when somebody has begun to pay there; those of [`outcome`].
pub(crate) fn closed(http_status: u16, bytes: &[u8]) -> Result<(), ProviderError> {
    let body: Closed = serde_json::from_slice(bytes).unwrap_or_default();
    if (200..300).contains(&http_status) && body.canceled_at.is_some() {
        return Ok(());
    }
    let says = |what: &str| body.error_messages.iter().any(|message| message.to_ascii_lowercase().contains(what));
    if says("already canceled") || says("not found") || says("expired") {
        return Ok(());
    }
    Err(if says("in progress") { ProviderError::StateLocked } else { fault(http_status, bytes) })
}

fn fault(http_status: u16, bytes: &[u8]) -> ProviderError {
    outcome(http_status, bytes).err().unwrap_or(ProviderError::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::midtrans::request::tests::charge_by;

    #[test]
    fn a_page_is_asked_for_with_what_a_charge_has() {
        let body = page(&charge_by(Method::MidtransPage)).unwrap();
        assert_eq!(
            body,
            json!({
                "transaction_details": {"order_id": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "gross_amount": 100_000},
                "item_details": [{"id": "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "name": "Invoice INV-2026-11-0001",
                    "price": 100_000, "quantity": 1}],
                "customer_details": {"first_name": "Budi", "email": "budi@example.com"},
                "metadata": {"tenant": "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"},
                "page_expiry": {"duration": 24, "unit": "hours"},
                "credit_card": {"secure": true},
                "callbacks": {"finish": "https://toko.example/paid"},
            })
        );
    }

    #[test]
    fn danas_page_offers_dana_alone() {
        let body = page(&charge_by(Method::Dana)).unwrap();
        assert_eq!(
            (&body["enabled_payments"], &body["dana"]),
            (&json!(["dana"]), &json!({"callback_url": "https://toko.example/paid"}))
        );
    }

    #[test]
    fn an_answer_tells_the_page_or_what_is_wrong() {
        let url = "https://app.sandbox.midtrans.com/snap/v4/redirection/66e4fa55-1";
        let made = json!({"token": "66e4fa55-1", "redirect_url": url}).to_string();
        assert_eq!(opened(201, made.as_bytes()), Ok(url.to_owned()));
        let faulty = |text: &str| json!({"error_messages": [text]}).to_string();
        let refused = ProviderError::Refused { code: 400, message: "gross_amount is required".to_owned() };
        for (status, text, expected) in [
            (400, "transaction_details.order_id has already been taken", ProviderError::DuplicateOrder),
            (400, "gross_amount is required", refused),
            (401, "Access denied", ProviderError::Credentials),
            (429, "Too many requests", ProviderError::Busy),
            (500, "Sorry", ProviderError::Unknown),
            (201, "odd", ProviderError::Unknown),
        ] {
            assert_eq!(opened(status, faulty(text).as_bytes()), Err(expected), "{status} {text}");
        }
        for odd in ["", "<html>", "{}", r#"{"token":"","redirect_url":"x"}"#, r#"{"token":"x"}"#, "[]"] {
            assert_eq!(opened(201, odd.as_bytes()), Err(ProviderError::Unknown), "{odd}");
        }
    }

    #[test]
    fn a_page_that_is_over_is_as_good_as_closed() {
        let faulty = |text: &str| json!({"error_messages": [text]}).to_string();
        assert_eq!(closed(200, br#"{"canceled_at":"2026-06-03T13:09:39.776Z"}"#), Ok(()));
        for over in ["token already canceled", "token not found", "Token is expired"] {
            assert_eq!(closed(400, faulty(over).as_bytes()), Ok(()), "{over}");
        }
        assert_eq!(closed(400, faulty("Transaction is in progress").as_bytes()), Err(ProviderError::StateLocked));
        assert_eq!(closed(401, faulty("Access denied").as_bytes()), Err(ProviderError::Credentials));
        assert_eq!(closed(502, b"<html>"), Err(ProviderError::Unknown));
        assert_eq!(closed(200, b"{}"), Err(ProviderError::Unknown));
    }

    #[test]
    fn the_address_of_a_page_ends_with_its_token() {
        let of = |path: &str| token(path).map(str::to_owned);
        assert_eq!(of("https://a.example/snap/v4/redirection/66e4fa55-1").as_deref(), Some("66e4fa55-1"));
        assert_eq!(of("https://a.example/snap/v4/redirection/66e4fa55-1?x=/2#/3").as_deref(), Some("66e4fa55-1"));
        for odd in ["", "https://a.example/", "https://a.example/a%2fb", "https://a.example/a.b"] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }
}
