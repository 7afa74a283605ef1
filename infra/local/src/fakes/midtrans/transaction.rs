//! One transaction at the Midtrans fake: its life and the bodies that describe it.

use aws_lc_rs::digest::{SHA512, digest};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::random;

/// Where a transaction stands, in Midtrans' words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Authorize,
    Capture,
    Settlement,
    Deny,
    Cancel,
    Expire,
    Refund,
    PartialRefund,
}

impl Status {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Settlement => "settlement",
            Self::Deny => "deny",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::Refund => "refund",
            Self::PartialRefund => "partial_refund",
        }
    }
}

/// What Midtrans' fraud detection thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fraud {
    Accept,
    Challenge,
    Deny,
}

impl Fraud {
    const fn word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Challenge => "challenge",
            Self::Deny => "deny",
        }
    }
}

/// One refund.
#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: u32,
    pub(crate) key: String,
    pub(crate) amount: i64,
    pub(crate) reason: String,
    pub(crate) created_at: Timestamp,
    pub(crate) bank_confirmed_at: Option<Timestamp>,
}

/// One transaction.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) order_id: String,
    pub(crate) server_key: String,
    pub(crate) merchant_id: String,
    /// Whole rupiah.
    pub(crate) gross_amount: i64,
    pub(crate) payment_type: String,
    pub(crate) status: Status,
    pub(crate) fraud: Option<Fraud>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) refunds: Vec<Refund>,
    /// What the channel adds to every body: `va_numbers`, `bill_key`, `masked_card`, …
    pub(crate) channel: Map<String, Value>,
    /// What the channel adds to the answer of the charge alone: `actions`, `qr_string`, `redirect_url`.
    pub(crate) charge_only: Map<String, Value>,
    /// The bank only holds the money of the card: the merchant captures it.
    pub(crate) held: bool,
    /// A fee that its customer bears, in rupiah: in the gross amount already.
    pub(crate) fee: i64,
    pub(crate) metadata: Option<Value>,
    pub(crate) notification_urls: Vec<String>,
    pub(crate) last_notification: Option<Value>,
}

impl Transaction {
    /// `100000.00`
    pub(crate) fn amount_text(&self) -> String {
        rupiah(self.gross_amount)
    }

    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// Cards' authorisation results come from the bank; whether a channel can give money back at all.
    pub(crate) fn refundable(&self) -> bool {
        matches!(self.payment_type.as_str(), "credit_card" | "gopay" | "shopeepay" | "qris")
    }

    /// Whether it is known by its transaction id alone, and its answers repeat that where the order should stand.
    pub(crate) fn is_known_by_itself(&self) -> bool {
        self.payment_type == "dana"
    }

    /// The body's own status code.
    pub(crate) fn status_code(&self) -> &'static str {
        match (self.status, self.fraud) {
            (Status::Pending, _) | (Status::Capture, Some(Fraud::Challenge)) => "201",
            (Status::Deny, _) => "202",
            (Status::Expire, _) => "407",
            (
                Status::Authorize
                | Status::Capture
                | Status::Settlement
                | Status::Cancel
                | Status::Refund
                | Status::PartialRefund,
                _,
            ) => "200",
        }
    }

    /// What charge, status and notification say alike.
    pub(crate) fn body(&self, status_code: &str, message: &str) -> Map<String, Value> {
        let mut body = self.channel.clone();
        let mut set = |name: &str, value: Value| {
            body.insert(name.to_owned(), value);
        };
        set("status_code", status_code.into());
        set("status_message", message.into());
        set("transaction_id", self.id.clone().into());
        set("order_id", self.order_id.clone().into());
        set("merchant_id", self.merchant_id.clone().into());
        set("gross_amount", self.amount_text().into());
        set("currency", "IDR".into());
        set("payment_type", self.payment_type.clone().into());
        set("transaction_time", wib(self.created_at).into());
        set("transaction_status", self.status.word().into());
        if let Some(fraud) = self.fraud {
            set("fraud_status", fraud.word().into());
        }
        if let Some(at) = self.settled_at {
            set("settlement_time", wib(at).into());
        }
        let mut metadata = self.metadata.clone();
        if self.fee > 0 {
            let info = json!({"original_amount": rupiah(self.gross_amount.saturating_sub(self.fee)),
                "customer_imposed_payment_fee": rupiah(self.fee)});
            let metadata = metadata.get_or_insert_with(|| json!({}));
            metadata["extra_info"] = json!({"gross_amount_info": info});
        }
        if let Some(metadata) = metadata {
            set("metadata", metadata);
        }
        if matches!(self.status, Status::Pending) {
            set("expiry_time", wib(self.expires_at).into());
        }
        if !self.refunds.is_empty() {
            set("refund_amount", rupiah(self.refunded()).into());
            set("refunds", self.refunds.iter().map(Refund::body).collect::<Vec<_>>().into());
        }
        body
    }

    /// The answer of GET status.
    pub(crate) fn status_body(&self) -> Value {
        let message = match self.status {
            Status::Expire => "Success, transaction has expired",
            Status::Pending
            | Status::Authorize
            | Status::Capture
            | Status::Settlement
            | Status::Deny
            | Status::Cancel
            | Status::Refund
            | Status::PartialRefund => "Success, transaction is found",
        };
        // A pending DANA payment is answered with 200, in upper case, and under its own name.
        let code = if self.is_known_by_itself() && self.status == Status::Pending { "200" } else { self.status_code() };
        let mut body = self.body(code, message);
        if self.is_known_by_itself() {
            body.insert("order_id".to_owned(), self.id.clone().into());
            body.insert("transaction_status".to_owned(), self.status.word().to_ascii_uppercase().into());
        }
        self.sign(&mut body);
        body.into()
    }

    /// The signed body of a notification about the present state.
    pub(crate) fn notification(&self) -> Value {
        // An expiry is told with 202 and answered with 407.
        let code = if self.status == Status::Expire { "202" } else { self.status_code() };
        let mut body = self.body(code, "midtrans payment notification");
        if let (Status::Settlement, "bank_transfer") = (self.status, self.payment_type.as_str()) {
            let paid =
                json!([{"paid_at": wib(self.settled_at.unwrap_or(self.created_at)), "amount": self.amount_text()}]);
            body.insert("payment_amounts".to_owned(), paid);
        }
        self.sign(&mut body);
        body.into()
    }

    fn sign(&self, body: &mut Map<String, Value>) {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let key = signature(text("order_id"), text("status_code"), text("gross_amount"), &self.server_key);
        body.insert("signature_key".to_owned(), key.into());
    }
}

