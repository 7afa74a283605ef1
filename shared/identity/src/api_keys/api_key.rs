//! API keys: what a tenant's servers show instead of a session.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kernel::{ApiKeyId, Fault, FaultKind, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{KeyHolder, Permission, api_keys::key_text};

/// How many keys of a tenant may work at once.
pub const MAX_LIVE_KEYS: usize = 50;
/// How many scopes a key may have.
pub const MAX_SCOPES: usize = 50;
/// How often the use of a key is noted at most.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What a key is called: 1 to 80 characters on one line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What an API key is called: one line",
    value_type = String, format = "line", min_length = 1, max_length = 80, example = "checkout server"
)]
pub struct ApiKeyName(String);

impl TryFrom<String> for ApiKeyName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let well_formed = (1..=80).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if well_formed { Ok(Self(text)) } else { Err("use 1 to 80 characters on one line") }
    }
}

impl From<ApiKeyName> for String {
    fn from(name: ApiKeyName) -> Self {
        name.0
    }
}

/// How long a key works: 1 to 365 days, 90 unless told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(try_from = "u32")]
#[schema(
    as = ApiKeyDays, description = "How many days an API key works",
    value_type = u16, minimum = 1, maximum = 365, example = 90
)]
pub struct KeyDays(u16);

impl TryFrom<u32> for KeyDays {
    type Error = &'static str;

    fn try_from(days: u32) -> Result<Self, Self::Error> {
        match u16::try_from(days) {
            Ok(days @ 1..=365) => Ok(Self(days)),
            _ => Err("a key works for 1 to 365 days"),
        }
    }
}

impl Default for KeyDays {
    fn default() -> Self {
        Self(90)
    }
}

/// An API key, as stored: never its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// The id.
    pub id: ApiKeyId,
    /// What it is called.
    pub name: ApiKeyName,
    /// What it may do at most, as far as its creator may.
    pub scopes: Vec<Permission>,
    /// Who made it; it holds nothing that they do not hold.
    pub creator: UserId,
    /// The keyed hash of its text.
    pub hash: String,
    /// How its text begins and ends, for people to know it by: `sk_test_…Ab3d`.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it does not work.
    pub expires_at: Timestamp,
    /// When it was last used, within an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Raised by every change but notes of its use.
    pub version: u64,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ApiKeyStatus)]
pub enum KeyStatus {
    /// It works.
    Active,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// What a new key is made of.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// The new id, in whose tenant, by whom.
    pub holder: KeyHolder,
    /// What it is called.
    pub name: ApiKeyName,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// How long it works.
    pub days: KeyDays,
}

/// Why something cannot be done with API keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// As many work as may.
    #[error("your organisation has {MAX_LIVE_KEYS} API keys that work; revoke one first")]
    TooMany,
    /// A scope that the creator does not hold.
    #[error("a key cannot be given more than what you may do yourself")]
    BeyondCreator,
    /// No such key.
    #[error("there is no such API key")]
    NotFound,
}

impl Fault for ApiKeyError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::TooMany => FaultKind::Conflict,
            Self::BeyondCreator => FaultKind::Forbidden,
            Self::NotFound => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "API_KEY_LIMIT",
            Self::BeyondCreator => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::TooMany => true,
            Self::BeyondCreator | Self::NotFound => false,
        }
    }
}

impl ApiKey {
    /// Whether it works at an instant.
    pub fn status_at(&self, now: Timestamp) -> KeyStatus {
        match self.revoked_at {
            Some(_) => KeyStatus::Revoked,
            None if now >= self.expires_at => KeyStatus::Expired,
            None => KeyStatus::Active,
        }
    }

    /// Whether its use should be noted: never noted, or more than an hour ago.
    pub fn is_use_due(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|noted| now.since(noted) >= NOTED_EVERY)
    }
}

/// Makes the texts of keys and knows its own: `sk_<env>_<holder>_<secret>_<crc>`. The environment is `live` in production
/// and `test` elsewhere; the check sum lets a mistyped key be refused without a read. What is stored is a keyed hash of
/// the whole text.
#[derive(Clone)]
pub struct ApiKeyTexts {
    key: hmac::Key,
    environment: &'static str,
}

impl ApiKeyTexts {
    /// With the platform's key for API keys, in a stage such as `prod`.
    pub fn new(key: hmac::Key, stage: &str) -> Self {
        let environment = if ["prod", "production"].contains(&stage) { "live" } else { "test" };
        Self { key, environment }
    }

    /// A new key and its text, which is shown once.
    pub fn mint(&self, new: NewApiKey, random: [u8; 32], now: Timestamp) -> (ApiKey, Secret<String>) {
        let text = key_text::write(self.environment, new.holder, random);
        let ending: String = text.expose().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let key = ApiKey {
            id: new.holder.key,
            name: new.name,
            scopes: new.scopes,
            creator: new.holder.creator,
            hash: URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, text.expose().as_bytes())),
            hint: format!("sk_{}_…{ending}", self.environment),
            created_at: now,
            expires_at: now.plus(SignedDuration::from_hours(24 * i64::from(new.days.0))),
            last_used_at: None,
            revoked_at: None,
            version: 1,
        };
        (key, text)
    }

    /// Whose key a text is, if it has the form and the environment of ours and was not mistyped. It proves nothing yet.
    pub fn holder_of(&self, text: &str) -> Option<KeyHolder> {
        key_text::read(self.environment, text)
    }

    /// Whether this is the text of that key.
    pub fn is_of(&self, text: &str, key: &ApiKey) -> bool {
        let tag = URL_SAFE_NO_PAD.decode(&key.hash).unwrap_or_default();
        hmac::verify(&self.key, text.as_bytes(), &tag).is_ok()
    }

    /// Whether a credential wants to be an API key rather than a token.
    pub fn is_meant_by(credential: &str) -> bool {
        credential.starts_with(key_text::PREFIX)
    }
}

