//! Who hears of a withdrawal: the event of the state that it is in.

use events::withdrawal::{
    WithdrawalCancelled, WithdrawalFacts, WithdrawalFailed, WithdrawalRequested, WithdrawalSent, WithdrawalSettled,
};
use payments::{Withdrawal, WithdrawalStatus};
use table::{Slot, TableError, Transaction};
use web::{Api, RequestInfo};

/// Puts the event of a withdrawal's new state into the transaction that stores it.
///
/// # Errors
/// `Corrupt` when it does not serialise.
pub(crate) fn tell(
    api: &Api,
    transaction: &mut Transaction,
    info: &RequestInfo,
    withdrawal: &Withdrawal,
) -> Result<Slot, TableError> {
    let Withdrawal { id, tenant_id, party, amount, version, .. } = *withdrawal;
    let facts = WithdrawalFacts { withdrawal_id: id, customer_id: party, amount };
    match withdrawal.status() {
        WithdrawalStatus::Held => api.insert_event(transaction, tenant_id, info, version, &WithdrawalRequested(facts)),
        WithdrawalStatus::Sent => api.insert_event(transaction, tenant_id, info, version, &WithdrawalSent(facts)),
        WithdrawalStatus::Settled => api.insert_event(transaction, tenant_id, info, version, &WithdrawalSettled(facts)),
        WithdrawalStatus::Failed => api.insert_event(transaction, tenant_id, info, version, &WithdrawalFailed(facts)),
        WithdrawalStatus::Cancelled => {
            api.insert_event(transaction, tenant_id, info, version, &WithdrawalCancelled(facts))
        }
    }
}
