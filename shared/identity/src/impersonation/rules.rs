//! Staff who acts as a user: who may act as whom, for how long, and what is kept of it. Pure.

use jiff::SignedDuration;
use kernel::{ImpersonationId, Secret, SessionId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Acting, Device, Grants, ImpersonationError, Lifetimes, NewSession, Reason, Role, RoleBook, Session, User};

/// How long it lasts, in minutes. It is never made longer: whoever needs more begins another, with another reason.
pub const IMPERSONATION_MINUTES: i64 = 15;

/// A while in which staff acts as a user, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Impersonation {
    /// The id.
    pub id: ImpersonationId,
    /// Who acts.
    pub by: UserId,
    /// As whom.
    pub user: UserId,
    /// The session that was opened for it.
    pub session: SessionId,
    /// Why, in the words of who acts. It may name a person: sealed.
    #[serde(with = "table::personal")]
    pub reason: Reason,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When somebody ended it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<ImpersonationEnd>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// When and by whom it was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImpersonationEnd {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
}

/// What a new one is made of.
#[derive(Debug)]
pub struct NewImpersonation<'a> {
    /// The new id.
    pub id: ImpersonationId,
    /// The id of the session that is opened for it.
    pub session: SessionId,
    /// Who acts.
    pub by: UserId,
    /// The generation of their account.
    pub auth_gen: u64,
    /// Why.
    pub reason: Reason,
    /// A text that nobody knows: the session has no refresh token.
    pub unknown: &'a Secret<String>,
}

/// Whether somebody with these grants may act as a user: only as one who may do less, and never as a peer. A customer holds nothing
/// over the tenant.
///
/// # Errors
/// `Oneself`, `NotActive`, `Outranked`.
pub fn may_impersonate(
    (by, grants): (UserId, &Grants),
    tenant: TenantId,
    user: &User,
    book: &RoleBook,
) -> Result<(), ImpersonationError> {
    if user.id == by {
        return Err(ImpersonationError::Oneself);
    }
    if user.status != crate::UserStatus::Active {
        return Err(ImpersonationError::NotActive);
    }
    let roles: Vec<Role> = user.roles.iter().filter(|role| **role != Role::User).cloned().collect();
    // All that they grant, which for an administrator of the platform is more than the role says.
    let theirs = book.grants(tenant, &roles);
    // What every customer has makes nobody higher.
    let as_customer_too = book.grants(tenant, &[roles, vec![Role::User]].concat());
    let is_lower = grants.cover(&theirs) && !as_customer_too.cover(grants);
    if is_lower { Ok(()) } else { Err(ImpersonationError::Outranked) }
}

impl Impersonation {
    /// One that begins now, and the session by which staff acts.
    pub fn begin(new: NewImpersonation<'_>, user: &User, now: Timestamp) -> (Self, Session) {
        let lasts = SignedDuration::from_mins(IMPERSONATION_MINUTES);
        let lifetimes = Lifetimes { access_seconds: lasts.as_secs(), idle: lasts, absolute: lasts };
        let session = Session::open(
            NewSession {
                id: new.session,
                user: user.id,
                auth_gen: user.auth_gen,
                refresh_token: new.unknown,
                mfa: false,
                device: Device::default(),
                lifetimes,
            },
            now,
        );
        let acting = Acting { user: new.by, auth_gen: new.auth_gen, impersonation: new.id };
        let impersonation = Self {
            id: new.id,
            by: new.by,
            user: user.id,
            session: new.session,
            reason: new.reason,
            started_at: now,
            ends_at: session.ends_at,
            ended: None,
            version: 1,
        };
        (impersonation, Session { acting: Some(acting), ..session })
    }

    /// Whether staff acts by it.
    pub fn is_running(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.ends_at
    }

