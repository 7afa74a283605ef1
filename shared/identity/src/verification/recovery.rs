//! What a mailed link and a new password do to a user and to the sessions.

use kernel::{Secret, Timestamp};

use crate::{PasswordHash, Session, User, UserStatus, VerifyToken, hash::text_hash};

/// What the request for a link comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkRequest {
    /// Nobody is written to: the account is closed, the request is too old, or a newer one or its own link has been used.
    Ignored,
    /// The link is open already: the request was delivered twice.
    Open,
    /// The user as it must be saved before the link is mailed.
    Opens(Box<User>),
}

impl User {
    /// What a request for a link that sets a new password comes to. `link` must be made of the request alone, its time
    /// and its id, so that a request that is delivered twice opens one link and never one that was used.
    pub fn reset_requested(self, link: VerifyToken, requested_at: Timestamp, now: Timestamp) -> LinkRequest {
        let used = self.password_set_at.is_some_and(|set_at| set_at >= requested_at);
        if self.status != UserStatus::Active || used || now >= link.expires_at {
            return LinkRequest::Ignored;
        }
        match &self.reset {
            Some(open) if *open == link => LinkRequest::Open,
            Some(open) if open.expires_at > link.expires_at => LinkRequest::Ignored,
            Some(_) | None => {
                LinkRequest::Opens(Box::new(Self { reset: Some(link), version: self.version + 1, ..self }))
            }
        }
    }

    /// The same for a link that proves the address.
    pub fn verification_requested(self, link: VerifyToken, now: Timestamp) -> LinkRequest {
        if self.status != UserStatus::Active || self.email_verified_at.is_some() || now >= link.expires_at {
            return LinkRequest::Ignored;
        }
        match &self.verification {
            Some(open) if *open == link => LinkRequest::Open,
            Some(open) if open.expires_at > link.expires_at => LinkRequest::Ignored,
            Some(_) | None => {
                LinkRequest::Opens(Box::new(Self { verification: Some(link), version: self.version + 1, ..self }))
            }
        }
    }

    /// The user with another password: every session and token ends, and so does an open link that would set one.
    pub fn with_new_password(self, password: PasswordHash, now: Timestamp) -> Self {
        Self {
            password: Some(password),
            password_set_at: Some(now),
            reset: None,
            auth_gen: self.auth_gen + 1,
            version: self.version + 1,
            ..self
        }
    }

    /// The user with the same password hashed anew.
    pub fn with_rehashed_password(self, password: PasswordHash) -> Self {
        Self { password: Some(password), version: self.version + 1, ..self }
    }
}

impl Session {
    /// This session for the user's next generation, with a new refresh token; the one before is worth nothing any more.
    pub fn for_generation(self, auth_gen: u64, refresh_token: &Secret<String>, now: Timestamp) -> Self {
        Self {
            auth_gen,
            current: text_hash(refresh_token.expose()),
            previous: Some(self.current),
            rotated_at: Some(now),
            successor: None,
            last_seen_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkPurpose;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-21T{time}Z").parse().unwrap()
    }

    fn user() -> User {
        serde_json::from_str(
            r#"{"id":"usr_00000000000000000000000001","email":"budi@example.com","username":"budi",
            "roles":["USER"],"status":"active","authGen":3,"createdAt":"2026-11-20T00:00:00.000Z","version":5}"#,
        )
        .unwrap()
    }

    fn link(byte: u8, time: &str) -> VerifyToken {
        VerifyToken::new(LinkPurpose::ResetPassword, [byte; 16], at(time))
    }

    fn opened(request: LinkRequest) -> User {
        match request {
            LinkRequest::Opens(user) => *user,
            LinkRequest::Ignored | LinkRequest::Open => panic!("{request:?}"),
        }
    }

    #[test]
    fn the_newest_request_has_the_one_open_link() {
        let ask =
            |user: User, byte, asked: &str, now: &str| user.reset_requested(link(byte, asked), at(asked), at(now));
        let first = opened(ask(user(), 1, "01:00:00", "01:00:01"));
        assert_eq!(first.version, 6);
        assert_eq!(ask(first.clone(), 1, "01:00:00", "01:00:02"), LinkRequest::Open, "delivered twice");
        let second = opened(ask(first, 2, "01:05:00", "01:05:01"));
        assert_eq!(second.reset, Some(link(2, "01:05:00")));
        assert_eq!(ask(second.clone(), 1, "01:00:00", "01:05:02"), LinkRequest::Ignored, "delivered late");
        assert_eq!(ask(second, 3, "01:06:00", "01:36:00"), LinkRequest::Ignored, "too old");
    }

    #[test]
    fn a_request_opens_nothing_after_its_link_was_used() {
        let hash: PasswordHash = serde_json::from_str("\"pk1$x\"").unwrap();
        let open = opened(user().reset_requested(link(1, "01:00:00"), at("01:00:00"), at("01:00:01")));
        let done = open.with_reset_password(hash, at("01:02:00"));
        assert_eq!((done.auth_gen, done.version, done.reset.clone()), (4, 7, None));
        assert_eq!(done.email_verified_at, Some(at("01:02:00")));
        let again = done.clone().reset_requested(link(1, "01:00:00"), at("01:00:00"), at("01:03:00"));
        assert_eq!(again, LinkRequest::Ignored);
        opened(done.reset_requested(link(2, "01:04:00"), at("01:04:00"), at("01:04:01")));
    }

    #[test]
    fn closed_accounts_and_proven_addresses_get_no_link() {
        let closed = User { status: UserStatus::Suspended, ..user() };
        let asked = closed.clone().reset_requested(link(1, "01:00:00"), at("01:00:00"), at("01:00:01"));
        assert_eq!(asked, LinkRequest::Ignored);
        let open = VerifyToken::new(LinkPurpose::VerifyEmail, [1; 16], at("01:00:00"));
        assert_eq!(closed.verification_requested(open.clone(), at("01:00:01")), LinkRequest::Ignored);
        let opened = opened(user().verification_requested(open.clone(), at("01:00:01")));
        assert_eq!(opened.clone().verification_requested(open.clone(), at("01:00:02")), LinkRequest::Open);
        let proven = opened.verified(at("01:00:03"));
        assert_eq!(proven.verification_requested(open, at("01:00:04")), LinkRequest::Ignored);
    }
}
