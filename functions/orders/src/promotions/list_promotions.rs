//! `GET /api/v1/promotions`: the promotions of a shop.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query, one read of the uses.

use axum::extract::State;
use promotions::Promotions;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{PromotionsRead, promotions::promotion_view::PromotionView};

/// List promotions
///
/// First those that hold by themselves, then those with a code, in each the newest first; with how often each is used.
#[utoipa::path(get, path = "/api/v1/promotions", responses((status = 200, body = PageOf<PromotionView>)))]
pub async fn list_promotions(
    State(api): State<Api>,
    caller: Caller<PromotionsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = Promotions::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.into_iter().map(PromotionView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
