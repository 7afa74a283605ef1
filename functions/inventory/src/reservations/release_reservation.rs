//! `DELETE /api/v1/inventory/reservations/{id}`: a cart needs its goods no more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one query for each
//! SKU side by side, one transaction of reservation, levels, alerts, events and agenda; the last three again for every race that
//! is lost.

use axum::extract::State;
use events::UNVERSIONED;
use kernel::ReservationId;
use stock::{ReservationState, Stocks};
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{InventoryWrite, reservations::reservation_view::ReservationView};

/// Release a reservation
///
/// What it kept is available again. One that was released or has run out stays as it is.
#[utoipa::path(
    delete, path = "/api/v1/inventory/reservations/{id}",
    responses(
        (status = 200, body = Envelope<ReservationView>),
        (status = 409, description = "CONFLICT; RESERVATION_OVER: an order took it over")
    )
)]
pub async fn release_reservation(
    State(api): State<Api>,
    caller: Caller<InventoryWrite>,
    info: RequestInfo,
    Id(id): Id<ReservationId>,
) -> Result<Reply, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), caller.scope), api.now());
    until_settled(Problem::conflict, || async {
        let found = stocks.reservation(id).await?.ok_or_else(Problem::not_found)?;
        if matches!(found.state, ReservationState::Released | ReservationState::Expired) {
            return Ok(Race::Settled(Reply::ok(&ReservationView::of(&found, now))?));
        }
        let ended = found.ended(now)?;
        let read = stocks.of_reservation(&ended).await?;
        let mut transaction = Transaction::new();
        let told = stocks.give_back(&mut transaction, &ended, &read, now)?;
        stock::tell(&mut transaction, &told, || api.event_meta(caller.tenant(), &info, UNVERSIONED))?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::ok(&ReservationView::of(&ended, now))?)),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn what_was_kept_is_given_back_once_however_often_that_is_asked_for() {
        let world = World::open().await;
        let body = json!({ "lines": [{ "sku": "B", "quantity": 1 }] });
        let id = world.post("/reservations", "k1", body).await.text("/data/id");
        let path = format!("/api/v1/inventory/reservations/{id}");
        let release = async || world.client.call(Method::DELETE, &path).bearer(&world.owner.token).send().await;
        for answer in join_all([release(), release(), release()]).await {
            assert_eq!((answer.status.as_u16(), answer.at("/data/state")), (200, json!("released")));
        }
        assert_eq!(world.numbers("B").await, [1, 0, 1]);
        assert_eq!(world.told().await, ["stock.ran_out", "stock.returned"]);
        let extend = world.post(&format!("/reservations/{id}/extend"), "k2", json!({})).await;
        assert_eq!((extend.status.as_u16(), extend.text("/code").as_str()), (409, "RESERVATION_OVER"));
    }

    #[tokio::test]
    async fn a_reservation_is_its_tenants_alone() {
        let world = World::open().await;
        let body = json!({ "lines": [{ "sku": "B", "quantity": 1 }] });
        let id = world.post("/reservations", "k1", body).await.text("/data/id");
        let (_, stranger) = world.stack.tenant("toko-b").await;
        let path = format!("/api/v1/inventory/reservations/{id}");
        for (method, path) in
            [(Method::GET, path.clone()), (Method::DELETE, path.clone()), (Method::POST, format!("{path}/extend"))]
        {
            let answer = world.client.call(method, &path).bearer(&stranger.token).send().await;
            assert_eq!(answer.status, 404, "{path}");
        }
        assert_eq!(world.numbers("B").await, [1, 1, 0]);
    }

    #[tokio::test]
    async fn commerce_t4_activity_keeps_it_for_ten_more_minutes() {
        let world = World::open().await;
        let body = json!({ "lines": [{ "sku": "B", "quantity": 1 }] });
        let id = world.post("/reservations", "k1", body).await.text("/data/id");
        world.stack.set_clock("2026-11-21T01:08:20Z");
        let extended = world.post(&format!("/reservations/{id}/extend"), "k2", json!({})).await;
        assert_eq!(extended.at("/data/expiresAt"), json!("2026-11-21T01:18:20.000Z"), "{}", extended.snapshot());
    }
}
