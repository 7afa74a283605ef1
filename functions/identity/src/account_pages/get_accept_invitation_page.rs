//! `GET /account/accept-invitation`: the page that the link in an invitation leads to.
//!
//! Round trips: none.

use axum::response::Response;

/// Open the page for accepting an invitation
///
/// Where the link of an invitation leads: `#tenant=…&lang=…&token=…` stands behind the address and stays in the browser until the
/// person presses the button.
#[utoipa::path(
    get, path = "/account/accept-invitation",
    responses((status = 200, description = "HTML", content_type = "text/html"))
)]
pub async fn get_accept_invitation_page() -> Response {
    crate::account_pages::page::page()
}
