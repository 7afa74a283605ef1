//! Single-use links in mails. The token is made of what the user's row holds (a nonce) and a key that only the platform
//! has: it can be made again when the mail is sent, never has to be stored or queued, and a copy of the table is no use.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kernel::{Fault, Kind, Secret, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// What a user's row holds of an open link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyToken {
    /// 128 random bits in base64url; a new request replaces it and so voids the old link.
    pub nonce: String,
    /// Until when the link works.
    pub expires_at: Timestamp,
}

/// The link is wrong, used, replaced or too old: one answer for all, so that it tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this link is not valid any more; ask for a new one")]
pub struct VerificationError;

impl Fault for VerificationError {
    fn kind(&self) -> Kind {
        Kind::Malformed
    }

    fn code(&self) -> &'static str {
        "INVALID_OR_EXPIRED_LINK"
    }
}

impl VerifyToken {
    /// An e-mail verification link works for 24 hours.
    pub fn new(nonce: [u8; 16], now: Timestamp) -> Self {
        Self { nonce: URL_SAFE_NO_PAD.encode(nonce), expires_at: now.plus(SignedDuration::from_hours(24)) }
    }
}

/// Makes and reads link tokens.
#[derive(Clone)]
pub struct LinkKeys(hmac::Key);

const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 32;

impl LinkKeys {
    /// With the platform's key for links.
    pub const fn new(key: hmac::Key) -> Self {
        Self(key)
    }

    /// The token that goes into the mail.
    pub fn token(&self, tenant: TenantId, user: UserId, open: &VerifyToken) -> Secret<String> {
        let mut bytes = user.ulid().0.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.mac(tenant, user, &open.nonce).as_ref());
        Secret::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whose token this claims to be; nothing is proven yet.
    ///
    /// # Errors
    /// The text is not a token.
    pub fn user_of(token: &Secret<String>) -> Result<UserId, VerificationError> {
        let bytes = URL_SAFE_NO_PAD.decode(token.expose()).map_err(|_| VerificationError)?;
        let (id, mac) = bytes.split_at_checked(ID_BYTES).ok_or(VerificationError)?;
        let id: [u8; ID_BYTES] = id.try_into().map_err(|_| VerificationError)?;
        if mac.len() == MAC_BYTES { Ok(UserId::new(Ulid(u128::from_be_bytes(id)))) } else { Err(VerificationError) }
    }

    /// Checks a token against what the user's row holds, in constant time.
    ///
    /// # Errors
    /// The token is not the one of this open link, or the link is too old.
    pub fn check(
        &self,
        token: &Secret<String>,
        tenant: TenantId,
        user: UserId,
        open: Option<&VerifyToken>,
        now: Timestamp,
    ) -> Result<(), VerificationError> {
        let open = open.filter(|open| now < open.expires_at).ok_or(VerificationError)?;
        let bytes = URL_SAFE_NO_PAD.decode(token.expose()).map_err(|_| VerificationError)?;
        let (_, mac) = bytes.split_at_checked(ID_BYTES).ok_or(VerificationError)?;
        hmac::verify(&self.0, &message(tenant, user, &open.nonce), mac).map_err(|_| VerificationError)
    }

    fn mac(&self, tenant: TenantId, user: UserId, nonce: &str) -> hmac::Tag {
        hmac::sign(&self.0, &message(tenant, user, nonce))
    }
}

fn message(tenant: TenantId, user: UserId, nonce: &str) -> Vec<u8> {
    format!("verify-email\n{tenant}\n{user}\n{nonce}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_link_once_it_is_open_and_until_it_is_old() {
        let keys = LinkKeys::new(hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]));
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let (tenant, user) = (TenantId::PLATFORM, UserId::new(Ulid(7)));
        let open = VerifyToken::new([2; 16], now);
        let token = keys.token(tenant, user, &open);
        assert_eq!(LinkKeys::user_of(&token), Ok(user));
        let check = |token: &Secret<String>, user, open: Option<&VerifyToken>, at: &str| {
            keys.check(token, tenant, user, open, at.parse().unwrap())
        };
        assert_eq!(check(&token, user, Some(&open), "2026-11-21T23:59:59Z"), Ok(()));
        assert_eq!(check(&token, user, Some(&open), "2026-11-22T00:00:00Z"), Err(VerificationError), "too old");
        assert_eq!(check(&token, user, None, "2026-11-21T00:00:00Z"), Err(VerificationError), "used");
        assert_eq!(check(&token, UserId::new(Ulid(8)), Some(&open), "2026-11-21T00:00:00Z"), Err(VerificationError));
        let replaced = VerifyToken::new([3; 16], now);
        assert_eq!(check(&token, user, Some(&replaced), "2026-11-21T00:00:00Z"), Err(VerificationError), "replaced");
        for bad in ["", "x", "%%%", &"A".repeat(63), &"A".repeat(65), &"A".repeat(10_000)] {
            assert!(LinkKeys::user_of(&Secret::new((*bad).to_owned())).is_err(), "{bad}");
        }
    }
}
