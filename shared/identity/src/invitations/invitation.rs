//! An invitation: roles for whoever proves an address by the mailed link, within seven days.

use kernel::{CustomerId, Email, Fault, FaultKind, InvitationId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    LinkPurpose, Ownership, PasswordHash, PersonName, Reach, Role, RoleBook, RoleError, User, UserError, UserStatus,
    VerificationError, VerifyToken,
};

/// What whoever invites must be allowed to, when inviting and still when the invitation is accepted.
pub const MAY_INVITE: &str = "invitations:write";
/// What whoever lets others act for a customer must be allowed to, at both times as well.
pub const MAY_HAND_OVER: &str = "customers:write";

/// The roles of an invitation: 1 to 5, each once.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug, ToSchema)]
#[serde(try_from = "Vec<Role>")]
#[schema(description = "The roles of an invitation, each once", min_items = 1, max_items = 5)]
pub struct InvitedRoles(Vec<Role>);

impl InvitedRoles {
    /// The roles.
    pub fn as_slice(&self) -> &[Role] {
        &self.0
    }

    /// What everybody gets who registers: for whoever comes to act for a customer.
    pub fn of_a_customer() -> Self {
        Self(vec![Role::User])
    }

    /// Whether they make somebody a member. USER alone is for those who come to act for a customer.
    pub fn make_a_member(&self) -> bool {
        Role::is_member(&self.0)
    }
}

impl TryFrom<Vec<Role>> for InvitedRoles {
    type Error = &'static str;

    fn try_from(mut roles: Vec<Role>) -> Result<Self, Self::Error> {
        if !(1..=5).contains(&roles.len()) {
            return Err("give 1 to 5 roles");
        }
        roles.sort();
        roles.dedup();
        Ok(Self(roles))
    }
}

/// The roles that somebody hands out with an invitation: all but USER, which comes with a registration.
pub fn beyond_user(roles: &[Role]) -> Vec<Role> {
    roles.iter().filter(|role| **role != Role::User).cloned().collect()
}

/// What has become of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InvitationStatus {
    /// It can be accepted.
    Open,
    /// It was.
    Accepted,
    /// It was taken back.
    Revoked,
    /// The address was invited again.
    Replaced,
    /// Nobody accepted it in time. Never stored: time alone makes it so.
    Expired,
}

/// An invitation, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// The id.
    pub id: InvitationId,
    /// Whose mailbox gets the link.
    #[serde(with = "table::personal")]
    pub email: Email,
    /// What whoever accepts may do.
    pub roles: Vec<Role>,
    /// The customer that whoever accepts comes to act for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Whether whoever has the address was a member already: then nobody more becomes one by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_member: bool,
    /// Who invited.
    pub invited_by: UserId,
    /// What the link is made of.
    pub link: VerifyToken,
    /// What has become of it, but for its age.
    pub status: InvitationStatus,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Raised by every change.
    pub version: u64,
}

/// What a new invitation is made of.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// The new id.
    pub id: InvitationId,
    /// Whom.
    pub email: Email,
    /// With which roles.
    pub roles: InvitedRoles,
    /// To act for which customer.
    pub customer: Option<CustomerId>,
    /// Whether whoever has the address is a member already.
    pub to_member: bool,
    /// By whom.
    pub invited_by: UserId,
    /// Randomness for the link.
    pub nonce: [u8; 16],
}

/// Why something cannot be done with an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// It was accepted already.
    #[error("this invitation was accepted already; take the roles from the user instead")]
    Accepted,
    /// Whoever has the address has these roles.
    #[error("whoever has this address has these roles already")]
    AlreadyMember,
    /// No such invitation.
    #[error("nothing that you can see has this id or name")]
    NotFound,
}

impl Fault for InvitationError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Accepted | Self::AlreadyMember => FaultKind::Conflict,
            Self::NotFound => FaultKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Accepted => "INVITATION_ACCEPTED",
            Self::AlreadyMember => "ALREADY_MEMBER",
            Self::NotFound => "NOT_FOUND",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Accepted | Self::AlreadyMember => true,
            Self::NotFound => false,
        }
    }
}

impl Invitation {
    /// An open invitation.
    pub fn open(new: NewInvitation, now: Timestamp) -> Self {
        Self {
            id: new.id,
            email: new.email,
            roles: new.roles.0,
            customer: new.customer,
            to_member: new.to_member,
            invited_by: new.invited_by,
            link: VerifyToken::new(LinkPurpose::Invitation, new.nonce, now),
            status: InvitationStatus::Open,
            accepted_by: None,
            created_at: now,
            version: 1,
        }
    }

    /// What has become of it by now.
    pub fn status_at(&self, now: Timestamp) -> InvitationStatus {
        let expired = self.status == InvitationStatus::Open && now >= self.link.expires_at;
        if expired { InvitationStatus::Expired } else { self.status }
    }

    /// Whether somebody who is no member may become one by it at this instant.
    pub fn may_make_a_member(&self, now: Timestamp) -> bool {
        self.status_at(now) == InvitationStatus::Open && Role::is_member(&self.roles) && !self.to_member
    }

