//! A payment, as callers see one.

use kernel::{InvoiceId, Money, Party, PaymentId, PaymentMethodId, Provider, Timestamp};
use payments::{Method, NextAction, Payment, Status};
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Serialize;
use utoipa::ToSchema;

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaymentView {
    pub id: PaymentId,
    /// The invoice that it is for; null for a payment of something else.
    pub invoice_id: Option<InvoiceId>,
    /// Who pays.
    pub customer_id: Party,
    /// How much, in minor units.
    pub amount: Money,
    /// How much went back so far.
    pub refunded: Money,
    /// Who carries the money: `midtrans`, or `manual` for what staff has recorded.
    pub provider: Provider,
    /// By which way.
    pub method: Method,
    pub status: Status,
    /// The saved payment method that it is by; left out when it is by none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_id: Option<PaymentMethodId>,
    /// The provider's name of the transaction, or what the bank's statement says of a recorded transfer; left out while
    /// there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the payer does next; null when there is nothing to do.
    pub next_action: Option<NextAction>,
    /// The code to scan as an SVG, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_svg: Option<String>,
    /// Until when the payer can pay, or the card's bank holds the money.
    pub expires_at: Option<Timestamp>,
    /// What the payer chose on the provider's page: a method's name, or the provider's own word. Left out elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_way: Option<String>,
    /// Since when the card's bank holds the money; left out where it never did. While the payment is `pending` it waits to be
    /// captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_at: Option<Timestamp>,
    /// How much the bank held: more than `amount` where a part was captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorized_amount: Option<Money>,
    /// Since when the money is there for good.
    pub settled_at: Option<Timestamp>,
    /// Since when the payer's bank disputes it; left out when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputed_at: Option<Timestamp>,
    /// Why it failed, in the provider's words; left out unless it did and the provider says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When the payment was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<&Payment> for PaymentView {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id,
            invoice_id: payment.purpose.invoice(),
            customer_id: payment.payer,
            amount: payment.amount,
            refunded: payment.refunded,
            provider: payment.provider,
            method: payment.method,
            status: payment.status,
            payment_method_id: payment.saved_method,
            // A transfer that was recorded without its reference is known by the payment's own id, which is none.
            reference: payment.transaction_id.clone().filter(|reference| *reference != payment.order_id()),
            next_action: payment.next_action.clone(),
            qr_svg: None,
            expires_at: payment.payable_until(),
            chosen_way: payment.chosen_way.clone(),
            authorized_at: payment.hold.map(|hold| hold.since),
            authorized_amount: payment.hold.map(|hold| hold.amount),
            settled_at: payment.settled_at,
            disputed_at: payment.disputed_at,
            failure: payment.failure.as_ref().map(|failure| failure.message.clone()),
            created_at: payment.created_at,
            updated_at: payment.updated_at,
        }
    }
}

impl PaymentView {
    /// The payment with its code drawn, for answers about a single one.
    pub(crate) fn drawn(payment: &Payment) -> Self {
        let text = match &payment.next_action {
            Some(NextAction::Qr { text: Some(text), .. }) => Some(text),
            Some(_) | None => None,
        };
        Self { qr_svg: text.and_then(|text| draw(text)), ..Self::from(payment) }
    }
}

/// `None` for a text that no QR code can hold: the text itself is in the answer all the same.
fn draw(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}
