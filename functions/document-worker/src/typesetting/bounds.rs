//! What a document may hold, so that one invoice can neither break the layout nor occupy the worker for minutes.

use kernel::Decimal;

use crate::document::{
    Buyer, CreditNoteDocument, DocumentError, InvoiceDocument, Line, PaymentMade, ReceiptDocument, Seller, Tax,
};

const MAX_LINES: usize = 1_000;
const MAX_ROWS: usize = 8;
const MAX_PAYMENTS: usize = 100;
/// 999 trillion rupiah; longer figures would not fit their column.
const MAX_AMOUNT: u64 = 999_999_999_999_999;
const MAX_DECIMALS: u8 = 12;
const NUMBER: usize = 64;
const NAME: usize = 200;
const DESCRIPTION: usize = 500;
const NOTES: usize = 2_000;
const MAX_FOOTER: usize = 3;
const PRINTED_LINE: usize = 120;
const PAY_URL_BYTES: usize = 512;

/// Checks every bound named on the fields of `InvoiceDocument`.
///
/// # Errors
/// The first bound that is exceeded.
pub(crate) fn check(document: &InvoiceDocument) -> Result<(), DocumentError> {
    required("number", &document.number)?;
    text("number", &document.number, NUMBER)?;
    text("notes", &document.notes, NOTES)?;
    seller(&document.seller)?;
    buyer(&document.buyer)?;
    amount("subtotal", document.subtotal)?;
    amount("surplus", document.surplus)?;
    amount("total", document.total)?;
    amount("credits_applied", document.credits_applied)?;
    amount("credited", document.credited)?;
    payments(&document.payments)?;
    amount("amount_due", document.amount_due)?;
    count("lines", document.lines.len(), MAX_LINES)?;
    for one in &document.lines {
        line(one)?;
    }
    count("discounts", document.discounts.len(), MAX_ROWS)?;
    for discount in &document.discounts {
        text("discounts.label", &discount.label, NAME)?;
        amount("discounts.amount", discount.amount)?;
    }
    taxes(&document.taxes)?;
    match &document.pay_url {
        Some(url) => pay_url(url),
        None => Ok(()),
    }
}

/// Checks every bound named on the fields of `ReceiptDocument`.
///
/// # Errors
/// The first bound that is exceeded.
pub(crate) fn check_receipt(receipt: &ReceiptDocument) -> Result<(), DocumentError> {
    required("number", &receipt.number)?;
    text("number", &receipt.number, NUMBER)?;
    required("invoice", &receipt.invoice)?;
    text("invoice", &receipt.invoice, NUMBER)?;
    seller(&receipt.seller)?;
    buyer(&receipt.buyer)?;
    amount("amount", receipt.amount)?;
    payments(&receipt.payments)
}

/// Checks every bound named on the fields of `CreditNoteDocument`.
///
/// # Errors
/// The first bound that is exceeded.
pub(crate) fn check_credit_note(note: &CreditNoteDocument) -> Result<(), DocumentError> {
    required("number", &note.number)?;
    text("number", &note.number, NUMBER)?;
    required("invoice", &note.invoice)?;
    text("invoice", &note.invoice, NUMBER)?;
    text("reason", &note.reason, NUMBER)?;
    text("notes", &note.notes, NOTES)?;
    seller(&note.seller)?;
    buyer(&note.buyer)?;
    count("lines", note.lines.len(), MAX_LINES)?;
    for line in &note.lines {
        text("lines.description", &line.description, DESCRIPTION)?;
        amount("lines.amount", line.amount)?;
    }
    amount("subtotal", note.subtotal)?;
    taxes(&note.taxes)?;
    amount("total", note.total)?;
    amount("against_due", note.against_due)?;
    amount("paid_out", note.paid_out)?;
    amount("to_balance", note.to_balance)
}

fn taxes(taxes: &[Tax]) -> Result<(), DocumentError> {
    count("taxes", taxes.len(), MAX_ROWS)?;
    for tax in taxes {
        text("taxes.label", &tax.label, NAME)?;
        decimal("taxes.rate", tax.rate)?;
        amount("taxes.base", tax.base)?;
        amount("taxes.amount", tax.amount)?;
    }
    Ok(())
}

