//! What is printed of a credit note: its own snapshot and nothing else, in the language of its invoice.

use billing::{CreditNote, CreditNoteLine, CreditReason};
use kernel::Locale;

use crate::{
    document::{CreditNoteDocument, CreditedLine},
    printed::{buyer, printed_tax, seller},
};

pub(crate) fn printed(note: &CreditNote) -> CreditNoteDocument {
    let credited = note.to_balance.minor();
    let (to_balance, paid_out) = if note.refund.is_some() { (0, credited) } else { (credited, 0) };
    CreditNoteDocument {
        number: note.number.to_string(),
        language: note.language,
        issued_on: note.date,
        currency: note.currency,
        seller: seller(&note.seller),
        buyer: buyer(&note.bill_to),
        invoice: note.invoice_number.to_string(),
        invoice_issued_on: note.invoice_date,
        reason: reason(note.reason, note.language).to_owned(),
        lines: note.lines.iter().map(|line| printed_line(line, note.language)).collect(),
        subtotal: note.subtotal.minor(),
        taxes: note.taxes.iter().map(printed_tax).collect(),
        total: note.total.minor(),
        against_due: note.against_due.minor(),
        to_balance,
        paid_out,
        notes: notes(note),
    }
}

/// The line as the invoice names it, with its place there.
fn printed_line(line: &CreditNoteLine, language: Locale) -> CreditedLine {
    let mut description = line.name.clone();
    if let Some(service) = line.service {
        description.push_str(", ");
        description.push_str(&language.days(service.start, service.last_day()));
    }
    let place = match language {
        Locale::En => format!("Line {} of the invoice", line.line),
        Locale::Id => format!("Baris {} pada tagihan", line.line),
    };
    CreditedLine { description: format!("{description}\n{place}"), amount: line.amount.minor() }
}

const fn reason(reason: CreditReason, language: Locale) -> &'static str {
    match (reason, language) {
        (CreditReason::Duplicate, Locale::En) => "Charged twice",
        (CreditReason::Duplicate, Locale::Id) => "Tagihan ganda",
        (CreditReason::ProductUnsatisfactory, Locale::En) => "Not as agreed",
        (CreditReason::ProductUnsatisfactory, Locale::Id) => "Tidak sesuai",
        (CreditReason::OrderChange, Locale::En) => "Change of order",
        (CreditReason::OrderChange, Locale::Id) => "Perubahan pesanan",
        (CreditReason::Other, Locale::En) => "Adjustment",
        (CreditReason::Other, Locale::Id) => "Penyesuaian",
    }
}

/// The memo, and that this is not a document of the tax office: the buyer makes the nota retur,
/// and the seller the Faktur Pajak pengganti, in the office's system (PER-11/PJ/2025).
fn notes(note: &CreditNote) -> String {
    let mut lines: Vec<String> = note.memo.iter().map(|memo| memo.as_str().to_owned()).collect();
    if note.taxes.iter().any(|tax| tax.code == "PPN") {
        lines.push(
            match note.language {
                Locale::En => "This document is neither a Faktur Pajak (tax invoice) nor a nota retur.",
                Locale::Id => "Dokumen ini bukan Faktur Pajak dan bukan nota retur.",
            }
            .to_owned(),
        );
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typesetting::render::render_credit_note;

    const NOTE: &str = include_str!("../../../shared/billing/src/golden/credit_note.json");

    #[test]
    fn the_snapshot_is_printed_and_sums_up() {
        let note: CreditNote = serde_json::from_str(NOTE).unwrap();
        let document = printed(&note);
        assert_eq!((document.number.as_str(), document.invoice.as_str()), ("CN-2027-01-0001", "INV-2027-01-0001"));
        assert_eq!(document.lines[0].description, "Premium, 1–31 Jan 2027\nBaris 1 pada tagihan");
        assert_eq!(document.subtotal + document.taxes[0].amount, document.total);
        assert_eq!((document.taxes[0].base, document.reason.as_str()), (366_667, "Tidak sesuai"));
        assert_eq!(document.notes, "Maaf atas gangguannya.\nDokumen ini bukan Faktur Pajak dan bukan nota retur.");
        let pdf = render_credit_note(&document).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7") && pdf == render_credit_note(&document).unwrap());
    }
}
