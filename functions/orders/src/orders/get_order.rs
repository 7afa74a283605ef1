//! `GET /api/v1/orders/{id}`: one order.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one read, and
//! one of the cart for a guest.

use axum::extract::State;
use kernel::OrderId;
use orders::{CartState, Carts, Order, Orders};
use web::{Api, Envelope, Id, Needs, Problem, Reply};

use crate::{OrdersRead, orders::order_view::OrderView, shopping::shopper::Shopper};

/// Get an order
///
/// A user's own, any one for the shop's members, and a guest's with the token of the cart that it was, for 30 days.
#[utoipa::path(get, path = "/api/v1/orders/{id}", responses((status = 200, body = Envelope<OrderView>)))]
pub async fn get_order(
    State(api): State<Api>,
    shopper: Shopper<OrdersRead>,
    Id(id): Id<OrderId>,
) -> Result<Reply, Problem> {
    let order = open(&api, &shopper, id).await?;
    Ok(Reply::ok(&OrderView::of(&api, &shopper.tenant, &order))?.version(order.version))
}

/// An order, for whoever sees it. One read, and one of the cart for a guest.
///
/// # Errors
/// Not found where there is none, and for anybody else.
pub(crate) async fn open<P: Needs>(api: &Api, shopper: &Shopper<P>, id: OrderId) -> Result<Order, Problem> {
    let found = Orders::new(api.table(), shopper.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    if let Some(token) = &shopper.token {
        let cart = Carts::new(api.table(), shopper.scope).get(token.cart(), api.now()).await?;
        let cart = cart.filter(|cart| token.opens(cart));
        let order = found.trusted("it is compared with what the token opens");
        let is_it = cart.is_some_and(|cart| cart.state == CartState::Ordered { order: order.id });
        return if is_it { Ok(order) } else { Err(Problem::not_found()) };
    }
    match &shopper.caller {
        Some(caller) => caller.open(api, found).await,
        None => Err(Problem::not_found()),
    }
}
