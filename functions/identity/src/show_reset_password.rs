//! `GET /account/reset-password`: the page of the link that sets a new password.
//!
//! Round trips: none.

use axum::response::Response;

use crate::account_page;

/// Set a new password
///
/// A page for people, in English or Indonesian, with a form for the new password. The token stands behind the `#` of the mailed link,
/// which browsers send to nobody.
#[utoipa::path(
    get, path = "/account/reset-password", tag = "identity", security(()),
    responses((status = 200, description = "HTML", content_type = "text/html"))
)]
pub async fn show_reset_password() -> Response {
    account_page::page()
}
