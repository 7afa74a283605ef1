//! The double-entry journal that money writes to: entries that can only exist balanced, their rows, and what a replay of
//! them gives; beside it the balances of each party, which a transaction can guard.

mod account;
mod balances;
mod chart;
mod entry;
#[cfg(test)]
mod golden;
mod occasions;
mod party_balance;
mod receivables;
mod repo;
mod revenue;
mod statement;
mod wallet;

pub use account::{Account, AccountError};
pub use balances::Balances;
pub use entry::{JournalEntry, LedgerError, Occasion, Posting};
pub use occasions::{
    HeldMoney, IssuedCreditNote, IssuedInvoice, Owed, Receipt, Stamp, VoidedInvoice, balance_applied,
    credit_note_issued, deposited, invoice_issued, invoice_paid, invoice_voided, payment_unapplied, refund_returned,
    refunded, revenue_recognised, withdrawal_held, withdrawal_returned, withdrawal_settled, withdrawn, written_off,
};
pub use party_balance::PartyBalance;
pub use receivables::Receivables;
pub use repo::{Journal, Posted};
pub use revenue::{RevenueDay, RevenueDays, RevenueFigures, RevenueTotal};
pub use statement::{StatementLine, statement};
pub use wallet::WalletLine;
