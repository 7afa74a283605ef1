//! How a session is ended: by its user, or to make room for a new one.

use identity::{Sessions, audit::AuditEntry};
use kernel::{SessionId, UserId};
use table::{Race, TenantScope, TransactError, Transaction, until_settled};
use web::{Api, Problem};

/// What became of a session that was to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionEnd {
    /// It ended by this call.
    Now,
    /// It was over before.
    Before,
    /// The user has no such session.
    NotThere,
}

/// Ends a session of a user; `entry` tells of it. One read and one transaction; as many more when a refresh was first,
/// because whoever ends a session wants the refreshed one ended too.
pub(crate) async fn end(
    api: &Api,
    scope: TenantScope,
    user: UserId,
    id: SessionId,
    entry: &AuditEntry,
) -> Result<SessionEnd, Problem> {
    let sessions = Sessions::new(api.table(), scope);
    until_settled(Problem::conflict, || async {
        let session = sessions.get(id).await?.filter(|session| session.user == user);
        let Some(session) = session else { return Ok(Race::Settled(SessionEnd::NotThere)) };
        let Some(session) = session.ended() else { return Ok(Race::Settled(SessionEnd::Before)) };
        let mut transaction = Transaction::new();
        sessions.save(&mut transaction, &session)?;
        entry.clone().about(id).insert(&mut transaction, scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => {
                api.forget_session(scope.tenant(), id);
                Ok(Race::Settled(SessionEnd::Now))
            }
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
