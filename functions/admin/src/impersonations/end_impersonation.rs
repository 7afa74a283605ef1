//! `DELETE /api/v1/admin/impersonations/{id}`: end it before its time.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two reads, one transaction unless
//! it is over; again for every race that is lost.

use axum::extract::State;
use identity::{Impersonations, Sessions};
use kernel::ImpersonationId;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{AdminImpersonate, IMPERSONATION_ENDED, impersonations::impersonation_view::ImpersonationView};

/// End an impersonation
///
/// Its token works no more, for 30 seconds at most where it was just used. Twice is the same as once.
#[utoipa::path(
    delete, path = "/api/v1/admin/impersonations/{id}",
    responses((status = 200, body = Envelope<ImpersonationView>), (status = 409, description = "CONFLICT"))
)]
pub async fn end_impersonation(
    State(api): State<Api>,
    caller: Caller<AdminImpersonate>,
    info: RequestInfo,
    Id(id): Id<ImpersonationId>,
) -> Result<Reply, Problem> {
    let all = Impersonations::new(api.table(), caller.scope);
    let sessions = Sessions::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let known = all.get(id).await?.ok_or_else(Problem::not_found)?;
        let Some(ended) = known.ended(caller.user, api.now()) else {
            return Ok(Race::Settled(Reply::ok(&ImpersonationView::at(&known, api.now()))?));
        };
        let mut transaction = Transaction::new();
        all.save(&mut transaction, &ended)?;
        let session = sessions.get(ended.session).await?;
        if let Some(closed) = session.and_then(identity::Session::ended) {
            sessions.save(&mut transaction, &closed)?;
        }
        let entry = caller.entry(&api, &info, IMPERSONATION_ENDED).about(ended.user).with("impersonation", id);
        entry.with("startedBy", ended.by).insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => {
                api.forget_session(caller.tenant(), ended.session);
                Ok(Race::Settled(Reply::ok(&ImpersonationView::at(&ended, api.now()))?))
            }
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
