//! `GET /api/v1/notifications`: what the signed-in user was told, newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query; one more read of
//! what is unread.

use axum::extract::State;
use messaging::{Inbox, InboxFilter};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, PageOf, Pager, Problem, QueryString, Reply, SignedIn};

use crate::inbox::inbox_view::InboxItemView;

/// Which messages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichNotifications {
    /// Only those that were not read yet; all when left out.
    pub unread: Option<OnlyUnread>,
}

/// Whether only what is unread is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnlyUnread {
    /// Only that.
    True,
    /// All.
    False,
}

/// List your notifications
///
/// What you were told in the last 90 days over the channel `in_app`, newest first. Links and codes are in none of them: those
/// go by mail, SMS or chat alone.
#[utoipa::path(get, path = "/api/v1/notifications", responses((status = 200, body = PageOf<InboxItemView>)))]
pub async fn list_notifications(
    State(api): State<Api>,
    caller: SignedIn,
    pager: Pager,
    QueryString(which): QueryString<WhichNotifications>,
) -> Result<Reply, Problem> {
    let filter = match which.unread {
        Some(OnlyUnread::True) => InboxFilter::Unread,
        Some(OnlyUnread::False) | None => InboxFilter::All,
    };
    let inbox = Inbox::new(api.table(), caller.scope, caller.user);
    let found = inbox.list(filter, &pager.request(), api.now()).await?;
    let rows = found.items.into_iter().map(InboxItemView::from).collect();
    Reply::page(rows, pager.info(&api, found.last)?)
}
