//! `GET /unsubscribe/{link}`: the page with the button that stops mails. Looking at it stops nothing: mail programs look at
//! links by themselves.
//!
//! Round trips: one rate-limit write, one read of the user beside one of the tenant.

use axum::{extract::State, response::Response};
use http::StatusCode;
use web::Api;

use super::{
    door::MailReader,
    page::{Scene, page},
};

/// Open the page where mails are stopped
///
/// Where the link in a mail of news leads. No account is needed. The page is in the browser's language, or with `?lang=en` or
/// `?lang=id` in another.
#[utoipa::path(
    get, path = "/unsubscribe/{link}",
    params(("link" = String, Path, description = "What stands in the mail", max_length = 98, example = "00")),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "A page: that is no link", body = String, content_type = "text/html"),
        (status = 429, description = "A page: too many calls", body = String, content_type = "text/html"),
        (status = 503, description = "A page: not now", body = String, content_type = "text/html")
    )
)]
pub async fn get_unsubscribe_page(State(api): State<Api>, reader: MailReader) -> Response {
    match reader.mails(&api).await {
        Ok(mails) => {
            let scene = Scene::Ask { tenant: &mails.tenant, from: mails.link.from };
            page(StatusCode::OK, reader.language, scene)
        }
        Err(refusal) => refusal,
    }
}
