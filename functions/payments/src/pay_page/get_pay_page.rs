//! `GET /pay/{link}`: the page where an invoice is paid by whoever has its link.
//!
//! Round trips: one rate-limit write, one read of the invoice, and while it is due two reads of its payments beside one of the
//! customer and the tenant's secrets (cached).

use axum::{extract::State, response::Response};
use web::Api;

use super::{bill::Scene, door::LinkHolder, form::stamp, page::Trouble, view::View, ways::ways, words::Words};

/// Open the page where an invoice is paid
///
/// Where the link in the message about an invoice leads, and the code on its document. No account is needed: who has the link
/// sees the invoice and can pay it. The page is in the customer's language, or with `?lang=en` or `?lang=id` in another.
#[utoipa::path(
    get, path = "/pay/{link}",
    params(("link" = String, Path, description = "What the invoice's `payUrl` ends with", max_length = 64, example = "Zm9v")),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "A page: that is no link", body = String, content_type = "text/html"),
        (status = 410, description = "A page: the invoice was settled more than 90 days ago", body = String, content_type = "text/html"),
        (status = 429, description = "A page: too many calls", body = String, content_type = "text/html"),
        (status = 503, description = "A page: not now", body = String, content_type = "text/html")
    )
)]
pub async fn get_pay_page(State(api): State<Api>, payer: LinkHolder) -> Response {
    shown(&api, &payer).await.unwrap_or_else(|trouble| trouble.page(payer.language()))
}

async fn shown(api: &Api, payer: &LinkHolder) -> Result<Response, Trouble> {
    let bill = payer.bill(api).await?;
    let ways = match bill.scene(payer.asked) {
        Scene::Paid(_) | Scene::Void => Vec::new(),
        Scene::Choose(_) | Scene::Wait(_) => {
            ways(api, bill.scope.tenant(), bill.due()).await.map_err(web::Problem::from)?
        }
    };
    let words = Words::of(bill.language);
    let view = View { bill: &bill, words, asked: payer.asked, ways: &ways, stamp: stamp(api, &bill.link) };
    Ok(view.answer())
}
