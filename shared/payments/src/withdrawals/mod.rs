//! Money that customers take off their balances: who gets how much on which account, and how far it has come.

pub(crate) mod in_question;
pub(crate) mod payout_account;
pub(crate) mod repo;
pub(crate) mod withdrawal;
