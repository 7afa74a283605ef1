//! `GET /api/v1/admin/dashboard`: what of the tenant needs somebody.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), then at once: one to ten
//! queries each of orders and of invoices, one each of reviews and of low stock, and one or two of the counts of messages.

use axum::extract::State;
use billing::{Invoices, InvoicesOf, Showing};
use jiff::ToSpan;
use kernel::{Timestamp, Zone};
use messaging::Stats;
use orders::{OrderStatus, Orders, OrdersOf};
use reviews::{ProductReviewStatus, ProductReviews};
use serde::Serialize;
use stock::Stocks;
use table::{
    TableError,
    pages::{Listed, PageRequest},
};
use tokio::try_join;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, Reply};

use crate::AdminRead;

/// What needs somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminDashboardView {
    /// Orders that are paid, and of which something is to be sent.
    pub orders_to_fulfil: AdminTally,
    /// Orders that are to be paid.
    pub orders_unpaid: AdminTally,
    /// Invoices that are to be paid.
    pub invoices_unpaid: AdminTally,
    /// Those of them whose last day to pay is over.
    pub invoices_overdue: AdminTally,
    /// Reviews that wait for a person.
    pub reviews_to_moderate: AdminTally,
    /// SKUs at their low mark.
    pub low_stock: AdminTally,
    /// Messages to people, over all channels.
    pub messages: AdminMessagesView,
    /// When all this was so.
    pub at: Timestamp,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminTally {
    /// So many were counted, among the newest.
    #[schema(example = 12, maximum = 100)]
    pub count: u64,
    /// Whether there may be more: a hundred are counted at most, among the newest thousand.
    #[schema(example = false)]
    pub more: bool,
}

/// What became of the messages of the last seven days, today with them; days are those of UTC.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct AdminMessagesView {
    /// How many left.
    #[schema(example = 1200)]
    pub sent: u64,
    /// How many did not leave, or did not arrive.
    #[schema(example = 3)]
    pub failed: u64,
}

impl AdminTally {
    fn of<T>(page: &Listed<T>, is_counted: impl Fn(&T) -> bool) -> Self {
        let count = page.items.iter().filter(|item| is_counted(item)).count();
        Self { count: u64::try_from(count).unwrap_or(u64::MAX), more: page.last.is_some() }
    }
}

/// Get the dashboard
///
/// Counts of what waits for somebody. Each looks at the newest thousand and counts a hundred at most.
#[utoipa::path(
    get, path = "/api/v1/admin/dashboard", responses((status = 200, body = Envelope<AdminDashboardView>))
)]
pub async fn get_admin_dashboard(State(api): State<Api>, caller: Caller<AdminRead>) -> Result<Reply, Problem> {
    let (table, scope, now) = (api.table(), caller.scope, api.now());
    let page = PageRequest::first::<100>();
    let (orders, invoices) = (Orders::new(table, scope), Invoices::new(table, scope));
    let (reviews, stocks) = (ProductReviews::new(table, scope), Stocks::new(table, scope));
    let to_fulfil = |status: OrderStatus| matches!(status, OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled);
    let (fulfil, unpaid, invoices, reviews, low, messages) = try_join!(
        orders.list_where(OrdersOf::Tenant, |order| to_fulfil(order.status), &page),
        orders.list(OrdersOf::Tenant, Some(OrderStatus::PendingPayment), &page),
        invoices.list(InvoicesOf::Tenant, Showing::In(billing::InvoiceStatus::Open), &page),
        reviews.list(ProductReviewStatus::Pending, None, &page),
        stocks.low(&page),
        messages_of(Stats::new(table, scope), now),
    )?;
    Reply::ok(&AdminDashboardView {
        orders_to_fulfil: AdminTally::of(&fulfil, |_| true),
        orders_unpaid: AdminTally::of(&unpaid, |_| true),
        invoices_unpaid: AdminTally::of(&invoices, |_| true),
        invoices_overdue: AdminTally::of(&invoices, |invoice| invoice.is_overdue(now)),
        reviews_to_moderate: AdminTally::of(&reviews, |_| true),
        low_stock: AdminTally::of(&low, |_| true),
        messages,
        at: now,
    })
}

async fn messages_of(stats: Stats<'_>, now: Timestamp) -> Result<AdminMessagesView, TableError> {
    let today = now.date_in(&Zone::utc());
    let first = today.checked_sub(6.days()).unwrap_or(today);
    let counts = stats.of(first, today).await?;
    Ok(counts.values().fold(AdminMessagesView::default(), |sum, counts| AdminMessagesView {
        sent: sum.sent.saturating_add(counts.sent),
        failed: sum.failed.saturating_add(counts.failed),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    const PATH: &str = "/api/v1/admin/dashboard";

    #[tokio::test]
    async fn what_waits_is_counted_and_only_in_ones_own_tenant() {
        let world = World::open().await;
        let nothing = json!({ "count": 0, "more": false });
        let empty = world.get(&world.owner, PATH).await;
        assert_eq!((empty.status.as_u16(), empty.at("/data/ordersToFulfil")), (200, nothing.clone()));
        world.order(1, "confirmed").await;
        world.order(2, "partially_fulfilled").await;
        world.order(3, "pending_payment").await;
        world.order(4, "completed").await;
        world.invoice(1).await;
        let seen = world.get(&world.owner, PATH).await;
        assert_eq!(seen.at("/data/ordersToFulfil/count"), json!(2));
        assert_eq!(seen.at("/data/ordersUnpaid/count"), json!(1));
        assert_eq!(seen.at("/data/invoicesUnpaid/count"), json!(1));
        assert_eq!(seen.at("/data/invoicesOverdue/count"), json!(0));
        assert_eq!(seen.at("/data/messages"), json!({ "sent": 0, "failed": 0 }));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let theirs = world.get(&stranger, PATH).await;
        assert_eq!((theirs.at("/data/ordersToFulfil"), theirs.at("/data/invoicesUnpaid")), (nothing.clone(), nothing));
    }

    #[tokio::test]
    async fn a_customer_and_a_manager_see_none_of_it() {
        let world = World::open().await;
        for who in [&world.customer, &world.manager] {
            let answer = world.get(who, PATH).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code")), (403, "FORBIDDEN".to_owned()));
        }
    }
}
