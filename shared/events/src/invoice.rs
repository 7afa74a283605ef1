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

/// The last day to pay an invoice is over, and something of it is still owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceOverdue {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number, as printed.
    pub number: String,
    /// For which subscription, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// Who owes it.
    pub customer_id: Party,
    /// What is still to be paid.
    pub amount_due: Money,
    /// The last day to pay was this.
    pub due_date: Date,
}

impl Payload for InvoiceOverdue {
    const NAME: &'static str = "invoice.overdue";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}

/// A customer is reminded of an invoice that is overdue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceReminded {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number, as printed.
    pub number: String,
    /// For which subscription, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// Who owes it.
    pub customer_id: Party,
    /// What is still to be paid.
    pub amount_due: Money,
    /// The last day to pay was this.
    pub due_date: Date,
    /// The day on which service stops, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops_on: Option<Date>,
}

impl Payload for InvoiceReminded {
    const NAME: &'static str = "invoice.reminded";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}
