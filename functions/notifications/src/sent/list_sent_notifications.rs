//! `GET /api/v1/notifications/sent`: what a user was told, or what was told of an invoice, with what became of it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query of the index (more
//! with a filter that few pass), one read of the deliveries for each hundred.

use axum::extract::State;
use kernel::{InvoiceId, UserId};
use messaging::{Deliveries, Notification, Notifications, SentTo, texts::TextKey};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply};

use crate::{
    NotificationsRead,
    sent::sent_view::{SentNotificationView, SentState},
};

/// Which messages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WhichSent {
    /// Those to this user.
    pub user_id: Option<UserId>,
    /// Those to whom this invoice is addressed to; instead of a user.
    pub invoice_id: Option<InvoiceId>,
    /// Only of this kind.
    pub kind: Option<TextKey>,
    /// Only those that stand so on at least one channel.
    pub state: Option<SentState>,
}

/// List sent notifications
///
/// Of the last 30 days, newest first: those to a user, or those about an invoice to the address on it. Name one of the two. A
/// page may be short, and yet not the last.
#[utoipa::path(
    get, path = "/api/v1/notifications/sent",
    responses(
        (status = 200, body = PageOf<SentNotificationView>),
        (status = 422, description = "VALIDATION_FAILED: name a user or an invoice")
    )
)]
pub async fn list_sent_notifications(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    pager: Pager,
    QueryString(which): QueryString<WhichSent>,
) -> Result<Reply, Problem> {
    let to = match (which.user_id, which.invoice_id) {
        (Some(user), None) => SentTo::User(user),
        (None, Some(invoice)) => SentTo::AddressOf(invoice),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::invalid("userId", "REQUIRED", "name a user or an invoice, and not both"));
        }
    };
    let now = api.now();
    let keep = |sent: &Notification| {
        now < sent.expires_at && which.kind.as_ref().is_none_or(|kind| kind.as_str() == sent.kind)
    };
    let found = Notifications::new(api.table(), caller.scope).sent_to(to, &pager.request(), keep).await?;
    let deliveries = Deliveries::new(api.table(), caller.scope).of(&found.items).await?;
    let views = found.items.iter().zip(&deliveries).map(|(sent, known)| SentNotificationView::of(sent, known));
    let is_wanted = |view: &SentNotificationView| {
        which.state.is_none_or(|state| view.channels.iter().any(|channel| channel.state == state))
    };
    Reply::page(views.filter(is_wanted).collect(), pager.info(&api, found.last)?)
}
