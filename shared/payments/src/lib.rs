//! Payments and the providers that carry them.
//!
//! A payment follows the news that its provider sends, in any order and any number of times: [`apply`] decides, as a
//! plain function, what each piece of news does. [`PaymentProvider`] is the port to a provider: [`midtrans`] speaks to
//! Midtrans and [`Manual`] to nobody, and [`Payments`] keeps the rows. Nothing here knows of invoices or the ledger: a
//! [`Move`] says how much money came in or went back, and the handler books it in the same transaction.

mod capabilities;
mod charge;
mod digest;
mod edges;
mod error;
#[cfg(test)]
mod golden;
mod machine;
mod manual;
mod method;
pub mod midtrans;
mod notices;
mod notification;
mod payment;
mod provider;
mod provider_status;
mod refunding;
mod repo;
mod retries;

pub use capabilities::{Answers, BegunBy, Capabilities, Currencies, NotificationProof, Offer};
pub use charge::{Attempt, drive};
pub use error::PaymentError;
pub use machine::{Alert, Ignored, Lateness, Move, Note, Transition, apply, apply_charged};
pub use manual::Manual;
pub use method::Method;
pub use notices::{Notices, Quarantined};
pub use notification::{NotificationError, WebhookCall, Word};
pub use payment::{Failure, NewPayment, NextAction, Payment, Purpose, Status};
pub use provider::{
    ChargeItem, ChargeOrder, Charged, Means, Payer, PaymentProvider, ProviderError, Refund, RefundOutcome,
};
pub use provider_status::{Heard, Observed, ProviderStatus, Quarantine};
pub use repo::Payments;
pub use retries::{RetryPolicy, ask, give_back, refunded};
