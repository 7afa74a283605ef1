//! Exchanging a refresh token for the next pair: what is decided, and how a lost answer can be given once more
//! (RFC 9700 section 4.14.2).

use aws_lc_rs::hkdf;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use kernel::{Fault, FaultKind, Seal, Secret, SessionId, TenantId, Timestamp};

use crate::{Device, Lifetimes, Session, SessionStatus, User, UserStatus, hash::text_hash};

/// What becomes of a refresh token that was made for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It is the one that works: the session goes on with another.
    Rotate,
    /// It was exchanged a moment ago, and what it was exchanged for was not used yet: the same pair again, from this seal.
    Repeat(String),
    /// It was used before: somebody has a copy.
    Reused,
    /// The session is over, or its user may not go on.
    Refused,
}

/// Why there are no new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// Not one of ours, or of a session that is over.
    #[error("the refresh token is not valid; sign in again")]
    Invalid,
    /// It was used before.
    #[error("this refresh token was used before, so its session was ended for safety; sign in again")]
    Reused,
    /// A pair cannot be sealed or opened: a fault in the code, or a row that was tampered with.
    #[error("a pair of tokens cannot be sealed or opened")]
    Seal,
}

impl Fault for RefreshError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Invalid | Self::Reused => FaultKind::Unauthenticated,
            Self::Seal => FaultKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "INVALID_TOKEN",
            Self::Reused => "TOKEN_REUSE",
            Self::Seal => "INTERNAL",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Invalid | Self::Reused | Self::Seal => false,
        }
    }
}

/// How long the token before may be shown again: by a tab that asked at the same time, or after an answer that was lost.
const GRACE: SignedDuration = SignedDuration::from_secs(30);

/// What a session goes on with.
#[derive(Clone, Debug)]
pub struct Rotation<'a> {
    /// The refresh token that works from now on.
    pub next: &'a Secret<String>,
    /// The new pair, sealed under the token that it was exchanged for.
    pub sealed: String,
    /// With what and from where the call came.
    pub device: Device,
    /// How long sessions live by the tenant's present policy.
    pub lifetimes: Lifetimes,
}

impl Session {
    /// The session with its ends drawn in to a policy that may have become stricter since it was opened. A policy that
    /// became looser does not prolong it.
    pub fn under(self, lifetimes: Lifetimes) -> Self {
        let ends_at = self.ends_at.min(self.signed_in_at.plus(lifetimes.absolute));
        let expires_at = self.expires_at.min(self.last_seen_at.plus(lifetimes.idle)).min(ends_at);
        Self { expires_at, ends_at, ..self }
    }

    /// What becomes of a token that was made for this session, when its user shows it. Reuse counts even while the user
    /// may not go on: the copy would still be there when they may again.
    pub fn exchange(&self, presented: &Secret<String>, user: &User, now: Timestamp) -> Exchange {
        if self.user != user.id || !self.is_live(user.auth_gen, now) {
            return Exchange::Refused;
        }
        let hash = text_hash(presented.expose());
        let in_grace = self.rotated_at.is_some_and(|at| now.since(at) <= GRACE);
        let exchange = if hash == self.current {
            Exchange::Rotate
        } else {
            match &self.successor {
                Some(sealed) if self.previous.as_ref() == Some(&hash) && in_grace => Exchange::Repeat(sealed.clone()),
                // A tab that has not heard yet that the password was changed: it gets nothing, and ends nothing.
                None if self.previous.as_ref() == Some(&hash) && in_grace => Exchange::Refused,
                Some(_) | None => return Exchange::Reused,
            }
        };
        if user.status == UserStatus::Active { exchange } else { Exchange::Refused }
    }

    /// The session with another refresh token. When the user proved who they are stays as it was.
    pub fn rotated(self, rotation: Rotation<'_>, now: Timestamp) -> Self {
        Self {
            current: text_hash(rotation.next.expose()),
            previous: Some(self.current),
            rotated_at: Some(now),
            successor: Some(rotation.sealed),
            device: rotation.device,
            last_seen_at: now,
            expires_at: Self::idle_end(self.ends_at, rotation.lifetimes, now),
            version: self.version + 1,
            ..self
        }
    }

    /// Until when a session that ends at `ends_at` lives without another refresh.
    pub fn idle_end(ends_at: Timestamp, lifetimes: Lifetimes, now: Timestamp) -> Timestamp {
        now.plus(lifetimes.idle).min(ends_at)
    }

    /// The session as its user or an administrator ended it; `None` when it had ended before.
    pub fn ended(self) -> Option<Self> {
        self.closed(SessionStatus::Ended)
    }

    /// The session as it is after a used token came again; `None` when it had ended before.
    pub fn revoked(self) -> Option<Self> {
        self.closed(SessionStatus::Revoked)
    }

    /// Nothing is left that could be opened with a token, nor of where the session was used from.
    fn closed(self, status: SessionStatus) -> Option<Self> {
        let open = self.status == SessionStatus::Active;
        open.then(|| Self { status, successor: None, device: Device::default(), version: self.version + 1, ..self })
    }
}

/// Seals the pair that a refresh token was exchanged for, so that nobody can open it who does not have that token: our
/// rows hold no token that works.
#[derive(Clone, Copy, Debug)]
pub struct Successor {
    /// The session's tenant.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
}

impl Successor {
    /// The pair, sealed under the token that it was exchanged for: base64url of nonce and ciphertext.
    ///
    /// # Errors
    /// `Seal`: a fault in the code.
    pub fn seal(self, exchanged: &Secret<String>, pair: &[u8]) -> Result<String, RefreshError> {
        let sealed = Self::seal_under(exchanged)?.close(pair.to_vec(), self.binding());
        Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(|_| RefreshError::Seal)?))
    }

    /// The pair of a seal.
    ///
    /// # Errors
    /// `Seal` for another token, session or tenant than it was sealed for, or a seal that was changed.
    pub fn open(self, exchanged: &Secret<String>, sealed: &str) -> Result<Vec<u8>, RefreshError> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| RefreshError::Seal)?;
        let pair = Self::seal_under(exchanged)?.open(&sealed, self.binding());
        pair.map(|pair| pair.to_vec()).ok_or(RefreshError::Seal)
    }

    fn binding(self) -> Vec<u8> {
        [self.tenant.ulid().0.to_be_bytes(), self.session.ulid().0.to_be_bytes()].concat()
    }

    fn seal_under(exchanged: &Secret<String>) -> Result<Seal, RefreshError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"ruko refresh successor v1");
        let mut key = [0_u8; 32];
        root.extract(exchanged.expose().as_bytes())
            .expand(&[b"aes-256-gcm"], hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(&mut key))
            .map_err(|_| RefreshError::Seal)?;
        Seal::new(&Secret::new(key)).map_err(|_| RefreshError::Seal)
    }
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
