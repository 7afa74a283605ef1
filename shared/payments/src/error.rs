//! Why a payment cannot be as asked.

use kernel::{Currency, Fault, Kind};

/// A payment that we do not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// The provider carries rupiah only.
    #[error("amounts in {currency} cannot be paid this way: only IDR can")]
    CurrencyNotTaken {
        /// What was asked.
        currency: Currency,
    },
    /// The channel has bounds.
    #[error("this way of paying takes {least} to {most} rupiah")]
    AmountNotTaken {
        /// The smallest amount in rupiah.
        least: i64,
        /// The largest amount in rupiah.
        most: i64,
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
    fn kind(&self) -> Kind {
        match self {
            Self::CurrencyNotTaken { .. }
            | Self::AmountNotTaken { .. }
            | Self::CardTokenMissing
            | Self::Refused { .. } => Kind::Invalid,
            Self::NotConfigured => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::CurrencyNotTaken { .. } => "CURRENCY_NOT_SUPPORTED",
            Self::AmountNotTaken { .. } => "AMOUNT_NOT_SUPPORTED",
            Self::CardTokenMissing => "CARD_TOKEN_REQUIRED",
            Self::NotConfigured => "PROVIDER_NOT_CONFIGURED",
            Self::Refused { .. } => "PAYMENT_REFUSED",
        }
    }
}
