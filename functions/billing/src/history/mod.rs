//! What happened to a customer's money.

mod history_view;
pub(crate) mod list_history;
