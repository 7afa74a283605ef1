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

impl BotName {
    /// The bot that serves those who have the plan of this key, unless the tenant says otherwise: `premium` and `enterprise`
    /// have one of their own, as have plans whose key begins with those words, such as `PREMIUM_2027`.
    fn of_plan(key: &str) -> Self {
        let tier = key.split('_').next().unwrap_or_default();
        match tier {
            "PREMIUM" | "ENTERPRISE" => Self(tier.to_ascii_lowercase()),
            _ => Self::default(),
        }
    }

    /// The better the later: what a tenant named itself, then `enterprise`, `premium`, `default`.
    fn rank(&self) -> u8 {
        match self.0.as_str() {
            "default" => 0,
            "premium" => 1,
            "enterprise" => 2,
            _ => 3,
        }
    }
}

impl TelegramAccount {
    /// Which bot serves somebody with these plans in force: that of the best of them, among the bots that there are; else
    /// `default`.
    pub fn bot_for<'a>(&self, plans: impl IntoIterator<Item = &'a str>) -> BotName {
        let of_plan = |key: &str| self.bot_of_plan.get(key).cloned().unwrap_or_else(|| BotName::of_plan(key));
        let there = plans.into_iter().map(of_plan).filter(|name| self.bots.contains_key(name));
        there.max_by_key(|name| (name.rank(), name.clone())).unwrap_or_default()
    }
}

/// The content of the tenant's secret `ruko/<stage>/tenants/<tenantId>/telegram`, such as
/// `{"bots":{"default":{"token":"123456789:AA…","webhookSecret":"…","username":"toko_bot"}},"botOfPlan":{"PRO":"premium"}}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TelegramAccount {
    /// The bots by their names.
    pub bots: BTreeMap<BotName, BotAccount>,
    /// Which bot serves those who have a plan, by the plan's key, where it is another than [`BotName::of_plan`] says.
    #[serde(default)]
    pub bot_of_plan: BTreeMap<String, BotName>,
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
    fn the_best_plan_decides_which_bot_serves_somebody() {
        let account = |bots: &[&str]| {
            let bot = r#"{"token":"1:AAx","webhookSecret":"s","username":"u"}"#;
            let bots: Vec<String> = bots.iter().map(|name| format!("\"{name}\":{bot}")).collect();
            let json = format!(
                "{{\"bots\":{{{}}},\"botOfPlan\":{{\"BASIC\":\"vip\",\"PREMIUM_OLD\":\"default\"}}}}",
                bots.join(",")
            );
            serde_json::from_str::<TelegramAccount>(&json).unwrap()
        };
        let all = account(&["default", "premium", "enterprise", "vip"]);
        for (plans, expected) in [
            (&[][..], "default"),
            (&["FREE"], "default"),
            (&["FREE", "PREMIUM"], "premium"),
            (&["ENTERPRISE", "PREMIUM"], "enterprise"),
            (&["PREMIUM_2027"], "premium"),
            (&["PREMIUM_OLD"], "default"),
            (&["PREMIUMX"], "default"),
            (&["ENTERPRISE", "BASIC"], "vip"),
        ] {
            assert_eq!(all.bot_for(plans.iter().copied()).to_string(), expected, "{plans:?}");
        }
        let one = account(&["default"]);
        assert_eq!(one.bot_for(["ENTERPRISE", "BASIC"]), BotName::default(), "the others are not there");
        let two = account(&["default", "premium"]);
        assert_eq!(two.bot_for(["ENTERPRISE", "PREMIUM"]).to_string(), "premium", "the best that is there");
    }

    #[test]
    fn names_of_bots_are_plain() {
        for bad in ["", "Default", "a b", "a#b", "a/b", &"a".repeat(33)] {
            assert_eq!(bad.parse::<BotName>(), Err(BotNameError), "{bad}");
        }
        assert!(serde_json::from_str::<TelegramAccount>(r#"{"bots":{"A#":{}}}"#).is_err());
    }
}
