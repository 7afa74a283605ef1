//! Typesets a document and writes it as PDF; the pages themselves are in `templates`, one for each kind.

use kernel::Date;
use typst::comemo;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Datetime, Smart};
use typst::layout::Frame;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::document::{CreditNoteDocument, InvoiceDocument, ReceiptDocument};
use crate::typesetting::bounds;
pub use crate::typesetting::error::RenderError;
use crate::typesetting::fonts::{Fonts, fonts};
use crate::typesetting::world::DocumentWorld;

/// How many renders a typesetting result stays cached. The fonts and the template are the same for every tenant, so
/// a few renders keep those warm; more would keep whole invoices in memory.
const CACHE_AGE: usize = 4;

/// Renders an invoice as PDF. The same document gives the same bytes: nothing is taken from the clock, the
/// environment or, but for fonts, the file system. Takes milliseconds in release, and up to a second for 1,000 lines; call it off the
/// async threads.
///
/// # Errors
/// `Document` when a bound is exceeded; `Typeset` when the logo cannot be decoded.
pub fn render(document: &InvoiceDocument) -> Result<Vec<u8>, RenderError> {
    Ok(typeset(document, fonts())?.pdf)
}

/// Renders a receipt as PDF, as [`render`] does an invoice.
///
/// # Errors
/// Those of [`render`].
pub fn render_receipt(receipt: &ReceiptDocument) -> Result<Vec<u8>, RenderError> {
    Ok(typeset_receipt(receipt, fonts())?.pdf)
}

/// Renders a credit note as PDF, as [`render`] does an invoice.
///
/// # Errors
/// Those of [`render`].
pub fn render_credit_note(note: &CreditNoteDocument) -> Result<Vec<u8>, RenderError> {
    Ok(typeset_credit_note(note, fonts())?.pdf)
}

/// A finished document with the pages it was written from.
pub(crate) struct Typeset {
    pub(crate) pdf: Vec<u8>,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests read the text back from the pages"))]
    pub(crate) pages: Vec<Frame>,
}

pub(crate) fn typeset(document: &InvoiceDocument, fonts: &'static Fonts) -> Result<Typeset, RenderError> {
    bounds::check(document)?;
    let ident = format!("{}/{}/{:?}", document.seller.legal_name, document.number, document.status);
    set(&DocumentWorld::of_invoice(document, fonts)?, ident, document.issued_on)
}

pub(crate) fn typeset_receipt(receipt: &ReceiptDocument, fonts: &'static Fonts) -> Result<Typeset, RenderError> {
    bounds::check_receipt(receipt)?;
    let ident = format!("{}/{}", receipt.seller.legal_name, receipt.number);
    set(&DocumentWorld::of_receipt(receipt, fonts)?, ident, receipt.issued_on)
}

pub(crate) fn typeset_credit_note(note: &CreditNoteDocument, fonts: &'static Fonts) -> Result<Typeset, RenderError> {
    bounds::check_credit_note(note)?;
    let ident = format!("{}/{}", note.seller.legal_name, note.number);
    set(&DocumentWorld::of_credit_note(note, fonts)?, ident, note.issued_on)
}

/// A PDF that archives take: PDF/A-2b (ISO 19005-2), dated by the day of its issue. `ident` becomes the document's id in its
/// metadata.
fn set(world: &DocumentWorld, ident: String, issued_on: Date) -> Result<Typeset, RenderError> {
    let day = || {
        let (month, day) = (u8::try_from(issued_on.month()).ok()?, u8::try_from(issued_on.day()).ok()?);
        Datetime::from_ymd_hms(i32::from(issued_on.year()), month, day, 0, 0, 0)
    };
    let standards = PdfStandards::new(&[PdfStandard::A_2b]);
    let standards = standards.map_err(|error| RenderError::Typeset { messages: vec![error.message().to_string()] })?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(None),
        timestamp: day().map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    // Warnings are about families that are not installed here.
    let Warned { output, warnings: _ } = typst::compile(world);
    let finished = output.and_then(|paged| {
        let pdf = typst_pdf::pdf(&paged, &options)?;
        Ok(Typeset { pdf, pages: paged.pages().iter().map(|page| page.frame.clone()).collect() })
    });
    comemo::evict(CACHE_AGE);
    finished.map_err(|errors| RenderError::Typeset { messages: errors.iter().map(message).collect() })
}

fn message(error: &SourceDiagnostic) -> String {
    error.message.to_string()
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
