//! A claim: whoever has the mailbox takes an account over whose address nobody had proven before. Whoever registered it, or
//! imported it, need not be the same person, so nothing that they set up may be left.

use kernel::Timestamp;

use crate::{PasswordHash, User};

/// What holds an account's mailbox to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Its owner has used a link that was mailed to it.
    Proven,
    /// Nobody has: somebody else may have registered it, or vouched for it when it was imported.
    Claimable,
}

/// Who uses a link that proves an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkUser {
    /// Somebody who is signed in to the account, and has set up what is there.
    OfTheAccount,
    /// Somebody who has the mailbox, and perhaps nothing else.
    OfTheMailbox,
}

impl User {
    /// Whether the mailbox has vouched for the account: the word of whoever imported it is no proof, nor is the password
    /// that came along.
    pub const fn ownership(&self) -> Ownership {
        if self.email_verified_at.is_some() && !self.imported { Ownership::Proven } else { Ownership::Claimable }
    }

    /// Whether there is anything beside sessions that a claim takes away from this row.
    pub const fn has_set_up_something(&self) -> bool {
        self.totp.is_some() || self.phone.is_some()
    }

    /// The user with the address proven by a mailed link, which is used up. The password stays: an imported one goes on
    /// being the importer's word.
    pub fn verified_by(self, link: LinkUser, now: Timestamp) -> Self {
        match (link, self.email_verified_at) {
            (LinkUser::OfTheMailbox, None) => {
                let auth_gen = self.auth_gen + 1;
                // A number that came with the registration is neither shown nor texted: it gives nobody a hold.
                let phone_check = self.phone_check.clone().filter(|check| !check.was_asked());
                Self { phone_check, auth_gen, ..self.rid_of_what_was_set_up().verified(now) }
            }
            (LinkUser::OfTheMailbox, Some(_)) | (LinkUser::OfTheAccount, _) => self.verified(now),
        }
    }

    /// The user with a password that was set by a mailed link: every session and token ends, the link is used up, and
    /// the address is proven. Of an account that was claimable nothing else is left either.
    pub fn with_reset_password(self, password: PasswordHash, now: Timestamp) -> Self {
        let user = match self.ownership() {
            Ownership::Proven => self,
            Ownership::Claimable => self.rid_of_what_was_set_up(),
        };
        let email_verified_at = user.email_verified_at.or(Some(now));
        Self { email_verified_at, verification: None, imported: false, ..user.with_new_password(password, now) }
    }

    /// The user without what somebody else may have set up or asked for: second factor, recovery codes, phone number,
    /// open links.
    fn rid_of_what_was_set_up(self) -> Self {
        Self { totp: None, phone: None, phone_check: None, reset: None, verification: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{LinkPurpose, VerifyToken};

    fn at(time: &str) -> Timestamp {
        format!("2026-11-21T{time}Z").parse().unwrap()
    }

    /// An account with all that a way in can be.
    fn account(proven: bool, imported: bool) -> User {
        let now = at("01:00:00");
        let user: User = serde_json::from_value(json!({
            "id": "usr_00000000000000000000000001", "email": "budi@example.com", "username": "budi", "roles": ["USER"],
            "status": "active", "authGen": 3, "createdAt": now, "version": 5, "phone": "+6281234567890",
            "totp": { "secret": "s", "confirmedAt": now, "recovery": ["r"] }, "password": "pk1$x",
        }))
        .unwrap();
        let reset = Some(VerifyToken::new(LinkPurpose::ResetPassword, [1; 16], now));
        let verification = Some(VerifyToken::new(LinkPurpose::VerifyEmail, [1; 16], now));
        User { email_verified_at: proven.then_some(now), imported, reset, verification, ..user }
    }

    fn nothing_is_left(user: &User) -> bool {
        !user.has_set_up_something()
            && user.phone_check.is_none()
            && user.reset.is_none()
            && user.verification.is_none()
    }

    fn hash() -> PasswordHash {
        serde_json::from_str("\"pk1$new\"").unwrap()
    }

    #[test]
    fn a_reset_of_an_address_that_was_never_proven_leaves_nothing_that_was_set_up() {
        for (proven, imported) in [(false, false), (false, true), (true, true)] {
            let claimed = account(proven, imported).with_reset_password(hash(), at("02:00:00"));
            assert!(nothing_is_left(&claimed), "{proven} {imported}");
            assert_eq!((claimed.auth_gen, claimed.version, claimed.password.clone()), (4, 6, Some(hash())));
            assert_eq!(claimed.ownership(), Ownership::Proven);
        }
    }

    #[test]
    fn a_reset_of_a_proven_account_keeps_its_second_factor_and_its_phone() {
        let reset = account(true, false).with_reset_password(hash(), at("02:00:00"));
        assert!(reset.has_second_factor() && reset.phone.is_some());
        assert_eq!((reset.auth_gen, reset.email_verified_at), (4, Some(at("01:00:00"))));
    }

    #[test]
    fn a_first_verification_by_the_mailbox_alone_is_a_claim_and_by_a_session_is_none() {
        let claimed = account(false, false).verified_by(LinkUser::OfTheMailbox, at("02:00:00"));
        assert!(nothing_is_left(&claimed));
        assert_eq!((claimed.auth_gen, claimed.version, claimed.email_verified_at), (4, 6, Some(at("02:00:00"))));
        assert_eq!(claimed.password, account(false, false).password, "or nobody who registers could sign in");
        let signed_in = account(false, false).verified_by(LinkUser::OfTheAccount, at("02:00:00"));
        assert!(signed_in.has_second_factor() && signed_in.phone.is_some());
        assert_eq!((signed_in.auth_gen, signed_in.version), (3, 6));
        let again = account(true, false).verified_by(LinkUser::OfTheMailbox, at("02:00:00"));
        assert!(again.has_second_factor() && again.auth_gen == 3);
    }

    #[test]
    fn the_word_of_whoever_imported_is_no_proof_until_a_password_is_set_by_mail() {
        assert_eq!(account(true, false).ownership(), Ownership::Proven);
        assert_eq!(account(true, true).ownership(), Ownership::Claimable);
        let verified = account(false, true).verified_by(LinkUser::OfTheMailbox, at("02:00:00"));
        assert_eq!(verified.ownership(), Ownership::Claimable, "the password is still the importer's");
    }
}
