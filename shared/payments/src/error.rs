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
    #[error("between 1 and {left} can go back, in minor units of {currency}")]
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
    /// The provider or the payer's bank refused to give money back.
    #[error("the payment provider refused the refund: {message}")]
    RefundRefused {
        /// The provider's sentence.
        message: String,
    },
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
            | Self::RefundRefused { .. }
            | Self::Refused { .. } => FaultKind::Invalid,
            Self::NotConfigured | Self::RefundTooLarge { .. } | Self::RefundOnItsWay | Self::BalanceTooLow { .. } => {
                FaultKind::Conflict
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::MethodNotTaken { .. } => "METHOD_NOT_SUPPORTED",
            Self::CurrencyNotTaken { .. } => "CURRENCY_NOT_SUPPORTED",
            Self::AmountNotTaken { .. } => "AMOUNT_NOT_SUPPORTED",
            Self::RefundTooLarge { .. } => "REFUND_TOO_LARGE",
            Self::RefundOnItsWay => "REFUND_ON_ITS_WAY",
            Self::BalanceTooLow { .. } => "BALANCE_TOO_LOW",
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
            | Self::Refused { .. }
            | Self::RefundRefused { .. }
            | Self::RefundTooLarge { .. } => true,
            Self::NotConfigured | Self::RefundOnItsWay | Self::BalanceTooLow { .. } => false,
        }
    }
}
