//! A credit note: a snapshot of what it takes back of an invoice and of everything that is printed.

use events::credit_note::{CreditNoteIssued, CreditReason};
use kernel::{CreditNoteId, Currency, Date, InvoiceId, Locale, Money, RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Applied, AppliedCreditNote, BillTo, Invoice, InvoiceError, InvoiceNumber, Memo, Seller, TaxTotal,
    credit_notes::{
        asked::CreditAsked,
        fault::CreditNoteError,
        number::CreditNoteNumber,
        part::{CreditNoteLine, MAX_CREDIT_NOTES},
        taken::{CreditMovement, CreditSums, CreditedBefore},
    },
};

/// A credit note. It never changes. `total = subtotal + exclusive taxes = against_due + to_balance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditNote {
    /// The id.
    pub id: CreditNoteId,
    /// Its number, unique in the tenant and without a gap in its month.
    pub number: CreditNoteNumber,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// The invoice's number.
    pub invoice_number: InvoiceNumber,
    /// The invoice's day of issue.
    pub invoice_date: Date,
    /// Who owed it, as printed.
    #[serde(with = "table::personal")]
    pub bill_to: BillTo,
    /// Who asked for it, as printed, with the person who signs for it.
    #[serde(with = "table::personal")]
    pub seller: Seller,
    /// The language that it is printed in.
    pub language: Locale,
    /// The currency of every amount.
    pub currency: Currency,
    /// Why.
    pub reason: CreditReason,
    /// What is said beneath the lines. Written by hand, so that it may name a person: sealed.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub memo: Option<Memo>,
    /// What it takes back of which lines.
    pub lines: Vec<CreditNoteLine>,
    /// The sum of the lines: with inclusive taxes, without exclusive ones.
    pub subtotal: Money,
    /// The taxes that it takes back, one for each rate.
    pub taxes: Vec<TaxTotal>,
    /// All that it takes back.
    pub total: Money,
    /// How much of that was still owed.
    pub against_due: Money,
    /// How much of it went to the balance of who is billed.
    pub to_balance: Money,
    /// The refund that pays that out at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<RefundId>,
    /// When.
    pub created_at: Timestamp,
    /// On which day of the seller's zone.
    pub date: Date,
}

/// A credit note that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCreditNote {
    /// Its id.
    pub id: CreditNoteId,
    /// The next number of the month.
    pub number: CreditNoteNumber,
    /// Why.
    pub reason: CreditReason,
    /// What is said beneath the lines.
    pub memo: Option<Memo>,
    /// What it is to take back.
    pub asked: CreditAsked,
    /// When.
    pub at: Timestamp,
}

/// A credit note, and what it does to the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenCreditNote {
    /// The note.
    pub note: CreditNote,
    /// What it does to the books.
    pub movement: CreditMovement,
}

impl CreditNote {
    /// A credit note of an invoice, which is as it is now, as is what is known beside it.
    ///
    /// # Errors
    /// `Invoice(WrongState)` of a draft or void one; `NothingLeft`, `LineNothingLeft`, `TooLarge`, `NoSuchLine`, `TooMany`,
    /// `Money`.
    pub fn write(
        new: NewCreditNote,
        invoice: &Invoice,
        before: &CreditedBefore<'_>,
    ) -> Result<WrittenCreditNote, CreditNoteError> {
        invoice.creditable()?;
        let issued = invoice.issued.as_ref().ok_or(InvoiceError::NotFound)?;
        let left = invoice.left_to_credit(before.parts)?;
        if invoice.credit_notes.len() >= MAX_CREDIT_NOTES {
            return Err(CreditNoteError::TooMany);
        }
        let NewCreditNote { id, number, reason, memo, asked, at } = new;
        let taken = asked.parts(invoice, &left)?;
        let movement = invoice.movement(&taken, before)?;
        let CreditSums { lines, subtotal, taxes, total } = invoice.sums_of(&taken, before.parts)?;
        let due = invoice.amount_due();
        let against_due = if total.minor() < due.minor() { total } else { due };
        let note = Self {
            id,
            number,
            invoice: invoice.id,
            invoice_number: issued.number,
            invoice_date: issued.date,
            bill_to: invoice.bill_to.clone(),
            seller: Seller { bank_accounts: Vec::new(), ..invoice.seller.clone() },
            language: invoice.language,
            currency: invoice.currency,
            reason,
            memo,
            lines,
            subtotal,
            taxes,
            total,
            against_due,
            to_balance: total.checked_sub(against_due)?,
            refund: None,
            created_at: at,
            date: at.date_in(&invoice.seller.zone),
        };
        Ok(WrittenCreditNote { note, movement })
    }

    /// What others are told of it.
    pub fn told_issued(&self) -> CreditNoteIssued {
        CreditNoteIssued {
            credit_note_id: self.id,
            number: self.number.to_string(),
            invoice_id: self.invoice,
            invoice_number: self.invoice_number.to_string(),
            customer_id: self.bill_to.party,
            reason: self.reason,
            total: self.total,
            against_due: self.against_due,
            to_balance: self.to_balance,
            refund_id: self.refund,
        }
    }
}

impl Invoice {
    /// Notes that a credit note takes back a part of it, more than nothing and no more than is left: first what is still
    /// owed, and what is over is given back to be kept on the balance.
    ///
    /// # Errors
    /// `WrongState` of a draft or void one, `Money`.
    pub fn take_back(self, note: &CreditNote, at: Timestamp) -> Result<Applied, InvoiceError> {
        self.creditable()?;
        let amount = note.total;
        let due = self.amount_due();
        let mut taken = if due.is_zero() {
            let state = self.state.clone();
            Applied { invoice: self.into_state(state), applied: due, surplus: amount }
        } else {
            self.apply_credit(amount, at)?
        };
        let CreditNote { id: credit_note, number, .. } = *note;
        let against_due = taken.applied;
        taken.invoice.credit_notes.push(AppliedCreditNote { credit_note, number, amount, against_due, at });
        Ok(taken)
    }
}
