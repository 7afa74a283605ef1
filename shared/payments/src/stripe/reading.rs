//! From a payment intent to what it says of a payment.

use kernel::{Currency, TenantId, Timestamp};

use super::{
    amount,
    wire::{Intent, OurMarks, WireCharge, WireFault, WireRefund},
};
use crate::{CardWord, FailedRefund, Heard, KeptCard, NextAction, Observed, ProviderStatus, ProviderToken, Quarantine};

/// Our name of the payment that an object belongs to; `None` when it is none of this tenant's: others may use the account.
pub(crate) fn order_of(metadata: &OurMarks, tenant: TenantId) -> Option<&str> {
    let ours = metadata.tenant.as_deref() == Some(tenant.to_string().as_str());
    metadata.payment_id.as_deref().filter(|order| ours && !order.is_empty())
}

/// What a payment intent says of the payment `order_id`. Stripe tells only what is so, in an answer as in a signed event.
///
/// # Errors
/// Why the word must be set aside.
pub(crate) fn read(intent: &Intent, order_id: &str, at: Timestamp) -> Result<ProviderStatus, Quarantine> {
    let (Some(id), Some(status)) = (intent.id.as_deref().filter(|id| !id.is_empty()), intent.status.as_deref()) else {
        return Err(Quarantine::Incomplete);
    };
    let currency = currency(intent.currency.as_deref())?;
    let received = intent.amount_received.filter(|received| status == "succeeded" && *received > 0);
    let gross = money(received.or(intent.amount), currency)?;
    let charge = intent.latest_charge.as_ref();
    let observed = match status {
        // Each payment makes one attempt: what was declined stays so, and another try is another payment. On Stripe's page the
        // payer tries another card.
        "requires_payment_method" if intent.last_payment_error.is_some() && !intent.is_of_page() => Observed::Failed,
        "requires_payment_method" | "requires_confirmation" | "requires_action" | "processing" => Observed::Pending,
        "requires_capture" => Observed::Authorized {
            until: charge.and_then(|charge| instant(charge.payment_method_details.card.capture_before)),
        },
        "succeeded" => match charge {
            Some(charge) => went_back(charge, currency)?,
            None => Observed::Settled,
        },
        "canceled" => match intent.cancellation_reason.as_deref() {
            Some("automatic" | "abandoned" | "expired") => Observed::Expired,
            _ => Observed::Cancelled,
        },
        other => Observed::Unknown(other.to_owned()),
    };
    Ok(ProviderStatus {
        order_id: order_id.to_owned(),
        transaction_id: id.to_owned(),
        settled_at: (status == "succeeded").then_some(charge).flatten().and_then(|charge| instant(charge.created)),
        observed,
        gross,
        way: None,
        before_fee: None,
        refund_confirmed_at: None,
        card: card(intent),
        heard: Heard::Confirmed,
        at,
    })
}

/// What it says of the card: one that its payer let be saved is its customer's once the money is in.
fn card(intent: &Intent) -> CardWord {
    let is_kept =
        intent.status.as_deref() == Some("succeeded") && intent.setup_future_usage.as_deref() == Some("off_session");
    let token = intent.payment_method.clone().filter(|_| is_kept);
    let customer = intent.customer.clone().map(ProviderToken::from);
    CardWord {
        decline: intent.last_payment_error.clone().map(WireFault::decline),
        kept: token.map(|token| KeptCard { token: token.into(), customer, face: None }),
    }
}

/// What a charge that money went back of says of the payment `order_id`.
///
/// # Errors
/// Why the word must be set aside.
pub(crate) fn read_charge(charge: &WireCharge, order_id: &str, at: Timestamp) -> Result<ProviderStatus, Quarantine> {
    let transaction_id = charge.payment_intent.clone().ok_or(Quarantine::Incomplete)?;
    let currency = currency(charge.currency.as_deref())?;
    Ok(ProviderStatus {
        order_id: order_id.to_owned(),
        transaction_id,
        observed: went_back(charge, currency)?,
        gross: money(captured(charge), currency)?,
        way: None,
        before_fee: None,
        settled_at: instant(charge.created),
        refund_confirmed_at: None,
        card: CardWord::default(),
        heard: Heard::Confirmed,
        at,
    })
}

