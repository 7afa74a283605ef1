//! `DELETE /api/v1/users/{id}`: erase a person; of the account a tombstone stays.
//!
//! Sessions hold addresses and devices, so they go too: here, and once more when `user.erased` is delivered, for those
//! that the listing did not show yet. What stays is listed in docs/OPERATIONS.md. Round trips: one rate-limit write
//! beside one read of the caller's standing (none when known), one read (for a member two), one read of an open
//! invitation to the address (two when there is one), one transaction, one query and one transaction a hundred sessions.

use axum::extract::State;
use events::user::UserErased;
use identity::{Invitations, MembershipError, NotChanged, Sessions, User, UserStatus, Users, activity::Activities};
use kernel::UserId;
use members::Seats;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{
    UsersDelete,
    audit::actions,
    logins::account_key::account_key,
    profile::profile_view::ManagedUser,
    users::{change_user::within_rank, seat},
};

/// Erase a user
///
/// The person's data goes for good; the address and the name are free again. People erase themselves, administrators
/// anybody whose roles grant no more than their own; both need a login of the last ten minutes. Invoices and the audit
/// trail stay, as the law wants. Twice is the same as once.
#[utoipa::path(
    delete, path = "/api/v1/users/{id}",
    responses(
        (status = 200, body = Envelope<ManagedUser>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "LAST_ADMIN")
    )
)]
pub async fn erase_user(
    State(api): State<Api>,
    caller: Caller<UsersDelete>,
    info: RequestInfo,
    Id(id): Id<UserId>,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let user = within_rank(&api, &caller, &info, id).await?;
        caller.signed_in_recently(&api)?;
        let tombstone = if user.status == UserStatus::Erased {
            // A call before this one may have ended between the two steps.
            user
        } else {
            match bury(&api, &caller, &info, &user).await? {
                Some(tombstone) => tombstone,
                None => return Ok(Race::Lost),
            }
        };
        api.forget_user(caller.tenant(), tombstone.id);
        Sessions::new(api.table(), caller.scope).wipe(tombstone.id).await.map_err(failed)?;
        Ok(Race::Settled(Reply::ok(&ManagedUser::from(&tombstone))?.version(tombstone.version)))
    })
    .await
}

/// Puts the tombstone in the user's place; `None` when another change came first.
async fn bury(
    api: &Api,
    caller: &Caller<UsersDelete>,
    info: &RequestInfo,
    user: &User,
) -> Result<Option<User>, Problem> {
    let users = Users::new(api.table(), caller.scope);
    let invitations = Invitations::new(api.table(), caller.scope);
    let invited = invitations.pending(api.addresses(), &user.email).await?;
    let tombstone = user.clone().erased(api.now());
    let mut entry = caller.entry(api, info, actions::USER_ERASED).about(user.id);
    let seats = Seats::new(api.table(), caller.scope, api.now());
    let seat = seats.of(Some(user), &tombstone).await?;
    let mut transaction = Transaction::new();
    let changed = users.change(&mut transaction, user, &tombstone)?;
    seats.add(&mut transaction, &seat, || seat::cause(api, info))?;
    users.delete_password(&mut transaction, user.id);
    users.delete_names(&mut transaction, api.addresses(), user);
    users.delete_attempts(&mut transaction, &account_key(api, &user.email));
    Activities::new(api.table(), caller.scope).delete(&mut transaction, user.id);
    users.delete_mfa_tries(&mut transaction, user.id);
    if let Some(invited) = invited {
        invitations.delete(&mut transaction, api.addresses(), &user.email, &invited);
        entry = entry.with("invitation", invited.id());
    }
    entry.insert(&mut transaction, caller.scope)?;
    let told = UserErased { user_id: user.id };
    api.insert_event(&mut transaction, caller.tenant(), info, tombstone.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => Ok(Some(tombstone)),
        Err(TransactError::Cancelled(cancelled)) => match changed.cause(&cancelled) {
            NotChanged::LastAdmin => Err(MembershipError::LastAdmin.into()),
            // Elsewhere: the invitation was closed or replaced.
            NotChanged::Raced | NotChanged::Elsewhere => Ok(None),
        },
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

fn failed(error: TransactError) -> Problem {
    match error {
        TransactError::Cancelled(_) => Problem::conflict(),
        TransactError::Table(error) => error.into(),
    }
}
