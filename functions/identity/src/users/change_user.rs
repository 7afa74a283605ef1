//! How administrators change a user: who may, one transaction with its audit entry, and what a lost race does.

use identity::{MembershipError, NotChanged, Roles, User, Users, audit::AuditEntry, may_change};
use kernel::UserId;
use members::Seats;
use table::{Race, Transaction, until_settled};
use web::{Api, Caller, Needs, Optional, Problem, Reply, RequestInfo};

use crate::{profile::profile_view::ManagedUser, users::seat};

/// The user that a path names, if the caller may reach them: the same 404 for nobody and for somebody elsewhere.
/// One round trip.
pub(crate) async fn within_reach<P: Needs>(api: &Api, caller: &Caller<P>, id: UserId) -> Result<User, Problem> {
    caller.may_reach_user(id)?;
    Users::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)
}

/// The user that a path names, if the caller may change them: 403 when the user's roles grant more than the caller
/// holds, with an entry in the audit trail. One round trip, for a member two.
pub(crate) async fn within_rank<P: Needs>(
    api: &Api,
    caller: &Caller<P>,
    info: &RequestInfo,
    id: UserId,
) -> Result<User, Problem> {
    let user = within_reach(api, caller, id).await?;
    if identity::Role::is_member(&user.roles) {
        let book = Roles::new(api.table(), caller.scope).get().await?;
        if let Err(outranked) = may_change(&caller.grants, caller.tenant(), &user.roles, &book) {
            let attempt = caller.entry(api, info, web::ACCESS_DENIED).about(user.id);
            caller.record_denial(api, attempt.with("permission", P::PERMISSION)).await;
            return Err(outranked.into());
        }
    }
    Ok(user)
}

/// A request to change a user.
pub(crate) struct UserChange<'a, P: Needs> {
    /// Where.
    pub(crate) api: &'a Api,
    /// Who asks for it.
    pub(crate) caller: &'a Caller<P>,
    /// The user that the path names.
    pub(crate) id: UserId,
    /// What the audit trail says of the request.
    pub(crate) info: &'a RequestInfo,
    /// The request's idempotency key, if it has one.
    pub(crate) key: &'a Optional,
}

/// Changes the user of a path to what `decide` makes of them, with its entry in the audit trail; `None` leaves them as
/// they are. A change that came first is looked at and decided about again; when it was by the same request, sent twice at
/// once, its answer is given.
pub(crate) async fn change<P: Needs>(
    asked: &UserChange<'_, P>,
    decide: impl Fn(User) -> Result<Option<(User, AuditEntry)>, Problem>,
) -> Result<Reply, Problem> {
    let outcome = race(asked, decide).await;
    asked.key.settle(asked.api, outcome).await
}

async fn race<P: Needs>(
    asked: &UserChange<'_, P>,
    decide: impl Fn(User) -> Result<Option<(User, AuditEntry)>, Problem>,
) -> Result<Reply, Problem> {
    let UserChange { api, caller, id, info, key } = *asked;
    let users = Users::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let old = within_rank(api, caller, info, id).await?;
        let Some((new, entry)) = decide(old.clone())? else {
            let reply = Reply::ok(&ManagedUser::from(&old))?.version(old.version);
            return Ok(Race::Settled(key.commit(api, Transaction::new(), reply, |_| Problem::conflict()).await?));
        };
        let seats = Seats::new(api.table(), caller.scope, api.now());
        let seat = seats.of(Some(&old), &new).await?;
        let mut transaction = Transaction::new();
        let changed = users.change(&mut transaction, &old, &new)?;
        let seat = seats.add(&mut transaction, &seat, || seat::cause(api, info))?;
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&ManagedUser::from(&new))?.version(new.version);

        let cancelled = match key.try_commit(api, transaction, reply).await? {
            Ok(reply) => {
                api.forget_user(caller.tenant(), new.id);
                return Ok(Race::Settled(reply));
            }
            Err(cancelled) => cancelled,
        };
        match changed.cause(&cancelled) {
            NotChanged::LastAdmin => Err(MembershipError::LastAdmin.into()),
            NotChanged::Elsewhere if seat.is_none_or(|seat| cancelled.failed(seat).is_none()) => {
                Err(Problem::conflict())
            }
            // Another took or left a seat at the limit.
            NotChanged::Raced | NotChanged::Elsewhere => Ok(Race::Lost),
        }
    })
    .await
}