/// What a refund that failed says of itself.
pub(crate) fn read_failed(refund: &WireRefund) -> FailedRefund {
    let currency = currency(refund.currency.as_deref()).ok();
    FailedRefund {
        refund: refund.metadata.refund_key.as_deref().and_then(|key| key.parse().ok()),
        amount: currency.and_then(|currency| money(refund.amount, currency).ok()),
        reason: refund.failure_reason.clone(),
    }
}

/// What the payer does next: the bank's page, where there is one.
pub(crate) fn next_action(intent: &Intent) -> Option<NextAction> {
    let url = intent.next_action.as_ref()?.redirect_to_url.url.clone()?;
    Some(NextAction::Redirect { url })
}

/// What a charge brought: less than its amount, when only a part of what was held was captured.
fn captured(charge: &WireCharge) -> Option<i64> {
    charge.amount_captured.filter(|captured| *captured > 0).or(charge.amount)
}

/// How a charge stands, by what went back of it. The rest of a hold of which a part was captured is released, which Stripe
/// counts among what was refunded.
fn went_back(charge: &WireCharge, currency: Currency) -> Result<Observed, Quarantine> {
    let captured = captured(charge);
    let released = charge.amount.zip(captured).and_then(|(amount, captured)| amount.checked_sub(captured)).unwrap_or(0);
    let refunded = charge.amount_refunded.unwrap_or(0);
    let refunded = if refunded >= released { refunded.saturating_sub(released) } else { refunded };
    Ok(match refunded {
        0 => Observed::Settled,
        all if Some(all) == captured => Observed::Refunded,
        part => {
            let total = amount::from_wire(part, currency).ok_or(Quarantine::RefundAmount)?;
            Observed::PartiallyRefunded { total: Some(total) }
        }
    })
}

fn currency(code: Option<&str>) -> Result<Currency, Quarantine> {
    let code = code.ok_or(Quarantine::Incomplete)?;
    code.to_ascii_uppercase().parse().map_err(|_| Quarantine::ForeignCurrency)
}

fn money(amount: Option<i64>, currency: Currency) -> Result<kernel::Money, Quarantine> {
    amount.and_then(|amount| amount::from_wire(amount, currency)).ok_or(Quarantine::UnreadableAmount)
}

