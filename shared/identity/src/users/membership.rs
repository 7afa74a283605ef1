//! What administrators do with a user: suspend, activate, erase; who may, and how the last administrator stays.

use kernel::{Email, Fault, FaultKind, TenantId, Timestamp};
use table::{Cancelled, Slot, TableError, Transaction};

use crate::{Grants, Preferences, Reason, Role, RoleBook, Suspension, User, UserStatus, Username, Users};

/// Why a member cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MembershipError {
    /// Nobody else could administer the tenant.
    #[error("this is the last active administrator; make somebody else an administrator first")]
    LastAdmin,
    /// People do not lock themselves out.
    #[error("you cannot suspend your own account; ask another administrator")]
    Oneself,
    /// The other's roles grant more than the actor holds.
    #[error("this user's roles grant more than yours; ask an administrator who holds them")]
    Outranked,
    /// Nothing is left to change.
    #[error("this account was erased; nothing about it can be changed")]
    Erased,
}

impl Fault for MembershipError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::LastAdmin | Self::Erased => FaultKind::Conflict,
            Self::Oneself | Self::Outranked => FaultKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::LastAdmin => "LAST_ADMIN",
            Self::Oneself | Self::Outranked => "FORBIDDEN",
            Self::Erased => "USER_ERASED",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::LastAdmin | Self::Erased => true,
            Self::Oneself | Self::Outranked => false,
        }
    }
}

/// Whether somebody with these grants may change a user with these roles: nobody touches who holds more. A customer
/// holds nothing over the tenant that would have to be guarded.
///
/// # Errors
/// `Outranked`.
pub fn may_change(grants: &Grants, tenant: TenantId, roles: &[Role], book: &RoleBook) -> Result<(), MembershipError> {
    let roles: Vec<Role> = roles.iter().filter(|role| **role != Role::User).cloned().collect();
    // All that they grant, which for an administrator of the platform is more than the role says.
    if grants.cover(&book.grants(tenant, &roles)) { Ok(()) } else { Err(MembershipError::Outranked) }
}

impl User {
    /// `Ok` unless the person was erased: of an erased one nothing changes any more.
    ///
    /// # Errors
    /// `Erased`.
    pub fn still_there(&self) -> Result<(), MembershipError> {
        match self.status {
            UserStatus::Active | UserStatus::Suspended => Ok(()),
            UserStatus::Erased => Err(MembershipError::Erased),
        }
    }

    /// The user, suspended: every session and token ends. `None` for one who is.
    ///
    /// # Errors
    /// `Erased`.
    pub fn suspended(self, reason: Option<Reason>, now: Timestamp) -> Result<Option<Self>, MembershipError> {
        match self.status {
            UserStatus::Erased => Err(MembershipError::Erased),
            UserStatus::Suspended => Ok(None),
            UserStatus::Active => Ok(Some(Self {
                status: UserStatus::Suspended,
                suspension: Some(Suspension { at: now, reason }),
                auth_gen: self.auth_gen + 1,
                version: self.version + 1,
                ..self
            })),
        }
    }

    /// The user, who may sign in again. `None` for one who may.
    ///
    /// # Errors
    /// `Erased`.
    pub fn activated(self) -> Result<Option<Self>, MembershipError> {
        match self.status {
            UserStatus::Erased => Err(MembershipError::Erased),
            UserStatus::Active => Ok(None),
            UserStatus::Suspended => {
                Ok(Some(Self { status: UserStatus::Active, suspension: None, version: self.version + 1, ..self }))
            }
        }
    }

    /// What is left of a person: the id, when the account was made and when it was erased. Every session and token
    /// ends.
    pub fn erased(self, now: Timestamp) -> Self {
        Self {
            id: self.id,
            email: Email::erased(self.id),
            username: Username::erased(self.id),
            first_name: None,
            last_name: None,
            phone: None,
            phone_check: None,
            preferences: Preferences::default(),
            roles: Vec::new(),
            status: UserStatus::Erased,
            suspension: None,
            erased_at: Some(now),
            email_verified_at: None,
            verification: None,
            reset: None,
            totp: None,
            password: None,
            password_set_at: None,
            imported: false,
            auth_gen: self.auth_gen + 1,
            created_at: self.created_at,
            version: self.version + 1,
        }
    }
}

/// The writes of a changed user, to ask afterwards which of them failed.
#[derive(Clone, Copy, Debug)]
pub struct Changed {
    user: Slot,
    admins: Option<Slot>,
}

/// Why a changed user was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotChanged {
    /// Another change came first: read the user again and decide again.
    Raced,
    /// Nobody else could administer the tenant.
    LastAdmin,
    /// It was another write of the transaction that failed.
    Elsewhere,
}

impl Changed {
    /// Why the transaction did not happen.
    pub fn cause(self, cancelled: &Cancelled) -> NotChanged {
        if cancelled.failed(self.user).is_some() {
            NotChanged::Raced
        } else if self.admins.is_some_and(|admins| cancelled.failed(admins).is_some()) {
            NotChanged::LastAdmin
        } else {
            NotChanged::Elsewhere
        }
    }
}