/// Which keys of a tenant work, in one row: what makes sure that there are never too many.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyRoster {
    /// Until when each works.
    #[serde(default)]
    pub live: BTreeMap<ApiKeyId, Timestamp>,
    /// Raised by every change; 0 before the first.
    #[serde(default)]
    pub version: u64,
}

impl KeyRoster {
    /// With one more key.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn with(self, key: &ApiKey, now: Timestamp) -> Result<Self, ApiKeyError> {
        let mut next = self.at(now);
        if next.live.len() >= MAX_LIVE_KEYS {
            return Err(ApiKeyError::TooMany);
        }
        next.live.insert(key.id, key.expires_at);
        Ok(next)
    }

    /// Without a key that was taken back.
    pub fn without(self, key: ApiKeyId, now: Timestamp) -> Self {
        let mut next = self.at(now);
        next.live.remove(&key);
        next
    }

    /// The next version, without what has expired.
    fn at(mut self, now: Timestamp) -> Self {
        self.live.retain(|_, expires_at| now < *expires_at);
        Self { version: self.version + 1, ..self }
    }
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use ulid::Ulid;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn texts(seed: u8, stage: &str) -> ApiKeyTexts {
        ApiKeyTexts::new(hmac::Key::new(hmac::HMAC_SHA256, &[seed; 32]), stage)
    }

    fn new(id: u128, days: u32) -> NewApiKey {
        let holder = KeyHolder {
            tenant: TenantId::new(Ulid(u128::MAX)),
            key: ApiKeyId::new(Ulid(id)),
            creator: UserId::new(Ulid(3)),
        };
        let scopes = vec!["usage:write".parse().unwrap()];
        let days = days.try_into().unwrap();
        NewApiKey { holder, name: "server".to_owned().try_into().unwrap(), scopes, days }
    }

    #[test]
    fn a_text_is_known_by_its_form_and_proven_by_its_hash() {
        let (key, text) = texts(1, "local").mint(new(7, 90), [9; 32], at("2026-11-21T00:00:00Z"));
        assert_eq!(texts(1, "local").holder_of(text.expose()), Some(new(7, 1).holder));
        assert!(texts(1, "local").is_of(text.expose(), &key));
        assert!(!texts(2, "local").is_of(text.expose(), &key), "another platform");
        assert_eq!(texts(1, "prod").holder_of(text.expose()), None, "another environment");
        let (_, other) = texts(1, "local").mint(new(7, 90), [8; 32], at("2026-11-21T00:00:00Z"));
        assert!(!texts(1, "local").is_of(other.expose(), &key), "another secret");
        assert!(text.expose().starts_with("sk_test_") && key.hint.starts_with("sk_test_…"));
        assert!(texts(1, "production").mint(new(7, 90), [9; 32], key.created_at).1.expose().starts_with("sk_live_"));
        let stored = serde_json::to_string(&key).unwrap();
        assert!(!stored.contains(text.expose().as_str()));
    }

    #[test]
    fn a_key_works_until_its_last_day_is_over() {
        let (key, _) = texts(1, "x").mint(new(1, 365), [0; 32], at("2026-11-21T00:00:00Z"));
        assert_eq!(key.status_at(at("2027-11-20T23:59:59Z")), KeyStatus::Active);
        assert_eq!(key.status_at(at("2027-11-21T00:00:00Z")), KeyStatus::Expired);
        let revoked = ApiKey { revoked_at: Some(key.created_at), ..key };
        assert_eq!(revoked.status_at(at("2026-11-21T00:00:00Z")), KeyStatus::Revoked);
        for bad in [0, 366, u32::MAX] {
            assert!(KeyDays::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn its_use_is_noted_once_an_hour() {
        let (key, _) = texts(1, "x").mint(new(1, 90), [0; 32], at("2026-11-21T00:00:00Z"));
        assert!(key.is_use_due(key.created_at));
        let used = ApiKey { last_used_at: Some(at("2026-11-21T00:00:00Z")), ..key };
        assert!(!used.is_use_due(at("2026-11-21T00:59:59Z")) && used.is_use_due(at("2026-11-21T01:00:00Z")));
    }

    #[test]
    fn fifty_keys_work_and_expired_ones_make_room() {
        let now = at("2026-11-21T00:00:00Z");
        let key = |id, days| texts(1, "x").mint(new(id, days), [0; 32], now).0;
        let mut roster = KeyRoster::default();
        for id in 0..50 {
            roster = roster.with(&key(id, if id == 0 { 1 } else { 90 }), now).unwrap();
        }
        assert_eq!(roster.clone().with(&key(50, 1), now), Err(ApiKeyError::TooMany));
        assert!(roster.clone().with(&key(50, 1), at("2026-11-22T00:00:00Z")).is_ok(), "one has expired");
        assert_eq!(roster.version, 50);
        assert!(roster.without(key(7, 1).id, now).with(&key(50, 1), now).is_ok(), "one was revoked");
    }

    #[test]
    fn stored_keys_stay_readable() {
        let key: ApiKey = table::record::from_golden(include_str!("../golden/api_key.made.json")).unwrap();
        assert_eq!(key.scopes, ["usage:write".parse().unwrap()]);
    }
}
