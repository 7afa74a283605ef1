//! The document as the template sees it: every figure already written out, every text already tamed.

use kernel::{Currency, Date, Locale, Money};
use serde::Serialize;

use crate::document::{Buyer, InvoiceDocument, Line, PaymentMade, Seller, Stamp, StampDuty, Tax, TaxBase, TaxMode};
use crate::typesetting::words::{Words, stamp, standing, words};

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
    /// The title in the other language, where both are read.
    title_other: Option<&'static str>,
    number: String,
    brand_colour: String,
    status: &'static str,
    stamp: &'static str,
    issued_on: String,
    issued: Ymd,
    due_on: Option<String>,
    period: Option<String>,
    headline: String,
    standing: String,
    product_name: String,
    logo: Option<&'static str>,
    seller: Party,
    buyer: Party,
    footer: Vec<String>,
    signature: Option<Signed>,
    lines: Vec<Row>,
    is_crowded: bool,
    totals: Vec<Total>,
    amount_due: String,
    payments: Vec<Paid>,
    pay: Option<Pay>,
    notes: String,
    stamp_duty: bool,
    romanised: bool,
}

/// A day in parts, for the metadata of the document.
#[derive(Debug, Serialize)]
pub(crate) struct Ymd {
    year: i16,
    month: i8,
    day: i8,
}

#[derive(Debug, Serialize)]
pub(crate) struct Party {
    pub(crate) name: String,
    address: Vec<String>,
    tax_id: String,
    email: String,
}

/// What stands around the room for a signature.
#[derive(Debug, Serialize)]
pub(crate) struct Signed {
    /// The place, where there is one, and the day.
    place_and_day: String,
    name: String,
    position: String,
}

/// A row of the table of payments.
#[derive(Debug, Serialize)]
pub(crate) struct Paid {
    on: String,
    method: String,
    reference: String,
    amount: String,
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
pub(crate) struct Total {
    pub(crate) label: String,
    pub(crate) amount: String,
    pub(crate) weight: Weight,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Weight {
    /// Explains another row and is not part of the sum.
    Quiet,
    Normal,
    Strong,
}

impl Sheet {
    /// `logo` names the virtual file that holds the logo.
    pub(crate) fn new(document: &InvoiceDocument, logo: Option<&'static str>, is_romanised: bool) -> Self {
        let words = words(document.language);
        let language = document.language;
        let in_currency = |minor| language.money(Money::new(minor, document.currency));
        let headline = match document.status {
            Stamp::Unpaid => document.amount_due,
            Stamp::Paid { .. } | Stamp::Void => document.total,
        };
        let lines: Vec<Row> = document.lines.iter().map(|line| row(line, document)).collect();
        Self {
            words,
            title_other: title_in_both(language, document.currency).then_some(words.title_other),
            number: tame(&document.number),
            brand_colour: document.seller.brand_colour.clone(),
            status: match document.status {
                Stamp::Unpaid => "unpaid",
                Stamp::Paid { .. } => "paid",
                Stamp::Void => "void",
            },
            stamp: stamp(language, document.status),
            issued_on: language.date(document.issued_on),
            issued: document.issued_on.into(),
            due_on: document.due_on.map(|day| language.date(day)),
            period: document.period.map(|(first, last)| language.days(first, last)),
            headline: in_currency(headline),
            standing: standing(language, document.status, document.due_on),
            product_name: tame(&document.seller.product_name),
            logo,
            seller: Party::from(&document.seller),
            buyer: Party::from(&document.buyer),
            footer: tame_all(&document.seller.footer),
            signature: Signed::of(&document.seller, document.issued_on, language),
            is_crowded: is_crowded(&lines),
            lines,
            totals: totals(document, words),
            amount_due: in_currency(match document.status {
                Stamp::Unpaid | Stamp::Paid { .. } => document.amount_due,
                Stamp::Void => 0,
            }),
            payments: document.payments.iter().map(|one| Paid::new(one, document.currency, language)).collect(),
            pay: pay_url(document).map(|url| Pay { caption: caption(url), url: url.to_owned() }),
            notes: tame(&document.notes),
            stamp_duty: document.stamp_duty == StampDuty::Required,
            romanised: is_romanised,
        }
    }
}

impl From<Date> for Ymd {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), day: date.day() }
    }
}

impl From<&Seller> for Party {
    fn from(seller: &Seller) -> Self {
        let name = match seller.legal_name.trim() {
            "" => &seller.product_name,
            legal_name => legal_name,
        };
        Self {
            name: tame(name),
            address: tame_all(&seller.address),
            tax_id: tame(&seller.tax_id),
            email: tame(&seller.email),
        }
    }
}

