//! What stands for a card: the provider's token, never the card itself.

use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

/// The token that the provider's script made in the payer's browser. A card's number in its place is refused before it is
/// stored, logged or passed on (PCI DSS 3.3).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "The token that the provider's script made of a card in the payer's browser; never a card's number",
    value_type = String
)]
pub struct CardToken(pub(crate) Secret<String>);

impl TryFrom<String> for CardToken {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Secret::new(text);
        if is_card_number(text.expose()) {
            return Err(
                "this is a card's number: have the provider's script make a token of it in the payer's browser",
            );
        }
        Ok(Self(text))
    }
}

/// 12 to 19 digits, perhaps with spaces or hyphens between them, whose check digit is right (ISO/IEC 7812).
fn is_card_number(text: &str) -> bool {
    let bare: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let Some(digits) = bare.iter().map(|c| c.to_digit(10)).collect::<Option<Vec<u32>>>() else { return false };
    let weighed = |(place, digit): (usize, u32)| match (place % 2, digit * 2) {
        (1, double) if double > 9 => double - 9,
        (1, double) => double,
        _ => digit,
    };
    (12..=19).contains(&digits.len()) && digits.into_iter().rev().enumerate().map(weighed).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_cards_are_known_by_their_check_digit() {
        // Published test numbers of Visa, Mastercard, American Express, JCB and Maestro.
        for number in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "5555-5555-5555-4444",
            "378282246310005",
            "3530111333300000",
            "6759649826438453",
        ] {
            assert!(is_card_number(number), "{number}");
            assert!(CardToken::try_from(number.to_owned()).is_err(), "{number}");
        }
        for token in
            ["", "4111111111111112", "481111-1114-0f2e4c7d-3b51-4d7a-8f6e-1c2d3e4f5a6b", "tok-1", "41111111111", "0"]
        {
            assert!(!is_card_number(token), "{token}");
        }
    }
}
