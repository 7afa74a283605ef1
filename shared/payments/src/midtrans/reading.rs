//! From a body to what it says of a payment.

use jiff::SignedDuration;
use kernel::{Money, Timestamp};

use super::{account::MidtransAccount, amount, saved_card, wib, wire::Body};
use crate::{Heard, Observed, ProviderStatus, Quarantine};

/// How long a card's bank holds money that nobody captures.
const HELD_FOR: SignedDuration = SignedDuration::from_hours(8 * 24);

/// What the body says, provided that it speaks of this account and of rupiah. A body without merchant or currency
/// passes: the key that opened the connection, or signed the body, is proof of the merchant, and Midtrans knows no
/// other currency.
///
/// # Errors
/// Why the word must be set aside.
pub(crate) fn read(
    body: &Body,
    account: &MidtransAccount,
    heard: Heard,
    at: Timestamp,
) -> Result<ProviderStatus, Quarantine> {
    if body.merchant_id.as_ref().is_some_and(|merchant| *merchant != account.merchant_id) {
        return Err(Quarantine::ForeignMerchant);
    }
    if body.currency.as_ref().is_some_and(|currency| currency != "IDR") {
        return Err(Quarantine::ForeignCurrency);
    }
    let (Some(order_id), Some(transaction_id), Some(status)) =
        (&body.order_id, &body.transaction_id, &body.transaction_status)
    else {
        return Err(Quarantine::Incomplete);
    };
    if order_id.is_empty() || transaction_id.is_empty() {
        return Err(Quarantine::Incomplete);
    }
    let gross = body.gross_amount.as_deref().and_then(amount::parse).ok_or(Quarantine::UnreadableAmount)?;
    let mut observed = observe(status, body.fraud_status.as_deref(), body.refund_amount.as_deref())?;
    if let Observed::Authorized { until } = &mut observed {
        let begun = body.transaction_time.as_deref().and_then(wib::parse).unwrap_or(at);
        *until = Some(begun.plus(HELD_FOR));
    }
    Ok(ProviderStatus {
        order_id: order_id.clone(),
        transaction_id: transaction_id.clone(),
        observed,
        gross,
        way: way(body),
        before_fee: before_fee(body, gross),
        settled_at: body.settlement_time.as_deref().and_then(wib::parse),
        refund_confirmed_at: body.last_bank_confirmation().and_then(wib::parse),
        card: saved_card::card(body),
        heard,
        at,
    })
}

/// By which way it is paid: by our name of it, where we have one.
fn way(body: &Body) -> Option<String> {
    let bank = body.va_numbers.first().and_then(|va| va.bank.clone());
    let bank = bank.or_else(|| body.permata_va_number.as_ref().map(|_| "permata".to_owned()));
    Some(match (body.payment_type.as_deref()?, bank, &body.store) {
        ("bank_transfer", Some(bank), _) => format!("{}_va", bank.to_ascii_lowercase()),
        ("echannel", _, _) => "mandiri_bill".to_owned(),
        ("cstore", _, Some(store)) => store.to_ascii_lowercase(),
        ("credit_card", _, _) => "card".to_owned(),
        (other, _, _) => other.chars().take(40).collect(),
    })
}

/// What we asked for when the payer bears Midtrans' fee on top of it (midtrans-php#118).
fn before_fee(body: &Body, gross: Money) -> Option<Money> {
    let info = &body.metadata.extra_info.gross_amount_info;
    let original = info.original_amount.as_deref().and_then(amount::parse)?;
    let fee = info.customer_imposed_payment_fee.as_deref().and_then(amount::parse)?;
    (original.checked_add(fee) == Ok(gross)).then_some(original)
}

