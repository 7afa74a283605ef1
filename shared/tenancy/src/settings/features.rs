//! What is on in a tenant: parts of the platform, and flags of the tenant's own.

use std::collections::BTreeSet;

use events::tenant::FeatureSettings;
use kernel::{fits_on_a_line, fnv1a};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most flags of a tenant.
pub const MAX_FLAGS: usize = 100;
/// The most roles that a flag is for.
pub const MAX_FLAG_ROLES: usize = 20;

/// A part of the platform that a tenant may switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformPart {
    /// People register by themselves; who is invited still joins.
    SelfRegistration,
    /// Customers put money on their balance by themselves; staff still records what came in.
    WalletDeposits,
    /// Customers take money off their balance by themselves; staff still does it for them.
    WalletWithdrawals,
    /// Usage comes in as a file.
    UsageImport,
}

/// Which parts of the platform are on; all of them unless a tenant says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Parts {
    /// Whether people register by themselves; who is invited still joins.
    #[serde(default = "on")]
    #[schema(example = true)]
    pub self_registration: bool,
    /// Whether customers put money on their balance by themselves; staff still records what came in.
    #[serde(default = "on")]
    #[schema(example = true)]
    pub wallet_deposits: bool,
    /// Whether customers take money off their balance by themselves; staff still does it for them.
    #[serde(default = "on")]
    #[schema(example = true)]
    pub wallet_withdrawals: bool,
    /// Whether usage comes in as a file too.
    #[serde(default = "on")]
    #[schema(example = true)]
    pub usage_import: bool,
}

const fn on() -> bool {
    true
}

impl Default for Parts {
    fn default() -> Self {
        Self { self_registration: true, wallet_deposits: true, wallet_withdrawals: true, usage_import: true }
    }
}

impl Parts {
    /// Whether a part is on.
    pub const fn has(self, part: PlatformPart) -> bool {
        match part {
            PlatformPart::SelfRegistration => self.self_registration,
            PlatformPart::WalletDeposits => self.wallet_deposits,
            PlatformPart::WalletWithdrawals => self.wallet_withdrawals,
            PlatformPart::UsageImport => self.usage_import,
        }
    }
}

/// What a tenant's software calls a feature: 2 to 40 of `a-z0-9_`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a tenant's software calls a feature", value_type = String, pattern = "^[a-z][a-z0-9_]{1,39}$",
    example = "new_checkout"
)]
pub struct FlagKey(String);

impl FlagKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FlagKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let begins = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if begins && (2..=40).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err("use 2 to 40 of a-z, 0-9 and underscores, beginning with a letter")
        }
    }
}

impl From<FlagKey> for String {
    fn from(key: FlagKey) -> Self {
        key.0
    }
}

/// What a flag is for, in its tenant's words: 1 to 200 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a flag is for", value_type = String, format = "trimmed-plain-line", min_length = 1,
    max_length = 200, example = "The checkout on one page"
)]
pub struct FlagNote(String);

impl TryFrom<String> for FlagNote {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refused = "use 1 to 200 characters on one line, without blanks around them and invisible ones";
        if fits_on_a_line(&text, 200) { Ok(Self(text)) } else { Err(refused) }
    }
}

impl From<FlagNote> for String {
    fn from(note: FlagNote) -> Self {
        note.0
    }
}

/// How many of a hundred users a feature is on for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "How many of a hundred users", value_type = u32, minimum = 0, maximum = 100, example = 25)]
pub struct Rollout(u8);

impl Default for Rollout {
    /// Everybody.
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<u32> for Rollout {
    type Error = &'static str;

    fn try_from(share: u32) -> Result<Self, Self::Error> {
        let share = u8::try_from(share).ok().filter(|share| *share <= 100);
        share.map(Self).ok_or("use 0 to 100")
    }
}

impl From<Rollout> for u32 {
    fn from(rollout: Rollout) -> Self {
        rollout.0.into()
    }
}

/// A flag of the tenant's own: a feature of its software that is on for some of its users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FeatureFlag {
    /// What the tenant's software calls it.
    pub key: FlagKey,
    /// Whether it is on for anybody.
    #[schema(example = true)]
    pub enabled: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<FlagNote>,
    /// For how many of a hundred users; for all when left out. Whoever has it keeps it while the number grows.
    #[serde(default)]
    pub rollout: Rollout,
    /// For users with one of these roles alone, 20 at most; for all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20, example = json!(["MANAGER"]))]
    pub roles: Vec<String>,
}

/// What is on in a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Features {
    /// Parts of the platform.
    pub parts: Parts,
    /// The tenant's own, in the order of their keys.
    pub flags: Vec<FeatureFlag>,
}

