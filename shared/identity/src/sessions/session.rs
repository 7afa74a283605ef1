//! A session: one login on one device, which lives on in a family of refresh tokens (RFC 9700 section 4.14.2).

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kernel::{ImpersonationId, Secret, SessionId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::hash::text_hash;

/// Whether a session's refresh tokens work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionStatus {
    /// They do.
    Active,
    /// The user or an administrator ended it.
    Ended,
    /// A used token came again: somebody may have a copy.
    Revoked,
}

/// How long sessions live: by default, or as a tenant's policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// An access token, in seconds.
    pub access_seconds: i64,
    /// A session that nobody uses.
    pub idle: SignedDuration,
    /// Any session.
    pub absolute: SignedDuration,
}

/// What a session was opened with.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// The `User-Agent` header, cut to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
}

/// A session, as stored. Tokens are kept as hashes only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The user's generation when it was opened: a raised one ends it.
    pub auth_gen: u64,
    /// Whether it goes on.
    pub status: SessionStatus,
    /// The hash of the refresh token that works.
    pub current: String,
    /// The hash of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// When `previous` became `current`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_at: Option<Timestamp>,
    /// The pair that `previous` was exchanged for, sealed so that only who has that token can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Whether a second factor was shown.
    #[serde(default)]
    pub mfa: bool,
    /// When the user last proved who they are.
    pub signed_in_at: Timestamp,
    /// Where it was last used from.
    #[serde(default)]
    pub device: Device,
    /// When it was last used to sign in or refresh.
    pub last_seen_at: Timestamp,
    /// Until when it may rest unused.
    pub expires_at: Timestamp,
    /// When it ends whatever happens.
    pub ends_at: Timestamp,
    /// Who really acts, where staff acts as the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting: Option<Acting>,
    /// Raised by every change.
    pub version: u64,
}

/// Staff who acts as a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Acting {
    /// Who.
    pub user: UserId,
    /// The generation of their account: one that is raised ends it.
    pub auth_gen: u64,
    /// The record of it.
    pub impersonation: ImpersonationId,
}

/// What a new session is made of.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// The new id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The user's generation.
    pub auth_gen: u64,
    /// Its first refresh token.
    pub refresh_token: &'a Secret<String>,
    /// Whether a second factor was shown.
    pub mfa: bool,
    /// With what and from where.
    pub device: Device,
    /// How long it lives.
    pub lifetimes: Lifetimes,
}

impl Session {
    /// A session that begins now.
    pub fn open(new: NewSession<'_>, now: Timestamp) -> Self {
        let ends_at = now.plus(new.lifetimes.absolute);
        Self {
            id: new.id,
            user: new.user,
            auth_gen: new.auth_gen,
            status: SessionStatus::Active,
            current: text_hash(new.refresh_token.expose()),
            previous: None,
            rotated_at: None,
            successor: None,
            mfa: new.mfa,
            signed_in_at: now,
            device: new.device,
            last_seen_at: now,
            expires_at: now.plus(new.lifetimes.idle).min(ends_at),
            ends_at,
            acting: None,
            version: 1,
        }
    }

    /// Whether it is open for a user of this generation.
    pub fn is_live(&self, auth_gen: u64, now: Timestamp) -> bool {
        self.status == SessionStatus::Active && self.auth_gen == auth_gen && now < self.expires_at && now < self.ends_at
    }
}

/// Makes refresh tokens and knows its own: `rt_` and base64url of the session's and the user's id, 256 random bits, and
/// a keyed tag over them and the tenant. Whoever only knows a session's id can make no token that looks used, a forged
/// one costs no look-up, and all rows that a good one needs are read at once.
#[derive(Clone)]
pub struct RefreshKeys(hmac::Key);

/// What a refresh token of ours was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshClaim {
    /// The session.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
}

const PREFIX: &str = "rt_";
const ID_BYTES: usize = 16;
const RANDOM_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

impl RefreshKeys {
    /// With the platform's key for refresh tokens.
    pub const fn new(key: hmac::Key) -> Self {
        Self(key)
    }

    /// A new token of a session.
    pub fn mint(&self, tenant: TenantId, claim: RefreshClaim, random: [u8; RANDOM_BYTES]) -> Secret<String> {
        let mut bytes = claim.session.ulid().0.to_be_bytes().to_vec();
        bytes.extend_from_slice(&claim.user.ulid().0.to_be_bytes());
        bytes.extend_from_slice(&random);
        let tag = self.tag(tenant, &bytes);
        bytes.extend_from_slice(tag.as_ref().get(..TAG_BYTES).unwrap_or_default());
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What a token that we made for this tenant was made for; `None` for any other text.
    pub fn claim_of(&self, tenant: TenantId, token: &Secret<String>) -> Option<RefreshClaim> {
        let text = token.expose().strip_prefix(PREFIX)?;
        let bytes = (text.len() <= 128).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()?;
        let (signed, tag) = bytes.split_at_checked(2 * ID_BYTES + RANDOM_BYTES)?;
        let expected = self.tag(tenant, signed);
        constant_time::verify_slices_are_equal(expected.as_ref().get(..TAG_BYTES)?, tag).ok()?;
        let (session, rest) = signed.split_first_chunk::<ID_BYTES>()?;
        let user = rest.first_chunk::<ID_BYTES>()?;
        let ulid = |bytes: &[u8; ID_BYTES]| Ulid(u128::from_be_bytes(*bytes));
        Some(RefreshClaim { session: SessionId::new(ulid(session)), user: UserId::new(ulid(user)) })
    }

    fn tag(&self, tenant: TenantId, signed: &[u8]) -> hmac::Tag {
        let mut message = tenant.ulid().0.to_be_bytes().to_vec();
        message.extend_from_slice(signed);
        hmac::sign(&self.0, &message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_sessions_stay_readable() {
        let session: Session = table::record::from_golden(include_str!("../golden/session.begun.json")).unwrap();
        assert!(session.is_live(0, "2026-11-27T23:59:59.999Z".parse().unwrap()));
        assert!(!session.is_live(0, "2026-11-28T00:00:00Z".parse().unwrap()), "the end is not part of it");
    }

    #[test]
    fn only_our_own_tokens_name_a_session() {
        let keys = RefreshKeys::new(hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]));
        let tenant = TenantId::new(Ulid(1));
        let claim = RefreshClaim { session: SessionId::new(Ulid(7)), user: UserId::new(Ulid(8)) };
        let token = keys.mint(tenant, claim, [5; 32]);
        assert_eq!(keys.claim_of(tenant, &token), Some(claim));
        assert_eq!(keys.claim_of(TenantId::new(Ulid(2)), &token), None, "another tenant");
        let other = RefreshKeys::new(hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]));
        assert_eq!(other.claim_of(tenant, &token), None, "another platform");
        for place in 3..token.expose().len() {
            let mut changed = token.expose().clone();
            changed.replace_range(place..=place, if changed.get(place..=place) == Some("A") { "B" } else { "A" });
            assert_eq!(keys.claim_of(tenant, &Secret::new(changed)), None, "changed at {place}");
        }
        let longer = format!("{}AAAA", token.expose());
        for bad in [longer, String::new(), "rt_".to_owned(), "rt_%%".to_owned(), format!("rt_{}", "A".repeat(100_000))]
        {
            assert_eq!(keys.claim_of(tenant, &Secret::new(bad)), None);
        }
    }
}