impl Users<'_> {
    /// Adds the change of a user from `old` to `new` to a transaction: the user's write, and that of the count of
    /// active administrators where it changes.
    pub fn change(&self, transaction: &mut Transaction, old: &User, new: &User) -> Result<Changed, TableError> {
        let user = self.save_with_password(transaction, new)?;
        let admins = match (old.is_active_admin(), new.is_active_admin()) {
            (false, true) => Some(self.one_more_admin(transaction)),
            (true, false) => Some(self.one_admin_less(transaction)),
            (true, true) | (false, false) => None,
        };
        Ok(Changed { user, admins })
    }
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use ulid::Ulid;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T01:00:00Z".parse().unwrap()
    }

    fn budi() -> User {
        let stored = r#"{"id":"usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X","email":"budi@example.com","username":"budi",
            "firstName":"Budi","lastName":"Santoso","phone":"+6281234567890",
            "phoneCheck":{"number":"+6281234567891","nonce":"n","expiresAt":"2026-11-22T00:00:00.000Z","tries":0},
            "preferences":{"timezone":"Asia/Jakarta","watchlist":["IDX:BBCA"]},"roles":["ADMIN"],"status":"active",
            "emailVerifiedAt":"2026-11-21T00:00:00.000Z","password":"pk1$argon2id$v=19$x","authGen":3,
            "totp":{"secret":"sealed"},
            "reset":{"nonce":"AgICAgICAgICAgICAgICAg","expiresAt":"2026-11-22T00:00:00.000Z"},
            "createdAt":"2026-11-20T00:00:00.000Z","version":7}"#;
        serde_json::from_str(stored).unwrap()
    }

    #[test]
    fn suspending_ends_all_sessions_and_happens_once() {
        let suspended = budi().suspended(None, now()).unwrap().unwrap();
        assert_eq!((suspended.status, suspended.auth_gen, suspended.version), (UserStatus::Suspended, 4, 8));
        assert_eq!(suspended.clone().suspended(None, now()).unwrap(), None);
        let again = suspended.activated().unwrap().unwrap();
        assert_eq!((again.status, again.suspension.clone(), again.auth_gen), (UserStatus::Active, None, 4));
        assert_eq!(again.activated().unwrap(), None);
    }

    #[test]
    fn a_tombstone_says_nothing_of_the_person() {
        let tombstone = budi().erased(now());
        assert_eq!(
            serde_json::to_value(&tombstone).unwrap(),
            serde_json::json!({
                "id": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "username": "erased-01jd2z3m4n5p6q7r8s9t0v1w2x",
                "email": "erased-01jd2z3m4n5p6q7r8s9t0v1w2x@erased.invalid", "preferences": {}, "roles": [],
                "status": "erased", "erasedAt": "2026-11-21T01:00:00.000Z", "authGen": 4,
                "createdAt": "2026-11-20T00:00:00.000Z", "version": 8
            })
        );
        // What is stored of it loads again, and nothing can be done with it.
        let read: User = serde_json::from_value(serde_json::to_value(&tombstone).unwrap()).unwrap();
        assert!(read.email.is_erased() && !budi().email.is_erased());
        assert_eq!(read.clone().suspended(None, now()), Err(MembershipError::Erased));
        assert_eq!(read.activated(), Err(MembershipError::Erased));
    }

    #[test]
    fn nobody_touches_who_holds_more() {
        let book: RoleBook = serde_json::from_value(serde_json::json!({ "roles": { "SUPPORT": {
            "permissions": ["users:*"], "createdAt": now(), "updatedAt": now() } } }))
        .unwrap();
        let tenant = TenantId::new(Ulid(1));
        let support: Role = "SUPPORT".parse().unwrap();
        let may = |actor: &Role, target: &Role| {
            let grants = book.grants(tenant, std::slice::from_ref(actor));
            may_change(&grants, tenant, std::slice::from_ref(target), &book).is_ok()
        };
        assert!(may(&Role::Admin, &Role::Admin) && may(&Role::Admin, &Role::Manager) && may(&Role::Admin, &support));
        assert!(may(&support, &Role::User) && may(&support, &support));
        assert!(!may(&support, &Role::Admin) && !may(&support, &Role::Manager));
        assert!(!may(&Role::Manager, &support));
        assert!(may(&support, &"GONE".parse().unwrap()), "a role that is no longer there grants nothing");
        // Who holds everything of tenant zero is still not the platform's operator.
        let everything: RoleBook = serde_json::from_value(serde_json::json!({ "roles": { "ALL": {
            "permissions": ["*"], "createdAt": now(), "updatedAt": now() } } }))
        .unwrap();
        for (tenant, may) in [(tenant, true), (TenantId::PLATFORM, false)] {
            let grants = everything.grants(tenant, &["ALL".parse().unwrap()]);
            assert_eq!(may_change(&grants, tenant, &[Role::Admin], &everything).is_ok(), may, "{tenant}");
        }
    }
}
