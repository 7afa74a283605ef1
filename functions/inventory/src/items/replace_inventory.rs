//! `PUT /api/v1/inventory/{sku}`: the rules of a SKU, and how many were counted. Whoever counts a location says nothing of the
//! rules, so all that is left out stays.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one query of the SKU beside one of the locations, one transaction of SKU, levels, ledger, alert, events,
//! audit entry and idempotency row, and one query for the answer; the last three again for every race that is lost.

use axum::extract::State;
use events::UNVERSIONED;
use kernel::{Field, MovementId, Sku};
use serde::Deserialize;
use stock::{
    LocationCode, MovementKind, MovementReason, StockCrossing, StockError, StockItem, StockMovement, StockNow, Stocks,
};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{INVENTORY_REPLACED, InventoryWrite, items::inventory_view::InventoryView};

/// The rules of a SKU, and how many were counted. What is left out stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplaceInventory {
    /// How many were counted at the location.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u32, required = false, example = 10, minimum = 0, maximum = 1_000_000_000)]
    pub on_hand: Option<u32>,
    /// Where they were counted; `main` when left out.
    pub location: Option<LocationCode>,
    /// At how many available units `stock.ran_low` is published; null for never, as with a new SKU.
    #[serde(default)]
    #[schema(example = 5)]
    pub low_at: Field<u32>,
    /// How many may be sold that are not there yet; none of a new SKU.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u32, required = false, example = 0)]
    pub backorder_limit: Option<u32>,
    /// How many are on their way; none of a new SKU.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u32, required = false, example = 40)]
    pub incoming: Option<u32>,
    /// Into how many rows each location's stock is split, 1 to 16 and never fewer than before; one of a new SKU. One takes about
    /// 500 reservations a second.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u8, required = false, example = 1, minimum = 1, maximum = 16)]
    pub buckets: Option<u8>,
}

