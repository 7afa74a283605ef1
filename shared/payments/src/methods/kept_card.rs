//! What a provider tells of the card that a payment was made by.

use serde::{Deserialize, Serialize};

use crate::{CardExpiry, Decline, ProviderToken};

/// What a provider tells of a payment's card beside the money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardWord {
    /// Why the bank refused it, where it did and the provider says why.
    pub decline: Option<Decline>,
    /// The card, where the payer let it be saved.
    pub kept: Option<KeptCard>,
}

/// A card that its owner let be saved with a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptCard {
    /// The provider's name of it.
    pub token: ProviderToken,
    /// The provider's name of whoever saved it, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<ProviderToken>,
    /// What is printed on it, where the provider said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<CardFace>,
}

/// What is printed on a card, as far as anybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CardFace {
    /// Such as `visa`; `card` where nobody says.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// When it ends, where the provider says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<CardExpiry>,
}
