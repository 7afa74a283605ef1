//! `GET /account/accept-invitation`: the page of the link that makes somebody a member.
//!
//! Round trips: none.

use axum::response::Response;

use crate::account_page;

/// Accept an invitation
///
/// A page for people, in English or Indonesian, with a form for a name and a password. The token stands behind the `#` of the mailed link,
/// which browsers send to nobody.
#[utoipa::path(
    get, path = "/account/accept-invitation", tag = "identity", security(()),
    responses((status = 200, description = "HTML", content_type = "text/html"))
)]
pub async fn show_accept_invitation() -> Response {
    account_page::page()
}
