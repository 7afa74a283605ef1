//! The journal, posting by posting.

pub(crate) mod list_ledger;
pub(crate) mod posting_view;
