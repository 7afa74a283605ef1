//! `GET /api/v1/admin/analytics`: what was sold and who bought on the days that end with today, beside as many days before.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), two queries side by side, of twice
//! as many days.

use ::analytics::{BuyerFigures, CurrencySales, DayRange, SalesInterval, SalesRollups, sales_report};
use axum::extract::State;
use kernel::{Currency, Date, Money, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, QueryString, Reply};

use crate::AdminRead;

/// How many days are looked at when nobody says so.
const DAYS: u16 = 30;
/// The most: with those before they are not more than a report may have.
const MOST: u16 = 180;

/// Which days.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminAnalyticsQuery {
    /// How many, today with them; 30 when left out.
    #[schema(minimum = 1, maximum = 180, example = 30)]
    pub days: Option<u16>,
}

/// What was sold and who bought.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminAnalyticsView {
    /// Whose midnight begins a day.
    pub timezone: Zone,
    /// The days that end with today; today is not over.
    pub current: AdminSalesView,
    /// As many days right before them.
    pub previous: AdminSalesView,
}

/// What was sold on some days, and who bought.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminSalesView {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What was sold, by currency: none in which nothing moved.
    pub sales: Vec<AdminCurrencySales>,
    /// How many different customers bought, about.
    #[schema(example = 40)]
    pub buyers: i64,
    /// How many bought for the first time.
    #[schema(example = 12)]
    pub new_buyers: i64,
}

/// What was sold in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminCurrencySales {
    pub currency: Currency,
    /// How many orders were placed.
    #[schema(example = 52)]
    pub orders: i64,
    /// How many were paid, or cost nothing.
    #[schema(example = 50)]
    pub paid_orders: i64,
    /// What was earned without tax, less what was taken back.
    pub net: Money,
    /// Money that was paid for orders.
    pub paid: Money,
    /// Money of it that went back.
    pub refunded: Money,
}

/// Get analytics for staff
///
/// The sums are those of `/analytics/sales` and `/analytics/buyers`, which say more.
#[utoipa::path(
    get, path = "/api/v1/admin/analytics", responses((status = 200, body = Envelope<AdminAnalyticsView>))
)]
pub async fn get_admin_analytics(
    State(api): State<Api>,
    caller: Caller<AdminRead>,
    QueryString(query): QueryString<AdminAnalyticsQuery>,
) -> Result<Reply, Problem> {
    let days = query.days.unwrap_or(DAYS);
    if !(1..=MOST).contains(&days) {
        return Err(Problem::invalid("days", "INVALID_VALUE", format!("ask for 1 to {MOST} days")));
    }
    let zone = &caller.tenant.timezone;
    let today = api.now().date_in(zone);
    let (all, current) = (DayRange::ending(today, days.saturating_mul(2)), DayRange::ending(today, days));
    let rollups = SalesRollups::new(api.table(), caller.scope);
    let (sales, buyers) = tokio::try_join!(rollups.sales(all), rollups.buyers(all))?;
    let sums = |range: DayRange| -> Result<AdminSalesView, Problem> {
        let sold = sales_report(&sales, range, SalesInterval::Month);
        let sold = sold.map_err(|error| Problem::invalid("days", "INVALID_VALUE", error.to_string()))?;
        let figures = BuyerFigures::of(&buyers, range);
        Ok(AdminSalesView {
            from: range.from(),
            to: range.to(),
            sales: sold.iter().map(AdminCurrencySales::from).collect(),
            buyers: figures.new.saturating_add(figures.returning),
            new_buyers: figures.new,
        })
    };
    let previous = sums(current.before().unwrap_or(current))?;
    Reply::ok(&AdminAnalyticsView { timezone: zone.clone(), current: sums(current)?, previous })
}

impl From<&CurrencySales> for AdminCurrencySales {
    fn from(sales: &CurrencySales) -> Self {
        let money = |minor| Money::new(minor, sales.currency);
        Self {
            currency: sales.currency,
            orders: sales.total.orders,
            paid_orders: sales.total.paid_orders,
            net: money(sales.total.net),
            paid: money(sales.total.paid),
            refunded: money(sales.total.refunded),
        }
    }
}

#[cfg(test)]
mod tests {
    use ::analytics::{CountedSale, SaleFacts, SalesRollups};
    use kernel::{Currency, CustomerId, OrderId, Zone};
    use serde_json::json;
    use table::Transaction;

    use crate::world::{World, code};

    const PATH: &str = "/api/v1/admin/analytics";

    /// An order that was placed and paid at once.
    async fn sold(world: &World, at: &str, net: i64) {
        let (ctx, at) = (world.stack.ctx(), at.parse().unwrap());
        let facts = SaleFacts {
            order: OrderId::new(ctx.new_ulid()),
            customer: CustomerId::new(ulid::Ulid(1)),
            currency: Currency::IDR,
            placed_at: at,
            confirmed_at: Some(at),
            voided_at: None,
            lines: Vec::new(),
            discounts: 0,
            shipping: net,
            included_tax: 0,
            net,
            tax: 0,
            taken_back: Vec::new(),
            returned: Vec::new(),
            paid: vec![(at, net)],
            refunded: Vec::new(),
        };
        let zone: Zone = "Asia/Jakarta".parse().unwrap();
        let rollups = SalesRollups::new(ctx.table(), world.owner.scope);
        let step = CountedSale::step(None, &facts, &zone).unwrap().unwrap();
        let mut transaction = Transaction::new();
        rollups.save(&mut transaction, &step).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    #[tokio::test]
    async fn some_days_are_beside_as_many_before() {
        let world = World::open().await;
        // The present is the 21st of November in Jakarta.
        sold(&world, "2026-11-20T01:00:00Z", 25_000).await;
        sold(&world, "2026-11-21T00:30:00Z", 9_000).await;
        sold(&world, "2026-11-19T00:30:00Z", 1_000).await;
        let answer = world.get(&world.owner, &format!("{PATH}?days=2")).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        assert_eq!(answer.at("/data/current/from"), json!("2026-11-20"));
        assert_eq!(answer.at("/data/current/sales/0/net"), json!({ "amount": 34_000, "currency": "IDR" }));
        assert_eq!(answer.at("/data/current/sales/0/orders"), json!(2));
        assert_eq!(answer.at("/data/previous/to"), json!("2026-11-19"));
        assert_eq!(answer.at("/data/previous/sales/0/net/amount"), json!(1_000));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(world.get(&stranger, PATH).await.at("/data/current/sales"), json!([]));
    }

    #[tokio::test]
    async fn no_day_and_too_many_are_refused_and_staff_alone_asks() {
        let world = World::open().await;
        for days in ["0", "181"] {
            let answer = world.get(&world.owner, &format!("{PATH}?days={days}")).await;
            assert_eq!(code(&answer), (422, "VALIDATION_FAILED".to_owned()), "{days}");
        }
        assert_eq!(world.get(&world.owner, &format!("{PATH}?days=180")).await.status, 200);
        assert_eq!(code(&world.get(&world.customer, PATH).await), (403, "FORBIDDEN".to_owned()));
    }
}
