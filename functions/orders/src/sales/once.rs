//! Each order is counted once, on the right days, whatever the worker hears of it, and when.

use std::collections::BTreeMap;

use analytics::{DayRange, SalesFigures, SalesRecount, SalesRecountState, SalesRollups};
use events::sales::SalesRecountContinued;
use kernel::{CustomerId, Date, RequestId};
use payments::Method;
use table::Transaction;
use testkit::{Beginning, Fault, Interleaving, task};

use crate::{
    course::scene::Scene,
    sales::books::{check, day, hear, sales, told},
};

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
    scene.later(24);
    let (_, second) = scene.bought("A", 1, 10_000).await;
    scene.later(24 * 9);
    let (_, third) = scene.bought("A", 1, 10_000).await;
    let mut all = told(&scene).await;
    all.reverse();
    for _ in 0..2 {
        assert!(hear(ctx, &all).await);
    }
    let mut firsts: BTreeMap<CustomerId, Date> = BTreeMap::new();
    for (id, bought_on) in [(unpaid, "2026-11-21"), (second, "2026-11-22"), (third, "2026-12-01")] {
        firsts.entry(scene.stored(&id).await.customer_id).or_insert_with(|| day(bought_on));
    }
    let buyers = rollups.buyers(range).await.unwrap();
    let shown: Vec<(Date, i64)> = buyers.iter().map(|row| (row.day, row.buyers.count().number())).collect();
    assert_eq!(shown, ["2026-11-21", "2026-11-22", "2026-12-01"].map(|on| (day(on), 1)));
    for row in &buyers {
        let new = firsts.values().filter(|first| **first == row.day).count();
        assert_eq!(row.first, i64::try_from(new).unwrap(), "{}", row.day);
    }
    let cells = rollups.cohorts(range).await.unwrap();
    let all: i64 = cells.iter().filter(|cell| cell.first == cell.month).map(|cell| cell.buyers).sum();
    assert_eq!(all, i64::try_from(firsts.len()).unwrap(), "each buyer is of one cohort");
    let shown = serde_json::to_string(&buyers).unwrap();
    assert!(!shown.contains("cus_"), "no row of a day names anybody: {shown}");
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
