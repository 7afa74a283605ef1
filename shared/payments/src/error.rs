//! Why a payment cannot be as asked.

use kernel::{Currency, Fault, FaultKind, Provider};

use crate::Method;

/// A payment that we do not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// The provider does not offer the way.
    #[error("{provider} does not take this way of paying")]
    MethodNotTaken {
        /// Which way.
        method: Method,
        /// Who does not.
        provider: Provider,
    },
    /// The way is for other currencies.
    #[error("amounts in {currency} cannot be paid this way")]
    CurrencyNotTaken {
        /// What was asked.
        currency: Currency,
    },
    /// The channel has bounds.
    #[error("this way of paying takes {least} to {most}, in minor units of {currency}")]
    AmountNotTaken {
        /// The smallest amount in minor units.
        least: i64,
        /// The largest amount in minor units.
        most: i64,
        /// Of this currency.
        currency: Currency,
    },
    /// More than is left of a payment cannot go back.
    #[error("{left} can go back at most, in minor units of {currency}, and no other currency")]
    RefundTooLarge {
        /// What is left, in minor units.
        left: i64,
        /// Of this currency.
        currency: Currency,
    },
    /// One refund of a payment is on its way at a time.
    #[error("a refund of this payment is on its way: wait for its end")]
    RefundOnItsWay,
    /// A refund is paid out of the payer's balance.
    #[error(
        "{there} in minor units of {currency} are on the customer's balance, from which a refund is paid: write a credit \
         note of the invoice first, or one with refundPaymentId, which pays it out"
    )]
    BalanceTooLow {
        /// What is there, in minor units.
        there: i64,
        /// Of this currency.
        currency: Currency,
    },
    /// No bank holds money of it.
    #[error("no money is held for this payment: it was captured or released, or never was")]
    NothingHeld,
    /// More than is held cannot be captured.
    #[error("between 1 and {held} can be captured, in minor units of {currency}")]
    CaptureTooLarge {
        /// What is held, in minor units.
        held: i64,
        /// Of this currency.
        currency: Currency,
    },
    /// Money is only held of a card, and not by every provider.
    #[error("only cards are charged in two steps: leave capture out, or use a card")]
    HoldNotTaken,
    /// The provider or the payer's bank refused to give money back.
    #[error("the payment provider refused the refund: {message}")]
    RefundRefused {
        /// The provider's sentence.
        message: String,
    },
    /// The provider gives nothing back of what was paid in this way.
    #[error(
        "the provider refunds nothing that was paid in this way: write a credit note without refundPaymentId, send the \
         money back yourself, and record it by a refund of the payment with by: hand"
    )]
    RefundByHandOnly,
    /// A refund that has ended stays as it is.
    #[error("the refund has ended")]
    RefundEnded,
    /// Money of this transaction is kept already.
    #[error("money of this transaction was booked before")]
    KeptBefore,
    /// A card is charged by the token that the provider's script made in the payer's browser.
    #[error("a card payment needs the card token that the provider's script made")]
    CardTokenMissing,
    /// The tenant has given no keys for the provider.
    #[error("this way of paying is not set up here")]
    NotConfigured,
    /// The provider refused to begin it.
    #[error("the payment provider refused: {message}")]
    Refused {
        /// The provider's sentence.
        message: String,
    },
}

impl Fault for PaymentError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::MethodNotTaken { .. }
            | Self::CurrencyNotTaken { .. }
            | Self::AmountNotTaken { .. }
            | Self::CardTokenMissing
            | Self::HoldNotTaken
            | Self::CaptureTooLarge { .. }
            | Self::RefundRefused { .. }
            | Self::Refused { .. } => FaultKind::Invalid,
            Self::NotConfigured
            | Self::RefundByHandOnly
            | Self::RefundEnded
            | Self::KeptBefore
            | Self::NothingHeld
            | Self::RefundTooLarge { .. }
            | Self::RefundOnItsWay
            | Self::BalanceTooLow { .. } => FaultKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::MethodNotTaken { .. } => "METHOD_NOT_SUPPORTED",
            Self::CurrencyNotTaken { .. } => "CURRENCY_NOT_SUPPORTED",
            Self::AmountNotTaken { .. } => "AMOUNT_NOT_SUPPORTED",
            Self::RefundTooLarge { .. } => "REFUND_TOO_LARGE",
            Self::RefundOnItsWay => "REFUND_ON_ITS_WAY",
            Self::RefundByHandOnly => "REFUND_BY_HAND_ONLY",
            Self::RefundEnded => "REFUND_ENDED",
            Self::KeptBefore => "REVIEW_DECIDED",
            Self::BalanceTooLow { .. } => "BALANCE_TOO_LOW",
            Self::NothingHeld => "NOTHING_HELD",
            Self::CaptureTooLarge { .. } => "CAPTURE_TOO_LARGE",
            Self::HoldNotTaken => "CAPTURE_NOT_SUPPORTED",
            Self::RefundRefused { .. } => "REFUND_REFUSED",
            Self::CardTokenMissing => "CARD_TOKEN_REQUIRED",
            Self::NotConfigured => "PROVIDER_NOT_CONFIGURED",
            Self::Refused { .. } => "PAYMENT_REFUSED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::MethodNotTaken { .. }
            | Self::CurrencyNotTaken { .. }
            | Self::AmountNotTaken { .. }
            | Self::CardTokenMissing
            | Self::HoldNotTaken
            | Self::NothingHeld
            | Self::CaptureTooLarge { .. }
            | Self::Refused { .. }
            | Self::RefundRefused { .. }
            | Self::RefundByHandOnly
            | Self::RefundEnded
            | Self::KeptBefore
            | Self::RefundTooLarge { .. } => true,
            Self::NotConfigured | Self::RefundOnItsWay | Self::BalanceTooLow { .. } => false,
        }
    }
}
