//! Single-use links in mails. The token is made of what the user's row holds (a nonce) and a key that only the platform
//! has: it can be made again when the mail is sent, never has to be stored or queued, and a copy of the table is no use.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kernel::{EventId, Fault, FaultKind, Secret, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// What a user's row holds of an open link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    fn kind(&self) -> FaultKind {
        FaultKind::Malformed
    }

    fn code(&self) -> &'static str {
        "INVALID_OR_EXPIRED_LINK"
    }

    fn is_final(&self) -> bool {
        false
    }
}

/// What a link is for: a token of one purpose is nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Proves an address; 24 hours.
    VerifyEmail,
    /// Sets a new password; 30 minutes.
    ResetPassword,
    /// Makes somebody a member; 7 days. The id in the token is the invitation's.
    Invitation,
}

impl LinkPurpose {
    /// How long such a link works.
    pub const fn lifetime(self) -> SignedDuration {
        match self {
            Self::VerifyEmail => SignedDuration::from_hours(24),
            Self::ResetPassword => SignedDuration::from_mins(30),
            Self::Invitation => SignedDuration::from_hours(7 * 24),
        }
    }

    /// The page under `/account/` that such a link leads to, and the route under `/api/v1/auth/` that uses it up.
    pub const fn page(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::Invitation => "accept-invitation",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::Invitation => "invitation",
        }
    }
}

impl VerifyToken {
    /// An open link of this purpose.
    pub fn new(purpose: LinkPurpose, nonce: [u8; 16], now: Timestamp) -> Self {
        Self { nonce: URL_SAFE_NO_PAD.encode(nonce), expires_at: now.plus(purpose.lifetime()) }
    }
}

/// Makes and reads link tokens.
#[derive(Clone)]
pub struct LinkKeys(hmac::Key);

const ID_BYTES: usize = 16;
const MAC_BYTES: usize = 32;

/// Whose link a token claims to be, for which purpose; nothing is proven by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkClaim {
    /// The tenant.
    pub tenant: TenantId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The user's id, or the invitation's.
    pub subject: Ulid,
}

impl LinkKeys {
    /// The label of its key among the platform's; another number is another key.
    pub const LABEL: &str = "links 1";

    /// With the platform's key for links.
    pub const fn new(key: hmac::Key) -> Self {
        Self(key)
    }

    /// The nonce of the link that an event asks for: the same however often the event is delivered.
    pub fn nonce(&self, event: EventId) -> [u8; 16] {
        let tag = hmac::sign(&self.0, format!("nonce\n{event}").as_bytes());
        let mut nonce = [0; 16];
        nonce.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_tag)| *byte = *of_tag);
        nonce
    }

    /// The token that goes into the mail.
    pub fn token(&self, link: LinkClaim, open: &VerifyToken) -> Secret<String> {
        let mut bytes = link.subject.0.to_be_bytes().to_vec();
        bytes.extend_from_slice(hmac::sign(&self.0, &message(link, &open.nonce)).as_ref());
        Secret::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whose token this claims to be; nothing is proven yet.
    ///
    /// # Errors
    /// The text is not a token.
    pub fn subject_of(token: &Secret<String>) -> Result<Ulid, VerificationError> {
        let (id, _) = split(token)?;
        Ok(Ulid(u128::from_be_bytes(id)))
    }

    /// Checks a token against what the row of its subject holds, in constant time.
    ///
    /// # Errors
    /// The token is not the one of this open link, or the link is too old.
    pub fn check(
        &self,
        token: &Secret<String>,
        link: LinkClaim,
        open: Option<&VerifyToken>,
        now: Timestamp,
    ) -> Result<(), VerificationError> {
        let open = open.filter(|open| now < open.expires_at).ok_or(VerificationError)?;
        let (_, mac) = split(token)?;
        hmac::verify(&self.0, &message(link, &open.nonce), &mac).map_err(|_| VerificationError)
    }
}

fn split(token: &Secret<String>) -> Result<([u8; ID_BYTES], Vec<u8>), VerificationError> {
    let text = Some(token.expose()).filter(|text| text.len() <= 128).ok_or(VerificationError)?;
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| VerificationError)?;
    let (id, mac) = bytes.split_at_checked(ID_BYTES).ok_or(VerificationError)?;
    let id: [u8; ID_BYTES] = id.try_into().map_err(|_| VerificationError)?;
    if mac.len() == MAC_BYTES { Ok((id, mac.to_vec())) } else { Err(VerificationError) }
}

fn message(link: LinkClaim, nonce: &str) -> Vec<u8> {
    format!("{}\n{}\n{}\n{nonce}", link.purpose.name(), link.tenant, link.subject).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_link_while_it_is_open_and_until_it_is_old() {
        let keys = LinkKeys::new(hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]));
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let link = LinkClaim { tenant: TenantId::PLATFORM, purpose: LinkPurpose::VerifyEmail, subject: Ulid(7) };
        let open = VerifyToken::new(LinkPurpose::VerifyEmail, [2; 16], now);
        let token = keys.token(link, &open);
        assert_eq!(LinkKeys::subject_of(&token), Ok(Ulid(7)));
        let check = |link, open: Option<&VerifyToken>, at: &str| keys.check(&token, link, open, at.parse().unwrap());
        assert_eq!(check(link, Some(&open), "2026-11-21T23:59:59Z"), Ok(()));
        assert_eq!(check(link, Some(&open), "2026-11-22T00:00:00Z"), Err(VerificationError), "too old");
        assert_eq!(check(link, None, "2026-11-21T00:00:00Z"), Err(VerificationError), "used");
        for other in [
            LinkClaim { subject: Ulid(8), ..link },
            LinkClaim { purpose: LinkPurpose::ResetPassword, ..link },
            LinkClaim { tenant: TenantId::new(Ulid(1)), ..link },
        ] {
            assert_eq!(check(other, Some(&open), "2026-11-21T00:00:00Z"), Err(VerificationError), "{other:?}");
        }
        let replaced = VerifyToken::new(LinkPurpose::VerifyEmail, [3; 16], now);
        assert_eq!(check(link, Some(&replaced), "2026-11-21T00:00:00Z"), Err(VerificationError), "replaced");
        for bad in ["", "x", "%%%", &"A".repeat(63), &"A".repeat(65), &"A".repeat(10_000)] {
            assert!(LinkKeys::subject_of(&Secret::new((*bad).to_owned())).is_err(), "{bad}");
        }
    }
}