    /// What its link is checked against; `None` once it is used, taken back or replaced.
    pub fn open_link(&self) -> Option<&VerifyToken> {
        (self.status == InvitationStatus::Open).then_some(&self.link)
    }

    /// Whether it still says what it said: whoever invited is active, may still invite and still holds what the roles
    /// grant, and the roles still exist. One that hands a customer over stands while whoever invited may do that.
    pub fn stands(&self, tenant: TenantId, inviter: Option<&User>, book: &RoleBook) -> bool {
        inviter.filter(|inviter| inviter.status == UserStatus::Active).is_some_and(|inviter| {
            let grants = book.grants(tenant, &inviter.roles);
            let needed = [Some(MAY_INVITE), self.customer.map(|_| MAY_HAND_OVER)];
            needed.into_iter().flatten().all(|permission| grants.reach(permission) == Some(Reach::Tenant))
                && book.may_hand_out(tenant, &beyond_user(&self.roles), &grants).is_ok()
        })
    }

    /// The same, accepted.
    pub fn accepted(self, by: UserId) -> Self {
        Self { accepted_by: Some(by), ..self.closed(InvitationStatus::Accepted) }
    }

    /// The same, void because the address was invited again.
    pub fn replaced(self) -> Self {
        self.closed(InvitationStatus::Replaced)
    }

    /// The same, taken back; `None` when it was void already.
    ///
    /// # Errors
    /// `Accepted`.
    pub fn revoked(self) -> Result<Option<Self>, InvitationError> {
        match self.status {
            InvitationStatus::Open | InvitationStatus::Expired => Ok(Some(self.closed(InvitationStatus::Revoked))),
            InvitationStatus::Revoked | InvitationStatus::Replaced => Ok(None),
            InvitationStatus::Accepted => Err(InvitationError::Accepted),
        }
    }

    fn closed(self, status: InvitationStatus) -> Self {
        Self { status, version: self.version + 1, ..self }
    }
}

/// Who it is that proved the invited address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invitee {
    /// Nobody yet: a user is to be made.
    New,
    /// A user who had proven the address by mail before: only the roles are new.
    Known(User),
    /// Somebody registered with the address or imported it and nobody has used a link that was mailed to it, perhaps not
    /// whoever has the mailbox: a new password is to be set, and nothing of the old ways in may be left.
    Unproven(User),
}

impl Invitee {
    /// Tells whose the address is.
    ///
    /// # Errors
    /// `NotActive` for a suspended user; an invitation lifts no suspension. `Link` for one who was erased.
    pub fn of(user: Option<User>) -> Result<Self, UserError> {
        let Some(user) = user else { return Ok(Self::New) };
        match user.status {
            UserStatus::Active => Ok(match user.ownership() {
                Ownership::Proven => Self::Known(user),
                Ownership::Claimable => Self::Unproven(user),
            }),
            UserStatus::Suspended => Err(UserError::NotActive),
            UserStatus::Erased => Err(UserError::ChainLink(VerificationError)),
        }
    }
}

/// What whoever proved the address of an unproven user says.
#[derive(Clone, Debug)]
pub struct AddressClaim {
    /// The hash of the new password.
    pub password: PasswordHash,
    /// Given name; the old one stays when left out.
    pub first_name: Option<PersonName>,
    /// Family name; the old one stays when left out.
    pub last_name: Option<PersonName>,
}

impl User {
    /// The user with an invitation's roles too; the same when they have them all.
    ///
    /// # Errors
    /// `TooManyHeld`.
    pub fn joined(&self, roles: &[Role]) -> Result<Self, RoleError> {
        Ok(self.given(roles)?.unwrap_or_else(|| self.clone()))
    }

