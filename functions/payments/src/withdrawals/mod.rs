//! Money that customers take off their balances, from the first request to the bank's word.

pub(crate) mod cancel_withdrawal;
pub(crate) mod create_withdrawal;
pub(crate) mod fail_withdrawal;
pub(crate) mod get_withdrawal;
pub(crate) mod list_withdrawals;
pub(crate) mod send_withdrawal;
pub(crate) mod settle_withdrawal;
pub(crate) mod settled_money;
mod told;
pub(crate) mod withdrawal_edit;
#[cfg(test)]
mod withdrawal_races_tests;
#[cfg(test)]
mod withdrawal_tests;
pub(crate) mod withdrawal_view;