fn payments(payments: &[PaymentMade]) -> Result<(), DocumentError> {
    count("payments", payments.len(), MAX_PAYMENTS)?;
    for payment in payments {
        text("payments.method", &payment.method, NUMBER)?;
        required("payments.reference", &payment.reference)?;
        text("payments.reference", &payment.reference, NUMBER)?;
        amount("payments.amount", payment.amount)?;
    }
    Ok(())
}

fn seller(seller: &Seller) -> Result<(), DocumentError> {
    required("seller.product_name", &seller.product_name)?;
    text("seller.product_name", &seller.product_name, NAME)?;
    text("seller.legal_name", &seller.legal_name, NAME)?;
    text("seller.tax_id", &seller.tax_id, NUMBER)?;
    text("seller.email", &seller.email, 254)?;
    address("seller.address", &seller.address)?;
    count("seller.footer", seller.footer.len(), MAX_FOOTER)?;
    for line in &seller.footer {
        text("seller.footer", line, PRINTED_LINE)?;
    }
    if let Some(signatory) = &seller.signatory {
        required("seller.signatory.name", &signatory.name)?;
        for line in [&signatory.name, &signatory.position, &signatory.place] {
            text("seller.signatory", line, PRINTED_LINE)?;
        }
    }
    colour(&seller.brand_colour)
}

fn buyer(buyer: &Buyer) -> Result<(), DocumentError> {
    text("buyer.name", &buyer.name, NAME)?;
    text("buyer.tax_id", &buyer.tax_id, NUMBER)?;
    text("buyer.email", &buyer.email, 254)?;
    address("buyer.address", &buyer.address)
}

fn line(line: &Line) -> Result<(), DocumentError> {
    text("lines.description", &line.description, DESCRIPTION)?;
    text("lines.unit", &line.unit, 24)?;
    amount("lines.amount", line.amount)?;
    decimal("lines.quantity", line.quantity)?;
    match line.unit_price {
        Some(price) => decimal("lines.unit_price", price),
        None => Ok(()),
    }
}

fn address(field: &'static str, lines: &[String]) -> Result<(), DocumentError> {
    count(field, lines.len(), MAX_ROWS)?;
    for line in lines {
        text(field, line, NAME)?;
    }
    Ok(())
}

fn required(field: &'static str, value: &str) -> Result<(), DocumentError> {
    if value.trim().is_empty() { Err(DocumentError::Empty { field }) } else { Ok(()) }
}

fn text(field: &'static str, value: &str, limit: usize) -> Result<(), DocumentError> {
    let length = value.chars().count();
    if length > limit { Err(DocumentError::TooLong { field, length, limit }) } else { Ok(()) }
}

fn count(field: &'static str, count: usize, limit: usize) -> Result<(), DocumentError> {
    if count > limit { Err(DocumentError::TooMany { field, count, limit }) } else { Ok(()) }
}

fn amount(field: &'static str, minor: i64) -> Result<(), DocumentError> {
    if minor.unsigned_abs() > MAX_AMOUNT { Err(DocumentError::Amount { field, minor }) } else { Ok(()) }
}

fn decimal(field: &'static str, value: Decimal) -> Result<(), DocumentError> {
    if value.decimals > MAX_DECIMALS {
        return Err(DocumentError::Decimals { field, decimals: value.decimals });
    }
    amount(field, value.digits)
}

fn colour(colour: &str) -> Result<(), DocumentError> {
    let is_hex = colour
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hex { Ok(()) } else { Err(DocumentError::Colour { colour: colour.to_owned() }) }
}

/// Only web addresses: the link is clicked in a PDF viewer, which would follow `file:` and `javascript:` too.
fn pay_url(url: &str) -> Result<(), DocumentError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_clean = rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()));
    if is_clean && url.len() <= PAY_URL_BYTES { Ok(()) } else { Err(DocumentError::PayUrl) }
}
