//! `DELETE /api/v1/notifications/{id}`: a message goes from one's list.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one transaction of message,
//! mark and idempotency row.

use axum::extract::State;
use kernel::NotificationId;
use messaging::Inbox;
use table::Transaction;
use web::{Api, Id, Optional, Problem, Reply, SignedIn};

/// Delete a notification
///
/// From your own list. Whoever sent it sees in its history that you were told.
#[utoipa::path(delete, path = "/api/v1/notifications/{id}", responses((status = 204, description = "It is gone")))]
pub async fn delete_notification(
    State(api): State<Api>,
    caller: SignedIn,
    key: Optional,
    Id(id): Id<NotificationId>,
) -> Result<Reply, Problem> {
    let mut transaction = Transaction::new();
    Inbox::new(api.table(), caller.scope, caller.user).delete(&mut transaction, id);
    let outcome = key.commit(&api, transaction, Reply::done(), |_| Problem::not_found()).await;
    key.settle(&api, outcome).await
}
