//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    CollectionAttempts, MethodBook, Payment, Quarantined, Refund, SavedMethod, TransferProof, Withdrawal,
    notices::{AppliedWord, TransactionClaim},
    repo::Pointer,
    transfers::repo::TransferProofPointer,
    withdrawals::repo::WithdrawalPointer,
};

#[test]
fn rows_stay_readable() {
    from_golden::<AppliedWord>(include_str!("golden/applied_word.json")).unwrap();
    from_golden::<CollectionAttempts>(include_str!("golden/collection_attempts.json")).unwrap();
    from_golden::<MethodBook>(include_str!("golden/method_book.empty.json")).unwrap();
    from_golden::<MethodBook>(include_str!("golden/method_book.json")).unwrap();
    from_golden::<MethodBook>(include_str!("golden/method_book.leaving.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.begun.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.dispute_won.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.failed.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.held.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.kept.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.saved.json")).unwrap();
    from_golden::<Payment>(include_str!("golden/payment.settled.json")).unwrap();
    from_golden::<Pointer>(include_str!("golden/pointer.json")).unwrap();
    from_golden::<Refund>(include_str!("golden/refund.failed.json")).unwrap();
    from_golden::<SavedMethod>(include_str!("golden/saved_method.json")).unwrap();
    from_golden::<SavedMethod>(include_str!("golden/saved_method.leaving.json")).unwrap();
    from_golden::<Quarantined>(include_str!("golden/quarantined.decided.json")).unwrap();
    from_golden::<Quarantined>(include_str!("golden/quarantined.json")).unwrap();
    from_golden::<TransactionClaim>(include_str!("golden/transaction_claim.json")).unwrap();
    from_golden::<TransferProof>(include_str!("golden/transfer_proof.accepted.json")).unwrap();
    from_golden::<TransferProof>(include_str!("golden/transfer_proof.open.json")).unwrap();
    from_golden::<TransferProof>(include_str!("golden/transfer_proof.rejected.json")).unwrap();
    from_golden::<TransferProofPointer>(include_str!("golden/transfer_proof_pointer.json")).unwrap();
    from_golden::<Withdrawal>(include_str!("golden/withdrawal.failed.json")).unwrap();
    from_golden::<Withdrawal>(include_str!("golden/withdrawal.held.json")).unwrap();
    from_golden::<Withdrawal>(include_str!("golden/withdrawal.returned.json")).unwrap();
    from_golden::<Withdrawal>(include_str!("golden/withdrawal.settled.json")).unwrap();
    from_golden::<WithdrawalPointer>(include_str!("golden/withdrawal_pointer.json")).unwrap();
}
