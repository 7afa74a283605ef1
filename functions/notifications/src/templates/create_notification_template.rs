//! `POST /api/v1/notification-templates`: a kind of message of the tenant's own.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read and one query beside
//! each other, one transaction of text, version, audit entry and idempotency row; again for every race that is lost.

use axum::extract::State;
use kernel::Priority;
use messaging::texts::{KindOf, OWN_KINDS_MAX, OwnKind, TenantText, TextError, TextKey, TextRows, Variable};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    NOTIFICATION_TEMPLATE_SAVED, NotificationsWrite,
    templates::{replace_notification_template::texts, template_view::NotificationTemplateView},
};

/// A kind of message of your own.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "key": "own_sale", "priority": "low", "variables": [{ "name": "until", "kind": "date" }],
    "en": "Spring sale\n\nHello {{name}}, everything is cheaper until {{until}}.",
    "id": "Promo\n\nHalo {{name}}, semua lebih murah sampai {{until}}."
}))]
pub struct CreateNotificationTemplate {
    /// Its key, which begins with `own_`.
    #[schema(example = "own_sale")]
    pub key: TextKey,
    /// How urgent its messages are: `medium` or `low`.
    #[schema(example = "low")]
    pub priority: Priority,
    /// What its texts use, up to 30; `name` and `sender` are always there.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub variables: Vec<Variable>,
    /// In English: the subject, an empty line, and paragraphs. `{{name}}` stands for a value; a paragraph
    /// `[label]({{link}})` is a button.
    #[schema(max_length = 3000, example = "Spring sale\n\nHello {{name}}, everything is cheaper until {{until}}.")]
    pub en: Option<String>,
    /// In Indonesian.
    #[schema(max_length = 3000, example = "Promo\n\nHalo {{name}}, semua lebih murah sampai {{until}}.")]
    pub id: Option<String>,
}

/// Create a notification template
///
/// `POST /api/v1/notifications` sends its messages. One that was deleted can be made anew, and its versions go on.
#[utoipa::path(
    post, path = "/api/v1/notification-templates",
    responses(
        (status = 201, body = Envelope<NotificationTemplateView>),
        (status = 409, description = "CONFLICT, TEMPLATE_EXISTS, TEMPLATE_LIMIT: you have 100 kinds of your own"),
        (status = 422, description = "TEMPLATE_INVALID")
    )
)]
pub async fn create_notification_template(
    State(api): State<Api>,
    caller: Caller<NotificationsWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<CreateNotificationTemplate>,
) -> Result<Reply, Problem> {
    let rows = TextRows::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let (before, all) = tokio::try_join!(rows.get(&body.key), rows.all())?;
        if before.as_ref().is_some_and(|text| !text.is_deleted()) {
            return Err(TextError::Exists.into());
        }
        let own = OwnKind { priority: body.priority, variables: body.variables.clone() };
        let text = TenantText {
            key: body.key.clone(),
            own: Some(own),
            texts: texts(body.en.as_ref(), body.id.as_ref()),
            written_by: caller.user,
            written_at: api.now(),
            version: before.map_or(0, |text| text.version) + 1,
        };
        text.check()?;
        if all.iter().filter(|text| text.key.is_own()).count() >= OWN_KINDS_MAX {
            return Err(TextError::TooMany.into());
        }
        let kind = KindOf::of(&text.key, Some(&text)).ok_or(TextError::NoKind)?;
        let mut transaction = Transaction::new();
        rows.save(&mut transaction, &text)?;
        let entry = caller.entry(&api, &info, NOTIFICATION_TEMPLATE_SAVED).about(&text.key);
        entry.with("version", text.version).insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&NotificationTemplateView::of(&kind))?.version(text.version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
