//! A tenant's bots.

use std::{collections::BTreeMap, fmt, str::FromStr};

use kernel::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name under which a tenant keeps a bot: 1 to 32 of `a-z`, `0-9`, `_` and `-`. `default` is the one for everybody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = TelegramBotName, description = "The name under which a bot is kept",
    value_type = String, pattern = "^[a-z0-9_-]{1,32}$", example = "default"
)]
pub struct BotName(String);

/// The text is no name of a bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a bot: use 1 to 32 of a-z, 0-9, _ and -")]
pub struct BotNameError;

impl FromStr for BotName {
    type Err = BotNameError;

    fn from_str(text: &str) -> Result<Self, BotNameError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let well_formed = (1..=32).contains(&text.len()) && text.bytes().all(plain);
        if well_formed { Ok(Self(text.to_owned())) } else { Err(BotNameError) }
    }
}

impl TryFrom<String> for BotName {
    type Error = BotNameError;

    fn try_from(text: String) -> Result<Self, BotNameError> {
        text.parse()
    }
}

impl From<BotName> for String {
    fn from(name: BotName) -> Self {
        name.0
    }
}

impl fmt::Display for BotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Default for BotName {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/telegram`, such as
/// `{"bots":{"default":{"token":"123456789:AA…","webhookSecret":"…","username":"toko_bot"}}}`.
#[derive(Clone, Debug, Deserialize)]
pub struct TelegramAccount {
    /// The bots by their names.
    pub bots: BTreeMap<BotName, BotAccount>,
}

/// One bot.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BotAccount {
    /// What the bot calls Telegram with.
    pub token: Secret<String>,
    /// What Telegram calls us with.
    pub webhook_secret: Secret<String>,
    /// Its name in Telegram, for links such as `https://t.me/<username>?start=…`.
    pub username: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_shows_no_token() {
        let account: TelegramAccount = serde_json::from_str(
            r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s3cret","username":"toko_bot"}}}"#,
        )
        .unwrap();
        let shown = format!("{account:?}");
        assert!(!shown.contains("AAx") && !shown.contains("s3cret"), "{shown}");
        assert_eq!(account.bots[&BotName::default()].username, "toko_bot");
    }

    #[test]
    fn names_of_bots_are_plain() {
        for bad in ["", "Default", "a b", "a#b", "a/b", &"a".repeat(33)] {
            assert_eq!(bad.parse::<BotName>(), Err(BotNameError), "{bad}");
        }
        assert!(serde_json::from_str::<TelegramAccount>(r#"{"bots":{"A#":{}}}"#).is_err());
    }
}
