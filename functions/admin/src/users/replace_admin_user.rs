//! `PUT /api/v1/admin/users/{id}`: set the roles and the state of a user, as they shall be from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key
//! if there is one, one read of user and roles, one or two of the plan and its count of members where a seat is taken, one
//! transaction, two reads of the customers; again from the first read for every race that is lost.

use axum::extract::State;
use identity::{
    Changed, MembershipError, NotChanged, Reason, Role, RoleBook, RoleError, Roles, User, UserStatus, Users,
    audit::AuditEntry, may_change,
};
use kernel::{EventId, UserId};
use members::{Seat, Seats, roles_changed};
use serde::Deserialize;
use table::{Cancelled, Race, Slot, Transaction, get_rows, until_settled};
use tenancy::limits::LimitCause;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Needs, Problem, Reply};

use crate::{
    ADMIN_USER_REPLACED, AdminUsersWrite,
    users::{admin_user_view::AdminUserDetails, get_admin_user::details},
};

/// How a user shall stand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceAdminUser {
    /// All roles that the user has from now on.
    #[schema(min_items = 1, max_items = 20)]
    pub roles: Vec<Role>,
    /// Whether the user may sign in.
    pub status: AdminUserStatus,
    /// Why the account is suspended, for the other administrators.
    pub reason: Option<Reason>,
}

/// Whether a user may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AdminUserStatus {
    /// They may.
    Active,
    /// They may not, and all their sessions end.
    Suspended,
}

/// Replace the roles and the state of a user
///
/// By the same rules as giving and taking one role, and as suspending: nobody changes a user whose roles grant more than their own,
/// gives or takes what they lack, or suspends themselves; the last active administrator stays. All of it happens at once, or none.
/// The trail says how it was before and after.
#[utoipa::path(
    put, path = "/api/v1/admin/users/{id}",
    responses(
        (status = 200, body = Envelope<AdminUserDetails>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ACCOUNT_IMPORTED, LAST_ADMIN, MEMBER_LIMIT_REACHED, TOO_MANY_ROLES, USER_ERASED"),
        (status = 422, description = "UNKNOWN_ROLE")
    )
)]
pub async fn replace_admin_user(
    State(api): State<Api>,
    caller: Caller<AdminUsersWrite>,
    edit: Edit,
    Id(id): Id<UserId>,
    Json(body): Json<ReplaceAdminUser>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let outcome = replace(&api, &caller, &edit, (id, &body)).await;
    edit.key.settle(&api, outcome).await
}

async fn replace(
    api: &Api,
    caller: &Caller<AdminUsersWrite>,
    edit: &Edit,
    (id, body): (UserId, &ReplaceAdminUser),
) -> Result<Reply, Problem> {
    let (scope, users) = (caller.scope, Users::new(api.table(), caller.scope));
    let seats = Seats::new(api.table(), scope, api.now());
    until_settled(Problem::conflict, || async {
        let [user, book] = get_rows(api.table(), [Users::key(scope, id), Roles::key(scope)]).await?;
        let before = user.map(Users::read).transpose()?.ok_or_else(Problem::not_found)?;
        let book = Roles::read(book)?;
        edit.if_match.check(before.version)?;
        if let Err(refusal) = may_replace(caller, &before, body, &book) {
            if refusal.is_denial() {
                let attempt = caller.entry(api, &edit.info, web::ACCESS_DENIED).about(id);
                caller.record_denial(api, attempt.with("permission", AdminUsersWrite::PERMISSION)).await;
            }
            return Err(refusal.into_problem());
        }
        let after = replaced(before.clone(), body, api.now())?;
        if after == before {
            let reply = Reply::ok(&details(api, scope, &before).await?)?.version(before.version);
            let kept = edit.key.commit(api, Transaction::new(), reply, |_| Problem::conflict()).await?;
            return Ok(Race::Settled(kept));
        }
        let seat = seats.of(Some(&before), &after).await?;
        let mut transaction = Transaction::new();
        let changed = users.change(&mut transaction, &before, &after)?;
        let seat = add_seat(&mut transaction, (api, &seats), &seat, edit)?;
        told(caller.entry(api, &edit.info, ADMIN_USER_REPLACED), &before, &after).insert(&mut transaction, scope)?;
        if before.roles != after.roles {
            let event = roles_changed(&after);
            api.insert_event(&mut transaction, scope.tenant(), &edit.info, after.version, &event)?;
        }
        let reply = Reply::ok(&details(api, scope, &after).await?)?.version(after.version);
        match edit.key.try_commit(api, transaction, reply).await? {
            Ok(reply) => {
                api.forget_user(scope.tenant(), id);
                Ok(Race::Settled(reply))
            }
            Err(cancelled) => lost(changed, seat, &cancelled),
        }
    })
    .await
}