    /// The user in the hands of whoever just proved the address, with an invitation's roles too: as after a reset by mail.
    ///
    /// # Errors
    /// `TooManyHeld`.
    pub fn claimed(&self, roles: &[Role], claim: AddressClaim, now: Timestamp) -> Result<Self, RoleError> {
        Ok(Self {
            roles: self.joined(roles)?.roles,
            first_name: claim.first_name.or_else(|| self.first_name.clone()),
            last_name: claim.last_name.or_else(|| self.last_name.clone()),
            ..self.clone().with_reset_password(claim.password, now)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use ulid::Ulid;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn user(roles: &[&str], status: &str) -> User {
        serde_json::from_value(json!({
            "id": "usr_00000000000000000000000001", "email": "budi@example.com", "username": "budi", "roles": roles,
            "status": status, "authGen": 4, "createdAt": "2026-11-21T00:00:00.000Z", "version": 7,
        }))
        .unwrap()
    }

    fn invitation(roles: &[Role]) -> Invitation {
        let new = NewInvitation {
            id: InvitationId::new(Ulid(1)),
            email: "budi@example.com".parse().unwrap(),
            roles: roles.to_vec().try_into().unwrap(),
            customer: None,
            to_member: false,
            invited_by: UserId::new(Ulid(2)),
            nonce: [1; 16],
        };
        Invitation::open(new, at("2026-11-21T01:00:00Z"))
    }

    #[test]
    fn an_invitation_is_open_for_seven_days_and_closed_once() {
        let open = invitation(&[Role::Manager]);
        assert_eq!(open.status_at(at("2026-11-28T00:59:59.999Z")), InvitationStatus::Open);
        assert_eq!(open.status_at(at("2026-11-28T01:00:00Z")), InvitationStatus::Expired);
        assert!(open.open_link().is_some());
        let revoked = open.clone().revoked().unwrap().unwrap();
        assert_eq!((revoked.status, revoked.version, revoked.open_link()), (InvitationStatus::Revoked, 2, None));
        assert_eq!(revoked.revoked(), Ok(None));
        assert_eq!(open.clone().replaced().revoked(), Ok(None));
        assert_eq!(open.accepted(UserId::new(Ulid(3))).revoked(), Err(InvitationError::Accepted));
    }

    #[test]
    fn only_an_open_invitation_of_somebody_new_may_make_a_member() {
        let (early, late) = (at("2026-11-28T00:59:59.999Z"), at("2026-11-28T01:00:00Z"));
        let open = invitation(&[Role::Manager]);
        assert!(open.may_make_a_member(early) && !open.may_make_a_member(late));
        assert!(!invitation(&[Role::User]).may_make_a_member(early), "a customer's user");
        assert!(!Invitation { to_member: true, ..open.clone() }.may_make_a_member(early));
        assert!(!open.replaced().may_make_a_member(early));
    }

    #[test]
    fn an_invitation_is_as_good_as_who_made_it() {
        let (tenant, book) = (TenantId::new(Ulid(1)), RoleBook::default());
        let stands = |roles: &[Role], inviter: Option<&User>| invitation(roles).stands(tenant, inviter, &book);
        assert!(stands(&[Role::Manager], Some(&user(&["MANAGER"], "active"))));
        assert!(!stands(&[Role::Admin], Some(&user(&["MANAGER"], "active"))), "demoted since");
        assert!(!stands(&[Role::Manager], Some(&user(&["MANAGER"], "suspended"))));
        assert!(!stands(&[Role::Manager], Some(&user(&["USER"], "active"))));
        assert!(!stands(&[Role::Manager], None));
        assert!(!stands(&["GONE".parse().unwrap()], Some(&user(&["ADMIN"], "active"))), "the role was deleted");
    }

    #[test]
    fn invited_have_one_to_five_roles_each_once() {
        let roles = |names: &[&str]| {
            let roles: Vec<Role> = names.iter().map(|name| name.parse().unwrap()).collect();
            InvitedRoles::try_from(roles).map(|roles| roles.0.len())
        };
        assert_eq!(roles(&["USER", "MANAGER", "USER"]), Ok(2));
        assert_eq!(roles(&["USER", "USER"]), Ok(1));
        assert!(!InvitedRoles::of_a_customer().make_a_member());
        for bad in [&[][..], &["A1", "A2", "A3", "A4", "A5", "A6"]] {
            assert!(roles(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_of_an_unproven_users_way_in_is_left() {
        let now = at("2026-11-21T01:00:00Z");
        let old: User = User {
            verification: Some(VerifyToken::new(LinkPurpose::VerifyEmail, [1; 16], now)),
            reset: Some(VerifyToken::new(LinkPurpose::ResetPassword, [1; 16], now)),
            totp: Some(serde_json::from_value(json!({ "secret": "s", "confirmedAt": now })).unwrap()),
            phone: Some("+6281234567890".parse().unwrap()),
            ..user(&["USER"], "active")
        };
        assert_eq!(Invitee::of(Some(old.clone())), Ok(Invitee::Unproven(old.clone())));
        let hash: PasswordHash = serde_json::from_value(json!("pk1$argon2id$x")).unwrap();
        let new = old
            .claimed(&[Role::Manager], AddressClaim { password: hash.clone(), first_name: None, last_name: None }, now)
            .unwrap();
        assert_eq!((new.auth_gen, new.version), (5, 8));
        assert_eq!((new.password.as_ref(), new.email_verified_at), (Some(&hash), Some(now)));
        assert_eq!(
            (new.totp.as_ref(), new.phone.as_ref(), new.reset.as_ref(), new.verification.as_ref()),
            (None, None, None, None)
        );
        assert_eq!(new.roles, [Role::User, Role::Manager]);
        assert_eq!(new.joined(&[Role::Manager]), Ok(new.clone()), "nothing to change");
        assert_eq!(new.joined(&[Role::Admin]).unwrap().version, 9);
        assert_eq!(Invitee::of(Some(new.clone())), Ok(Invitee::Known(new)));
        assert_eq!(Invitee::of(Some(user(&["USER"], "suspended"))), Err(UserError::NotActive));
        assert_eq!(Invitee::of(None), Ok(Invitee::New));
    }

    #[test]
    fn stored_invitations_stay_readable() {
        let stored: Invitation = table::record::from_golden(include_str!("../golden/invitation.open.json")).unwrap();
        assert_eq!(stored, invitation(&[Role::Manager]));
    }
}
