//! Gives a role to a user or takes one away: one transaction of user, counts of administrators and members, audit entry and
//! event.

use identity::{MembershipError, NotChanged, Role, RoleBook, RoleError, Roles, User, Users};
use kernel::{TenantId, UserId};
use members::Seats;
use table::{Race, Slot, TableError, TenantScope, Transaction, get_rows, until_settled};
use web::{Api, Caller, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsersRoles,
    audit::actions,
    users::{seat, user_view::UserView},
};

/// What is done with the role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GiveOrTake {
    Give,
    Take,
}

/// Who does it, to whom, with which role.
pub(crate) struct RoleHolder<'a> {
    pub(crate) api: &'a Api,
    pub(crate) caller: &'a Caller<UsersRoles>,
    pub(crate) info: &'a RequestInfo,
    pub(crate) key: &'a Optional,
    pub(crate) user: UserId,
    pub(crate) role: Role,
}

impl RoleHolder<'_> {
    /// One read of user and book, one or two more of the plan and its count of members for a role that makes a member, and
    /// one transaction unless the user is so already; again for every lost race.
    ///
    /// # Errors
    /// 404, `RoleError`, `LastAdmin`, `Erased`, that the plan has no more members, or 409 after too many lost races.
    pub(crate) async fn make(&self, change: GiveOrTake) -> Result<Reply, Problem> {
        let outcome = self.race(change).await;
        self.key.settle(self.api, outcome).await
    }

    async fn race(&self, change: GiveOrTake) -> Result<Reply, Problem> {
        let (api, scope) = (self.api, self.caller.scope);
        let users = Users::new(api.table(), scope);
        until_settled(Problem::conflict, || async {
            let (before, book) = load(api, scope, self.user).await?;
            let before = before.ok_or_else(Problem::not_found)?;
            before.still_there()?;
            let after = match self.decide(change, &before, &book) {
                Ok(Some(after)) => after,
                Ok(None) => {
                    let nothing = Transaction::new();
                    return Ok(Race::Settled(
                        self.key.commit(api, nothing, show(&before)?, |_| Problem::conflict()).await?,
                    ));
                }
                Err(error) => return Err(self.refused(error, change).await),
            };
            let seats = Seats::new(api.table(), scope, api.now());
            let seat = seats.of(Some(&before), &after).await?;
            let mut transaction = Transaction::new();
            let changed = users.change(&mut transaction, &before, &after)?;
            seats.add(&mut transaction, &seat, || seat::cause(api, self.info))?;
            self.entry(change).insert(&mut transaction, scope)?;
            roles_changed(&mut transaction, api, self.info, scope.tenant(), &after)?;
            match self.key.try_commit(api, transaction, show(&after)?).await? {
                Ok(reply) => {
                    api.forget_user(scope.tenant(), after.id);
                    Ok(Race::Settled(reply))
                }
                Err(cancelled) if changed.cause(&cancelled) == NotChanged::LastAdmin => {
                    Err(MembershipError::LastAdmin.into())
                }
                Err(_) => Ok(Race::Lost),
            }
        })
        .await
    }

    /// The user as they shall be; `None` when they are so already.
    fn decide(&self, change: GiveOrTake, user: &User, book: &RoleBook) -> Result<Option<User>, RoleError> {
        let (tenant, by, roles) = (self.caller.tenant(), &self.caller.grants, std::slice::from_ref(&self.role));
        match change {
            GiveOrTake::Give => {
                book.may_hand_out(tenant, roles, by)?;
                user.may_be_given(&self.role)?;
                user.given(roles)
            }
            GiveOrTake::Take => {
                book.may_take(tenant, user, &self.role, by)?;
                Ok(user.without(&self.role))
            }
        }
    }

    async fn refused(&self, error: RoleError, change: GiveOrTake) -> Problem {
        if error == RoleError::Lacking {
            self.caller.record_denial(self.api, self.entry(change)).await;
        }
        error.into()
    }

    fn entry(&self, change: GiveOrTake) -> identity::audit::AuditEntry {
        let action = match change {
            GiveOrTake::Give => actions::USER_ROLE_GRANTED,
            GiveOrTake::Take => actions::USER_ROLE_REVOKED,
        };
        self.caller.entry(self.api, self.info, action).about(self.user).with("role", &self.role)
    }
}

/// What others are told when a user's roles changed.
pub(crate) fn roles_changed(
    transaction: &mut Transaction,
    api: &Api,
    info: &RequestInfo,
    tenant: TenantId,
    user: &User,
) -> Result<Slot, TableError> {
    api.insert_event(transaction, tenant, info, user.version, &members::roles_changed(user))
}

/// A user, if there is one, beside the tenant's roles. One round trip.
pub(crate) async fn load(api: &Api, scope: TenantScope, id: UserId) -> Result<(Option<User>, RoleBook), TableError> {
    let [user, book] = get_rows(api.table(), [Users::key(scope, id), Roles::key(scope)]).await?;
    Ok((user.map(Users::read).transpose()?, Roles::read(book)?))
}

fn show(user: &User) -> Result<Reply, Problem> {
    Ok(Reply::ok(&UserView::from(user))?.version(user.version))
}
