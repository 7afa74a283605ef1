//! `GET /api/v1/admin/orders`: orders found by number, by the number of their invoice, by the buyer's address, by SKU, or by how
//! they stand.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known); by number two reads, by the number
//! of an invoice three, by an address three and two of each customer; else one query, with a filter up to ten; where reads are
//! recorded one write more.

use axum::extract::State;
use billing::{InvoiceNumber, Invoices, Source};
use customers::Customers;
use futures::future::try_join_all;
use identity::Users;
use kernel::{Email, Party, Sku};
use orders::{Order, OrderNumber, OrderStatus, Orders, OrdersOf};
use serde::Deserialize;
use table::{
    TableError, TenantScope,
    pages::{Listed, PageRequest},
};
use utoipa::ToSchema;
use web::{Api, Caller, PageOf, Pager, Problem, QueryString, Reply, RequestInfo};

use crate::{ADMIN_ORDERS_LISTED, AdminRead, orders::admin_order_view::AdminOrderView};

/// Which orders. Of `number`, `invoice`, `email` and `sku` one is named at most.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminOrderFilter {
    /// That stand so only.
    pub status: Option<OrderStatus>,
    /// The one with this number.
    #[schema(value_type = Option<String>, example = "ORD-2026-00001")]
    pub number: Option<OrderNumber>,
    /// The one that this invoice is of.
    #[schema(value_type = Option<String>, example = "INV-2026-12-0001")]
    pub invoice: Option<InvoiceNumber>,
    /// The newest hundred of each customer that the user with this address acts for.
    pub email: Option<Email>,
    /// In which this is.
    pub sku: Option<Sku>,
}

/// List orders for staff
///
/// Newest first. A filtered page can be short and still have a next one. By a number, an invoice or an address all are on one page.
#[utoipa::path(get, path = "/api/v1/admin/orders", responses((status = 200, body = PageOf<AdminOrderView>)))]
pub async fn list_admin_orders(
    State(api): State<Api>,
    caller: Caller<AdminRead>,
    info: RequestInfo,
    pager: Pager,
    QueryString(filter): QueryString<AdminOrderFilter>,
) -> Result<Reply, Problem> {
    let stands = |order: &Order| filter.status.is_none_or(|status| order.status == status);
    let scope = caller.scope;
    let found = match (&filter.number, &filter.invoice, &filter.email, &filter.sku) {
        (None, None, None, None) => {
            Orders::new(api.table(), scope).list(OrdersOf::Tenant, filter.status, &pager.request()).await?
        }
        (None, None, None, Some(sku)) => {
            let has = |order: &Order| stands(order) && order.lines.iter().any(|line| line.sku == *sku);
            Orders::new(api.table(), scope).list_where(OrdersOf::Tenant, has, &pager.request()).await?
        }
        (Some(number), None, None, None) => one(by_number(&api, scope, number).await?),
        (None, Some(invoice), None, None) => one(by_invoice(&api, scope, *invoice).await?),
        (None, None, Some(email), None) => {
            let items = by_address(&api, scope, email).await?;
            Listed { items, last: None }
        }
        _more_than_one => {
            let detail = "name one of number, invoice, email and sku";
            return Err(Problem::invalid("number", "INVALID_VALUE", detail));
        }
    };
    caller.record_read(&api, &info, ADMIN_ORDERS_LISTED, "orders").await?;
    let rows = found.items.iter().filter(|order| stands(order)).map(AdminOrderView::from).collect();
    Reply::page(rows, pager.info(&api, found.last)?)
}

fn one(found: Option<Order>) -> Listed<Order> {
    Listed { items: found.into_iter().collect(), last: None }
}

/// The order with this number, whoever bought it. Two round trips.
pub(crate) async fn by_number(
    api: &Api,
    scope: TenantScope,
    number: &OrderNumber,
) -> Result<Option<Order>, TableError> {
    let found = Orders::new(api.table(), scope).find(number).await?;
    Ok(found.map(|order| order.trusted("admin:read covers the whole tenant")))
}

async fn by_invoice(api: &Api, scope: TenantScope, number: InvoiceNumber) -> Result<Option<Order>, TableError> {
    let found = Invoices::new(api.table(), scope).find(number).await?;
    let invoice = found.map(|invoice| invoice.trusted("admin:read covers the whole tenant"));
    let Some(Source::Order { id }) = invoice.map(|invoice| invoice.source) else { return Ok(None) };
    let found = Orders::new(api.table(), scope).get(id).await?;
    Ok(found.map(|order| order.trusted("admin:read covers the whole tenant")))
}

/// The orders of the customers that the user with this address acts for, newest first.
async fn by_address(api: &Api, scope: TenantScope, email: &Email) -> Result<Vec<Order>, TableError> {
    let Some(user) = Users::new(api.table(), scope).find_by_email(api.addresses(), email).await? else {
        return Ok(Vec::new());
    };
    let acts_for = Customers::new(api.table(), scope).of_user(user.id).await?;
    let (orders, page) = (Orders::new(api.table(), scope), hundred());
    let lists = acts_for.customers.iter().map(|id| orders.list(OrdersOf::Customer(Party::Customer(*id)), None, &page));
    let mut all: Vec<Order> = try_join_all(lists).await?.into_iter().flat_map(|page| page.items).collect();
    all.sort_by_key(|order| std::cmp::Reverse((order.placed_at, order.id)));
    Ok(all)
}

fn hundred() -> PageRequest {
    PageRequest::first::<100>()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::world::{World, code};

    const PATH: &str = "/api/v1/admin/orders";

    #[tokio::test]
    async fn an_order_is_found_by_whatever_names_it() {
        let world = World::open().await;
        let customer = world.stack.customer_of(&world.customer).await;
        world.order(1, "confirmed").await;
        world.order_of(2, "completed", customer).await;
        world.invoice_of_order(1).await;
        for (query, found) in [
            ("", vec!["ORD-2026-00002", "ORD-2026-00001"]),
            ("?status=completed", vec!["ORD-2026-00002"]),
            ("?number=ORD-2026-00001", vec!["ORD-2026-00001"]),
            ("?number=ORD-2026-00001&status=completed", vec![]),
            ("?number=ORD-2026-00009", vec![]),
            ("?invoice=INV-2026-12-0001", vec!["ORD-2026-00001"]),
            ("?invoice=INV-2026-12-0009", vec![]),
            ("?email=budi%40example.com", vec!["ORD-2026-00002"]),
            ("?email=nobody%40example.com", vec![]),
            ("?sku=KOPI-250", vec!["ORD-2026-00002", "ORD-2026-00001"]),
            ("?sku=kopi-250", vec![]),
        ] {
            let answer = world.get(&world.owner, &format!("{PATH}{query}")).await;
            assert_eq!(answer.status, 200, "{query} {}", answer.snapshot());
            let numbers: Vec<Value> =
                answer.at("/data").as_array().unwrap().iter().map(|row| row["number"].clone()).collect();
            assert_eq!(json!(numbers), json!(found), "{query}");
        }
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for query in ["", "?number=ORD-2026-00001", "?invoice=INV-2026-12-0001", "?email=budi%40example.com"] {
            assert_eq!(world.get(&stranger, &format!("{PATH}{query}")).await.at("/data"), json!([]), "{query}");
        }
    }

    #[tokio::test]
    async fn two_names_at_once_are_refused() {
        let world = World::open().await;
        let both = world.get(&world.owner, &format!("{PATH}?number=ORD-2026-00001&sku=A")).await;
        assert_eq!(code(&both), (422, "VALIDATION_FAILED".to_owned()));
    }
}
