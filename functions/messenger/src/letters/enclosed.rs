//! What comes with a mail: the documents that the document worker makes at about the same time.

use billing::{Invoice, credit_note_path, paid_pdf_path, pdf_path, receipt_number, receipt_path, void_pdf_path};
use cloud::Attachment;
use jiff::SignedDuration;
use kernel::{CreditNoteId, TenantId};
use messaging::catalogue::{
    CREDIT_NOTE, CREDIT_NOTE_REFUNDED, FINAL_INVOICE, INVOICE_PAID, INVOICE_READY, INVOICE_VOIDED, MessageKind,
    PAYMENT_KEPT_IN_PART, PAYMENT_RECEIVED, PAYMENT_RECEIVED_MORE_OVERDUE,
};

use crate::{MessengerError, letters::letter::Letter, office::Office};

/// How long a mail waits for its documents: longer than they take, and not so long that nobody hears of the invoice.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// A document of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paper {
    /// The invoice as it was issued.
    Issued,
    /// The invoice as it was paid.
    Paid,
    /// The invoice as it was voided.
    Void,
    /// The receipt.
    Receipt,
    /// The credit note.
    CreditNote,
}

/// What is enclosed.
pub(crate) enum Enclosed {
    /// These, once they are all there or no longer waited for.
    Ready(Vec<Attachment>),
    /// One is still being made.
    Waiting,
}

impl Office<'_> {
    /// The documents of a letter. One object each.
    ///
    /// # Errors
    /// The object store does not answer.
    pub(crate) async fn enclosed(&self, letter: &Letter) -> Result<Enclosed, MessengerError> {
        let mut attachments = Vec::new();
        let Some(invoice) = &letter.invoice else { return Ok(Enclosed::Ready(attachments)) };
        for paper in papers(letter.kind.built_in(), invoice) {
            let Some((path, name)) = place(*paper, self.tenant.id, invoice, letter.credit_note) else { continue };
            match self.ctx.get_object(&path).await? {
                Some(bytes) => {
                    attachments.push(Attachment {
                        name: format!("{name}.pdf"),
                        content_type: "application/pdf",
                        bytes,
                    });
                }
                None if self.ctx.now() < letter.occurred_at.plus(PATIENCE) => return Ok(Enclosed::Waiting),
                None => tracing::warn!(invoice.id = %invoice.id, ?paper, "a mail leaves without a document"),
            }
        }
        Ok(Enclosed::Ready(attachments))
    }
}

/// What a message brings: the invoice that waits or is void, or what a payment or the balance paid whole, with its receipt.
fn papers(kind: Option<MessageKind>, invoice: &Invoice) -> &'static [Paper] {
    match kind {
        Some(INVOICE_READY | FINAL_INVOICE) => &[Paper::Issued],
        Some(INVOICE_VOIDED) => &[Paper::Void],
        Some(CREDIT_NOTE | CREDIT_NOTE_REFUNDED) => &[Paper::CreditNote],
        Some(INVOICE_PAID | PAYMENT_RECEIVED | PAYMENT_RECEIVED_MORE_OVERDUE | PAYMENT_KEPT_IN_PART)
            if invoice.has_receipt() =>
        {
            &[Paper::Paid, Paper::Receipt]
        }
        _ => &[],
    }
}

/// Where a document is kept, and what it is called; none for a draft, or where the invoice has no such credit note.
fn place(
    paper: Paper,
    tenant: TenantId,
    invoice: &Invoice,
    credit_note: Option<CreditNoteId>,
) -> Option<(String, String)> {
    let number = invoice.issued.as_ref()?.number;
    Some(match paper {
        Paper::Issued => (pdf_path(tenant, invoice.id), number.to_string()),
        Paper::Paid => (paid_pdf_path(tenant, invoice.id), number.to_string()),
        Paper::Void => (void_pdf_path(tenant, invoice.id), number.to_string()),
        Paper::Receipt => (receipt_path(tenant, invoice.id), receipt_number(number)),
        Paper::CreditNote => {
            let note = invoice.credit_notes.iter().find(|note| Some(note.credit_note) == credit_note)?;
            (credit_note_path(tenant, note.credit_note), note.number.to_string())
        }
    })
}
