//! Events about credit notes.

use kernel::{CreditNoteId, InvoiceId, Money, Party, RefundId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// Why a part of an invoice is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CreditNoteReason)]
pub enum CreditReason {
    /// It was asked for twice.
    Duplicate,
    /// What was sold was not as it should be.
    ProductUnsatisfactory,
    /// Less was ordered, or something else.
    OrderChange,
    /// Another reason.
    Other,
}

/// A part of an invoice was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreditNoteIssued {
    /// Which credit note.
    pub credit_note_id: CreditNoteId,
    /// Its number, as printed.
    pub number: String,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// The invoice's number, as printed.
    pub invoice_number: String,
    /// Who owed it.
    pub customer_id: Party,
    /// Why.
    pub reason: CreditReason,
    /// All that it takes back, with taxes.
    pub total: Money,
    /// How much of that was still owed.
    pub against_due: Money,
    /// How much of it went to the customer's balance.
    pub to_balance: Money,
    /// The refund that pays that out at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_id: Option<RefundId>,
}

impl Payload for CreditNoteIssued {
    const NAME: &'static str = "credit_note.issued";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = CreditNoteId;

    fn subject(&self) -> CreditNoteId {
        self.credit_note_id
    }
}
