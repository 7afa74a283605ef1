//! Sales, as the worker adds them up of whatever it hears of: they are what the journal moved, day by day and to the unit.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DayRange, SalesFigures, SalesInterval, SalesRecount, SalesRecountState, SalesRollups, sales_report};
use billing::{BillingRules, BillingSettings, CreditAsked, TaxMode, TaxRate};
use cloud::{Ctx, Function};
use events::sales::SalesRecountContinued;
use futures::future::join_all;
use jiff::SignedDuration;
use kernel::{Currency, Date, JournalId, Money, PaymentId, RequestId, TaxRateId, Zone};
use ledger::{Account, Journal, Occasion};
use payments::{Failure, Method, Payments, Refunds};
use serde_json::{Value, json};
use settlement::Settlement;
use table::{
    TenantScope, Transaction,
    agenda::{Due, DueKind},
};
use testkit::{Beginning, Client, Fault, Interleaving, task};

use crate::course::scene::Scene;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn jakarta() -> Zone {
    "Asia/Jakarta".parse().unwrap()
}

/// Delivers events to the sales worker as a batch of its queue does; whether all were taken.
async fn hear(ctx: &Ctx, events: &[Value]) -> bool {
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
async fn told(scene: &Scene) -> Vec<Value> {
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
async fn sales(ctx: &Ctx, scope: TenantScope) -> BTreeMap<Date, SalesFigures> {
    let range = DayRange::new(day("2026-11-01"), day("2027-11-30")).unwrap();
    let rows = SalesRollups::new(ctx.table(), scope).sales(range).await.unwrap();
    assert!(rows.iter().all(|row| row.currency == Currency::IDR));
    rows.into_iter().filter(|row| !row.figures.is_nothing()).map(|row| (row.day, row.figures)).collect()
}

/// What the journal says of each day: net, tax, what was paid of invoices, and what went back to payers.
async fn journal(scene: &Scene) -> BTreeMap<Date, [i64; 4]> {
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
async fn check(scene: &Scene) {
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
async fn taxed(scene: &Scene, mode: TaxMode) {
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
    async fn sold(&self, sku: &str, quantity: u32) -> String {
        let guest = self.world.ready(sku, quantity).await;
        let total = self.world.cart(&guest).await.at("/data/totals/total/amount").as_i64().unwrap();
        let key = format!("k{}", self.world.stack.ctx().new_ulid());
        let placed = self.world.order(&guest, total, &key).await;
        assert_eq!(placed.status, 201, "{}", placed.snapshot());
        placed.text("/data/id")
    }

    fn later(&self, hours: i64) {
        let at = self.world.stack.ctx().now().plus(SignedDuration::from_hours(hours));
        self.world.stack.set_clock(&at.to_string());
    }

    /// The bank refuses the refunds that are on their way.
    async fn refunds_refused(&self) {
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

/// Numbers that are as good as random: a linear congruential generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One history: orders with and without discount, paid, not paid, called off, sent, sent back, credited by staff, with
/// refunds that succeed and fail, over some weeks. What the worker hears comes in any order, often twice or not yet.
async fn history(seed: u64, tax: Option<TaxMode>) {
    let (scene, mut dice) = (Scene::open().await, Dice(seed));
    scene.world.count("A", 1_000).await;
    scene.world.reprice("A", 9_999).await;
    if let Some(mode) = tax {
        taxed(&scene, mode).await;
    }
    if dice.roll(2) == 0 {
        let off = json!({ "name": "Off", "benefit": { "kind": "percent", "basisPoints": 733 } });
        scene.promotion(off).await;
    }
    let mut orders: Vec<String> = Vec::new();
    for _ in 0..20 {
        scene.later(i64::try_from(dice.roll(12)).unwrap());
        let some = usize::try_from(dice.roll(64)).unwrap();
        let key = format!("k{}", scene.world.stack.ctx().new_ulid());
        let pieces = json!([{ "sku": "A", "quantity": 1 }]);
        match (dice.roll(10), orders.get(some.checked_rem(orders.len()).unwrap_or_default()).cloned()) {
            (0..=2, _) | (_, None) => {
                let id = scene.sold("A", 1 + u32::try_from(dice.roll(3)).unwrap()).await;
                if dice.roll(3) > 0 {
                    scene.pay(&id, Method::Gopay).await;
                }
                orders.push(id);
            }
            (3, Some(id)) => drop(scene.pay(&id, Method::Gopay).await),
            (4, Some(id)) => drop(scene.cancel(&id).await),
            (5, Some(id)) => {
                let body = json!({ "items": pieces });
                let what = if dice.roll(2) == 0 { body } else { json!({}) };
                drop(scene.staff(&id, ("fulfilments", what), &key).await);
            }
            (6, Some(id)) => {
                drop(scene.staff(&id, ("returns", json!({ "items": pieces, "restock": true })), &key).await)
            }
            (7, Some(id)) => {
                let order = scene.stored(&id).await;
                let left = order.total.minor() - order.progress.taken_back.map_or(0, Money::minor);
                let is_paid = order.history.len() > 1 && order.payment != orders::OrderPayment::None;
                if left > 700 && is_paid {
                    scene.credited(&id, CreditAsked::Amount(Money::new(700, Currency::IDR))).await;
                }
            }
            (8, _) => scene.refunded().await,
            (_, Some(id)) => {
                scene.refunds_refused().await;
                let order = scene.stored(&id).await;
                if order.pay_by.is_some_and(|at| at <= scene.world.stack.ctx().now()) {
                    scene.due(scene.world.stack.ctx(), &id).await;
                }
            }
        }
        if dice.roll(2) == 0 {
            scene.work().await;
        }
        if dice.roll(3) == 0 {
            let mut some = told(&scene).await;
            some.retain(|_| dice.roll(3) == 0);
            some.sort_by_cached_key(|_| dice.roll(1_000));
            assert!(hear(scene.world.stack.ctx(), &some).await);
        }
    }
    for _ in 0..3 {
        scene.work().await;
    }
    scene.refunded().await;
    let mut all = told(&scene).await;
    all.sort_by_cached_key(|_| dice.roll(1_000));
    assert!(hear(scene.world.stack.ctx(), &all).await);
    check(&scene).await;
    let before = sales(scene.world.stack.ctx(), scene.world.owner.scope).await;
    assert!(before.values().map(|of| of.orders).sum::<i64>() == i64::try_from(orders.len()).unwrap());
    assert!(hear(scene.world.stack.ctx(), &all).await);
    assert_eq!(sales(scene.world.stack.ctx(), scene.world.owner.scope).await, before, "heard twice");
}

#[tokio::test]
async fn sales_without_tax_are_what_the_journal_moved() {
    for seed in 1..=2 {
        history(seed, None).await;
    }
}

#[tokio::test]
async fn sales_with_tax_on_top_are_what_the_journal_moved() {
    for seed in 11..=12 {
        history(seed, Some(TaxMode::Exclusive)).await;
    }
}

#[tokio::test]
async fn sales_whose_prices_hold_the_tax_are_what_the_journal_moved() {
    for seed in 21..=22 {
        history(seed, Some(TaxMode::Inclusive)).await;
    }
}

#[tokio::test]
async fn a_late_refund_is_on_its_own_day_and_the_day_of_the_sale_stays() {
    let scene = Scene::open().await;
    let (_, id) = scene.bought("A", 2, 20_000).await;
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    assert!(hear(ctx, &told(&scene).await).await);
    let sold = sales(ctx, scope).await;
    assert_eq!(sold.keys().collect::<Vec<_>>(), [&day("2026-11-21")]);
    scene.later(24 * 10);
    assert_eq!(scene.cancel(&id).await.status, 200);
    scene.work().await;
    scene.refunded().await;
    assert!(hear(ctx, &told(&scene).await).await);
    let after = sales(ctx, scope).await;
    assert_eq!(after[&day("2026-11-21")], sold[&day("2026-11-21")]);
    let back =
        SalesFigures { credited: 20_000, net: -20_000, refunded: 20_000, units_back: 2, ..SalesFigures::default() };
    assert_eq!(after[&day("2026-12-01")], back);
    check(&scene).await;
}

#[tokio::test]
async fn a_buyer_is_counted_when_an_order_is_paid_and_once_for_all_orders() {
    let scene = Scene::open().await;
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let (_, unpaid) = scene.ordered("A", 1, 10_000).await;
    assert!(hear(ctx, &told(&scene).await).await);
    let range = DayRange::new(day("2026-11-01"), day("2027-02-01")).unwrap();
    let rollups = SalesRollups::new(ctx.table(), scope);
    assert!(rollups.buyers(range).await.unwrap().is_empty());
    assert!(scene.pay(&unpaid, Method::Gopay).await.1);
    scene.work().await;
    // The same guest, who is known by the address.
    scene.later(24);
    scene.bought("A", 1, 10_000).await;
    scene.later(24 * 9);
    scene.bought("A", 1, 10_000).await;
    let mut all = told(&scene).await;
    all.reverse();
    for _ in 0..2 {
        assert!(hear(ctx, &all).await);
    }
    let customers: BTreeSet<_> =
        join_all([&unpaid].map(|id| scene.stored(id))).await.into_iter().map(|order| order.customer_id).collect();
    assert_eq!(customers.len(), 1);
    let buyers = rollups.buyers(range).await.unwrap();
    let days: Vec<(Date, i64, i64)> =
        buyers.iter().map(|row| (row.day, row.first, row.buyers.count().number())).collect();
    assert_eq!(days[0], (day("2026-11-21"), 1, 1));
    let cells = rollups.cohorts(range).await.unwrap();
    let first: i64 = cells.iter().filter(|cell| cell.first == cell.month).map(|cell| cell.buyers).sum();
    assert_eq!(first, buyers.iter().map(|row| row.first).sum::<i64>(), "each buyer is of one cohort");
    let shown = serde_json::to_string(&buyers).unwrap();
    assert!(!shown.contains("cus_"), "no row of a day names anybody: {shown}");
}

/// The report that staff reads says that sales are what the journal has, and that they are not when nobody counted.
#[tokio::test]
async fn staff_sees_whether_sales_are_what_the_journal_says() {
    let scene = Scene::open().await;
    taxed(&scene, TaxMode::Exclusive).await;
    let id = scene.sold("A", 2).await;
    let client = Client::new(analytics_api::function(scene.world.stack.loose()));
    let agrees = async || {
        let token = scene.world.stack.sign_in(&scene.world.owner).await;
        let check = client.get("/api/v1/analytics/check").bearer(&token).send().await;
        assert_eq!(check.status, 200, "{}", check.snapshot());
        (check.at("/data/agrees"), check.at("/data/differences/0/journalTax/amount"))
    };
    assert_eq!(agrees().await, (json!(false), json!(2_200)));
    assert!(hear(scene.world.stack.ctx(), &told(&scene).await).await);
    assert_eq!(agrees().await, (json!(true), json!(null)));
    scene.pay(&id, Method::Gopay).await;
    scene.credited(&id, CreditAsked::Rest).await;
    assert_eq!(agrees().await, (json!(false), json!(0)), "all of the tax was taken back");
    assert!(hear(scene.world.stack.ctx(), &told(&scene).await).await);
    assert_eq!(agrees().await, (json!(true), json!(null)));
}

/// The agenda has a day that sales were heard of; its files are the same whoever writes them again, and have what came late.
#[tokio::test]
async fn the_events_of_a_day_are_put_into_files_once_it_is_over() {
    let scene = Scene::open().await;
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    scene.bought("A", 1, 10_000).await;
    scene.later(2);
    let (_, late) = scene.bought("A", 2, 20_000).await;
    let mut heard = told(&scene).await;
    heard.retain(|event| event["subject"] != late.as_str());
    assert!(hear(ctx, &heard).await);
    let due = async || {
        let rows = scene.world.stack.rows().await;
        let row = rows.iter().find(|row| row["PK"].as_str().unwrap().ends_with("#DUE#sales_archive#2026-11-21"));
        row.map(|row| row["at"].as_str().unwrap().to_owned())
    };
    assert_eq!(due().await.unwrap(), "2026-11-22T01:00:00.000Z");
    let archive = async |at: &str| {
        let id = "2026-11-21".to_owned();
        let due = Due { tenant_id: scope.tenant(), kind: DueKind::SalesArchive, id, at: at.parse().unwrap() };
        let Function::Event(handle) = sales_worker::function(ctx.clone()) else { panic!("not woken by events") };
        let body = json!(due).to_string();
        let record = json!({ "messageId": "1", "body": body, "attributes": {}, "messageAttributes": {} });
        assert_eq!(handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"], json!([]));
    };
    let folder = format!("tenants/{}/sales", scope.tenant());
    let files = async || {
        let mut files = BTreeMap::new();
        for path in ctx.list_objects(&folder).await.unwrap() {
            files.insert(path.clone(), ctx.get_object(&path).await.unwrap().unwrap());
        }
        files
    };
    scene.world.stack.set_clock("2026-11-22T01:00:01Z");
    archive("2026-11-22T01:00:00Z").await;
    assert_eq!(due().await, None);
    let first = files().await;
    let names: Vec<String> = first.keys().map(|path| path.replace(&folder, "")).collect();
    assert_eq!(names, ["/date=2026-11-21/hour=01.parquet", "/date=2026-11-21/hour=03.parquet"]);
    let file = &first[&format!("{folder}/date=2026-11-21/hour=03.parquet")];
    let text = String::from_utf8_lossy(file);
    assert!(text.starts_with("PAR1") && text.contains("order.placed") && text.contains(&late), "whatever was heard");
    archive("2026-11-22T01:00:00Z").await;
    assert_eq!(files().await, first, "the same bytes");
    // What is heard of a day that is over puts it on the agenda again, for now.
    assert!(hear(ctx, &told(&scene).await).await);
    assert_eq!(due().await.unwrap(), "2026-11-22T01:00:01.000Z");
    archive("2026-11-22T01:00:00Z").await;
    assert!(due().await.is_some(), "it was due again meanwhile");
    archive("2026-11-22T01:00:01Z").await;
    assert_eq!((due().await, files().await), (None, first));
}

/// Nothing was heard of thirty orders, and more than one turn is needed for them.
#[tokio::test]
async fn a_recount_makes_up_for_what_was_never_heard() {
    let scene = Scene::open().await;
    scene.world.count("A", 100).await;
    for _ in 0..30 {
        scene.later(1);
        scene.ordered("A", 1, 10_000).await;
    }
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    let rollups = SalesRollups::new(ctx.table(), scope);
    let first = SalesRecount::begin(None, ctx.now()).unwrap();
    let mut transaction = Transaction::new();
    rollups.save_recount(&mut transaction, &first).unwrap();
    let continued = SalesRecountContinued { tenant_id: scope.tenant() };
    let cause = RequestId::new(ctx.new_ulid());
    ctx.insert_event(&mut transaction, scope.tenant(), cause, first.version, &continued).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let turns = async || {
        let mut told = told(&scene).await;
        told.retain(|event| event["type"] == "sales_recount.continued");
        told
    };
    assert!(hear(ctx, &turns().await).await);
    let half = rollups.recount().await.unwrap().unwrap();
    assert_eq!((half.state, half.orders, half.corrected), (SalesRecountState::Running, 25, 25));
    // The first turn comes again, too.
    assert!(hear(ctx, &turns().await).await);
    let done = rollups.recount().await.unwrap().unwrap();
    assert_eq!((done.state, done.orders, done.corrected), (SalesRecountState::Done, 30, 30));
    check(&scene).await;

    let mut transaction = Transaction::new();
    let again = SalesRecount::begin(Some(&done), ctx.now()).unwrap();
    rollups.save_recount(&mut transaction, &again).unwrap();
    ctx.insert_event(&mut transaction, scope.tenant(), cause, again.version, &continued).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    while rollups.recount().await.unwrap().unwrap().state == SalesRecountState::Running {
        assert!(hear(ctx, &turns().await).await);
    }
    let done = rollups.recount().await.unwrap().unwrap();
    assert_eq!((done.orders, done.corrected), (30, 0), "nothing was off");
}

#[tokio::test]
async fn a_death_anywhere_neither_loses_an_order_nor_counts_it_twice() {
    let calls = {
        let scene = Scene::open().await;
        scene.bought("A", 2, 20_000).await;
        let (ctx, table) = scene.world.stack.breaking(None);
        let events = told(&scene).await;
        assert!(hear(&ctx, &events[..1]).await);
        table.calls()
    };
    assert!(calls >= 8, "{calls}");
    for fault in (0..calls).flat_map(|call| [Fault::Before(call), Fault::After(call)]) {
        let scene = Scene::open().await;
        scene.bought("A", 2, 20_000).await;
        let events = told(&scene).await;
        let (ctx, _) = scene.world.stack.breaking(Some(fault));
        assert!(!hear(&ctx, &events[..1]).await, "{fault:?}");
        assert!(hear(&ctx, &events[..1]).await, "{fault:?}");
        check(&scene).await;
        let range = DayRange::new(day("2026-11-01"), day("2026-12-01")).unwrap();
        let buyers = SalesRollups::new(ctx.table(), scene.world.owner.scope).buyers(range).await.unwrap();
        assert_eq!((buyers.len(), buyers[0].first), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn two_workers_count_two_orders_in_every_order_of_their_calls() {
    let setup = async || {
        let scene = Scene::open().await;
        scene.bought("A", 1, 10_000).await;
        let (_, other) = scene.bought("A", 2, 20_000).await;
        let all = told(&scene).await;
        let of_other = all.iter().find(|event| event["subject"] == other.as_str()).unwrap().clone();
        let tasks = [all[0].clone(), of_other].map(|event| task(async move |ctx| hear(&ctx, &[event]).await));
        Beginning { facts: scene.world.owner.scope, stack: scene.world.stack, tasks: tasks.into() }
    };
    let played = Interleaving::sample(7, 12)
        .run(setup, async |ended| {
            assert_eq!(ended.results, [true, true]);
            let sold = sales(ended.stack.ctx(), ended.facts).await;
            let sold = sold[&day("2026-11-21")];
            assert_eq!((sold.orders, sold.paid_orders, sold.net, sold.paid), (2, 2, 30_000, 30_000));
        })
        .await;
    assert!(played >= 10, "{played}");
}
