//! `GET /api/v1/orders/{id}/returns`: what came back of an order.
//!
//! Round trips: as `GET /api/v1/orders/{id}/fulfilments`.

use axum::extract::State;
use kernel::OrderId;
use orders::OrderGoods;
use web::{Api, Id, PageOf, Pager, Problem, Reply};

use crate::{OrdersRead, course::goods_view::OrderReturnView, orders::get_order::open, shopping::shopper::Shopper};

/// List the returns of an order
///
/// In the order in which they came. For whoever sees the order.
#[utoipa::path(
    get, path = "/api/v1/orders/{id}/returns",
    responses((status = 200, body = PageOf<OrderReturnView>))
)]
pub async fn list_order_returns(
    State(api): State<Api>,
    shopper: Shopper<OrdersRead>,
    pager: Pager,
    Id(id): Id<OrderId>,
) -> Result<Reply, Problem> {
    let order = open(&api, &shopper, id).await?;
    let page = OrderGoods::new(api.table(), shopper.scope).returned(order.id, &pager.request()).await?;
    let rows = page.items.into_iter().map(OrderReturnView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
