//! Credit notes: a part of an invoice is taken back.

pub(crate) mod create_credit_note;
mod credit_note_body;
#[cfg(test)]
mod credit_note_tests;
mod credit_note_view;
pub(crate) mod get_credit_note;
pub(crate) mod get_credit_note_pdf;
pub(crate) mod list_credit_notes;
pub(crate) mod preview_credit_note;
mod writing;
