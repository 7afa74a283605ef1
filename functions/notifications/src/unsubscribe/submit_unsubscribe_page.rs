//! `POST /unsubscribe/{link}`: mails are stopped, by the page's button or by the reader's mail program with one click
//! (RFC 8058). What the body says makes no difference, and twice is as once.
//!
//! Round trips: one rate-limit write, one read of the user beside one of the tenant, one read of what the user chose, one write
//! unless it is off already; the last two again for every race that is lost.

use axum::{extract::State, response::Response};
use http::StatusCode;
use messaging::{Channel, preferences::PreferenceRows};
use serde::Deserialize;
use table::{Race, TableError, TenantScope, WriteError, until_settled};
use utoipa::ToSchema;
use web::Api;

use super::{
    door::{MailReader, Mails},
    page::{Scene, page},
};

/// What a mail program sends; the page's button sends nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub struct OneClick {
    /// Always `One-Click`.
    #[serde(rename = "List-Unsubscribe")]
    #[schema(example = "One-Click")]
    #[expect(dead_code, reason = "what the body says makes no difference")]
    list_unsubscribe: Option<String>,
}

/// Stop mails like the one with this link
///
/// For the button of the page, and for mail programs: the link stands in the mail's `List-Unsubscribe` header too.
#[utoipa::path(
    post, path = "/unsubscribe/{link}",
    request_body(content = OneClick, content_type = "application/x-www-form-urlencoded"),
    params(("link" = String, Path, description = "What stands in the mail", max_length = 98, example = "00")),
    responses(
        (status = 200, description = "The page, which says that it is done", body = String, content_type = "text/html"),
        (status = 404, description = "A page: that is no link", body = String, content_type = "text/html"),
        (status = 429, description = "A page: too many calls", body = String, content_type = "text/html"),
        (status = 503, description = "A page: not now", body = String, content_type = "text/html")
    )
)]
pub async fn submit_unsubscribe_page(State(api): State<Api>, reader: MailReader) -> Response {
    let mails = match reader.mails(&api).await {
        Ok(mails) => mails,
        Err(refusal) => return refusal,
    };
    match stop(&api, &mails).await {
        Ok(()) => {
            let scene = Scene::Done { tenant: &mails.tenant, from: mails.link.from };
            page(StatusCode::OK, reader.language, scene)
        }
        Err(error) => {
            tracing::error!(%error, user.id = %mails.user.id, "mails cannot be stopped");
            page(StatusCode::SERVICE_UNAVAILABLE, reader.language, Scene::NotNow)
        }
    }
}

async fn stop(api: &Api, mails: &Mails) -> Result<(), TableError> {
    let rows = PreferenceRows::new(api.table(), TenantScope::new(mails.link.tenant));
    let outrun = || TableError::Unavailable("others change the same preferences".to_owned());
    until_settled(outrun, || async {
        let before = rows.of(mails.user.id).await?;
        let groups = mails.link.from.groups().iter();
        let after = groups.fold(before.clone(), |wishes, group| wishes.switched(*group, Channel::Email, false));
        if after.switches == before.switches {
            return Ok(Race::Settled(()));
        }
        let after = messaging::preferences::NotificationPreferences { version: before.version + 1, ..after };
        match table::write_alone(api.table(), |tx| rows.save(tx, mails.user.id, &after)).await {
            Ok(_) => Ok(Race::Settled(())),
            Err(WriteError::ConditionFailed { .. }) => Ok(Race::Lost),
            Err(WriteError::Table(error)) => Err(error),
        }
    })
    .await
}
