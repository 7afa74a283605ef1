//! The printable documents, an invoice, a receipt and a credit note: plain values and nothing to look up, so that the same document always gives the same page.

use kernel::{Currency, Date, Decimal, Locale};
use serde::Serialize;
use thiserror::Error;

use crate::logo::{Logo, LogoError};

/// Everything that is printed on one invoice. Amounts are in minor units of `currency` (IDR: whole rupiah; USD:
/// cents), at most
/// ±999,999,999,999,999; nothing is added up here, the caller's figures are printed as they are.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InvoiceDocument {
    /// The number given at finalisation, 1 to 64 characters, as in `INV-2026-11-0001`.
    pub number: String,
    pub language: Locale,
    pub status: Stamp,
    pub issued_on: Date,
    pub due_on: Option<Date>,
    /// First and last day of the billed period, both included.
    pub period: Option<(Date, Date)>,
    pub currency: Currency,
    pub seller: Seller,
    pub buyer: Buyer,
    /// 0 to 1,000 lines; with none the table says that nothing was charged.
    pub lines: Vec<Line>,
    /// Sum of the lines before discounts and taxes.
    pub subtotal: i64,
    /// At most 8. Amounts are positive and printed as deductions.
    pub discounts: Vec<Deduction>,
    /// At most 8.
    pub taxes: Vec<Tax>,
    /// How much more the credits are than the charges; positive, added so that the total is not below zero. Zero is not
    /// printed.
    pub surplus: i64,
    pub total: i64,
    /// Credits that were used up; positive, printed as a deduction after the total. Zero is not printed.
    pub credits_applied: i64,
    /// What credit notes took back of what was due; positive, printed as a deduction after the total. Zero is not printed.
    pub credited: i64,
    /// The payments that it took; printed as one deduction after the total, and one by one beneath. At most 100.
    pub payments: Vec<PaymentMade>,
    /// What is left to pay; a void invoice always prints zero.
    pub amount_due: i64,
    /// Payment terms and other remarks, at most 2,000 characters; line breaks are kept. Empty is not printed.
    pub notes: String,
    /// Where the buyer pays, `https://` or `http://`, at most 512 bytes. Printed as a QR code while something is due.
    pub pay_url: Option<String>,
    /// Whether the document states more than Rp5.000.000 and so needs an e-meterai (UU 10/2020) when used as a receipt.
    pub stamp_duty: StampDuty,
}

/// Everything that is printed on one receipt (kwitansi): that the money for an invoice has come in.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReceiptDocument {
    /// 1 to 64 characters, as in `KW-INV-2026-11-0001`.
    pub number: String,
    pub language: Locale,
    /// The day on which the last of the money came in.
    pub issued_on: Date,
    pub currency: Currency,
    /// Who received it.
    pub seller: Seller,
    /// Whose invoice it was.
    pub buyer: Buyer,
    /// The number of the invoice, 1 to 64 characters.
    pub invoice: String,
    pub invoice_issued_on: Date,
    /// What came in, one to 100.
    pub payments: Vec<PaymentMade>,
    /// The sum of the payments.
    pub amount: i64,
    /// Whether it states more than Rp5.000.000 and so needs an e-meterai (UU 10/2020).
    pub stamp_duty: StampDuty,
}

/// Everything that is printed on one credit note (nota kredit): that a part of an invoice is taken back. Amounts are as on the
/// invoice, and nothing is added up here.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CreditNoteDocument {
    /// 1 to 64 characters, as in `CN-2026-11-0001`.
    pub number: String,
    pub language: Locale,
    pub issued_on: Date,
    pub currency: Currency,
    pub seller: Seller,
    /// Whose invoice it was.
    pub buyer: Buyer,
    /// The number of the invoice, 1 to 64 characters.
    pub invoice: String,
    pub invoice_issued_on: Date,
    /// Why, in the document's language, at most 64 characters.
    pub reason: String,
    /// 1 to 1,000 lines.
    pub lines: Vec<CreditedLine>,
    /// The sum of the lines.
    pub subtotal: i64,
    /// What of the taxes is taken back, at most 8.
    pub taxes: Vec<Tax>,
    pub total: i64,
    /// How much less the invoice asks for. Zero is not printed.
    pub against_due: i64,
    /// How much is on the buyer's balance. Zero is not printed.
    pub to_balance: i64,
    /// How much goes back to the buyer. Zero is not printed.
    pub paid_out: i64,
    /// Remarks, at most 2,000 characters; line breaks are kept. Empty is not printed.
    pub notes: String,
}

