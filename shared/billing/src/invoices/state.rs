//! The states of an invoice.

use kernel::{PaymentId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of an invoice, with what each state knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum InvoiceState {
    /// Not issued: it has no number and may still change.
    Draft,
    /// Issued and owed.
    Open,
    /// Settled.
    Paid {
        /// When.
        at: Timestamp,
        /// By which payment; none for an invoice over nothing.
        payment: Option<PaymentId>,
    },
    /// Taken back; it keeps its number.
    Void {
        /// When.
        at: Timestamp,
    },
    /// Given up; a late payment still settles it.
    Uncollectible {
        /// When.
        at: Timestamp,
    },
}

/// The name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Not issued.
    Draft,
    /// Issued and owed.
    Open,
    /// Settled.
    Paid,
    /// Taken back.
    Void,
    /// Given up.
    Uncollectible,
}

impl InvoiceStatus {
    /// The name as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }

    /// What can be done with an invoice in this state, for refusals of something else.
    pub const fn allows(self) -> &'static str {
        match self {
            Self::Draft => "a draft can be changed, deleted and finalized",
            Self::Open => "an open invoice can be paid, sent, voided and marked uncollectible",
            Self::Paid => "a paid invoice stays as it is, and a credit note takes back what is too much",
            Self::Void => "a void invoice stays as it is; write another one for what is owed",
            Self::Uncollectible => "an uncollectible invoice can still be paid, sent and voided",
        }
    }
}
