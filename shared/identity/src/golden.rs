//! The rows of this crate as they are stored: each must load, and be written again as it was.

use table::record::from_golden;

use crate::{
    ApiKey, Attempts, Impersonation, Invitation, KeyRoster, MfaGuard, RoleBook, Session, User,
    analytics::activity::{Activity, MonthCounters},
    audit::{AuditEntry, chain::Head},
    invitations::repo::InvitedAddress,
    passwords::stored::StoredPassword,
    users::repo::{AdminCount, NameOwner},
};

#[test]
fn rows_stay_readable() {
    from_golden::<Activity>(include_str!("golden/activity.json")).unwrap();
    from_golden::<AdminCount>(include_str!("golden/admin_count.json")).unwrap();
    from_golden::<ApiKey>(include_str!("golden/api_key.made.json")).unwrap();
    from_golden::<ApiKey>(include_str!("golden/api_key.json")).unwrap();
    from_golden::<Attempts>(include_str!("golden/attempts.json")).unwrap();
    from_golden::<AuditEntry>(include_str!("golden/audit_entry.json")).unwrap();
    from_golden::<AuditEntry>(include_str!("golden/audit_entry.acting.json")).unwrap();
    from_golden::<AuditEntry>(include_str!("golden/audit_entry.denied.json")).unwrap();
    from_golden::<Head>(include_str!("golden/head.json")).unwrap();
    from_golden::<Impersonation>(include_str!("golden/impersonation.json")).unwrap();
    from_golden::<Impersonation>(include_str!("golden/impersonation.ended.json")).unwrap();
    from_golden::<Invitation>(include_str!("golden/invitation.open.json")).unwrap();
    from_golden::<Invitation>(include_str!("golden/invitation.json")).unwrap();
    from_golden::<Invitation>(include_str!("golden/invitation.to_member.json")).unwrap();
    from_golden::<InvitedAddress>(include_str!("golden/invited_address.json")).unwrap();
    from_golden::<KeyRoster>(include_str!("golden/key_roster.json")).unwrap();
    from_golden::<MfaGuard>(include_str!("golden/mfa_guard.json")).unwrap();
    from_golden::<MonthCounters>(include_str!("golden/month_counters.json")).unwrap();
    from_golden::<NameOwner>(include_str!("golden/name_owner.json")).unwrap();
    from_golden::<RoleBook>(include_str!("golden/role_book.json")).unwrap();
    from_golden::<Session>(include_str!("golden/session.begun.json")).unwrap();
    from_golden::<Session>(include_str!("golden/session.json")).unwrap();
    from_golden::<Session>(include_str!("golden/session.acting.json")).unwrap();
    from_golden::<StoredPassword>(include_str!("golden/stored_password.imported.json")).unwrap();
    from_golden::<StoredPassword>(include_str!("golden/stored_password.json")).unwrap();
    from_golden::<User>(include_str!("golden/user.registered.json")).unwrap();
    from_golden::<User>(include_str!("golden/user.json")).unwrap();
    from_golden::<User>(include_str!("golden/user.erased.json")).unwrap();
}
