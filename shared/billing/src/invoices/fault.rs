//! Why something cannot be done with an invoice.

use kernel::{Fault, FaultKind, Money, MoneyError, PaymentId, Timestamp};

use crate::InvoiceStatus;

/// Why something cannot be done with an invoice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// There is none of this id, or it is somebody else's.
    #[error("there is no such invoice")]
    NotFound,
    /// It was paid before.
    #[error(
        "the invoice is paid already: money that comes in besides belongs on the customer's balance, and only a credit note takes something of the invoice back"
    )]
    AlreadyPaid {
        /// By which payment; none for an invoice over nothing.
        by: Option<PaymentId>,
    },
    /// Its state does not allow this.
    #[error("the invoice is {}: {}", .status.as_str(), .status.allows())]
    WrongState {
        /// The state.
        status: InvoiceStatus,
    },
    /// A payment of nothing, or in another currency than what is due.
    #[error("the payment does not match what is due")]
    AmountMismatch {
        /// What is due.
        due: Money,
        /// What was paid.
        paid: Money,
    },
    /// A payment was used for it, so that it cannot be voided.
    #[error("a payment was applied to the invoice: write a credit note instead, which takes back what is too much")]
    HasPayments,
    /// Credit notes take back a part of it, so that it cannot be voided.
    #[error("a credit note takes back a part of the invoice already: write another one for the rest")]
    HasCreditNotes,
    /// A change gave back a part of its fee, so that it cannot be voided.
    #[error(
        "a change or the end of the subscription gave back a part of the invoice: write a credit note for the rest"
    )]
    GivenBack,
    /// Its lines give back more than they ask for.
    #[error("the lines come to less than nothing: an invoice asks for nothing at least")]
    BelowZero,
    /// A line is of luxury goods, and no tax has a rate for them on this day.
    #[error("a line is taxed as luxury goods, and no tax has a rate for them today: add one by POST /tax-rates")]
    NoLuxuryRate,
    /// It was mailed again a moment ago.
    #[error("the invoice was mailed again a moment ago; it can be from {again_at} on")]
    SentRecently {
        /// From when on.
        again_at: Timestamp,
    },
    /// Amounts that cannot be combined.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A date outside of the years that are kept.
    #[error("the invoice would reach beyond the years that are kept")]
    OutOfTime,
}

impl Fault for InvoiceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::AlreadyPaid { .. }
            | Self::WrongState { .. }
            | Self::AmountMismatch { .. }
            | Self::HasPayments
            | Self::HasCreditNotes
            | Self::GivenBack
            | Self::NoLuxuryRate => FaultKind::Conflict,
            Self::BelowZero => FaultKind::Invalid,
            Self::SentRecently { .. } => FaultKind::RateLimited,
            Self::Money(_) | Self::OutOfTime => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyPaid { .. } => "INVOICE_ALREADY_PAID",
            Self::WrongState { .. } => "INVOICE_WRONG_STATE",
            Self::AmountMismatch { .. } => "AMOUNT_MISMATCH",
            Self::HasPayments => "INVOICE_HAS_PAYMENTS",
            Self::HasCreditNotes => "INVOICE_HAS_CREDIT_NOTES",
            Self::GivenBack => "INVOICE_GIVEN_BACK",
            Self::BelowZero => "INVOICE_BELOW_ZERO",
            Self::NoLuxuryRate => "NO_LUXURY_TAX_RATE",
            Self::SentRecently { .. } => "INVOICE_SENT_RECENTLY",
            Self::Money(_) => "INVOICE_AMOUNT",
            Self::OutOfTime => "INVOICE_OUT_OF_TIME",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::AlreadyPaid { .. }
            | Self::WrongState { .. }
            | Self::AmountMismatch { .. }
            | Self::HasPayments
            | Self::HasCreditNotes
            | Self::GivenBack
            | Self::BelowZero
            | Self::NoLuxuryRate => true,
            Self::NotFound | Self::SentRecently { .. } | Self::Money(_) | Self::OutOfTime => false,
        }
    }
}
