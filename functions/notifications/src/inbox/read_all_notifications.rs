//! `PUT /api/v1/notifications/read`: everything in one's list was read.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, one transaction for
//! each forty-nine messages. Twice is as once: what is read stays as it was.

use axum::extract::State;
use messaging::{Inbox, MARKED_AT_ONCE};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply, SignedIn};

/// What was marked.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationsRead {
    /// How many were marked as read now; 1,000 at most.
    #[schema(example = 3, minimum = 0, maximum = 1000)]
    pub read: usize,
    /// Whether more are unread: call again.
    #[schema(example = false)]
    pub more: bool,
}

/// Mark all your notifications as read
///
/// Up to 1,000 of them, the newest first.
#[utoipa::path(put, path = "/api/v1/notifications/read", responses((status = 200, body = Envelope<NotificationsRead>)))]
pub async fn read_all_notifications(State(api): State<Api>, caller: SignedIn) -> Result<Reply, Problem> {
    let inbox = Inbox::new(api.table(), caller.scope, caller.user);
    let mut unread = inbox.unread(api.now()).await?;
    let more = unread.len() > MARKED_AT_ONCE;
    unread.truncate(MARKED_AT_ONCE);
    inbox.read_all(&unread, api.now()).await?;
    Reply::ok(&NotificationsRead { read: unread.len(), more })
}