/// What is taken back of a line.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CreditedLine {
    /// At most 500 characters; line breaks are kept.
    pub description: String,
    pub amount: i64,
}

/// What the stamp beside the title says.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    Unpaid,
    Paid { on: Date },
    Void,
}

/// Whether the note about e-meterai is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StampDuty {
    Required,
    NotRequired,
}

/// The legal entity that sends the invoice, and its branding.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Seller {
    /// The name in the header, 1 to 200 characters.
    pub product_name: String,
    /// When empty, the product name stands in for it.
    pub legal_name: String,
    /// At most 8 lines.
    pub address: Vec<String>,
    /// NPWP in Indonesia. Empty is not printed, like every text below.
    pub tax_id: String,
    pub email: String,
    /// `#rrggbb`; darkened for text where it would be too pale to read.
    pub brand_colour: String,
    /// Replaces the product name in the header.
    #[serde(skip)]
    pub logo: Option<Logo>,
    /// At the foot of every page, at most 3 lines of at most 120 characters.
    pub footer: Vec<String>,
    /// Who signs, at the end.
    pub signatory: Option<Signatory>,
}

/// Who signs for a seller, beneath room for a hand's signature.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Signatory {
    /// At most 120 characters, like the others.
    pub name: String,
    /// Empty is not printed.
    pub position: String,
    /// Stands before the document's day. Empty is not printed.
    pub place: String,
}

/// Who is billed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Buyer {
    /// At most 200 characters.
    pub name: String,
    pub email: String,
    /// At most 8 lines.
    pub address: Vec<String>,
    pub tax_id: String,
}

/// Money that came in for it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PaymentMade {
    pub on: Date,
    /// How it was paid, in the document's language, at most 64 characters.
    pub method: String,
    /// The payment's id, 1 to 64 characters.
    pub reference: String,
    /// Positive.
    pub amount: i64,
}

/// One row of the table.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Line {
    /// At most 500 characters; line breaks are kept.
    pub description: String,
    pub quantity: Decimal,
    /// Printed after the quantity, as in `12 seats`, at most 24 characters; may be empty.
    pub unit: String,
    /// In major units of the currency, as metered prices are below one cent; `None` for graduated prices.
    pub unit_price: Option<Decimal>,
    pub amount: i64,
}

/// A row that lowers the total.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Deduction {
    pub label: String,
    pub amount: i64,
}

/// One tax of the whole invoice.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Tax {
    /// As in `PPN` or `Sales tax (CA)`.
    pub label: String,
    /// In percent: 12 % is `Decimal { digits: 12, decimals: 0 }`.
    pub rate: Decimal,
    pub base_kind: TaxBase,
    pub base: i64,
    pub amount: i64,
    pub mode: TaxMode,
}

/// What the base of a tax is, which decides how it is named.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBase {
    /// The net price.
    Net,
    /// DPP nilai lain, 11/12 of the net price (PMK 131/2024 art. 3).
    OtherValue,
}

/// Whether a tax comes on top of the prices or is within them.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    Exclusive,
    Inclusive,
}

/// Why a document cannot be printed; all of these are the caller's.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DocumentError {
    #[error("{field} is empty")]
    Empty { field: &'static str },
    #[error("{field} has {length} characters of at most {limit}")]
    TooLong { field: &'static str, length: usize, limit: usize },
    #[error("{field} has {count} entries of at most {limit}")]
    TooMany { field: &'static str, count: usize, limit: usize },
    #[error("{field} is {minor}, beyond 999,999,999,999,999")]
    Amount { field: &'static str, minor: i64 },
    #[error("{field} has {decimals} decimals of at most 12")]
    Decimals { field: &'static str, decimals: u8 },
    #[error("brand colour {colour:?} is not #rrggbb")]
    Colour { colour: String },
    #[error("the payment address is not an http(s) URL of at most 512 bytes")]
    PayUrl,
    #[error(transparent)]
    Logo(#[from] LogoError),
}
