//! `GET /api/v1/orders/{id}/fulfilments`: what was sent of an order.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read of the order
//! and one of the cart for a guest, one query.

use axum::extract::State;
use kernel::OrderId;
use orders::OrderGoods;
use web::{Api, Id, PageOf, Pager, Problem, Reply};

use crate::{OrdersRead, course::goods_view::OrderFulfilmentView, orders::get_order::open, shopping::shopper::Shopper};

/// List the fulfilments of an order
///
/// In the order in which they were sent. For whoever sees the order.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/fulfilments",
    responses((status = 200, body = PageOf<OrderFulfilmentView>))
)]
pub async fn list_order_fulfilments(
    State(api): State<Api>,
    shopper: Shopper<OrdersRead>,
    pager: Pager,
    Id(id): Id<OrderId>,
) -> Result<Reply, Problem> {
    let order = open(&api, &shopper, id).await?;
    let page = OrderGoods::new(api.table(), shopper.scope).sent(order.id, &pager.request()).await?;
    let rows = page.items.into_iter().map(OrderFulfilmentView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