/// What is wrong with features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeatureFault {
    /// There are more flags than a tenant may have.
    TooMany,
    /// Two flags have one key.
    Twice(usize),
    /// A flag is for more roles than it may be.
    TooManyRoles(usize),
    /// A role is no name of one.
    Role(usize, usize),
}

impl FeatureFault {
    /// Where in the features it is, as a JSON pointer.
    pub fn pointer(&self) -> String {
        match self {
            Self::TooMany => "/flags".to_owned(),
            Self::Twice(flag) => format!("/flags/{flag}/key"),
            Self::TooManyRoles(flag) => format!("/flags/{flag}/roles"),
            Self::Role(flag, role) => format!("/flags/{flag}/roles/{role}"),
        }
    }

    /// What would be right.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::TooMany => "use 100 flags at most",
            Self::Twice(_) => "use each key once",
            Self::TooManyRoles(_) => "use 20 roles at most",
            Self::Role(..) => "name a role by 2 to 40 capital letters, digits and underscores",
        }
    }
}

impl FeatureFlag {
    /// Whether it is on for a user with these roles. The same each time: who is among the share is a matter of the key and
    /// the user's id.
    pub fn is_on_for(&self, user: &str, roles: &BTreeSet<String>) -> bool {
        let has_role = self.roles.is_empty() || self.roles.iter().any(|role| roles.contains(role));
        self.enabled && has_role && percentile(&self.key, user) < u64::from(self.rollout.0)
    }
}

/// 0 to 99: a user's place among a hundred, another one for each flag. It never changes.
fn percentile(key: &FlagKey, user: &str) -> u64 {
    let hash = fnv1a(key.as_str().bytes().chain([b'/']).chain(user.bytes()));
    (hash ^ (hash >> 32)) % 100
}

impl Features {
    /// Whether nothing was chosen.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with these features; nothing when they can be kept.
    pub fn faults(&self) -> Vec<FeatureFault> {
        let mut faults = Vec::new();
        if self.flags.len() > MAX_FLAGS {
            faults.push(FeatureFault::TooMany);
            return faults;
        }
        let mut seen = BTreeSet::new();
        for (place, flag) in self.flags.iter().enumerate() {
            if !seen.insert(&flag.key) {
                faults.push(FeatureFault::Twice(place));
            }
            if flag.roles.len() > MAX_FLAG_ROLES {
                faults.push(FeatureFault::TooManyRoles(place));
                continue;
            }
            let wrong = flag.roles.iter().enumerate().filter(|(_, role)| !names_a_role(role));
            faults.extend(wrong.map(|(role, _)| FeatureFault::Role(place, role)));
        }
        faults
    }

    /// The same in the order of their keys, which is how they are kept.
    #[must_use]
    pub fn ordered(mut self) -> Self {
        self.flags.sort_by(|one, other| one.key.cmp(&other.key));
        self
    }
}

fn names_a_role(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    let begins = text.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
    begins && (2..=40).contains(&text.len()) && text.bytes().all(plain)
}

impl From<&Features> for FeatureSettings {
    fn from(features: &Features) -> Self {
        let Parts { self_registration, wallet_deposits, wallet_withdrawals, usage_import } = features.parts;
        let flag = |flag: &FeatureFlag| events::tenant::ToldFlag {
            key: flag.key.as_str().to_owned(),
            enabled: flag.enabled,
            description: flag.description.clone().map(Into::into),
            rollout: flag.rollout.into(),
            roles: flag.roles.clone(),
        };
        let flags = features.flags.iter().map(flag).collect();
        Self { self_registration, wallet_deposits, wallet_withdrawals, usage_import, flags }
    }
}

impl TryFrom<FeatureSettings> for Features {
    type Error = &'static str;

    fn try_from(told: FeatureSettings) -> Result<Self, Self::Error> {
        let FeatureSettings { self_registration, wallet_deposits, wallet_withdrawals, usage_import, flags } = told;
        let flags = flags.into_iter().map(|flag| {
            Ok(FeatureFlag {
                key: flag.key.try_into()?,
                enabled: flag.enabled,
                description: flag.description.map(TryInto::try_into).transpose()?,
                rollout: flag.rollout.try_into()?,
                roles: flag.roles,
            })
        });
        let parts = Parts { self_registration, wallet_deposits, wallet_withdrawals, usage_import };
        Ok(Self { parts, flags: flags.collect::<Result<_, Self::Error>>()? })
    }
}

#[cfg(test)]
#[path = "features_tests.rs"]
mod tests;
