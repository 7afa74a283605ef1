//! What a customer has on its balance: read, topped up, and told what to pay by itself.

pub(crate) mod create_deposit;
pub(crate) mod get_wallet;
pub(crate) mod list_wallet_transactions;
pub(crate) mod owner;
pub(crate) mod replace_wallet_settings;
#[cfg(test)]
mod tests;
pub(crate) mod transaction_view;
