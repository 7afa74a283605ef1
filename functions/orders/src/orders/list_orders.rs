//! `GET /api/v1/orders`: the caller's orders, or those of the whole tenant for its members; newest first.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query (with a filter up to
//! ten), for a customer one batch read; by number two reads.

use axum::extract::State;
use kernel::CustomerId;
use orders::{OrderNumber, OrderStatus, Orders, OrdersOf};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, Whose};

use crate::{OrdersRead, orders::order_view::OrderView};

/// Which orders.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OrderFilter {
    /// That stand so only.
    pub status: Option<OrderStatus>,
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
    /// With this number only: one, or none.
    #[schema(value_type = Option<String>, pattern = "^[A-Z][A-Z0-9]{0,11}-[0-9]{4}-[0-9]{5,10}$", example = "ORD-2026-00001")]
    pub number: Option<OrderNumber>,
}

/// List orders
///
/// Newest first. A customer sees their own, a member those of the tenant. A filtered page can be short and still have a next
/// one.
#[utoipa::path(get, path = "/api/v1/orders", responses((status = 200, body = PageOf<OrderView>)))]
pub async fn list_orders(
    State(api): State<Api>,
    caller: Caller<OrdersRead>,
    pager: Pager,
    QueryString(filter): QueryString<OrderFilter>,
) -> Result<Reply, Problem> {
    let of = match caller.whose(&api, filter.customer_id).await? {
        Whose::Partys(party) => OrdersOf::Customer(party),
        Whose::Everybodys => OrdersOf::Tenant,
        Whose::Nobodys => return Reply::page(Vec::<OrderView>::new(), pager.info(&api, None)?),
    };
    let orders = Orders::new(api.table(), caller.scope);
    if let Some(number) = &filter.number {
        let found = orders.find(number).await?;
        let is_of = |party| match of {
            OrdersOf::Tenant => true,
            OrdersOf::Customer(asked) => asked == party,
        };
        let found = found.filter(|order| is_of(order.owner())).map(|order| order.trusted("it is of who was asked for"));
        let found = found.filter(|order| filter.status.is_none_or(|status| order.status == status));
        let rows = found.iter().map(|order| OrderView::of(&api, &caller.tenant, order)).collect();
        return Reply::page(rows, pager.info(&api, None)?);
    }
    let page = orders.list(of, filter.status, &pager.request()).await?;
    let rows = page.items.iter().map(|order| OrderView::of(&api, &caller.tenant, order)).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
