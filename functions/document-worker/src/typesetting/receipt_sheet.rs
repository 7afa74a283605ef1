//! The receipt as the template sees it: every figure written out, every text tamed.

use kernel::Money;
use serde::Serialize;

use crate::document::{ReceiptDocument, StampDuty};
use crate::typesetting::sheet::{Paid, Party, Signed, Ymd, tame, tame_all, title_in_both};
use crate::typesetting::spelled::spelled;
use crate::typesetting::words::{Words, purpose, words};

/// The contents of `receipt.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ReceiptSheet {
    words: &'static Words,
    title_other: Option<&'static str>,
    number: String,
    brand_colour: String,
    issued_on: String,
    issued: Ymd,
    product_name: String,
    logo: Option<&'static str>,
    seller: Party,
    buyer: Party,
    footer: Vec<String>,
    signature: Option<Signed>,
    amount: String,
    in_words: String,
    purpose: String,
    payments: Vec<Paid>,
    stamp_duty: bool,
    romanised: bool,
}

impl ReceiptSheet {
    /// `logo` names the virtual file that holds the logo.
    pub(crate) fn new(receipt: &ReceiptDocument, logo: Option<&'static str>, is_romanised: bool) -> Self {
        let (words, language) = (words(receipt.language), receipt.language);
        let amount = Money::new(receipt.amount, receipt.currency);
        Self {
            words,
            title_other: title_in_both(language, receipt.currency).then_some(words.receipt_other),
            number: tame(&receipt.number),
            brand_colour: receipt.seller.brand_colour.clone(),
            issued_on: language.date(receipt.issued_on),
            issued: receipt.issued_on.into(),
            product_name: tame(&receipt.seller.product_name),
            logo,
            seller: Party::from(&receipt.seller),
            buyer: Party::from(&receipt.buyer),
            footer: tame_all(&receipt.seller.footer),
            signature: Signed::of(&receipt.seller, receipt.issued_on, language),
            amount: language.money(amount),
            in_words: spelled(amount, language),
            purpose: purpose(language, &tame(&receipt.invoice), receipt.invoice_issued_on),
            payments: receipt.payments.iter().map(|one| Paid::new(one, receipt.currency, language)).collect(),
            stamp_duty: receipt.stamp_duty == StampDuty::Required,
            romanised: is_romanised,
        }
    }
}
