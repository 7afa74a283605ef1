//! `PUT /api/v1/notifications/{id}/read`: a message of one's list was read.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, and one transaction
//! of message, mark, counter and idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use kernel::NotificationId;
use messaging::Inbox;
use table::{Race, Transaction, until_settled};
use web::{Api, Envelope, Id, Optional, Problem, Reply, SignedIn};

use crate::inbox::inbox_view::InboxItemView;

/// Mark a notification as read
///
/// The time at which it was read first stays.
#[utoipa::path(put, path = "/api/v1/notifications/{id}/read", responses((status = 200, body = Envelope<InboxItemView>), (status = 409, description = "CONFLICT")))]
pub async fn read_notification(
    State(api): State<Api>,
    caller: SignedIn,
    key: Optional,
    Id(id): Id<NotificationId>,
) -> Result<Reply, Problem> {
    let inbox = Inbox::new(api.table(), caller.scope, caller.user);
    until_settled(Problem::conflict, || async {
        let item = inbox.get(id, api.now()).await?.ok_or_else(Problem::not_found)?;
        let mut transaction = Transaction::new();
        if item.read_at.is_none() {
            inbox.save_read(&mut transaction, id, api.now());
        }
        let reply = Reply::ok(&InboxItemView::from(item.read(api.now())))?;
        // Who loses was too late: it was read or deleted meanwhile.
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}
