//! Links to documents that work without a token, for a while.

pub(crate) mod document_link;
pub(crate) mod download_document;
pub(crate) mod get_credit_note_pdf_link;
pub(crate) mod get_invoice_pdf_link;
pub(crate) mod get_invoice_receipt_link;

#[cfg(test)]
mod link_tests;
