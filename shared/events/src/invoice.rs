//! Events about invoices.

use kernel::{Date, InvoiceId, Money, Party, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// An invoice got its number and is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceIssued {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number, as printed.
    pub number: String,
    /// For which subscription, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// Who owes it.
    pub customer_id: Party,
    /// What all of it costs.
    pub total: Money,
    /// What is left to pay.
    pub amount_due: Money,
    /// Until which day.
    pub due_date: Date,
}

impl Payload for InvoiceIssued {
    const NAME: &'static str = "invoice.issued";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}
