//! `GET /api/v1/notifications/sent`: what a user was told, or what was told of an invoice, with what became of it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query of the index (more
//! with a filter that few pass), one read of the deliveries beside one of the reports for each hundred.

use axum::extract::State;
use kernel::{CustomerId, InvoiceId, UserId};
use messaging::{ChannelHistory, Notification, Notifications, SentTo, texts::TextKey};
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
    /// Those to the address of this customer, for whom no user acts; instead of a user.
    pub customer_id: Option<CustomerId>,
    /// Only of this kind.
    pub kind: Option<TextKey>,
    /// Only those that stand so on at least one channel.
    pub state: Option<SentState>,
}

/// List sent notifications
///
/// Of the last 30 days, newest first: those to a user, those about an invoice to the address on it, or those to the address of a
/// customer for whom no user acts. Name one of them. A
/// page may be short, and yet not the last.
#[utoipa::path(
    get, path = "/api/v1/notifications/sent",
    responses(
        (status = 200, body = PageOf<SentNotificationView>),
        (status = 422, description = "VALIDATION_FAILED: name a user, an invoice or a customer")
    )
)]
pub async fn list_sent_notifications(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    pager: Pager,
    QueryString(which): QueryString<WhichSent>,
) -> Result<Reply, Problem> {
    let user = which.user_id.map(SentTo::User);
    let invoice = which.invoice_id.map(SentTo::AddressOf);
    let customer = which.customer_id.map(SentTo::Customer);
    let mut named = [user, invoice, customer].into_iter().flatten();
    let (Some(to), None) = (named.next(), named.next()) else {
        return Err(Problem::invalid("userId", "REQUIRED", "name one of a user, an invoice and a customer"));
    };
    let now = api.now();
    let keep = |sent: &Notification| {
        now < sent.expires_at && which.kind.as_ref().is_none_or(|kind| kind.as_str() == sent.kind)
    };
    let found = Notifications::new(api.table(), caller.scope).sent_to(to, &pager.request(), keep).await?;
    let history = ChannelHistory::of(api.table(), caller.scope, &found.items).await?;
    let views = found.items.iter().zip(&history).map(|(sent, known)| SentNotificationView::of(sent, known));
    let is_wanted = |view: &SentNotificationView| {
        which.state.is_none_or(|state| view.channels.iter().any(|channel| channel.state == state))
    };
    Reply::page(views.filter(is_wanted).collect(), pager.info(&api, found.last)?)
}
