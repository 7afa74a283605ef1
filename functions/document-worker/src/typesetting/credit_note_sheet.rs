//! The credit note as the template sees it: every figure written out, every text tamed.

use kernel::Money;
use serde::Serialize;

use crate::document::{CreditNoteDocument, TaxMode};
use crate::typesetting::sheet::{Party, Signed, Total, Weight, Ymd, base, tame, tame_all, tax_label, title_in_both};
use crate::typesetting::spelled::spelled;
use crate::typesetting::words::{Words, words};

/// The contents of `document.json`.
#[derive(Debug, Serialize)]
pub(crate) struct CreditNoteSheet {
    words: &'static Words,
    title_other: Option<&'static str>,
    number: String,
    brand_colour: String,
    issued_on: String,
    issued: Ymd,
    invoice: String,
    invoice_issued_on: String,
    reason: String,
    product_name: String,
    logo: Option<&'static str>,
    seller: Party,
    buyer: Party,
    footer: Vec<String>,
    signature: Option<Signed>,
    lines: Vec<CreditedRow>,
    totals: Vec<Total>,
    total: String,
    in_words: String,
    /// Where the total goes.
    goes: Vec<Total>,
    notes: String,
    romanised: bool,
}

#[derive(Debug, Serialize)]
struct CreditedRow {
    description: String,
    amount: String,
}

impl CreditNoteSheet {
    /// `logo` names the virtual file that holds the logo.
    pub(crate) fn new(note: &CreditNoteDocument, logo: Option<&'static str>, is_romanised: bool) -> Self {
        let (words, language) = (words(note.language), note.language);
        let amount = |minor| language.money(Money::new(minor, note.currency));
        let row =
            |label: &str, minor: i64| Total { label: label.to_owned(), amount: amount(minor), weight: Weight::Normal };
        let goes = [
            (words.against_due, note.against_due),
            (words.to_balance, note.to_balance),
            (words.paid_out, note.paid_out),
        ];
        Self {
            words,
            title_other: title_in_both(language, note.currency).then_some(words.credit_note_other),
            number: tame(&note.number),
            brand_colour: note.seller.brand_colour.clone(),
            issued_on: language.date(note.issued_on),
            issued: note.issued_on.into(),
            invoice: tame(&note.invoice),
            invoice_issued_on: language.date(note.invoice_issued_on),
            reason: tame(&note.reason),
            product_name: tame(&note.seller.product_name),
            logo,
            seller: Party::from(&note.seller),
            buyer: Party::from(&note.buyer),
            footer: tame_all(&note.seller.footer),
            signature: Signed::of(&note.seller, note.issued_on, language),
            lines: note
                .lines
                .iter()
                .map(|line| CreditedRow { description: tame(&line.description), amount: amount(line.amount) })
                .collect(),
            totals: totals(note, words),
            total: amount(note.total),
            in_words: spelled(Money::new(note.total, note.currency), language),
            goes: goes.into_iter().filter(|(_, minor)| *minor != 0).map(|(label, minor)| row(label, minor)).collect(),
            notes: tame(&note.notes),
            romanised: is_romanised,
        }
    }
}

/// The subtotal, what is taken back of taxes on top, and what prices hold of others.
fn totals(note: &CreditNoteDocument, words: &Words) -> Vec<Total> {
    let money = (note.language, note.currency);
    let row = |label: String, minor: i64, weight| Total {
        label,
        amount: note.language.money(Money::new(minor, note.currency)),
        weight,
    };
    let mut totals = vec![row(words.subtotal.to_owned(), note.subtotal, Weight::Normal)];
    for tax in &note.taxes {
        totals.extend(base(tax, money, words));
        let label = tax_label(tax, money, words);
        totals.push(match tax.mode {
            TaxMode::Exclusive => row(label, tax.amount, Weight::Normal),
            TaxMode::Inclusive => row(format!("{} {label}", words.includes), tax.amount, Weight::Quiet),
        });
    }
    totals
}