    /// The same, ended by somebody; `None` for one that is over.
    #[must_use]
    pub fn ended(&self, by: UserId, now: Timestamp) -> Option<Self> {
        let end = Some(ImpersonationEnd { at: now, by });
        self.is_running(now).then(|| Self { ended: end, version: self.version + 1, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T01:00:00Z".parse().unwrap()
    }

    fn user(id: u128, roles: &[&str], status: &str) -> User {
        serde_json::from_value(serde_json::json!({
            "id": UserId::new(Ulid(id)), "email": "budi@example.com", "username": "budi", "roles": roles,
            "status": status, "authGen": 3, "createdAt": "2026-11-21T00:00:00.000Z", "version": 1,
        }))
        .unwrap()
    }

    fn book() -> RoleBook {
        serde_json::from_value(serde_json::json!({ "roles": {
            "SUPPORT": { "permissions": ["admin:*", "users:*"], "createdAt": now(), "updatedAt": now() },
            "CLERK": { "permissions": ["users:read"], "createdAt": now(), "updatedAt": now() } } }))
        .unwrap()
    }

    #[test]
    fn one_acts_only_as_somebody_who_may_do_less() {
        let (tenant, book) = (TenantId::new(Ulid(1)), book());
        let may = |by: &str, roles: &[&str]| {
            let by: Vec<Role> = by.split(' ').map(|role| role.parse().unwrap()).collect();
            let grants = book.grants(tenant, &by);
            may_impersonate((UserId::new(Ulid(1)), &grants), tenant, &user(2, roles, "active"), &book)
        };
        for (by, roles) in [
            ("ADMIN", &["USER"][..]),
            ("ADMIN", &["MANAGER"]),
            ("ADMIN", &["USER", "SUPPORT"]),
            ("SUPPORT", &["USER"]),
            ("SUPPORT", &["CLERK"]),
        ] {
            assert_eq!(may(by, roles), Ok(()), "{by} {roles:?}");
        }
        for (by, roles) in [
            ("ADMIN", &["ADMIN"][..]),
            ("ADMIN", &["USER", "ADMIN"]),
            ("SUPPORT", &["SUPPORT"]),
            ("SUPPORT USER", &["SUPPORT"]),
            ("SUPPORT", &["MANAGER"]),
            ("SUPPORT", &["ADMIN"]),
            ("CLERK", &["CLERK"]),
            // Who holds nothing is below nobody.
            ("USER", &["USER"]),
        ] {
            assert_eq!(may(by, roles), Err(ImpersonationError::Outranked), "{by} {roles:?}");
        }
    }

    #[test]
    fn nobody_acts_as_themselves_or_as_somebody_who_is_out() {
        let (tenant, book) = (TenantId::new(Ulid(1)), book());
        let admin = (UserId::new(Ulid(1)), &book.grants(tenant, &[Role::Admin]));
        let may = |user: &User| may_impersonate(admin, tenant, user, &book);
        assert_eq!(may(&user(1, &["USER"], "active")), Err(ImpersonationError::Oneself));
        assert_eq!(may(&user(2, &["USER"], "suspended")), Err(ImpersonationError::NotActive));
        assert_eq!(may(&user(2, &["USER"], "erased")), Err(ImpersonationError::NotActive));
    }

    #[test]
    fn it_lasts_a_quarter_of_an_hour_and_ends_once() {
        let unknown = Secret::new("x".to_owned());
        let (id, session, by) = (ImpersonationId::new(Ulid(7)), SessionId::new(Ulid(8)), UserId::new(Ulid(1)));
        let reason: Reason = "As agreed".to_owned().try_into().unwrap();
        let new = NewImpersonation { id, session, by, auth_gen: 5, reason, unknown: &unknown };
        let (running, opened) = Impersonation::begin(new, &user(2, &["USER"], "active"), now());
        let at = |time: &str| format!("2026-11-21T{time}Z").parse::<Timestamp>().unwrap();
        assert_eq!((opened.ends_at, opened.expires_at), (at("01:15:00"), at("01:15:00")));
        assert_eq!(opened.acting, Some(Acting { user: by, auth_gen: 5, impersonation: id }));
        assert!(opened.is_live(3, at("01:14:59")) && !opened.is_live(3, at("01:15:00")) && !opened.is_live(4, now()));
        assert!(running.is_running(at("01:14:59")) && !running.is_running(at("01:15:00")));
        let ended = running.ended(UserId::new(Ulid(9)), at("01:05:00")).unwrap();
        assert_eq!((ended.version, ended.is_running(at("01:05:00"))), (2, false));
        assert_eq!(ended.ended(by, at("01:06:00")), None);
        assert_eq!(running.ended(by, at("01:15:00")), None);
    }
}
