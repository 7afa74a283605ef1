//! `GET /account/verify-email`: the page that the link in the mail that asks to prove an address leads to.
//!
//! Round trips: none.

use axum::response::Response;

/// Open the page for verifying an e-mail address
///
/// Where the link of the mail that asks to verify an address leads: `#tenant=…&lang=…&token=…` stands behind the address and
/// stays in the browser until the person presses the button.
#[utoipa::path(
    get, path = "/account/verify-email",
    responses((status = 200, description = "HTML", content_type = "text/html"))
)]
pub async fn get_verify_email_page() -> Response {
    crate::account_pages::page::page()
}
