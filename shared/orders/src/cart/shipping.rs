//! How the goods of a cart are to reach their buyer.

use kernel::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The way of shipping that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum CartShipping {
    /// The buyer collects them, or there is nothing to send. Free of charge.
    Pickup,
    /// A carrier brings them, by an option of a quote.
    Carrier {
        /// Which quote.
        quote: String,
        /// Which of its options.
        option: String,
        /// Who brings them.
        carrier: String,
        /// By which of their services.
        service: String,
        /// What that is called; empty where it was chosen before it was kept.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// For how much.
        price: Money,
    },
}

impl CartShipping {
    /// What it costs.
    pub const fn price(&self, currency: Currency) -> Money {
        match self {
            Self::Pickup => Money::zero(currency),
            Self::Carrier { price, .. } => *price,
        }
    }

    /// Whether it holds only for the lines and the address that it was quoted for.
    pub const fn is_quoted(&self) -> bool {
        match self {
            Self::Pickup => false,
            Self::Carrier { .. } => true,
        }
    }
}
