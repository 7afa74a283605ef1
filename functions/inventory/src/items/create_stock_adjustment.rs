//! `POST /api/v1/inventory/{sku}/adjustments`: goods came, or are gone.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key, one query of the SKU beside one of the locations, one transaction of levels, ledger, alert, events, audit entry and
//! idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use events::UNVERSIONED;
use kernel::{MovementId, Sku};
use serde::Deserialize;
use stock::{LocationCode, MovementKind, MovementReason, StockError, StockMovement, Stocks};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{InventoryWrite, STOCK_ADJUSTED, items::list_stock_movements::StockMovementView};

/// By how many goods on hand change at once at most.
const MOST: i64 = 1_000_000_000;

/// Goods that came or are gone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateStockAdjustment {
    /// By how many the goods on hand grow; below zero for goods that are gone, and never zero.
    #[schema(example = 24, minimum = -1_000_000_000, maximum = 1_000_000_000)]
    pub delta: i64,
    /// Why.
    pub reason: MovementReason,
    /// Where; `main` when left out.
    pub location: Option<LocationCode>,
}

/// Create a stock adjustment
///
/// What is kept for carts and orders cannot be taken away. Twice with one `Idempotency-Key` is as once.
#[utoipa::path(
    post, path = "/api/v1/inventory/{sku}/adjustments",
    responses(
        (status = 201, body = Envelope<StockMovementView>),
        (status = 409, description = "CONFLICT; STOCK_KEPT: so many are kept for carts and orders"),
        (status = 422, description = "VALIDATION_FAILED; STOCK_INVALID: there is no such location, or too many")
    )
)]
pub async fn create_stock_adjustment(
    State(api): State<Api>,
    caller: Caller<InventoryWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Id(sku): Id<Sku>,
    Json(body): Json<CreateStockAdjustment>,
) -> Result<Reply, Problem> {
    if body.delta == 0 || !(-MOST..=MOST).contains(&body.delta) {
        let advice = "use a whole number from -1000000000 to 1000000000 that is not zero";
        return Err(Problem::invalid("/delta", "INVALID_VALUE", advice));
    }
    let location = body.location.unwrap_or_else(LocationCode::main);
    let (stocks, now) = (Stocks::new(api.table(), caller.scope), api.now());
    let movement = StockMovement {
        id: MovementId::new(api.new_ulid()),
        sku: sku.clone(),
        location: location.clone(),
        kind: MovementKind::Adjustment,
        on_hand: body.delta,
        allocated: 0,
        reason: Some(body.reason),
        by: Some(caller.user),
        of: None,
        at: now,
    };
    let outcome = until_settled(Problem::conflict, || async {
        let (stock, locations) = tokio::try_join!(stocks.get(&sku), stocks.locations())?;
        let stock = stock.ok_or_else(|| StockError::Unknown { sku: sku.clone() })?;
        if locations.iter().all(|known| known.code != location) {
            return Err(Problem::from(StockError::NoLocation { code: location.clone() }).named_at("/location"));
        }
        let mut transaction = Transaction::new();
        let told = stocks.adjust(&mut transaction, &stock, (&location, body.delta), now)?;
        stock::tell(&mut transaction, &told, || api.event_meta(caller.tenant(), &info, UNVERSIONED))?;
        stocks.insert_movement(&mut transaction, &movement)?;
        let entry = caller.entry(&api, &info, STOCK_ADJUSTED).about(movement.id).with("sku", &sku);
        entry.with("delta", body.delta).insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&StockMovementView::from(movement.clone()))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn goods_come_and_go_once_for_each_key() {
        let world = World::open().await;
        for _ in 0..2 {
            let made = world.post("/A/adjustments", "k1", json!({ "delta": 24, "reason": "received" })).await;
            assert_eq!(made.status, 201, "{}", made.snapshot());
        }
        assert_eq!(world.numbers("A").await, [34, 0, 34]);
        let gone = world.post("/A/adjustments", "k2", json!({ "delta": -34, "reason": "lost" })).await;
        assert_eq!(gone.status, 201, "{}", gone.snapshot());
        let refused = world.post("/A/adjustments", "k3", json!({ "delta": -1, "reason": "lost" })).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "STOCK_KEPT"));
        for (sku, body, status) in [
            ("A", json!({ "delta": 0, "reason": "lost" }), 422),
            ("A", json!({ "delta": 1, "reason": "magic" }), 422),
            ("A", json!({ "delta": 1_000_000_001, "reason": "received" }), 422),
            ("A", json!({ "delta": i64::MIN, "reason": "lost" }), 422),
            ("A", json!({ "delta": 1, "reason": "received", "location": "moon" }), 422),
            ("C", json!({ "delta": 1, "reason": "received" }), 404),
        ] {
            let refused =
                world.post(&format!("/{sku}/adjustments"), &format!("{sku}{}", body["delta"]), body.clone()).await;
            assert_eq!(refused.status.as_u16(), status, "{body}");
        }
        let moves = world.get("/A/movements").await;
        assert_eq!(moves.at("/data").as_array().unwrap().len(), 3);
        assert_eq!(moves.at("/data/0/by"), json!(world.owner.user));
    }

    #[tokio::test]
    async fn customers_see_and_change_nothing() {
        let world = World::open().await;
        let budi = world.stack.user(world.owner.scope, "budi@example.com", Role::User).await;
        assert_eq!(world.client.get("/api/v1/inventory").bearer(&budi.token).send().await.status, 403);
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(world.client.get("/api/v1/inventory/A").bearer(&stranger.token).send().await.status, 404);
        assert_eq!(world.client.get("/api/v1/inventory").bearer(&stranger.token).send().await.at("/data"), json!([]));
    }
}
