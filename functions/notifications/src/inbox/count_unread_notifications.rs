//! `GET /api/v1/notifications/unread`: how many messages of one's list are unread.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use messaging::{Inbox, UNREAD_COUNTED};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply, SignedIn};

/// How many messages are unread.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadCount {
    /// How many, up to 1,000.
    #[schema(example = 3, minimum = 0, maximum = 1000)]
    pub unread: usize,
    /// Whether there are more than that.
    #[schema(example = false)]
    pub more: bool,
}

/// Count your unread notifications
#[utoipa::path(get, path = "/api/v1/notifications/unread", responses((status = 200, body = Envelope<UnreadCount>)))]
pub async fn count_unread_notifications(State(api): State<Api>, caller: SignedIn) -> Result<Reply, Problem> {
    let unread = Inbox::new(api.table(), caller.scope, caller.user).unread(api.now()).await?.len();
    Reply::ok(&UnreadCount { unread: unread.min(UNREAD_COUNTED), more: unread > UNREAD_COUNTED })
}
