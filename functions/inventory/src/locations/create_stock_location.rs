//! `POST /api/v1/inventory/locations`: another place where goods are kept.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key, one query, one transaction of location, audit entry and idempotency row.

use axum::extract::State;
use serde::Deserialize;
use stock::{LOCATIONS_MAX, LocationCode, LocationName, StockError, StockLocation, Stocks};
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{InventoryWrite, STOCK_LOCATION_CREATED, locations::list_stock_locations::StockLocationView};

/// Another place where goods are kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateStockLocation {
    /// Its short name; `main` may be said once, to give it another name and place in the order.
    pub code: LocationCode,
    /// What it is called.
    pub name: LocationName,
    /// Goods are taken from the lowest number first; 100 when left out.
    #[serde(default = "last")]
    #[schema(example = 100)]
    pub priority: u16,
}

const fn last() -> u16 {
    100
}

/// Create a stock location
///
/// A tenant has at most 100.
#[utoipa::path(
    post, path = "/api/v1/inventory/locations",
    responses(
        (status = 201, body = Envelope<StockLocationView>),
        (status = 409, description = "LOCATION_EXISTS, LOCATION_LIMIT")
    )
)]
pub async fn create_stock_location(
    State(api): State<Api>,
    caller: Caller<InventoryWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(CreateStockLocation { code, name, priority }): Json<CreateStockLocation>,
) -> Result<Reply, Problem> {
    let stocks = Stocks::new(api.table(), caller.scope);
    let outcome = async {
        if stocks.locations().await?.len() >= LOCATIONS_MAX {
            return Err(StockError::TooManyLocations.into());
        }
        let location = StockLocation { code: code.clone(), name, priority, version: 1 };
        let mut transaction = Transaction::new();
        stocks.insert_location(&mut transaction, &location)?;
        let entry = caller.entry(&api, &info, STOCK_LOCATION_CREATED).with("location", &code);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&StockLocationView::from(location))?;
        key.commit(&api, transaction, reply, |_| StockError::LocationExists { code }.into()).await
    }
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn goods_are_taken_from_the_first_location_that_has_some() {
        let world = World::open().await;
        let made = world.post("/locations", "k1", json!({ "code": "bandung", "name": "Bandung", "priority": 1 })).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let again = world.post("/locations", "k2", json!({ "code": "bandung", "name": "Other" })).await;
        assert_eq!((again.status.as_u16(), again.text("/code").as_str()), (409, "LOCATION_EXISTS"));
        let listed = world.get("/locations").await;
        assert_eq!((listed.at("/data/0/code"), listed.at("/data/1/code")), (json!("bandung"), json!("main")));
        world.put("A", json!({ "onHand": 2, "location": "bandung" })).await;
        world.post("/reservations", "k3", json!({ "lines": [{ "sku": "A", "quantity": 3 }] })).await;
        let shown = world.get("/A").await;
        let at = |place: usize| {
            (
                shown.at(&format!("/data/locations/{place}/location")),
                shown.at(&format!("/data/locations/{place}/available")),
            )
        };
        assert_eq!([at(0), at(1)], [(json!("bandung"), json!(0)), (json!("main"), json!(9))]);
    }
}
