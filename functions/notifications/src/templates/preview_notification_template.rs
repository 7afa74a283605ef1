//! `POST /api/v1/notification-templates/{key}/preview`: how a text looks in every channel. Nothing is stored or sent.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::Locale;
use messaging::{
    Rendered,
    texts::{GivenError, GivenValue, KindOf, TextError, TextKey, TextRows, given, samples},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Json, Problem, Reply};

use crate::NotificationsRead;

/// What is to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewNotificationTemplate {
    /// In which language.
    pub language: Locale,
    /// The text, before it is saved; the one that holds when left out.
    #[schema(max_length = 3000, example = "Welcome to {{sender}}\n\nHello {{name}}, we are glad that you are here.")]
    pub text: Option<String>,
    /// The value of each variable; samples when left out.
    pub values: Option<BTreeMap<String, GivenValue>>,
}

/// A message in every channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationPreview {
    /// The subject of a mail, and the title in a list.
    pub subject: String,
    /// The plain text of a mail.
    pub text: String,
    /// The HTML of a mail.
    pub html: String,
    /// The chat message, in Telegram's `MarkdownV2`.
    pub markdown: String,
    /// The SMS.
    pub sms: String,
    /// What stands in the list: the text up to its first button.
    pub in_app: String,
}

/// Preview a notification template
///
/// In the given language and with the given values. A text that could not be saved is refused with the same words.
#[utoipa::path(
    post, path = "/api/v1/notification-templates/{key}/preview",
    responses(
        (status = 200, body = Envelope<NotificationPreview>),
        (status = 422, description = "TEMPLATE_INVALID, TEMPLATE_NOT_REPLACEABLE")
    )
)]
pub async fn preview_notification_template(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    Id(key): Id<TextKey>,
    Json(body): Json<PreviewNotificationTemplate>,
) -> Result<Reply, Problem> {
    let text = TextRows::new(api.table(), caller.scope).get(&key).await?;
    let kind = KindOf::of(&key, text.as_ref()).ok_or_else(Problem::not_found)?;
    let language = body.language;
    let as_error = |why| TextError::Text { language, why };
    let template = match &body.text {
        Some(_) if key.is_built_in_only() => return Err(TextError::BuiltInOnly.into()),
        Some(source) if source.chars().count() > messaging::texts::SOURCE_MAX => {
            return Err(TextError::TooLong { language }.into());
        }
        Some(source) => kind.compile(source).map_err(as_error)?,
        None => kind.template(language).map_err(as_error)?,
    };
    let values = match &body.values {
        Some(values) => given(&kind, values).map_err(|errors| refusal(&errors))?,
        None => samples(&kind),
    };
    let values =
        if kind.is_own { values.text("name", "Budi").text("sender", caller.tenant.product_name()) } else { values };
    let rendered = template.render(language, &template.used(&values)).map_err(as_error)?;
    let Rendered { subject, text, html, markdown, brief } = rendered;
    let sms = text.trim().to_owned();
    Reply::ok(&NotificationPreview { subject, text, html, markdown, sms, in_app: brief })
}

/// All that is wrong with the values.
pub(crate) fn refusal(errors: &[GivenError]) -> Problem {
    errors.iter().fold(Problem::unacceptable(), |problem, GivenError { name, why }| {
        problem.with_error(&format!("/values/{name}"), "INVALID_VALUE", *why)
    })
}