impl From<&Buyer> for Party {
    fn from(buyer: &Buyer) -> Self {
        Self {
            name: tame(&buyer.name),
            address: tame_all(&buyer.address),
            tax_id: tame(&buyer.tax_id),
            email: tame(&buyer.email),
        }
    }
}

impl Signed {
    pub(crate) fn of(seller: &Seller, day: Date, language: Locale) -> Option<Self> {
        let signatory = seller.signatory.as_ref()?;
        let (place, day) = (tame(&signatory.place), language.date(day));
        Some(Self {
            place_and_day: if place.is_empty() { day } else { format!("{place}, {day}") },
            name: tame(&signatory.name),
            position: tame(&signatory.position),
        })
    }
}

impl Paid {
    pub(crate) fn new(payment: &PaymentMade, currency: Currency, language: Locale) -> Self {
        Self {
            on: language.date(payment.on),
            method: tame(&payment.method),
            reference: tame(&payment.reference),
            amount: language.money(Money::new(payment.amount, currency)),
        }
    }
}

/// Whether a document names itself in both languages: where one of them is Indonesian, or the money is.
pub(crate) fn title_in_both(language: Locale, currency: Currency) -> bool {
    language == Locale::Id || currency == Currency::IDR
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
    let language = document.language;
    let quantity = language.number(line.quantity);
    let unit = tame(&line.unit);
    Row {
        description: tame(&line.description),
        quantity: if unit.is_empty() { quantity } else { format!("{quantity} {unit}") },
        unit_price: line.unit_price.map(|amount| language.price(amount, document.currency)).unwrap_or_default(),
        amount: language.money(Money::new(line.amount, document.currency)),
    }
}

fn totals(document: &InvoiceDocument, words: &Words) -> Vec<Total> {
    let row = |label: &str, minor: i64, weight| Total {
        label: label.to_owned(),
        amount: document.language.money(Money::new(minor, document.currency)),
        weight,
    };
    let money = (document.language, document.currency);
    let minus = |label: &str, minor: i64| row(label, minor.saturating_neg(), Weight::Normal);
    let mut totals = vec![row(words.subtotal, document.subtotal, Weight::Normal)];
    for discount in &document.discounts {
        totals.push(minus(&tame(&discount.label), discount.amount));
    }
    for tax in document.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive) {
        totals.extend(base(tax, money, words));
        totals.push(row(&tax_label(tax, money, words), tax.amount, Weight::Normal));
    }
    if document.surplus != 0 {
        totals.push(row(words.surplus, document.surplus, Weight::Normal));
    }
    totals.push(row(words.total, document.total, Weight::Strong));
    for tax in document.taxes.iter().filter(|tax| tax.mode == TaxMode::Inclusive) {
        totals.extend(base(tax, money, words));
        let label = format!("{} {}", words.includes, tax_label(tax, money, words));
        totals.push(row(&label, tax.amount, Weight::Quiet));
    }
    if document.credits_applied != 0 {
        totals.push(minus(words.credits, document.credits_applied));
    }
    if document.credited != 0 {
        totals.push(minus(words.credit_notes, document.credited));
    }
    let paid = document.payments.iter().fold(0_i64, |sum, payment| sum.saturating_add(payment.amount));
    if paid != 0 {
        totals.push(minus(words.paid_before, paid));
    }
    totals
}

/// `PPN 12%`, or `Sales tax 8.25% on $299.00` where the base has no row of its own.
pub(crate) fn tax_label(tax: &Tax, (language, currency): (Locale, Currency), words: &Words) -> String {
    let label = format!("{} {}%", tame(&tax.label), language.number(tax.rate));
    match tax.base_kind {
        TaxBase::OtherValue => label,
        TaxBase::Net => {
            let base = language.money(Money::new(tax.base, currency));
            format!("{label} {} {base}", words.of)
        }
    }
}

/// The DPP has a row of its own, as 12 % of the subtotal would not give the tax beside it.
pub(crate) fn base(tax: &Tax, (language, currency): (Locale, Currency), words: &Words) -> Option<Total> {
    match tax.base_kind {
        TaxBase::Net => None,
        TaxBase::OtherValue => Some(Total {
            label: words.other_value_base.to_owned(),
            amount: language.money(Money::new(tax.base, currency)),
            weight: Weight::Quiet,
        }),
    }
}

pub(crate) fn tame_all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| tame(text)).filter(|text| !text.is_empty()).collect()
}

/// Text for the page: no control characters, no bidirectional overrides (which could show an amount or a name turned
/// round). A zero-width space says where a long word may be broken, so that none runs over the column beside it; the
/// template puts a place to break there, which nobody copies.
pub(crate) fn tame(text: &str) -> String {
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
