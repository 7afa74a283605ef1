//! `POST /api/v1/notifications`: a tenant's own message, to a user or to all who act for a customer.
//!
//! The rows, the event that has them sent and the answer commit together: a crash sends nothing, or all of it once. Round trips:
//! one rate-limit write beside one read of the caller's standing (none when known), one read of the key, one of the text beside
//! one of the reader, one write that counts the readers, one transaction of rows, event, audit entry and idempotency row.

use std::collections::BTreeMap;

use axum::extract::State;
use customers::Customers;
use events::{Cause, Meta, notification::NotificationRequested};
use identity::{UserStatus, Users};
use kernel::{CustomerId, EventId, NotificationId, UserId};
use messaging::{
    Channel, Notification, Notifications, Recipient, SendWhile,
    texts::{GivenValue, KindOf, TextKey, TextRows, given},
};
use serde::{Deserialize, Serialize};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Limit, Problem, Reply, RequestInfo};

use crate::{NOTIFICATION_SENT, NotificationsSend, templates::preview_notification_template::refusal};

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "template": "own_sale", "to": { "userId": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X" }, "values": { "discount": "20%" },
    "channels": ["email", "in_app"]
}))]
pub struct CreateNotification {
    /// Which kind of your own: its key begins with `own_`.
    #[schema(example = "own_sale")]
    pub template: TextKey,
    /// Who is told.
    pub to: NotificationReader,
    /// The value of each variable, and no other. They are kept sealed for 30 days and are not erased with a user: no
    /// passwords or card numbers, and no more of a person than the message needs.
    #[serde(default)]
    pub values: BTreeMap<String, GivenValue>,
    /// Over which channels; by mail and in the list unless told. What a reader switched off stays off.
    #[schema(min_items = 1, max_items = 5)]
    pub channels: Option<Vec<Channel>>,
}

/// Who is told: a user, or all users who act for a customer, 50 at most. One of the two.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "userId": "usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X" }), min_properties = 1, max_properties = 1)]
pub struct NotificationReader {
    /// The user.
    pub user_id: Option<UserId>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
}

/// What is being sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationsCreated {
    /// One for each reader.
    pub ids: Vec<NotificationId>,
}

/// How many readers one call may have.
const READERS_MAX: usize = 50;

/// Create a notification
///
/// What a reader switched off does not come, what comes in quiet hours waits, and no mail goes to a user whose address is not
/// proven. How each stands is told by `GET /api/v1/notifications/{id}`. A tenant has 1,000 readers an hour.
#[utoipa::path(
    post, path = "/api/v1/notifications",
    responses(
        (status = 202, body = Envelope<NotificationsCreated>),
        (status = 404, description = "NOT_FOUND: there is no such user, customer or template"),
        (status = 409, description = "NOTIFICATION_NO_READER, NOTIFICATION_TOO_MANY_READERS")
    )
)]
pub async fn create_notification(
    State(api): State<Api>,
    caller: Caller<NotificationsSend>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateNotification>,
) -> Result<Reply, Problem> {
    let texts = TextRows::new(api.table(), caller.scope);
    let (text, readers) = tokio::join!(texts.get(&body.template), readers(&api, &caller, body.to));
    let text = text?.filter(|text| text.key.is_own());
    let kind = KindOf::of(&body.template, text.as_ref()).filter(|kind| kind.is_own);
    let kind = kind.ok_or_else(|| Problem::not_found().named_at("/template"))?;
    let (readers, channels) = (readers?, channels(body.channels)?);
    let says = given(&kind, &body.values).map_err(|errors| refusal(&errors))?;
    caller.limit_tenant_for(&api, Limit::NOTIFICATIONS, readers.len()).await?;

    let (event_id, now) = (EventId::new(api.new_ulid()), api.now());
    let notifications = Notifications::new(api.table(), caller.scope);
    let (mut transaction, mut ids) = (Transaction::new(), Vec::with_capacity(readers.len()));
    for user_id in readers {
        let recipient = Recipient::User { user_id };
        let notification = Notification {
            id: Notification::id_of(event_id, kind.key.as_str(), recipient),
            kind: kind.key.to_string(),
            priority: kind.priority,
            recipient,
            channels: channels.clone(),
            says: says.clone(),
            sender: caller.tenant.name.as_str().to_owned(),
            needs: SendWhile::ActiveUser,
            tells: Vec::new(),
            event_id,
            created_at: now,
            expires_at: now.plus(messaging::REMEMBERED),
        };
        notifications.insert(&mut transaction, &notification)?;
        ids.push(notification.id);
    }
    let Some(first) = ids.first().copied() else { return Err(Problem::conflict()) };
    let Cause { request_id, given_request_id } = Cause::from(&info);
    let tenant_id = caller.tenant();
    let meta = Meta { id: event_id, tenant_id, occurred_at: now, request_id, given_request_id, subject_version: 1 };
    let requested = NotificationRequested { notification_id: first, notification_ids: ids.clone() };
    events::insert(&mut transaction, &meta, &requested)?;
    let entry = caller.entry(&api, &info, NOTIFICATION_SENT).about(first);
    entry.with("template", kind.key.as_str()).with("readers", ids.len()).insert(&mut transaction, caller.scope)?;
    let reply = Reply::accepted(&NotificationsCreated { ids })?;
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

fn channels(wanted: Option<Vec<Channel>>) -> Result<Vec<Channel>, Problem> {
    let Some(mut wanted) = wanted else { return Ok(vec![Channel::Email, Channel::InApp]) };
    let many = wanted.len();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() || wanted.len() < many {
        return Err(Problem::invalid("/channels", "INVALID_VALUE", "name at least one channel, each once"));
    }
    Ok(wanted)
}

/// The users who are told.
async fn readers(
    api: &Api,
    caller: &Caller<NotificationsSend>,
    to: NotificationReader,
) -> Result<Vec<UserId>, Problem> {
    let users = match (to.user_id, to.customer_id) {
        (Some(user_id), None) => {
            let user = Users::new(api.table(), caller.scope).get(user_id).await?;
            let user = user.filter(|user| user.status != UserStatus::Erased);
            vec![user.ok_or_else(|| Problem::not_found().named_at("/to/userId"))?.id]
        }
        (None, Some(customer_id)) => {
            let customer = Customers::new(api.table(), caller.scope).get(customer_id).await?;
            let customer = customer.map(|customer| customer.trusted("staff writes to the tenant's own customers"));
            let customer = customer.filter(|customer| !customer.is_erased());
            customer.ok_or_else(|| Problem::not_found().named_at("/to/customerId"))?.users
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err(Problem::invalid("/to", "REQUIRED", "name a user or a customer, and not both"));
        }
    };
    if users.is_empty() {
        let detail = "nobody acts for this customer, so that nobody can be told";
        return Err(Problem::new(http::StatusCode::CONFLICT, "NOTIFICATION_NO_READER", detail));
    }
    if users.len() > READERS_MAX {
        let detail = "more than 50 users act for this customer: name them one by one";
        return Err(Problem::new(http::StatusCode::CONFLICT, "NOTIFICATION_TOO_MANY_READERS", detail));
    }
    Ok(users)
}
