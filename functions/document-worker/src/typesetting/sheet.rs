//! The document as the template sees it: every figure already written out, every text already tamed.

use serde::Serialize;

use crate::document::{CivilDate, InvoiceDocument, Line, Stamp, StampDuty, Tax, TaxBase, TaxMode};
use crate::typesetting::amount::{deduction, money, number, price};
use crate::typesetting::words::{Words, words};

/// The longest run without a space, in characters, before it may be broken anywhere.
const LONGEST_WORD: usize = 20;

/// How many characters of figures fit beside a description, in the widest row.
const ROOM_FOR_FIGURES: usize = 48;

/// The longest payment address that is printed in full, in bytes.
const LONGEST_CAPTION: usize = 90;

/// The contents of `invoice.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Sheet {
    words: &'static Words,
    number: String,
    brand_colour: String,
    status: &'static str,
    stamp: &'static str,
    issued_on: String,
    issued: CivilDate,
    due_on: Option<String>,
    period: Option<String>,
    headline: String,
    standing: String,
    product_name: String,
    logo: Option<&'static str>,
    seller: Party,
    buyer: Party,
    lines: Vec<Row>,
    is_crowded: bool,
    totals: Vec<Total>,
    amount_due: String,
    pay: Option<Pay>,
    notes: String,
    stamp_duty: bool,
}

#[derive(Debug, Serialize)]
struct Party {
    name: String,
    address: Vec<String>,
    tax_id: String,
    email: String,
}

