//! `GET /account/reset-password`: the page that the link in the mail about a forgotten password leads to.
//!
//! Round trips: none.

use axum::response::Response;

/// Open the page for resetting a password
///
/// Where the link of the mail about a forgotten password leads: `#tenant=…&lang=…&token=…` stands behind the address and
/// stays in the browser until the person presses the button.
#[utoipa::path(
    get, path = "/account/reset-password",
    responses((status = 200, description = "HTML", content_type = "text/html"))
)]
pub async fn get_reset_password_page() -> Response {
    crate::account_pages::page::page()
}
