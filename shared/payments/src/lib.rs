//! Payments and the providers that carry them.
//!
//! A payment follows the news that its provider sends, in any order and any number of times: [`apply`] decides, as a
//! plain function, what each piece of news does. [`PaymentProvider`] is the port to a provider: [`midtrans`] speaks to
//! Midtrans, [`stripe`] to Stripe and [`Manual`] to nobody, and [`Payments`] keeps the rows. Nothing here knows of invoices or the ledger: a
//! [`Move`] says how much money came in or went back, and the handler books it in the same transaction.

mod beside;
mod charge;
mod digest;
mod error;
#[cfg(test)]
mod golden;
mod hold;
mod known;
mod methods;
pub mod midtrans;
mod notices;
mod payable;
mod payment;
mod port;
mod refunds;
mod repo;
mod states;
pub mod stripe;
mod transfers;
mod withdrawals;

pub use charge::{Attempt, drive};
pub use digest::transaction_hash;
pub use error::PaymentError;
pub use hold::Hold;
pub use known::capabilities_of;
pub use methods::{
    attempts::CollectionAttempts,
    book::{Becomes, MethodBook},
    card_expiry::CardExpiry,
    decline::{Decline, is_final_decline},
    kept_card::{CardFace, CardWord, KeptCard},
    provider_token::ProviderToken,
    repo::SavedMethods,
    saved_method::{FinalDecline, MethodError, MethodStatus, SavedMethod},
};
pub use notices::{Choice, Notices, Quarantined, ReviewId, ReviewIdError, ReviewVerdict, Reviewed};
pub use payment::{Failure, KeptBeside, NewPayment, NextAction, Payment, Purpose, Status};
pub use port::capabilities::{
    Answers, BegunBy, Capabilities, Challenges, Currencies, EndedBy, Holds, KnownBy, NotificationProof, Offer,
};
pub use port::manual::Manual;
pub use port::method::Method;
pub use port::notification::{FailedRefund, Incident, NotificationError, Says, WebhookCall, Word};
pub use port::provider::{
    ChargeItem, ChargeOrder, Charged, Means, Payer, PaymentProvider, ProviderError, RefundOrder, RefundOutcome,
};
pub use port::provider_status::{Heard, Observed, ProviderStatus, Quarantine};
pub use port::retries::{RetryPolicy, ask, give_back, in_time, refunded};
pub use refunds::{
    refund::{NewRefund, Refund, RefundOrigin, RefundStatus},
    repo::Refunds,
};
pub use repo::{Payments, PaymentsOf};
pub use states::machine::{Alert, Ignored, Lateness, Move, Note, Transition, apply, apply_charged, call_off};
pub use transfers::repo::TransferProofs;
pub use transfers::transfer_proof::{
    NewTransferProof, ProofFile, TransferProof, TransferProofError, TransferProofState, TransferProofStatus,
};
pub use withdrawals::payout_account::{AccountNumber, PayoutAccount, PayoutLine};
pub use withdrawals::repo::Withdrawals;
pub use withdrawals::withdrawal::{NewWithdrawal, Withdrawal, WithdrawalError, WithdrawalState, WithdrawalStatus};
