//! The double-entry journal that money writes to: entries that can only exist balanced, their rows, and the balances
//! that a replay of them gives.

mod account;
mod balances;
mod entry;
mod occasions;
mod repo;

pub use account::{Account, AccountError, Provider};
pub use balances::Balances;
pub use entry::{JournalEntry, LedgerError, Occasion, Posting};
pub use occasions::{IssuedInvoice, Receipt, invoice_issued, invoice_paid, invoice_voided, payment_unapplied};
pub use repo::Journal;
