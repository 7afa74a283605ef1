//! What sales are held against: the journal, and what the sales worker hears of.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DayRange, SalesFigures, SalesInterval, SalesRollups, sales_report};
use billing::{BillingRules, BillingSettings, TaxMode, TaxRate};
use cloud::{Ctx, Function};
use jiff::SignedDuration;
use kernel::{Currency, Date, JournalId, PaymentId, TaxRateId, Zone};
use ledger::{Account, Journal, Occasion};
use payments::{Failure, Payments, Refunds};
use serde_json::{Value, json};
use settlement::Settlement;
use table::{TenantScope, Transaction};

use crate::course::scene::Scene;

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn jakarta() -> Zone {
    "Asia/Jakarta".parse().unwrap()
}

/// Delivers events to the sales worker as a batch of its queue does; whether all were taken.
pub(super) async fn hear(ctx: &Ctx, events: &[Value]) -> bool {
    let Function::Event(handle) = sales_worker::function(ctx.clone()) else { panic!("not woken by events") };
    let records: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(number, event)| {
            let body = json!({ "detail": event }).to_string();
            json!({ "messageId": number.to_string(), "body": body, "attributes": {}, "messageAttributes": {} })
        })
        .collect();
    handle(json!({ "Records": records })).await.unwrap()["batchItemFailures"] == json!([])
}

/// What the sales worker hears of, in its order.
pub(super) async fn told(scene: &Scene) -> Vec<Value> {
    let names = sales_worker::consumer().names();
    let is_told = |row: &Value| {
        let name = row["type"].as_str().unwrap_or_default();
        row["SK"].as_str().is_some_and(|key| key.starts_with("OUT#")) && names.contains(&name)
    };
    let mut told: Vec<Value> = scene.world.stack.rows().await.into_iter().filter(is_told).collect();
    told.sort_by_key(|row| row["SK"].to_string());
    told
}

/// The sales of each day on which anything was sold or taken back.
pub(super) async fn sales(ctx: &Ctx, scope: TenantScope) -> BTreeMap<Date, SalesFigures> {
    let range = DayRange::new(day("2026-11-01"), day("2027-11-30")).unwrap();
    let rows = SalesRollups::new(ctx.table(), scope).sales(range).await.unwrap();
    assert!(rows.iter().all(|row| row.currency == Currency::IDR));
    rows.into_iter().filter(|row| !row.figures.is_nothing()).map(|row| (row.day, row.figures)).collect()
}

/// What the journal says of each day: net, tax, what was paid of invoices, and what went back to payers.
pub(super) async fn journal(scene: &Scene) -> BTreeMap<Date, [i64; 4]> {
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let (from, to) = ("2026-11-01T00:00:00Z".parse().unwrap(), "2027-12-01T00:00:00Z".parse().unwrap());
    let mut days: BTreeMap<Date, [i64; 4]> = BTreeMap::new();
    let entries = Journal::new(ctx.table(), scope).entries(from, to).await.unwrap();
    // Money that came too late, or twice, was never used for an order: it comes and goes without being a sale.
    let used: BTreeSet<PaymentId> = entries
        .iter()
        .filter(|entry| matches!(entry.occasion(), Occasion::InvoicePaid { .. }))
        .filter_map(|entry| entry.occasion().payment())
        .collect();
    for entry in entries {
        let sums = days.entry(entry.at().date_in(&jakarta())).or_default();
        for posting in entry.postings() {
            let credit = -posting.amount.minor();
            match (posting.account, entry.occasion()) {
                (Account::Revenue, _) => sums[0] += credit,
                (Account::TaxPayable, _) => sums[1] += credit,
                (Account::Receivable(_), Occasion::InvoicePaid { .. } | Occasion::BalanceApplied { .. }) => {
                    sums[2] += credit;
                }
                // What the balance had paid of an invoice is let go.
                (Account::CustomerBalance(_), Occasion::InvoiceVoided { .. }) => sums[2] -= credit,
                (
                    Account::Clearing(_),
                    Occasion::Refunded { payment, .. } | Occasion::RefundReturned { payment, .. },
                ) if used.contains(&payment) => sums[3] += credit,
                _ => {}
            }
        }
    }
    days.retain(|_, sums| *sums != [0; 4]);
    days
}