impl Refund {
    fn body(&self) -> Value {
        let mut body = json!({
            "refund_chargeback_id": self.id,
            "refund_chargeback_uuid": random::uuid(),
            "refund_amount": rupiah(self.amount),
            "created_at": wib(self.created_at),
            "reason": self.reason,
            "refund_key": self.key,
            "refund_method": "online",
        });
        if let Some(at) = self.bank_confirmed_at {
            body["bank_confirmed_at"] = wib(at).into();
        }
        body
    }
}

/// SHA-512 over order id, status code, gross amount and server key, exactly as they stand in the body.
pub(crate) fn signature(order_id: &str, status_code: &str, gross_amount: &str, server_key: &str) -> String {
    random::hex(digest(&SHA512, format!("{order_id}{status_code}{gross_amount}{server_key}").as_bytes()).as_ref())
}

/// Whole rupiah as Midtrans writes amounts.
pub(crate) fn rupiah(amount: i64) -> String {
    format!("{amount}.00")
}

/// Western Indonesian time without an offset, as Midtrans writes times.
pub(crate) fn wib(at: Timestamp) -> String {
    at.saturating_add(SignedDuration::from_hours(7))
        .unwrap_or(at)
        .to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "SB-Mid-server-TESTKEY1234567890";

    #[test]
    fn signatures_are_those_of_the_documents() {
        for (code, amount, expected) in [
            (
                "200",
                "100000.00",
                "d8045dfa02747025f5eb13e88b41bbf004160e00e024f3be1a70155411968704fac05d0165447d67f720ccbdd9131430f2b2a6d059d0c52f046cabc4a9eb874a",
            ),
            (
                "201",
                "100000.00",
                "87deea99702c23827c6f687f07a7ab3555995a60b4020f04555abb2a4d1de371975d882350b0b66e570971d7d8afa15dd455de895ebcee687b6953bc4c45a3f9",
            ),
            (
                "407",
                "100000.00",
                "f92621e139b076df0ba58197da457a12810a4ee16ae2aaf833118a1f28872257b59f50f40750e576ec09b6202be81d82b61b7d509bd72a810b1dcb27cec1b8ed",
            ),
            (
                "202",
                "100000.00",
                "3df9b5a813d94e5b9d15dc8b17e10dc0df19c770411b5350fb700f19b57b2e2a129e55f54d68d4d927abaf79914dc31787eb9fd757160d2582aefcdc2bfac74e",
            ),
            (
                "200",
                "100000",
                "bee37ad9b97b20acf104f1ef72439601a43c7d1ed57a88127d3898bdb58257de1a6cef8ed191ad4b68bc8015f1ec08dbb021368578535e47b5652d8be8212cc0",
            ),
        ] {
            assert_eq!(signature("ORDER-101", code, amount, KEY), expected, "{code} {amount}");
        }
    }

    #[test]
    fn times_are_those_of_jakarta() {
        assert_eq!(wib("2026-11-30T17:00:00.999Z".parse().unwrap()), "2026-12-01 00:00:00");
    }
}
