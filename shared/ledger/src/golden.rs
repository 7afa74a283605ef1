//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{JournalEntry, party_balance::BalanceRow};

#[test]
fn rows_stay_readable() {
    from_golden::<BalanceRow>(include_str!("golden/balance_row.json")).unwrap();
    from_golden::<BalanceRow>(include_str!("golden/balance_row.held.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.balance_applied.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.credit_note_issued.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.deposited.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.invoice_issued.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.invoice_paid.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.invoice_voided.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.invoice_voided_later.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.payment_unapplied.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.refund_returned.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.refunded.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.revenue_recognised.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.withdrawal_held.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.withdrawal_returned.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.withdrawal_settled.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.withdrawn.json")).unwrap();
    from_golden::<JournalEntry>(include_str!("golden/journal_entry.written_off.json")).unwrap();
}