/// Replace the inventory of a SKU
///
/// Makes the SKU when there is none. What is left out stays as it is: a count at one location changes neither the rules nor
/// what is at another. What was counted may not be less than what is kept for carts and orders, and is refused
/// when goods came or left at this moment: count again.
#[utoipa::path(
    put, path = "/api/v1/inventory/{sku}",
    responses(
        (status = 200, body = Envelope<InventoryView>),
        (status = 409, description = "CONFLICT; STOCK_KEPT: so many are kept for carts and orders"),
        (status = 422, description = "VALIDATION_FAILED; STOCK_INVALID: there is no such location, or the buckets are wrong")
    )
)]
pub async fn replace_inventory(
    State(api): State<Api>,
    caller: Caller<InventoryWrite>,
    edit: Edit,
    Id(sku): Id<Sku>,
    Json(body): Json<ReplaceInventory>,
) -> Result<Reply, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), caller.scope), api.now());
    let location = body.location.clone().unwrap_or_else(LocationCode::main);
    let outcome = until_settled(Problem::conflict, || async {
        let (known, locations) = tokio::try_join!(stocks.get(&sku), stocks.locations())?;
        if locations.iter().all(|one| one.code != location) {
            return Err(Problem::from(StockError::NoLocation { code: location.clone() }).named_at("/location"));
        }
        let before = known.unwrap_or_else(|| StockNow { item: StockItem::new(sku.clone(), now), levels: Vec::new() });
        edit.if_match.check(before.item.version)?;
        let low_at = body.low_at.clone().apply(before.item.low_at);
        let (had, buckets) = (&before.item, body.buckets.unwrap_or(before.item.buckets));
        let ruled = had.ruled(low_at, body.backorder_limit.unwrap_or(had.backorder_limit), buckets)?;
        let item = StockItem { incoming: body.incoming.unwrap_or(ruled.incoming), ..ruled };
        let stock = StockNow { item, levels: before.levels };
        let mut transaction = Transaction::new();
        stocks.save_item(&mut transaction, &stock.item)?;
        let counted = body.on_hand.map_or_else(|| stock.on_hand_at(&location), i64::from);
        let delta = counted - stock.on_hand_at(&location);
        let shown = stock.clone().counted(&location, delta);
        let mut told = if delta == 0 && !stock.levels.is_empty() {
            Vec::new()
        } else {
            stocks.count(&mut transaction, &stock, (&location, counted), now)?
        };
        // What was counted below its mark has crossed none: a new SKU, or one whose mark is another now.
        if told.iter().all(|(_, one)| !matches!(one, StockCrossing::Low | StockCrossing::Enough)) {
            let was = (before.item.low_at, stock.available());
            told.extend(stocks.judge(&mut transaction, &shown, was, now)?);
        }
        // Another limit changes what can be bought too, whatever was counted.
        told.retain(|(_, one)| !matches!(one, StockCrossing::Out | StockCrossing::Back));
        let could = StockNow { item: before.item.clone(), levels: stock.levels.clone() }.can_be_bought();
        told.extend(match (could, shown.can_be_bought()) {
            (true, false) => Some((sku.clone(), StockCrossing::Out)),
            (false, true) => Some((sku.clone(), StockCrossing::Back)),
            (true, true) | (false, false) => None,
        });
        stock::tell(&mut transaction, &told, || api.event_meta(caller.tenant(), &edit.info, UNVERSIONED))?;
        if delta != 0 {
            let movement = StockMovement {
                id: MovementId::new(api.new_ulid()),
                sku: sku.clone(),
                location: location.clone(),
                kind: MovementKind::Adjustment,
                on_hand: delta,
                allocated: 0,
                reason: Some(MovementReason::Counted),
                by: Some(caller.user),
                of: None,
                at: now,
            };
            stocks.insert_movement(&mut transaction, &movement)?;
        }
        let entry = caller.entry(&api, &edit.info, INVENTORY_REPLACED).with("sku", &sku);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&InventoryView::from(&shown))?.version(shown.item.version);
        Ok(edit.key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    edit.key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn a_sku_is_made_counted_and_ruled() {
        let world = World::open().await;
        let made = world.put("C", json!({ "onHand": 6, "lowAt": 5, "incoming": 40 })).await;
        insta::assert_snapshot!(made.snapshot(), @r#"
        200 OK
        etag: "1"
        {
          "data": {
            "allocated": 0,
            "available": 6,
            "backorderLimit": 0,
            "buckets": 1,
            "createdAt": "2026-11-21T01:00:00.000Z",
            "incoming": 40,
            "locations": [
              {
                "allocated": 0,
                "available": 6,
                "location": "main",
                "onHand": 6,
                "reserved": 0
              }
            ],
            "lowAt": 5,
            "onHand": 6,
            "reserved": 0,
            "sku": "C"
          },
          "success": true
        }
        "#);
        assert_eq!(made.header("etag"), "\"1\"");
        assert_eq!(world.get("/C").await.at("/data"), made.at("/data"));
        let counted = world.put("C", json!({ "onHand": 5, "lowAt": 5 })).await;
        assert_eq!((counted.at("/data/available"), counted.at("/data/incoming")), (json!(5), json!(40)));
        assert_eq!(world.told().await, ["stock.returned", "stock.ran_low"]);
        assert_eq!(world.get("/alerts").await.at("/data/0/sku"), json!("C"));
        for name in ["onHand", "backorderLimit", "incoming", "buckets"] {
            assert_eq!(world.put("C", json!({ name: null })).await.text("/errors/0/pointer"), format!("/{name}"));
        }
        world.put("C", json!({ "lowAt": 4 })).await;
        assert_eq!(world.get("/alerts").await.at("/data"), json!([]));
        let moves = world.get("/C/movements").await;
        let moves = moves.at("/data").as_array().unwrap().iter().map(|one| one["onHand"].clone()).collect::<Vec<_>>();
        assert_eq!(moves, [json!(-1), json!(6)]);
        let skus = world.get("").await;
        let skus = skus.at("/data").as_array().unwrap().iter().map(|one| one["sku"].clone()).collect::<Vec<_>>();
        assert_eq!(skus, ["A", "B", "C"]);
    }

    #[tokio::test]
    async fn a_count_at_another_location_leaves_the_rules_alone() {
        let world = World::open().await;
        let made = world.post("/locations", "osk", json!({ "code": "osk", "name": "Osaka" })).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let rules = json!({ "onHand": 5, "lowAt": 2, "backorderLimit": 3, "incoming": 9, "buckets": 2 });
        world.put("C", rules).await;
        let of = |answer: &testkit::Answer| {
            ["lowAt", "backorderLimit", "incoming", "buckets", "onHand"].map(|name| answer.at(&format!("/data/{name}")))
        };
        let counted = world.put("C", json!({ "location": "osk", "onHand": 1 })).await;
        assert_eq!(of(&counted), [json!(2), json!(3), json!(9), json!(2), json!(6)], "{}", counted.snapshot());
        let none = world.put("C", json!({ "lowAt": null, "backorderLimit": 0, "incoming": 0 })).await;
        assert_eq!(of(&none), [json!(null), json!(0), json!(0), json!(2), json!(6)]);
        assert_eq!(of(&world.get("/C").await), of(&none));
    }

    #[tokio::test]
    async fn another_limit_is_told_where_it_changes_what_can_be_bought() {
        let world = World::open().await;
        for (body, expected) in [
            (json!({ "onHand": 0 }), vec![]),
            (json!({ "backorderLimit": 5 }), vec!["stock.returned".to_owned()]),
            (json!({ "backorderLimit": 4, "onHand": 2 }), vec![]),
            (json!({ "onHand": 0 }), vec![]),
            (json!({ "backorderLimit": 0 }), vec!["stock.ran_out".to_owned()]),
            (json!({ "backorderLimit": 3, "onHand": 2 }), vec!["stock.returned".to_owned()]),
            (json!({ "backorderLimit": 0, "onHand": 0 }), vec!["stock.ran_out".to_owned()]),
        ] {
            let before = world.told().await.len();
            let put = world.put("NEW", body.clone()).await;
            let told = world.told().await.split_off(before);
            assert_eq!((put.status.as_u16(), told), (200, expected), "{body}");
        }
    }

    #[tokio::test]
    async fn what_is_counted_below_its_mark_is_low_and_told_once() {
        let world = World::open().await;
        let low = async |sku: &str| {
            let listed = world.get("/alerts").await;
            let told = world.told().await.iter().filter(|name| *name == "stock.ran_low").count();
            (listed.at("/data").as_array().unwrap().iter().any(|one| one["sku"] == sku), told)
        };
        assert_eq!(low("NEW").await, (false, 0));
        // A new one, counted lower still, with a lower mark, and above both.
        for (body, expected) in [
            (json!({ "onHand": 1, "lowAt": 2 }), (true, 1)),
            (json!({ "onHand": 0 }), (true, 1)),
            (json!({ "onHand": 3, "lowAt": 2 }), (false, 1)),
            (json!({ "onHand": 2, "lowAt": 5 }), (true, 2)),
            (json!({ "onHand": 4, "lowAt": 3 }), (false, 2)),
        ] {
            let put = world.put("NEW", body.clone()).await;
            assert_eq!((put.status.as_u16(), low("NEW").await), (200, expected), "{body}");
        }
    }

    #[tokio::test]
    async fn what_is_kept_cannot_be_counted_away() {
        let world = World::open().await;
        world.post("/reservations", "k1", json!({ "lines": [{ "sku": "A", "quantity": 3 }] })).await;
        let refused = world.put("A", json!({ "onHand": 2 })).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "STOCK_KEPT"));
        assert_eq!(world.put("A", json!({ "onHand": 3 })).await.status, 200);
        assert_eq!(world.numbers("A").await, [3, 3, 0]);
        for (body, code) in [
            (json!({ "onHand": 3, "location": "bandung" }), "STOCK_INVALID"),
            (json!({ "buckets": 17 }), "STOCK_INVALID"),
            (json!({ "onHand": -1 }), "VALIDATION_FAILED"),
        ] {
            assert_eq!(world.put("A", body.clone()).await.text("/code"), code, "{body}");
        }
    }

    #[tokio::test]
    async fn whoever_saw_older_rules_is_told() {
        let world = World::open().await;
        let put = |seen: &'static str| {
            let call = world.client.call(http::Method::PUT, "/api/v1/inventory/A").json(json!({ "lowAt": 1 }));
            call.bearer(&world.owner.token).header("if-match", seen).send()
        };
        assert_eq!(put("\"1\"").await.status, 200);
        assert_eq!(put("\"1\"").await.status, 412);
    }
}
