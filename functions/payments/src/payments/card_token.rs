//! What stands for a card: the provider's token, never the card itself.

use kernel::{Provider, Secret};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::payments::card_number::{REFUSED, is_card_number};

/// The token that the provider's script made in the payer's browser. A card's number in its place is refused before it is
/// stored, logged or passed on (PCI DSS 3.3).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "The token that the provider's script made of a card in the payer's browser; never a card's number",
    value_type = String
)]
pub struct CardToken(pub(crate) Secret<String>);

impl CardToken {
    /// Whose script made it, where the token tells.
    pub(crate) fn made_by(&self) -> Option<Provider> {
        self.0.expose().starts_with("pm_").then_some(Provider::Stripe)
    }
}

impl TryFrom<String> for CardToken {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Secret::new(text);
        if is_card_number(text.expose()) {
            return Err(REFUSED);
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cards_number_is_no_token() {
        for number in ["4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444"] {
            assert!(CardToken::try_from(number.to_owned()).is_err(), "{number}");
        }
        assert!(CardToken::try_from("481111-1114-0f2e4c7d-3b51-4d7a-8f6e-1c2d3e4f5a6b".to_owned()).is_ok());
    }
}
