//! `PUT /api/v1/notification-templates/{key}`: texts of the tenant's own, for a built-in kind of message or one that it made.
//!
//! The next message uses them. Round trips: one rate-limit write beside one read of the caller's standing (none when known),
//! one read, one transaction of text, version, audit entry and idempotency row; again for every race that is lost.

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::{Locale, Priority};
use messaging::texts::{KindOf, OwnKind, TenantText, TextError, TextKey, TextRows, Variable};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{NOTIFICATION_TEMPLATE_SAVED, NotificationsWrite, templates::template_view::NotificationTemplateView};

/// Texts of your own.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "en": "Welcome to {{sender}}\n\nHello {{name}}, we are glad that you are here.",
    "id": "Selamat datang di {{sender}}\n\nHalo {{name}}, kami senang Anda di sini."
}))]
pub struct ReplaceNotificationTemplate {
    /// In English: the subject, an empty line, and paragraphs. `{{name}}` stands for a value; a paragraph
    /// `[label]({{link}})` is a button.
    #[schema(max_length = 3000, example = "Welcome to {{sender}}\n\nHello {{name}}, we are glad that you are here.")]
    pub en: Option<String>,
    /// In Indonesian.
    #[schema(max_length = 3000, example = "Selamat datang di {{sender}}\n\nHalo {{name}}, kami senang Anda di sini.")]
    pub id: Option<String>,
    /// How urgent messages are, of a kind of your own: `medium` or `low`.
    pub priority: Option<Priority>,
    /// What texts use, of a kind of your own, up to 30; `name` and `sender` are always there.
    #[schema(max_items = 30)]
    pub variables: Option<Vec<Variable>>,
}

/// Replace a notification template
///
/// Every variable of the kind must be used and no other. A language that is left out goes back to what is built in.
#[utoipa::path(
    put, path = "/api/v1/notification-templates/{key}",
    responses(
        (status = 200, body = Envelope<NotificationTemplateView>),
        (status = 409, description = "CONFLICT"),
        (status = 422, description = "TEMPLATE_INVALID, TEMPLATE_NOT_REPLACEABLE: messages about security have the built-in text")
    )
)]
pub async fn replace_notification_template(
    State(api): State<Api>,
    caller: Caller<NotificationsWrite>,
    Edit { info, key: idempotency, if_match }: Edit,
    Id(key): Id<TextKey>,
    Json(body): Json<ReplaceNotificationTemplate>,
) -> Result<Reply, Problem> {
    if !key.is_own() && key.built_in().is_none() {
        return Err(Problem::not_found());
    }
    let rows = TextRows::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let before = rows.get(&key).await?;
        if key.is_own() && before.as_ref().is_none_or(TenantText::is_deleted) {
            return Err(Problem::not_found());
        }
        let version = before.as_ref().map_or(0, |text| text.version);
        if_match.check(version)?;
        let after = TenantText {
            key: key.clone(),
            own: own_kind(&body)?,
            texts: texts(body.en.as_ref(), body.id.as_ref()),
            written_by: caller.user,
            written_at: api.now(),
            version: version + 1,
        };
        after.check()?;
        let kind = KindOf::of(&key, Some(&after)).ok_or(TextError::NoKind)?;
        let mut transaction = Transaction::new();
        rows.save(&mut transaction, &after)?;
        let entry = caller.entry(&api, &info, NOTIFICATION_TEMPLATE_SAVED).about(&key);
        entry.with("version", after.version).insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&NotificationTemplateView::of(&kind))?.version(after.version);
        Ok(idempotency.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

/// The texts that are given, by their languages.
pub(crate) fn texts(en: Option<&String>, id: Option<&String>) -> BTreeMap<Locale, String> {
    let all = [(Locale::En, en), (Locale::Id, id)];
    all.into_iter().filter_map(|(language, text)| Some((language, text?.clone()))).collect()
}

/// Both or neither: whether the key is of such a kind is checked with the rest.
fn own_kind(body: &ReplaceNotificationTemplate) -> Result<Option<OwnKind>, TextError> {
    match (body.priority, &body.variables) {
        (Some(priority), variables) => Ok(Some(OwnKind { priority, variables: variables.clone().unwrap_or_default() })),
        (None, Some(_)) => Err(TextError::NotOwn),
        (None, None) => Ok(None),
    }
}