/// The status mapping (docs.midtrans.com, "Transaction status"), whatever the case of the letters. The status code plays no part:
/// Midtrans answers 200 for a transaction that is still pending.
fn observe(status: &str, fraud: Option<&str>, refund_amount: Option<&str>) -> Result<Observed, Quarantine> {
    let status = status.to_ascii_lowercase();
    let fraud = fraud.map(str::to_ascii_lowercase);
    let (challenged, denied) = (fraud.as_deref() == Some("challenge"), fraud.as_deref() == Some("deny"));
    Ok(match status.as_str() {
        "authorize" | "capture" if challenged => Observed::Challenge,
        "authorize" | "pending" | "capture" if denied => Observed::Failed,
        "authorize" => Observed::Authorized { until: None },
        "pending" => Observed::Pending,
        "capture" => Observed::Captured,
        "settlement" if challenged => Observed::ContestedSettlement,
        "settlement" if denied => Observed::RefusedSettlement,
        "settlement" => Observed::Settled,
        "deny" | "failure" => Observed::Failed,
        "cancel" => Observed::Cancelled,
        "expire" => Observed::Expired,
        "refund" => Observed::Refunded,
        "partial_refund" => Observed::PartiallyRefunded {
            total: match refund_amount {
                Some(text) => Some(amount::parse(text).ok_or(Quarantine::UnreadableAmount)?),
                None => None,
            },
        },
        "chargeback" | "partial_chargeback" => Observed::Disputed,
        _ => Observed::Unknown(status),
    })
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use serde_json::json;

    use super::*;
    use crate::midtrans::account::tests::account;

    fn idr(rupiah: i64) -> Money {
        Money::new(rupiah, Currency::IDR)
    }

    fn read_json(value: serde_json::Value) -> Result<ProviderStatus, Quarantine> {
        let body: Body = serde_json::from_value(value).unwrap();
        read(&body, &account(), Heard::Confirmed, "2026-12-01T00:00:00Z".parse().unwrap())
    }

    /// The mapping of the facts: rows are transaction statuses, columns fraud accept, absent, challenge, deny.
    const MAPPING: &str = "
        authorize          authorized    authorized    challenge           failed
        pending            pending       pending       pending             failed
        capture            captured      captured      challenge           failed
        settlement         settled       settled       contestedsettlement refusedsettlement
        deny               failed        failed        failed              failed
        failure            failed        failed        failed              failed
        cancel             cancelled     cancelled     cancelled           cancelled
        expire             expired       expired       expired             expired
        refund             refunded      refunded      refunded            refunded
        partial_refund     partly        partly        partly              partly
        chargeback         disputed      disputed      disputed            disputed
        partial_chargeback disputed      disputed      disputed            disputed
        teleported         unknown       unknown       unknown             unknown";

    fn name(observed: &Observed) -> &'static str {
        match observed {
            Observed::PageOpen => "page open",
            Observed::Pending => "pending",
            Observed::Authorized { .. } => "authorized",
            Observed::Challenge => "challenge",
            Observed::ContestedSettlement => "contestedsettlement",
            Observed::Captured => "captured",
            Observed::Settled => "settled",
            Observed::Failed => "failed",
            Observed::RefusedSettlement => "refusedsettlement",
            Observed::Cancelled => "cancelled",
            Observed::Expired => "expired",
            Observed::Refunded => "refunded",
            Observed::PartiallyRefunded { .. } => "partly",
            Observed::Disputed => "disputed",
            Observed::DisputeWon => "dispute won",
            Observed::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn statuses_map_as_in_the_table_in_any_case() {
        let mut cells = 0;
        for line in MAPPING.lines().filter(|line| !line.trim().is_empty()) {
            let mut words = line.split_whitespace();
            let status = words.next().unwrap();
            for (fraud, expected) in [Some("accept"), None, Some("challenge"), Some("deny")].iter().zip(words) {
                let upper = fraud.map(str::to_ascii_uppercase);
                for (status, fraud) in [(status.to_owned(), *fraud), (status.to_ascii_uppercase(), upper.as_deref())] {
                    let got = observe(&status, fraud, Some("5000.00")).unwrap();
                    assert_eq!(name(&got), expected, "{status} {fraud:?}");
                }
                cells += 1;
            }
        }
        assert_eq!(cells, 13 * 4);
    }

    #[test]
    fn money_that_a_bank_holds_is_held_for_eight_days() {
        let got = read_json(json!({"order_id": "o", "transaction_id": "t", "transaction_status": "authorize",
            "fraud_status": "accept", "gross_amount": "145000.00", "transaction_time": "2026-12-01 10:00:00"}));
        let until = "2026-12-09T03:00:00Z".parse().unwrap();
        assert_eq!(got.unwrap().observed, Observed::Authorized { until: Some(until) });
    }

    #[test]
    fn the_way_has_our_name_where_we_have_one() {
        for (part, expected) in [
            (
                json!({"payment_type": "bank_transfer", "va_numbers": [{"bank": "bca", "va_number": "1"}]}),
                Some("bca_va"),
            ),
            (json!({"payment_type": "bank_transfer", "permata_va_number": "1"}), Some("permata_va")),
            (json!({"payment_type": "bank_transfer"}), Some("bank_transfer")),
            (json!({"payment_type": "echannel"}), Some("mandiri_bill")),
            (json!({"payment_type": "cstore", "store": "Alfamart"}), Some("alfamart")),
            (json!({"payment_type": "credit_card"}), Some("card")),
            (json!({"payment_type": "dana"}), Some("dana")),
            (json!({"payment_type": "akulaku"}), Some("akulaku")),
            (json!({}), None),
        ] {
            let mut body = json!({"order_id": "o", "transaction_id": "t", "transaction_status": "pending",
                "gross_amount": "1.00"});
            body.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
            assert_eq!(read_json(body).unwrap().way.as_deref(), expected, "{part}");
        }
    }

    #[test]
    fn the_docs_sample_is_read() {
        let got = read_json(json!({
            "va_numbers": [{"va_number": "333333333333333", "bank": "bca"}],
            "transaction_time": "2021-06-23 11:27:20", "transaction_status": "settlement",
            "transaction_id": "9aed5972-5b6a-401e-894b-a32c91ed1a3a", "status_code": "200",
            "settlement_time": "2021-06-23 11:27:50", "payment_type": "bank_transfer",
            "payment_amounts": [{"paid_at": "2021-06-23 11:42:02", "amount": "150000.00"}],
            "order_id": "bca-va-01", "merchant_id": "G141532850", "gross_amount": "100000.00",
            "fraud_status": "accept", "currency": "IDR"
        }))
        .unwrap();
        assert_eq!((got.observed, got.gross, got.before_fee), (Observed::Settled, idr(100_000), None));
        assert_eq!(got.settled_at.unwrap().to_string(), "2021-06-23T04:27:50.000Z");
    }

    #[test]
    fn what_is_not_ours_is_set_aside() {
        let good = json!({"order_id": "o", "transaction_id": "t", "transaction_status": "PENDING",
            "gross_amount": "10000.00", "currency": "IDR", "merchant_id": "G141532850"});
        assert_eq!(read_json(good.clone()).unwrap().observed, Observed::Pending);
        for (field, value, reason) in [
            ("merchant_id", json!("G999"), Quarantine::ForeignMerchant),
            ("currency", json!("USD"), Quarantine::ForeignCurrency),
            ("gross_amount", json!("10000.50"), Quarantine::UnreadableAmount),
            ("gross_amount", json!(null), Quarantine::UnreadableAmount),
            ("transaction_id", json!(null), Quarantine::Incomplete),
            ("transaction_id", json!(""), Quarantine::Incomplete),
            ("order_id", json!(null), Quarantine::Incomplete),
            ("transaction_status", json!(null), Quarantine::Incomplete),
        ] {
            let mut body = good.clone();
            body[field] = value;
            assert_eq!(read_json(body), Err(reason), "{field}");
        }
        let mut bare = good;
        bare.as_object_mut().unwrap().retain(|name, _| name != "merchant_id" && name != "currency");
        assert!(read_json(bare).is_ok());
    }

    #[test]
    fn a_fee_that_the_payer_bears_is_taken_off_only_when_it_adds_up() {
        let body = |original: &str, fee: &str| {
            json!({"order_id": "o", "transaction_id": "t", "transaction_status": "settlement",
                "gross_amount": "10071.00",
                "metadata": {"extra_info": {"gross_amount_info":
                    {"original_amount": original, "customer_imposed_payment_fee": fee}}}})
        };
        assert_eq!(read_json(body("10000.00", "71.00")).unwrap().asked(), idr(10_000));
        assert_eq!(read_json(body("10000", "71")).unwrap().asked(), idr(10_000));
        assert_eq!(read_json(body("10000.00", "70.00")).unwrap().asked(), idr(10_071));
        assert_eq!(read_json(body("10000.00", "")).unwrap().asked(), idr(10_071));
    }

    #[test]
    fn refunds_tell_their_sum_and_the_banks_last_word() {
        let got = read_json(json!({"order_id": "o", "transaction_id": "t", "transaction_status": "partial_refund",
            "gross_amount": "30000.00", "refund_amount": "12000.00", "status_code": "200",
            "refunds": [{"refund_key": "r-1", "bank_confirmed_at": "2026-11-20 10:00:00"},
                        {"refund_key": "r-2", "bank_confirmed_at": "2026-11-21 10:00:00"}, {"refund_key": "r-3"}]}))
        .unwrap();
        assert_eq!(got.observed, Observed::PartiallyRefunded { total: Some(idr(12_000)) });
        assert_eq!(got.refund_confirmed_at.unwrap().to_string(), "2026-11-21T03:00:00.000Z");
    }
}
