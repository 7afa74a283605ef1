//! `PUT /api/v1/notifications/{id}/read`: a message of one's list was read.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, and one transaction
//! of message, mark and idempotency row.

use axum::extract::State;
use kernel::NotificationId;
use messaging::Inbox;
use table::Transaction;
use web::{Api, Envelope, Id, Optional, Problem, Reply, SignedIn};

use crate::inbox::inbox_view::InboxItemView;

/// Mark a notification as read
///
/// The time at which it was read first stays.
#[utoipa::path(put, path = "/api/v1/notifications/{id}/read", responses((status = 200, body = Envelope<InboxItemView>)))]
pub async fn read_notification(
    State(api): State<Api>,
    caller: SignedIn,
    key: Optional,
    Id(id): Id<NotificationId>,
) -> Result<Reply, Problem> {
    let inbox = Inbox::new(api.table(), caller.scope, caller.user);
    let item = inbox.get(id, api.now()).await?.ok_or_else(Problem::not_found)?.read(api.now());
    let mut transaction = Transaction::new();
    inbox.save_read(&mut transaction, id, api.now());
    let reply = Reply::ok(&InboxItemView::from(item))?;
    // It was deleted meanwhile.
    key.commit(&api, transaction, reply, |_| Problem::not_found()).await
}
