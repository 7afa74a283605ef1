//! Events about invoices.

pub mod credit_note;

use kernel::{CreditNoteId, Date, InvoiceId, Money, Party, PaymentId, SubscriptionId, Timestamp};
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
    /// For which others of the same customer, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
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

/// An invoice that was owed is paid. One that was paid at its issue is told by `invoice.issued` alone, with nothing due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoicePaid {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number, as printed.
    pub number: String,
    /// For which subscription, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// For which others of the same customer, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
    /// Who owed it.
    pub customer_id: Party,
    /// What all of it cost.
    pub total: Money,
    /// When.
    pub paid_at: Timestamp,
    /// The payment that paid what was left, of which `payment.succeeded` tells too; none where the customer's balance did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The credit note that took back what was left, of which `credit_note.issued` tells too; none where it was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_note_id: Option<CreditNoteId>,
}

impl Payload for InvoicePaid {
    const NAME: &'static str = "invoice.paid";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}

/// An invoice was taken back; it keeps its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceVoided {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number, as printed.
    pub number: String,
    /// For which subscription, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// For which others of the same customer, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
    /// Who owed it.
    pub customer_id: Party,
    /// What all of it cost.
    pub total: Money,
    /// What went back to the customer's balance of it.
    pub returned: Money,
}

impl Payload for InvoiceVoided {
    const NAME: &'static str = "invoice.voided";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}

/// An invoice was given up; a late payment still settles it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceMarkedUncollectible {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number, as printed.
    pub number: String,
    /// For which subscription, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<SubscriptionId>,
    /// For which others of the same customer, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
    /// Who owes it.
    pub customer_id: Party,
    /// What all of it costs.
    pub total: Money,
    /// What was given up.
    pub amount_due: Money,
}

impl Payload for InvoiceMarkedUncollectible {
    const NAME: &'static str = "invoice.marked_uncollectible";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}

/// Staff asked for an invoice to be mailed to its customer again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceSendRequested {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Who owes it.
    pub customer_id: Party,
}

impl Payload for InvoiceSendRequested {
    const NAME: &'static str = "invoice.send_requested";
    const AUDIENCE: Audience = Audience::Internal;
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
    /// For which others of the same customer, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
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
    /// For which others of the same customer, where they are invoiced together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_subscription_ids: Vec<SubscriptionId>,
    /// Who owes it.
    pub customer_id: Party,
    /// What is still to be paid.
    pub amount_due: Money,
    /// The last day to pay was this.
    pub due_date: Date,
    /// The day on which service stops, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops_on: Option<Date>,
    /// What happens on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<ServiceStop>,
    /// Which reminder of the invoice it is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<u16>,
    /// How many days after the last day to pay it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_overdue: Option<u16>,
}

/// How service stops for an invoice that is not paid; the harder one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStop {
    /// The subscription is suspended until the invoice is paid.
    Suspend,
    /// The subscription ends.
    Cancel,
}

impl Payload for InvoiceReminded {
    const NAME: &'static str = "invoice.reminded";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = InvoiceId;

    fn subject(&self) -> InvoiceId {
        self.invoice_id
    }
}
