//! What stands for a card that is saved: Stripe's name of it, never the card itself.

use kernel::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::payments::card_number::{REFUSED, has_card_number};

/// A payment method that Stripe.js made, or the setup intent that the payer's browser finished.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "A payment method that Stripe.js made, or the setup intent that saved one; never a card's number",
    value_type = String, pattern = "^(pm|seti)_[A-Za-z0-9_]{1,250}$", example = "pm_1PgafyB7WZ01zgkW"
)]
pub struct MethodToken(pub(crate) Secret<String>);

impl TryFrom<String> for MethodToken {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Secret::new(text);
        if has_card_number(text.expose()) {
            return Err(REFUSED);
        }
        let name = text.expose().strip_prefix("pm_").or_else(|| text.expose().strip_prefix("seti_"));
        let is_name = name.is_some_and(|name| {
            (1..=250).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        if is_name { Ok(Self(text)) } else { Err("use what Stripe.js made: pm_… or seti_…") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_stripes_is_taken() {
        let parse = |text: &str| MethodToken::try_from(text.to_owned());
        assert!(parse("pm_1PgafyB7WZ01zgkW").is_ok() && parse("seti_1Pgafy").is_ok());
        for number in ["4111111111111111", "pm_4111111111111111", "4111 1111 1111 1111"] {
            assert_eq!(parse(number).unwrap_err(), REFUSED, "{number}");
        }
        for bad in ["", "pm_", "cus_1", "pm_1/../x", "pm_é", &format!("pm_{}", "a".repeat(251))] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
