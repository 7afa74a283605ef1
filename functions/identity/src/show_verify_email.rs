//! `GET /account/verify-email`: the page of the link that proves an address.
//!
//! Round trips: none.

use axum::response::Response;

use crate::account_page;

/// Prove an address
///
/// A page for people, in English or Indonesian, with a button that proves the address. The token stands behind the `#` of the mailed link,
/// which browsers send to nobody.
#[utoipa::path(
    get, path = "/account/verify-email", tag = "identity", security(()),
    responses((status = 200, description = "HTML", content_type = "text/html"))
)]
pub async fn show_verify_email() -> Response {
    account_page::page()
}
