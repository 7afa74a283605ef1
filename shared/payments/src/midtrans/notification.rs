//! Notifications: parsed from the raw bytes, then verified, then read.
//!
//! The signature covers the order id, the status code and the amount, and neither the status nor the transaction:
//! it keeps strangers out and proves nothing about the payment. That is why [`crate::apply`] answers `Ask` to any news
//! that came this way.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kernel::Secret;

use super::{account::MidtransAccount, reading, wire::Body};
use crate::{Heard, NotificationError, WebhookCall, Word, digest};

/// Parses, verifies and reads a notification.
///
/// # Errors
/// `Malformed`, `NotSigned`.
pub(crate) fn hear(account: &MidtransAccount, delivery: &WebhookCall<'_>) -> Result<Word, NotificationError> {
    let notification = parse(delivery.body)?;
    verify(&notification, account.signature_key())?;
    Ok(Word {
        order_id: notification.order_id.clone(),
        ask_for: notification.transaction_id().to_owned(),
        dedupe_key: notification.dedupe_key(),
        says: reading::read(&notification.body, account, Heard::Notification, delivery.at).into(),
    })
}

/// A notification whose sender is not known yet.
#[derive(Clone)]
struct Notification {
    order_id: String,
    status_code: String,
    gross_amount: String,
    signature: String,
    body: Body,
}

/// Reads the body as it came in.
///
/// # Errors
/// `Malformed`; `NotSigned` when the signature or one of the three values that it covers is missing.
fn parse(raw: &[u8]) -> Result<Notification, NotificationError> {
    let body = Body::parse(raw).ok_or(NotificationError::Malformed)?;
    let field = |value: &Option<String>| value.clone().ok_or(NotificationError::NotSigned);
    Ok(Notification {
        order_id: field(&body.order_id)?,
        status_code: field(&body.status_code)?,
        gross_amount: field(&body.gross_amount)?,
        signature: field(&body.signature_key)?,
        body,
    })
}

/// Checks the signature: lower-case hex of SHA-512 over the values as they stand in the body and the key, compared in
/// constant time.
///
/// # Errors
/// `NotSigned`.
fn verify(notification: &Notification, key: &Secret<String>) -> Result<(), NotificationError> {
    let Notification { order_id, status_code, gross_amount, signature: given, .. } = notification;
    let expected = signature(order_id, status_code, gross_amount, key);
    verify_slices_are_equal(expected.as_bytes(), given.as_bytes()).map_err(|_| NotificationError::NotSigned)
}

/// The signature that Midtrans puts on a notification.
pub fn signature(order_id: &str, status_code: &str, gross_amount: &str, key: &Secret<String>) -> String {
    let signed = Secret::new(format!("{order_id}{status_code}{gross_amount}{}", key.expose()));
    digest::sha512_hex(signed.expose().as_bytes())
}

impl Notification {
    /// The provider's name of the transaction, for asking it; the order id when it has none.
    fn transaction_id(&self) -> &str {
        self.body.transaction_id.as_deref().unwrap_or(&self.order_id)
    }

