//! `GET /api/v1/coupons`: the tenant's coupons.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use billing::Coupons;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{PlansWrite, coupons::coupon_view::CouponView};

/// List coupons
///
/// By key, with how often each was used. For staff: who knows a coupon can use it.
#[utoipa::path(get, path = "/api/v1/coupons", responses((status = 200, body = PageOf<CouponView>)))]
pub async fn list_coupons(State(api): State<Api>, caller: Caller<PlansWrite>, pager: Pager) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let page = Coupons::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.into_iter().map(CouponView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
