//! Who carries money: the name that payments and the journal share.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Through whom money comes in and goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentProvider, example = "midtrans")]
pub enum Provider {
    /// Nobody: staff recorded it, such as a bank transfer.
    Manual,
    /// Midtrans.
    Midtrans,
    /// Stripe.
    Stripe,
}

/// The text names no provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown payment provider: use manual, midtrans or stripe")]
pub struct UnknownProvider;

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Manual, Self::Midtrans, Self::Stripe];

    /// The name as stored and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Midtrans => "midtrans",
            Self::Stripe => "stripe",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, UnknownProvider> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownProvider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_read_back_from_its_name() {
        for provider in Provider::ALL {
            assert_eq!(provider.to_string().parse(), Ok(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
        assert_eq!("paypal".parse::<Provider>(), Err(UnknownProvider));
    }
}