/// Seconds since 1970.
pub(crate) fn instant(seconds: Option<i64>) -> Option<Timestamp> {
    seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).map(Timestamp::from)
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::Money;
    use serde_json::{Value, json};

    use super::*;

    pub(crate) const TENANT: &str = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
    pub(crate) const ORDER: &str = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

    /// A payment intent over Rp 100.000 as Stripe shows it.
    pub(crate) fn intent(status: &str) -> Value {
        json!({"id": "pi_1PgafyB7WZ01zgkWSjxsAJo3", "object": "payment_intent", "amount": 10_000_000,
            "amount_capturable": 0, "amount_received": 0, "cancellation_reason": null, "capture_method": "automatic",
            "client_secret": "pi_1PgafyB7WZ01zgkWSjxsAJo3_secret_x", "created": 1_796_094_000, "currency": "idr",
            "customer": null, "last_payment_error": null, "latest_charge": null, "livemode": false,
            "metadata": {"payment_id": ORDER, "tenant": TENANT}, "next_action": null, "payment_method": null,
            "payment_method_types": ["card"], "status": status})
    }

    /// Its charge, of which so much went back.
    pub(crate) fn charge(refunded: i64) -> Value {
        json!({"id": "ch_1", "object": "charge", "amount": 10_000_000, "amount_refunded": refunded, "currency": "idr",
            "created": 1_796_094_001, "payment_intent": "pi_1PgafyB7WZ01zgkWSjxsAJo3", "disputed": false,
            "refunded": refunded == 10_000_000, "status": "succeeded",
            "metadata": {"payment_id": ORDER, "tenant": TENANT}})
    }

    fn read_json(value: Value) -> Result<ProviderStatus, Quarantine> {
        let intent: Intent = serde_json::from_value(value).unwrap();
        read(&intent, ORDER, "2026-12-01T03:00:00Z".parse().unwrap())
    }

    #[test]
    fn statuses_map_as_the_documents_say() {
        let partly = Observed::PartiallyRefunded { total: Some(Money::new(40_000, Currency::IDR)) };
        for (status, field, value, expected) in [
            ("requires_payment_method", "created", json!(1), Observed::Pending),
            ("requires_payment_method", "last_payment_error", json!({"code": "card_declined"}), Observed::Failed),
            ("requires_confirmation", "created", json!(1), Observed::Pending),
            ("requires_action", "created", json!(1), Observed::Pending),
            ("processing", "created", json!(1), Observed::Pending),
            ("requires_capture", "created", json!(1), Observed::Authorized { until: None }),
            ("succeeded", "latest_charge", json!("ch_1"), Observed::Settled),
            ("succeeded", "latest_charge", charge(0), Observed::Settled),
            ("succeeded", "latest_charge", charge(4_000_000), partly),
            ("succeeded", "latest_charge", charge(10_000_000), Observed::Refunded),
            ("canceled", "cancellation_reason", json!("requested_by_customer"), Observed::Cancelled),
            ("canceled", "cancellation_reason", json!(null), Observed::Cancelled),
            ("canceled", "cancellation_reason", json!("abandoned"), Observed::Expired),
            ("canceled", "cancellation_reason", json!("automatic"), Observed::Expired),
            ("teleported", "created", json!(1), Observed::Unknown("teleported".to_owned())),
        ] {
            let mut body = intent(status);
            body[field] = value;
            let got = read_json(body).unwrap();
            assert_eq!((got.observed, got.gross), (expected, Money::new(100_000, Currency::IDR)), "{status} {field}");
        }
        let mut settled = intent("succeeded");
        settled["latest_charge"] = charge(0);
        assert_eq!(read_json(settled).unwrap().settled_at.unwrap().to_string(), "2026-12-01T03:00:01.000Z");
    }

    #[test]
    fn what_is_held_says_until_when_and_a_part_of_it_is_all_that_came_in() {
        let mut held = intent("requires_capture");
        held["latest_charge"] = charge(0);
        held["latest_charge"]["payment_method_details"] = json!({"card": {"capture_before": 1_796_698_801}});
        let until = Some("2026-12-08T03:00:01Z".parse().unwrap());
        assert_eq!(read_json(held).unwrap().observed, Observed::Authorized { until });
        for (refunded, expected) in [
            (4_000_000, Observed::Settled),
            (5_000_000, Observed::PartiallyRefunded { total: Some(Money::new(10_000, Currency::IDR)) }),
            (10_000_000, Observed::Refunded),
        ] {
            let mut part = intent("succeeded");
            part["amount_received"] = json!(6_000_000);
            part["latest_charge"] = charge(refunded);
            part["latest_charge"]["amount_captured"] = json!(6_000_000);
            let of_charge: WireCharge = serde_json::from_value(part["latest_charge"].clone()).unwrap();
            let told = read_charge(&of_charge, ORDER, "2026-12-01T03:00:00Z".parse().unwrap()).unwrap();
            let got = read_json(part).unwrap();
            assert_eq!((got.observed, got.gross), (expected.clone(), Money::new(60_000, Currency::IDR)), "{refunded}");
            assert_eq!((told.observed, told.gross), (expected, got.gross), "{refunded}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_set_aside() {
        for (field, value, reason) in [
            ("currency", json!("xxx"), Quarantine::ForeignCurrency),
            ("currency", json!(null), Quarantine::Incomplete),
            ("currency", json!("ugx"), Quarantine::UnreadableAmount),
            ("amount", json!(10_000_050), Quarantine::UnreadableAmount),
            ("amount", json!(null), Quarantine::UnreadableAmount),
            ("id", json!(""), Quarantine::Incomplete),
            ("status", json!(null), Quarantine::Incomplete),
        ] {
            let mut body = intent("succeeded");
            body[field] = value;
            assert_eq!(read_json(body), Err(reason), "{field}");
        }
        let mut torn = intent("succeeded");
        torn["latest_charge"] = charge(50);
        assert_eq!(read_json(torn), Err(Quarantine::RefundAmount));
    }

    #[test]
    fn what_another_tenant_or_program_made_is_not_ours() {
        let order = |metadata: Value| {
            let metadata: OurMarks = serde_json::from_value(metadata).unwrap();
            order_of(&metadata, TENANT.parse().unwrap()).map(str::to_owned)
        };
        assert_eq!(order(json!({"payment_id": ORDER, "tenant": TENANT})).as_deref(), Some(ORDER));
        for other in [
            json!({}),
            json!({"payment_id": ORDER}),
            json!({"payment_id": "", "tenant": TENANT}),
            json!({"payment_id": ORDER, "tenant": "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2Y"}),
            json!({"payment_id": 5, "tenant": TENANT}),
        ] {
            assert_eq!(order(other.clone()), None, "{other}");
        }
    }
}
