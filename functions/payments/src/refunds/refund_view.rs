//! A refund, as callers see one.

use kernel::{CreditNoteId, Money, PaymentId, RefundId, Timestamp};
use payments::{Refund, RefundOrigin, RefundStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundView {
    pub id: RefundId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// How much goes back, in minor units.
    pub amount: Money,
    /// Why, in staff's words.
    pub reason: String,
    pub status: RefundStatus,
    pub origin: RefundOrigin,
    /// The credit note that it pays out; null when it pays out what was on the balance.
    pub credit_note_id: Option<CreditNoteId>,
    /// Why it failed, in the provider's words; left out unless it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<&Refund> for RefundView {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id,
            payment_id: refund.payment_id,
            amount: refund.amount,
            reason: refund.reason.clone(),
            status: refund.status,
            origin: refund.origin,
            credit_note_id: refund.credit_note_id,
            failure: refund.failure.as_ref().map(|failure| failure.message.clone()),
            created_at: refund.created_at,
            updated_at: refund.updated_at,
        }
    }
}