    /// The same for every delivery of the same news, another for other news: hex SHA-256 over what tells news apart.
    fn dedupe_key(&self) -> String {
        let body = &self.body;
        let part = |value: &Option<String>| value.clone().unwrap_or_default();
        let news = [
            part(&body.transaction_id),
            part(&body.transaction_status),
            part(&body.fraud_status),
            self.status_code.clone(),
            part(&body.settlement_time),
            part(&body.refund_amount),
            body.last_bank_confirmation().unwrap_or_default().to_owned(),
        ];
        digest::sha256_hex(news.join("|").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Observed, Says, midtrans::account::tests::account};

    /// Signatures that Midtrans' own clients agree on, for the key `SB-Mid-server-TESTKEY1234567890`.
    const VECTORS: [(&str, &str); 4] = [
        (
            "200",
            "d8045dfa02747025f5eb13e88b41bbf004160e00e024f3be1a70155411968704fac05d0165447d67f720ccbdd9131430f2b2a6d059d0c52f046cabc4a9eb874a",
        ),
        (
            "201",
            "87deea99702c23827c6f687f07a7ab3555995a60b4020f04555abb2a4d1de371975d882350b0b66e570971d7d8afa15dd455de895ebcee687b6953bc4c45a3f9",
        ),
        (
            "407",
            "f92621e139b076df0ba58197da457a12810a4ee16ae2aaf833118a1f28872257b59f50f40750e576ec09b6202be81d82b61b7d509bd72a810b1dcb27cec1b8ed",
        ),
        (
            "202",
            "3df9b5a813d94e5b9d15dc8b17e10dc0df19c770411b5350fb700f19b57b2e2a129e55f54d68d4d927abaf79914dc31787eb9fd757160d2582aefcdc2bfac74e",
        ),
    ];

    /// M6: the signature of M1 made over the amount `100000`.
    const REFORMATTED: &str = "bee37ad9b97b20acf104f1ef72439601a43c7d1ed57a88127d3898bdb58257de1a6cef8ed191ad4b68bc8015f1ec08dbb021368578535e47b5652d8be8212cc0";

    fn body(status_code: &str, signature: &str) -> Value {
        json!({"order_id": "ORDER-101", "status_code": status_code, "gross_amount": "100000.00",
            "signature_key": signature, "transaction_id": "9aed5972", "transaction_status": "settlement",
            "merchant_id": "G141532850", "currency": "IDR"})
    }

    fn check(body: &Value) -> Result<(), NotificationError> {
        verify(&parse(body.to_string().as_bytes())?, account().signature_key())
    }

    #[test]
    fn the_vectors_are_accepted() {
        for (status_code, signature) in VECTORS {
            assert_eq!(check(&body(status_code, signature)), Ok(()), "{status_code}");
        }
    }

    #[test]
    fn the_strings_count_as_they_stand_in_the_body() {
        assert_eq!(check(&body("200", REFORMATTED)), Err(NotificationError::NotSigned));
        let mut reformatted = body("200", REFORMATTED);
        reformatted["gross_amount"] = json!("100000");
        assert_eq!(check(&reformatted), Ok(()));
    }

    #[test]
    fn any_other_signature_is_refused() {
        let good = VECTORS[0].1;
        let upper = good.to_ascii_uppercase();
        for bad in ["", &good[..127], &upper, VECTORS[1].1, &format!("{good}0"), &format!(" {good}")] {
            assert_eq!(check(&body("200", bad)), Err(NotificationError::NotSigned), "{bad}");
        }
        for signed in ["order_id", "status_code", "gross_amount"] {
            let mut changed = body("200", good);
            changed[signed] = json!("1");
            assert_eq!(check(&changed), Err(NotificationError::NotSigned), "{signed}");
        }
        for missing in ["signature_key", "order_id", "status_code", "gross_amount"] {
            let mut without = body("200", good);
            without.as_object_mut().unwrap().remove(missing);
            assert_eq!(check(&without), Err(NotificationError::NotSigned), "{missing}");
        }
        let other_key = Secret::new("SB-Mid-server-TEST".to_owned());
        let signed = parse(body("200", good).to_string().as_bytes()).unwrap();
        assert_eq!(verify(&signed, &other_key), Err(NotificationError::NotSigned));
    }

    #[test]
    fn what_is_no_object_cannot_be_read() {
        for raw in ["", "null", "[]", "5", "{", "order_id=x", r#"{"order_id":"a","order_id":"b"}"#, "{\"a\":\"\u{0}"] {
            assert!(matches!(parse(raw.as_bytes()), Err(NotificationError::Malformed)), "{raw}");
        }
        assert!(matches!(parse(b"\xff\xfe{}"), Err(NotificationError::Malformed)));
    }

    #[test]
    fn a_verified_body_with_another_status_is_heard_as_hearsay() {
        // The signature does not cover the status: this body passes, which is why it moves no money.
        let mut replayed = body("200", VECTORS[0].1);
        replayed["transaction_status"] = json!("refund");
        assert_eq!(check(&replayed), Ok(()));
        let body = replayed.to_string();
        let at = "2026-12-01T00:00:00Z".parse().unwrap();
        let delivery = WebhookCall { headers: &http::HeaderMap::new(), body: body.as_bytes(), at };
        let word = hear(&account(), &delivery).unwrap();
        assert_eq!((word.order_id.as_str(), word.ask_for.as_str()), ("ORDER-101", "9aed5972"));
        let Says::Status(says) = word.says else { panic!("{word:?}") };
        assert_eq!((says.heard, says.observed), (Heard::Notification, Observed::Refunded));
    }

    #[test]
    fn news_are_told_apart_by_what_is_new_in_them() {
        let key = |body: &Value| parse(body.to_string().as_bytes()).unwrap().dedupe_key();
        let base = body("200", VECTORS[0].1);
        assert_eq!(key(&base).len(), 64);
        let mut same = base.clone();
        same["status_message"] = json!("again");
        assert_eq!(key(&base), key(&same));
        for (field, value) in [
            ("transaction_id", json!("x")),
            ("transaction_status", json!("pending")),
            ("fraud_status", json!("accept")),
            ("settlement_time", json!("2026-12-01 10:00:00")),
            ("refund_amount", json!("1.00")),
            ("refunds", json!([{"bank_confirmed_at": "2026-12-01 10:00:00"}])),
            ("status_code", json!("201")),
        ] {
            let mut other = base.clone();
            other[field] = value;
            assert_ne!(key(&base), key(&other), "{field}");
        }
    }
}