/// Sales are what the journal moved, and hold together.
pub(super) async fn check(scene: &Scene) {
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let sales = sales(ctx, scope).await;
    for (day, of) in &sales {
        let net = of.gross - of.discounts + of.shipping - of.included_tax - of.voided - of.credited;
        assert_eq!(of.net, net, "{day}: {of:?}");
    }
    let moved = |of: &SalesFigures| [of.net, of.tax, of.paid, of.refunded];
    let mut of_sales: BTreeMap<Date, [i64; 4]> = sales.iter().map(|(day, of)| (*day, moved(of))).collect();
    of_sales.retain(|_, sums| *sums != [0; 4]);
    assert_eq!(of_sales, journal(scene).await);
    // All is collected here, so that there is no shipping: the products are all there is.
    let rollups = SalesRollups::new(ctx.table(), scope);
    let range = DayRange::new(day("2026-11-01"), day("2027-11-30")).unwrap();
    let rows = rollups.products(range).await.unwrap().unwrap();
    let all = sales.values().fold(SalesFigures::default(), |sum, day| sum.plus(*day).unwrap());
    let sum = |of: fn(&analytics::ProductFigures) -> i64| rows.iter().map(|row| of(&row.figures)).sum::<i64>();
    let products = [sum(|of| of.net), sum(|of| of.gross), sum(|of| of.units), sum(|of| of.units_back)];
    assert_eq!(products, [all.net, all.gross, all.units, all.units_back]);
    let report = sales_report(&rollups.sales(range).await.unwrap(), range, SalesInterval::Month).unwrap();
    assert!(report.iter().all(|one| one.total == all));
}

/// The tenant is registered for PPN, on top of its prices or in them.
pub(super) async fn taxed(scene: &Scene, mode: TaxMode) {
    let ctx = scene.world.stack.ctx();
    let mut settings = BillingSettings { version: 1, ..BillingSettings::default() };
    settings.tax.registered = true;
    let mut transaction = Transaction::new();
    BillingRules::save(&mut transaction, scene.world.owner.scope, &settings).unwrap();
    let rate = TaxRate { mode, ..TaxRate::ppn(TaxRateId::new(ctx.new_ulid())) };
    BillingRules::insert_rate(&mut transaction, scene.world.owner.scope, &rate).unwrap();
    ctx.table().transact(transaction).await.unwrap();
}

impl Scene {
    /// A guest orders so many of a SKU for whatever that costs.
    pub(super) async fn sold(&self, sku: &str, quantity: u32) -> String {
        let guest = self.world.ready(sku, quantity).await;
        let total = self.world.cart(&guest).await.at("/data/totals/total/amount").as_i64().unwrap();
        let key = format!("k{}", self.world.stack.ctx().new_ulid());
        let placed = self.world.order(&guest, total, &key).await;
        assert_eq!(placed.status, 201, "{}", placed.snapshot());
        placed.text("/data/id")
    }

    pub(super) fn later(&self, hours: i64) {
        let at = self.world.stack.ctx().now().plus(SignedDuration::from_hours(hours));
        self.world.stack.set_clock(&at.to_string());
    }

    /// The bank refuses the refunds that are on their way.
    pub(super) async fn refunds_refused(&self) {
        let (ctx, scope) = (self.world.stack.ctx(), self.world.owner.scope);
        for row in self.world.stack.rows().await {
            let Some(open) = row["openRefund"].as_str() else { continue };
            let id: PaymentId = row["id"].as_str().unwrap().parse().unwrap();
            let payment = Payments::new(ctx.table(), scope).get(id).await.unwrap().unwrap().trusted("a test");
            let refund = Refunds::new(ctx.table(), scope).get(id, open.parse().unwrap()).await.unwrap().unwrap();
            let journal_id = || JournalId::new(ctx.new_ulid());
            let mut transaction = Transaction::new();
            let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
            let failure = Failure { code: "expired".to_owned(), message: "expired".to_owned() };
            settlement.fail_refund(&mut transaction, &payment, &refund, failure).unwrap();
            ctx.table().transact(transaction).await.unwrap();
        }
    }
}
