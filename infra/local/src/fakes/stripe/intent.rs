//! A payment intent: how it stands, and how it is shown.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    Metadata, StripeError,
    cards::{Card, Decline},
    name,
};
use crate::random;

/// How long a card's bank holds money that nobody captures.
const HELD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A payment intent.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) id: String,
    /// The secret key of its account.
    pub(super) key: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: Status,
    pub(super) metadata: Metadata,
    pub(super) card: Option<Card>,
    pub(super) payment_method: Option<String>,
    pub(super) customer: Option<String>,
    /// Whether the card is its customer's once it was charged: `off_session` or `on_session`.
    pub(super) setup_future_usage: Option<String>,
    pub(super) description: Option<String>,
    pub(super) return_url: Option<String>,
    pub(super) client_secret: String,
    pub(super) captured_by_hand: bool,
    /// How much of what was held came in, where that is less than the amount.
    pub(super) captured: Option<i64>,
    pub(super) cancellation_reason: Option<String>,
    pub(super) last_payment_error: Option<Value>,
    pub(super) charge: Option<Charge>,
    pub(super) created: Timestamp,
}

/// How far a payment intent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    RequiresCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresConfirmation => "requires_confirmation",
            Self::RequiresAction => "requires_action",
            Self::RequiresCapture => "requires_capture",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

/// The attempt that brought the money, or holds it.
#[derive(Clone, Debug)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) created: Timestamp,
    pub(super) disputed: bool,
    pub(super) refunds: Vec<Refunded>,
}

impl Charge {
    /// How much went back, or is on its way.
    pub(super) fn refunded(&self) -> i64 {
        self.refunds.iter().filter(|refund| refund.counts()).map(|refund| refund.amount).sum()
    }
}

/// A refund.
#[derive(Clone, Debug)]
pub(super) struct Refunded {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) status: &'static str,
    pub(super) reason: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) created: Timestamp,
}

impl Refunded {
    /// Whether it took the money, or will.
    pub(super) fn counts(&self) -> bool {
        !matches!(self.status, "failed" | "canceled")
    }

    pub(super) fn shown(&self, intent: &Intent) -> Value {
        json!({
            "id": self.id, "object": "refund", "amount": self.amount, "balance_transaction": null,
            "charge": intent.charge.as_ref().map(|charge| &charge.id), "created": self.created.as_second(),
            "currency": intent.currency, "metadata": self.metadata, "payment_intent": intent.id,
            "reason": self.reason, "status": self.status,
        })
    }
}

impl Intent {
    /// One that waits for a card.
    pub(super) fn new(key: &str, (amount, currency): (i64, &str), created: Timestamp) -> Self {
        let id = name("pi");
        Self {
            client_secret: format!("{id}_secret_{}", random::letters_and_digits(25)),
            id,
            key: key.to_owned(),
            amount,
            currency: currency.to_owned(),
            status: Status::RequiresPaymentMethod,
            metadata: Metadata::new(),
            card: None,
            payment_method: None,
            customer: None,
            setup_future_usage: None,
            description: None,
            return_url: None,
            captured_by_hand: false,
            captured: None,
            cancellation_reason: None,
            last_payment_error: None,
            charge: None,
            created,
        }
    }

    /// As it is shown: with its charge in full, or by name.
    pub(super) fn shown(&self, base_url: &str, expanded: bool) -> Value {
        let charge =
            self.charge.as_ref().map(|charge| if expanded { self.charge_shown(charge) } else { json!(charge.id) });
        let received = if self.status == Status::Succeeded { self.brought() } else { 0 };
        let redirect = json!({"type": "redirect_to_url", "redirect_to_url": {
            "url": format!("{base_url}/3ds/{}", self.id), "return_url": self.return_url}});
        // Without a place to return to only Stripe.js can ask the payer.
        let by_script = json!({"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}});
        let next_action = match (self.status, &self.return_url) {
            (Status::RequiresAction, Some(_)) => redirect,
            (Status::RequiresAction, None) => by_script,
            _ => Value::Null,
        };
        json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount,
            "amount_capturable": if self.status == Status::RequiresCapture { self.amount } else { 0 },
            "amount_received": received, "cancellation_reason": self.cancellation_reason,
            "capture_method": if self.captured_by_hand { "manual" } else { "automatic_async" },
            "client_secret": self.client_secret, "confirmation_method": "automatic",
            "created": self.created.as_second(), "currency": self.currency, "customer": self.customer,
            "description": self.description, "last_payment_error": self.last_payment_error, "latest_charge": charge,
            "livemode": false, "metadata": self.metadata, "next_action": next_action,
            "payment_method": self.payment_method, "payment_method_types": ["card"],
            "setup_future_usage": self.setup_future_usage, "status": self.status.word(),
        })
    }

    /// How much it brings.
    pub(super) fn brought(&self) -> i64 {
        self.captured.unwrap_or(self.amount)
    }

    pub(super) fn charge_shown(&self, charge: &Charge) -> Value {
        // The rest of what was held is released, and counted among what was refunded.
        let refunded = charge.refunded() + (self.amount - self.brought());
        let captured = if self.status == Status::Succeeded { self.brought() } else { 0 };
        let until = charge.created.saturating_add(HELD_FOR).unwrap_or(charge.created).as_second();
        let details = json!({"type": "card", "card": {"capture_before": self.captured_by_hand.then_some(until)}});
        json!({
            "id": charge.id, "object": "charge", "amount": self.amount, "amount_captured": captured,
            "amount_refunded": refunded, "payment_method_details": details,
            "captured": self.status == Status::Succeeded, "created": charge.created.as_second(),
            "currency": self.currency, "customer": self.customer, "disputed": charge.disputed, "livemode": false,
            "metadata": self.metadata, "paid": true, "payment_intent": self.id, "payment_method": self.payment_method,
            "refunded": refunded == self.amount, "status": "succeeded",
        })
    }

    pub(super) fn declined(&mut self, decline: Decline) -> StripeError {
        let mut error = StripeError::new(402, "card_error", decline.code, decline.message);
        error.error["decline_code"] = decline.reason.into();
        error.error["charge"] = name("ch").into();
        self.status = Status::RequiresPaymentMethod;
        self.last_payment_error = Some(error.error.clone());
        error
    }

    pub(super) fn unexpected(&self, wanted: &str) -> StripeError {
        let text = format!("You cannot {wanted} this PaymentIntent because it has a status of {}.", self.status.word());
        let mut error = StripeError::invalid("payment_intent_unexpected_state", "", &text);
        error.error["payment_intent"] =
            json!({"id": self.id, "object": "payment_intent", "status": self.status.word()});
        error
    }
}