#[derive(Debug, Serialize)]
struct Row {
    description: String,
    quantity: String,
    unit_price: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct Pay {
    url: String,
    caption: String,
}

/// A label and an amount beneath the table.
#[derive(Debug, Serialize)]
struct Total {
    label: String,
    amount: String,
    weight: Weight,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Weight {
    /// Explains another row and is not part of the sum.
    Quiet,
    Normal,
    Strong,
}

impl Sheet {
    /// `logo` names the virtual file that holds the logo.
    pub(crate) fn new(document: &InvoiceDocument, logo: Option<&'static str>) -> Self {
        let words = words(document.language);
        let in_currency = |minor| money(minor, &document.currency, document.language);
        let headline = match document.status {
            Stamp::Unpaid => document.amount_due,
            Stamp::Paid { .. } | Stamp::Void => document.total,
        };
        let lines: Vec<Row> = document.lines.iter().map(|line| row(line, document)).collect();
        Self {
            words,
            number: tame(&document.number),
            brand_colour: document.seller.brand_colour.clone(),
            status: match document.status {
                Stamp::Unpaid => "unpaid",
                Stamp::Paid { .. } => "paid",
                Stamp::Void => "void",
            },
            stamp: words.stamp(document.status),
            issued_on: words.date(document.issued_on),
            issued: document.issued_on,
            due_on: document.due_on.map(|day| words.date(day)),
            period: document.period.map(|(first, last)| words.range(first, last)),
            headline: in_currency(headline),
            standing: words.standing(document.status, document.due_on),
            product_name: tame(&document.seller.product_name),
            logo,
            seller: Party {
                name: tame(match document.seller.legal_name.trim() {
                    "" => &document.seller.product_name,
                    legal_name => legal_name,
                }),
                address: tame_all(&document.seller.address),
                tax_id: tame(&document.seller.tax_id),
                email: tame(&document.seller.email),
            },
            buyer: Party {
                name: tame(&document.buyer.name),
                address: tame_all(&document.buyer.address),
                tax_id: tame(&document.buyer.tax_id),
                email: tame(&document.buyer.email),
            },
            is_crowded: is_crowded(&lines),
            lines,
            totals: totals(document, words),
            amount_due: in_currency(match document.status {
                Stamp::Unpaid | Stamp::Paid { .. } => document.amount_due,
                Stamp::Void => 0,
            }),
            pay: pay_url(document).map(|url| Pay { caption: caption(url), url: url.to_owned() }),
            notes: tame(&document.notes),
            stamp_duty: document.stamp_duty == StampDuty::Required,
        }
    }
}

/// Where to pay, while there is something to pay.
pub(crate) fn pay_url(document: &InvoiceDocument) -> Option<&str> {
    match document.status {
        Stamp::Unpaid if document.amount_due > 0 => document.pay_url.as_deref(),
        Stamp::Unpaid | Stamp::Paid { .. } | Stamp::Void => None,
    }
}

/// The address without its scheme, or only its host when it is long; whoever clicks gets all of it.
fn caption(url: &str) -> String {
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    if address.len() <= LONGEST_CAPTION {
        return tame(address);
    }
    let host = address.split(['/', '?', '#']).next().unwrap_or(address);
    format!("{}/…", tame(host))
}

/// Whether the figures would leave too little room for the descriptions.
fn is_crowded(lines: &[Row]) -> bool {
    let longest = |text: fn(&Row) -> &str| lines.iter().map(|row| text(row).chars().count()).max().unwrap_or(0);
    let figures = longest(|row| &row.quantity) + longest(|row| &row.unit_price) + longest(|row| &row.amount);
    figures > ROOM_FOR_FIGURES
}

fn row(line: &Line, document: &InvoiceDocument) -> Row {
    let quantity = number(line.quantity, document.language);
    let unit = tame(&line.unit);
    Row {
        description: tame(&line.description),
        quantity: if unit.is_empty() { quantity } else { format!("{quantity} {unit}") },
        unit_price: line
            .unit_price
            .map(|amount| price(amount, &document.currency, document.language))
            .unwrap_or_default(),
        amount: money(line.amount, &document.currency, document.language),
    }
}

fn totals(document: &InvoiceDocument, words: &Words) -> Vec<Total> {
    let row = |label: &str, minor: i64, weight| Total {
        label: label.to_owned(),
        amount: money(minor, &document.currency, document.language),
        weight,
    };
    let minus = |label: &str, minor: i64| Total {
        label: label.to_owned(),
        amount: deduction(minor, &document.currency, document.language),
        weight: Weight::Normal,
    };
    let mut totals = vec![row(words.subtotal, document.subtotal, Weight::Normal)];
    for discount in &document.discounts {
        totals.push(minus(&tame(&discount.label), discount.amount));
    }
    for tax in document.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive) {
        totals.extend(base(tax, document, words));
        totals.push(row(&tax_label(tax, document, words), tax.amount, Weight::Normal));
    }
    if document.surplus != 0 {
        totals.push(row(words.surplus, document.surplus, Weight::Normal));
    }
    totals.push(row(words.total, document.total, Weight::Strong));
    for tax in document.taxes.iter().filter(|tax| tax.mode == TaxMode::Inclusive) {
        totals.extend(base(tax, document, words));
        let label = format!("{} {}", words.includes, tax_label(tax, document, words));
        totals.push(row(&label, tax.amount, Weight::Quiet));
    }
    if document.credits_applied != 0 {
        totals.push(minus(words.credits, document.credits_applied));
    }
    if document.amount_paid != 0 {
        totals.push(minus(words.paid_before, document.amount_paid));
    }
    totals
}

/// `PPN 12%`, or `Sales tax 8.25% on $299.00` where the base has no row of its own.
fn tax_label(tax: &Tax, document: &InvoiceDocument, words: &Words) -> String {
    let label = format!("{} {}%", tame(&tax.label), number(tax.rate, document.language));
    match tax.base_kind {
        TaxBase::OtherValue => label,
        TaxBase::Net => {
            let base = money(tax.base, &document.currency, document.language);
            format!("{label} {} {base}", words.of)
        }
    }
}

/// The DPP has a row of its own, as 12 % of the subtotal would not give the tax beside it.
fn base(tax: &Tax, document: &InvoiceDocument, words: &Words) -> Option<Total> {
    match tax.base_kind {
        TaxBase::Net => None,
        TaxBase::OtherValue => Some(Total {
            label: words.other_value_base.to_owned(),
            amount: money(tax.base, &document.currency, document.language),
            weight: Weight::Quiet,
        }),
    }
}

fn tame_all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| tame(text)).filter(|text| !text.is_empty()).collect()
}

/// Text for the page: no control characters, no bidirectional overrides (which could show an amount or a name turned
/// round), and long words may be broken, so that none runs over the column beside it.
fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    let mut run = 0;
    for character in text.trim().chars() {
        let is_bidi_control = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if is_bidi_control || character == '\r' {
            continue;
        }
        let printed = if character.is_control() && character != '\n' { ' ' } else { character };
        run = if printed.is_whitespace() || printed == '-' { 0 } else { run + 1 };
        if run > LONGEST_WORD {
            tamed.push('\u{200b}');
            run = 1;
        }
        tamed.push(printed);
    }
    tamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_and_overrides_are_taken_out() {
        assert_eq!(tame(" a\0b\u{202e}c\r\nd\te\u{2069} "), "a bc\nd e");
    }

    #[test]
    fn only_long_words_get_places_to_break() {
        assert_eq!(tame("Ruko Pro plan, November"), "Ruko Pro plan, November");
        assert_eq!(tame(&"x".repeat(50)).matches('\u{200b}').count(), 2);
    }

    #[test]
    fn ordinary_scripts_stay_as_they_are() {
        for text in ["Zoë Łukasz Ñandú", "مرحبا بالعالم", "שלום", "日本語", "👩‍👩‍👧 👍🏽"]
        {
            assert_eq!(tame(text), text);
        }
    }
}
