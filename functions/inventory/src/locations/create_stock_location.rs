//! `POST /api/v1/inventory/locations`: another place where goods are kept.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key, one read and one query, one transaction of location, count, audit entry and idempotency row; the last three
//! again for every race that is lost.

use axum::extract::State;
use serde::Deserialize;
use stock::{LocationCode, LocationName, StockLocation, Stocks};
use table::{Race, Transaction, until_settled};
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
        (status = 409, description = "LOCATION_EXISTS, LOCATION_LIMIT, CONFLICT")
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
    let location = StockLocation { code, name, priority, version: 1 };
    let outcome = until_settled(Problem::conflict, || async {
        let seen = stocks.to_locate().await?;
        let mut transaction = Transaction::new();
        stocks.insert_location(&mut transaction, (&seen, &location))?;
        let entry = caller.entry(&api, &info, STOCK_LOCATION_CREATED).with("location", &location.code);
        entry.insert(&mut transaction, caller.scope)?;
        let reply = Reply::created(&StockLocationView::from(location.clone()))?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn of_many_at_once_a_hundred_locations_are_made() {
        let world = World::open().await;
        let make = async |number: usize| {
            let body = json!({ "code": format!("l{number}"), "name": "Gudang" });
            let answer = world.post("/locations", &format!("k{number}"), body).await;
            (answer.status.as_u16(), answer.text("/code"))
        };
        for number in 0..96 {
            assert_eq!(make(number).await.0, 201);
        }
        let answers = futures::future::join_all((100..106).map(&make)).await;
        // Who lost every race is told to try again, and is refused then.
        for (number, _) in (100..106).zip(&answers).filter(|(_, (_, code))| code == "CONFLICT") {
            make(number).await;
        }
        let stocks = stock::Stocks::new(world.stack.ctx().table(), world.owner.scope);
        assert_eq!(stocks.locations().await.unwrap().len(), 100);
        assert_eq!(make(110).await, (409, "LOCATION_LIMIT".to_owned()));
    }

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
