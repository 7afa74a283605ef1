//! Orders of as many SKUs as a cart holds, of which each is the last piece: what begins can end.

use http::Method;
use serde_json::json;
use stock::{LocationCode, StockItem, StockNow, Stocks};
use table::{Transaction, agenda::DueKind};

use crate::{
    course::scene::{Scene, deliver},
    world::{CART, ORDERS, address},
};

/// One of each of twenty SKUs is there, and the low mark of each is nothing.
async fn stocked() -> (Scene, Vec<String>) {
    let scene = Scene::open().await;
    let names: Vec<String> = (0..20).map(|at| format!("S{at:02}")).collect();
    let (ctx, scope) = (scene.world.stack.ctx(), scene.world.owner.scope);
    for name in &names {
        scene.world.sell(name, 1_000).await;
        let item = StockItem::new(name.parse().unwrap(), ctx.now()).ruled(Some(0), 0, 1).unwrap();
        let (stocks, mut transaction) = (Stocks::new(ctx.table(), scope), Transaction::new());
        stocks.save_item(&mut transaction, &item).unwrap();
        let now = StockNow { item, levels: Vec::new() };
        stocks.adjust(&mut transaction, &now, (&LocationCode::main(), 1), ctx.now()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }
    (scene, names)
}

#[tokio::test]
async fn the_largest_order_is_called_off_and_its_goods_are_there_again() {
    let (scene, names) = stocked().await;
    for name in ["One", "Two"] {
        let off = json!({ "name": name, "benefit": { "kind": "percent", "basisPoints": 1_000 } });
        scene.promotion(off).await;
    }
    let guest = scene.world.guest(&names[0], 1).await;
    for name in &names[1..] {
        let added = scene.world.add(&guest, name, 1).await;
        assert!(added.status.is_success(), "{}", added.snapshot());
    }
    let to = scene.world.by(&guest, Method::PUT, &format!("{CART}/address"), Some(address())).await;
    assert_eq!(to.status, 200, "{}", to.snapshot());
    let way = scene.world.collects(&guest).await;
    assert_eq!(way.status, 200, "{}", way.snapshot());
    let total = way.at("/data/totals/total/amount").as_i64().unwrap();
    let placed = scene.world.order(&guest, total, "k1").await;
    assert_eq!(placed.status, 201, "{}", placed.snapshot());
    let id = placed.text("/data/id");
    assert!(scene.pay(&id, payments::Method::Gopay).await.1);
    scene.work().await;
    assert_eq!(scene.stands(&id).await[0], "confirmed");
    let cancelled = scene.cancel(&id).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.snapshot());
    assert_eq!(scene.stands(&id).await, ["cancelled", "refunded", "none"]);
    // What did not fit into that transaction is due at once.
    for _ in 0..3 {
        let key = format!("DUE#{}#{id}", DueKind::OrderExpiry.as_str());
        let rows = scene.world.stack.rows().await;
        let due = rows.iter().find(|row| row["PK"].as_str().is_some_and(|pk| pk.ends_with(&key))).unwrap();
        let tenant = scene.world.owner.scope.tenant();
        let due = json!({ "tenantId": tenant, "kind": DueKind::OrderExpiry, "id": id, "at": due["at"] });
        assert!(deliver(scene.world.stack.ctx(), &due).await);
    }
    for name in &names {
        assert_eq!(scene.world.numbers(name).await, [1, 0, 0, 1], "{name}");
    }
    let stored = scene.stored(&id).await;
    assert!(stored.progress.to_release.is_empty() && stored.delivery.is_some());
    assert_eq!(scene.told("order.cancelled").await, 1);
    assert_eq!(scene.world.rows("REFUND#").await, 1);
    assert_eq!(scene.world.read(&format!("{ORDERS}/{id}")).await.text("/data/status"), "cancelled");
}
