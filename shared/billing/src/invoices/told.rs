//! What others are told of an invoice.

use events::invoice::{
    InvoiceIssued, InvoiceMarkedUncollectible, InvoiceOverdue, InvoicePaid, InvoiceReminded, InvoiceSendRequested,
    InvoiceVoided,
};
use kernel::{CreditNoteId, Money, Timestamp};

use crate::{Invoice, InvoiceState, Reminder};

impl Invoice {
    /// Of its issue; none for a draft.
    pub fn told_issued(&self) -> Option<InvoiceIssued> {
        let issued = self.issued.as_ref()?;
        Some(InvoiceIssued {
            invoice_id: self.id,
            number: issued.number.to_string(),
            subscription_id: self.subscription(),
            joint_subscription_ids: self.joint.iter().map(|other| other.id).collect(),
            customer_id: self.bill_to.party,
            total: self.total,
            amount_due: self.amount_due(),
            due_date: issued.due_date,
        })
    }

    /// That it was paid; none unless it is.
    pub fn told_paid(&self) -> Option<InvoicePaid> {
        let InvoiceState::Paid { at, payment } = self.state else { return None };
        Some(InvoicePaid {
            invoice_id: self.id,
            number: self.issued.as_ref()?.number.to_string(),
            subscription_id: self.subscription(),
            joint_subscription_ids: self.joint.iter().map(|other| other.id).collect(),
            customer_id: self.bill_to.party,
            total: self.total,
            paid_at: at,
            payment_id: payment,
            credit_note_id: payment.is_none().then(|| self.closing_note(at)).flatten(),
        })
    }

    /// The credit note that took back what was left when it was settled at an instant.
    fn closing_note(&self, at: Timestamp) -> Option<CreditNoteId> {
        let last = self.credit_notes.iter().rev().find(|note| note.at == at && !note.against_due.is_zero());
        last.map(|note| note.credit_note)
    }

    /// That it was taken back, and how much of it went back to the balance; none for a draft.
    pub fn told_voided(&self, returned: Money) -> Option<InvoiceVoided> {
        Some(InvoiceVoided {
            invoice_id: self.id,
            number: self.issued.as_ref()?.number.to_string(),
            subscription_id: self.subscription(),
            joint_subscription_ids: self.joint.iter().map(|other| other.id).collect(),
            customer_id: self.bill_to.party,
            total: self.total,
            returned,
        })
    }

    /// That it was given up; none for a draft.
    pub fn told_marked_uncollectible(&self) -> Option<InvoiceMarkedUncollectible> {
        Some(InvoiceMarkedUncollectible {
            invoice_id: self.id,
            number: self.issued.as_ref()?.number.to_string(),
            subscription_id: self.subscription(),
            joint_subscription_ids: self.joint.iter().map(|other| other.id).collect(),
            customer_id: self.bill_to.party,
            total: self.total,
            amount_due: self.amount_due(),
        })
    }

    /// That its last day to pay is over; none for a draft.
    pub fn told_overdue(&self) -> Option<InvoiceOverdue> {
        let issued = self.issued.as_ref()?;
        Some(InvoiceOverdue {
            invoice_id: self.id,
            number: issued.number.to_string(),
            subscription_id: self.subscription(),
            joint_subscription_ids: self.joint.iter().map(|other| other.id).collect(),
            customer_id: self.bill_to.party,
            amount_due: self.amount_due(),
            due_date: issued.due_date,
        })
    }

    /// That its customer is reminded; none for a draft.
    pub fn told_reminded(&self, reminder: Reminder) -> Option<InvoiceReminded> {
        let issued = self.issued.as_ref()?;
        Some(InvoiceReminded {
            invoice_id: self.id,
            number: issued.number.to_string(),
            subscription_id: self.subscription(),
            joint_subscription_ids: self.joint.iter().map(|other| other.id).collect(),
            customer_id: self.bill_to.party,
            amount_due: self.amount_due(),
            due_date: issued.due_date,
            stops_on: reminder.stops.map(|told| told.on),
            stop: reminder.stops.map(|told| told.stop),
            reminder: Some(reminder.number),
            days_overdue: Some(reminder.days_overdue),
        })
    }

    /// That it is to be mailed again.
    pub const fn told_send_requested(&self) -> InvoiceSendRequested {
        InvoiceSendRequested { invoice_id: self.id, customer_id: self.bill_to.party }
    }
}