fn add_seat(
    transaction: &mut Transaction,
    (api, seats): (&Api, &Seats<'_>),
    seat: &Seat,
    edit: &Edit,
) -> Result<Option<Slot>, table::TableError> {
    seats.add(transaction, seat, || LimitCause { event: EventId::new(api.new_ulid()), cause: (&edit.info).into() })
}

/// What a transaction that did not happen means: another was faster, or it cannot be.
fn lost<T>(changed: Changed, seat: Option<Slot>, cancelled: &Cancelled) -> Result<Race<T>, Problem> {
    match changed.cause(cancelled) {
        NotChanged::LastAdmin => Err(MembershipError::LastAdmin.into()),
        NotChanged::Elsewhere if seat.is_none_or(|seat| cancelled.failed(seat).is_none()) => Err(Problem::conflict()),
        NotChanged::Raced | NotChanged::Elsewhere => Ok(Race::Lost),
    }
}

/// Why a user is not changed so.
enum Refusal {
    Member(MembershipError),
    Role(RoleError),
}

impl Refusal {
    /// Whether it is one for the trail: somebody reached for more than they hold.
    const fn is_denial(&self) -> bool {
        matches!(self, Self::Member(MembershipError::Outranked) | Self::Role(RoleError::Lacking))
    }

    fn into_problem(self) -> Problem {
        match self {
            Self::Member(error) => error.into(),
            Self::Role(error) => error.into(),
        }
    }
}

/// Whether the caller may make the user stand so: the rules of giving, taking and suspending together.
fn may_replace(
    caller: &Caller<AdminUsersWrite>,
    user: &User,
    wanted: &ReplaceAdminUser,
    book: &RoleBook,
) -> Result<(), Refusal> {
    let (tenant, by) = (caller.tenant(), &caller.grants);
    user.still_there().map_err(Refusal::Member)?;
    may_change(by, tenant, &user.roles, book).map_err(Refusal::Member)?;
    if wanted.status == AdminUserStatus::Suspended && user.id == caller.user {
        return Err(Refusal::Member(MembershipError::Oneself));
    }
    let given: Vec<Role> = wanted.roles.iter().filter(|role| !user.roles.contains(role)).cloned().collect();
    book.may_hand_out(tenant, &given, by).map_err(Refusal::Role)?;
    for role in &given {
        user.may_be_given(role).map_err(Refusal::Role)?;
    }
    for role in user.roles.iter().filter(|role| !wanted.roles.contains(role)) {
        book.may_take(tenant, user, role, by).map_err(Refusal::Role)?;
    }
    Ok(())
}

/// The user as they shall be, one version further; unchanged where they are so already.
fn replaced(user: User, wanted: &ReplaceAdminUser, now: kernel::Timestamp) -> Result<User, Problem> {
    let version = user.version;
    let given = user.given(&wanted.roles)?.unwrap_or(user);
    let gone: Vec<Role> = given.roles.iter().filter(|role| !wanted.roles.contains(role)).cloned().collect();
    let with_roles = gone.iter().fold(given, |user, role| user.without(role).unwrap_or(user));
    let changed = match wanted.status {
        AdminUserStatus::Active => with_roles.clone().activated()?,
        AdminUserStatus::Suspended => with_roles.clone().suspended(wanted.reason.clone(), now)?,
    };
    let user = changed.unwrap_or(with_roles);
    Ok(if user.version == version { user } else { User { version: version + 1, ..user } })
}

/// The entry, with how the user stood and stands.
fn told(entry: AuditEntry, before: &User, after: &User) -> AuditEntry {
    let roles = |user: &User| user.roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let status = |user: &User| match user.status {
        UserStatus::Active => "active",
        UserStatus::Suspended => "suspended",
        UserStatus::Erased => "erased",
    };
    entry
        .about(after.id)
        .with("rolesBefore", roles(before))
        .with("rolesAfter", roles(after))
        .with("statusBefore", status(before))
        .with("statusAfter", status(after))
}

#[cfg(test)]
#[path = "replace_admin_user_tests.rs"]
mod tests;
