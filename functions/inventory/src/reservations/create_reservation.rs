//! `POST /api/v1/inventory/reservations`: goods are kept for a cart.
//!
//! Round trips: two rate-limit writes, the first beside one read of the caller's standing (none when known), one read
//! of the idempotency key, one query for each SKU and one of the locations side by side, one transaction of
//! reservation, levels, alerts, events, agenda and idempotency row; the last two again for every race that is lost.
//! Where something is missing, one query and one transaction more for each reservation of it that has run out.

use axum::extract::State;
use cloud::MOST_RACES;
use events::UNVERSIONED;
use futures::future::try_join_all;
use kernel::{ReservationId, Sku};
use serde::Deserialize;
use stock::{Reservation, StockError, StockNews, StockNow, StockWanted, Stocks, StocksError};
use table::{TableError, TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Limit, Problem, Reply, RequestInfo};

use crate::{InventoryWrite, reservations::reservation_view::ReservationView};

/// What is to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReservation {
    /// Of which SKUs, each once.
    #[schema(min_items = 1, max_items = 20)]
    pub lines: Vec<WantedLine>,
}

/// So many of a SKU.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLine {
    /// Which.
    pub sku: Sku,
    /// How many.
    #[schema(example = 2, minimum = 1)]
    pub quantity: u32,
}

/// Create a reservation
///
/// All or nothing, for ten minutes: 409 `INSUFFICIENT_STOCK` names the first SKU of which there is too little. Extend it while
/// the cart is in use. Twice with one `Idempotency-Key` is as once. A user or API key makes 1,000 in ten minutes at
/// most (429 `RATE_LIMITED`), and each is kept for two hours at most, so that nobody keeps the goods from all others.
#[utoipa::path(
    post, path = "/api/v1/inventory/reservations",
    responses(
        (status = 201, body = Envelope<ReservationView>),
        (status = 404, description = "NOT_FOUND: nothing is known of the stock of a SKU"),
        (status = 409, description = "CONFLICT, INSUFFICIENT_STOCK"),
        (status = 422, description = "VALIDATION_FAILED; STOCK_INVALID: none, too many, or one twice; STOCK_SCATTERED: taken from too many places at once")
    )
)]
pub async fn create_reservation(
    State(api): State<Api>,
    caller: Caller<InventoryWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateReservation>,
) -> Result<Reply, Problem> {
    let wanted: Vec<StockWanted> =
        body.lines.into_iter().map(|line| StockWanted { sku: line.sku, quantity: line.quantity }).collect();
    caller.limit(&api, Limit::RESERVATIONS).await?;
    let outcome = reserve(&api, &caller, (&info, &key), &wanted).await;
    key.settle(&api, outcome).await
}

async fn reserve(
    api: &Api,
    caller: &Caller<InventoryWrite>,
    (info, key): (&RequestInfo, &IdempotencyKey),
    wanted: &[StockWanted],
) -> Result<Reply, Problem> {
    let stocks = Stocks::new(api.table(), caller.scope);
    let (id, now) = (ReservationId::new(api.new_ulid()), api.now());
    for lost in 1..=MOST_RACES {
        let mut transaction = Transaction::new();
        let made = match kept(&stocks, &mut transaction, (id, wanted), now).await {
            Ok(made) => made,
            Err(StocksError::Refused(StockError::Insufficient { sku, available, wanted })) => {
                // What has run out and was not given back yet is there for who wants it.
                if give_back_what_ran_out(api, caller, info, &sku).await? {
                    continue;
                }
                return Err(StockError::Insufficient { sku, available, wanted }.into());
            }
            Err(error) => return Err(error.into()),
        };
        let (reservation, told) = made;
        stock::tell(&mut transaction, &told, || api.event_meta(caller.tenant(), info, UNVERSIONED))?;
        let reply = Reply::created(&ReservationView::of(&reservation, now))?;
        if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
            return Ok(reply);
        }
        api.back_off(lost).await;
    }
    Err(Problem::conflict())
}

async fn kept(
    stocks: &Stocks<'_>,
    transaction: &mut Transaction,
    (id, wanted): (ReservationId, &[StockWanted]),
    now: kernel::Timestamp,
) -> Result<(Reservation, StockNews), StocksError> {
    let known = try_join_all(wanted.iter().map(|one| stocks.get(&one.sku)));
    let (known, locations) = tokio::try_join!(known, stocks.locations())?;
    let each = wanted.iter().zip(known);
    let read: Result<Vec<StockNow>, StockError> =
        each.map(|(one, stock)| stock.ok_or_else(|| StockError::Unknown { sku: one.sku.clone() })).collect();
    stocks.reserve(transaction, (id, wanted), (&read?, &locations), now)
}

/// Gives back what reservations of a SKU kept that have run out; whether there were any.
async fn give_back_what_ran_out(
    api: &Api,
    caller: &Caller<InventoryWrite>,
    info: &RequestInfo,
    sku: &Sku,
) -> Result<bool, Problem> {
    let (stocks, now) = (Stocks::new(api.table(), caller.scope), api.now());
    let mut any = false;
    for id in stocks.run_out(sku, now).await? {
        let mut transaction = Transaction::new();
        let Some(told) = stocks.lapse(&mut transaction, id, now).await? else { continue };
        stock::tell(&mut transaction, &told, || api.event_meta(caller.tenant(), info, UNVERSIONED))?;
        match api.table().transact(transaction).await {
            // Another was faster: it is given back all the same.
            Ok(()) | Err(TransactError::Cancelled(_)) => any = true,
            // One that cannot be given back is nothing that whoever wants its goods could mend.
            Err(TransactError::Table(error @ TableError::Refused(_))) => {
                tracing::error!(reservation.id = %id, %error, "a reservation that ran out is not given back");
            }
            Err(TransactError::Table(error)) => return Err(error.into()),
        }
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn commerce_t1_of_fifty_who_want_the_last_ten_ten_get_one_each_and_a_repeat_gets_no_second() {
        let world = World::open().await;
        let body = || json!({ "lines": [{ "sku": "A", "quantity": 1 }] });
        let all = join_all((0..50).map(|number| {
            let world = &world;
            async move { world.post("/reservations", &format!("k{number}"), body()).await }
        }))
        .await;
        let won: Vec<usize> = (0..50).filter(|place| all[*place].status == 201).collect();
        let lost: Vec<_> = all.iter().filter(|answer| answer.status == 409).collect();
        assert_eq!((won.len(), lost.len()), (10, 40));
        assert!(lost.iter().all(|answer| answer.text("/code") == "INSUFFICIENT_STOCK"));
        assert_eq!(world.numbers("A").await, [10, 10, 0]);
        let again = world.post("/reservations", &format!("k{}", won[0]), body()).await;
        assert_eq!(again.at("/data/id"), all[won[0]].at("/data/id"));
        assert_eq!(world.numbers("A").await, [10, 10, 0]);
        assert_eq!(world.told().await, ["stock.ran_out"]);
    }

    #[tokio::test]
    async fn commerce_t2_of_several_skus_all_are_kept_or_none() {
        let world = World::open().await;
        let of = |a: u32, b: u32| json!({ "lines": [{ "sku": "A", "quantity": a }, { "sku": "B", "quantity": b }] });
        let refused = world.post("/reservations", "k1", of(2, 2)).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (409, "INSUFFICIENT_STOCK"));
        assert_eq!(refused.text("/detail"), "of B 1 are available, and 2 are wanted");
        assert_eq!(world.numbers("A").await, [10, 0, 10]);
        let made = world.post("/reservations", "k2", of(2, 1)).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        assert_eq!(made.at("/data/lines"), json!([{ "sku": "A", "quantity": 2 }, { "sku": "B", "quantity": 1 }]));
        assert_eq!(made.at("/data/expiresAt"), json!("2026-11-21T01:10:00.000Z"));
    }

    #[tokio::test]
    async fn what_ran_out_is_there_for_who_wants_it_before_any_job_ran() {
        let world = World::open().await;
        let body = || json!({ "lines": [{ "sku": "B", "quantity": 1 }] });
        let first = world.post("/reservations", "k1", body()).await.text("/data/id");
        assert_eq!(world.post("/reservations", "k2", body()).await.status, 409);
        world.stack.set_clock("2026-11-21T01:10:00Z");
        let token = world.stack.sign_in(&world.owner).await;
        let call = world.client.post("/api/v1/inventory/reservations", body()).bearer(&token).idempotency_key("k3");
        let second = call.send().await;
        assert_eq!(second.status, 201, "{}", second.snapshot());
        let shown = world.client.get(format!("/api/v1/inventory/reservations/{first}")).bearer(&token).send().await;
        assert_eq!(shown.at("/data/state"), json!("expired"));
    }

    #[tokio::test]
    async fn a_caller_makes_so_many_reservations_and_no_more() {
        let world = World::open().await;
        let client = world.stack.serve(crate::function);
        let table = world.stack.ctx().table();
        let server = world.stack.api_key(&world.owner, &["inventory:write"]).await;
        let reserve = async |token: &str, key: &str| {
            let body = json!({ "lines": [{ "sku": "A", "quantity": 1 }] });
            let call = client.post("/api/v1/inventory/reservations", body).bearer(token).idempotency_key(key);
            let answer = call.send().await;
            (answer.status.as_u16(), answer.text("/code"))
        };
        assert_eq!(reserve(&world.owner.token, "k1").await.0, 201);
        // The user has made all but one of a thousand.
        let key = world.owner.scope.key(format_args!("RL#reservations#{}", world.owner.user), "RL");
        let mut counted = table.get(&key).await.unwrap().unwrap();
        counted.insert("calls".to_owned(), json!(web::Limit::RESERVATIONS.calls - 1));
        let mut transaction = table::Transaction::new();
        transaction.add(testkit::raw::put(key, counted));
        table.transact(transaction).await.unwrap();
        assert_eq!(reserve(&world.owner.token, "k2").await.0, 201);
        assert_eq!(reserve(&world.owner.token, "k3").await, (429, "RATE_LIMITED".to_owned()));
        assert_eq!(reserve(&server, "k4").await.0, 201, "another caller");
        assert_eq!(world.numbers("A").await, [10, 3, 7]);
    }

    #[tokio::test]
    async fn what_cannot_be_reserved_is_refused() {
        let world = World::open().await;
        let line = |sku: &str, quantity: u32| json!({ "sku": sku, "quantity": quantity });
        for (place, (lines, status, code)) in [
            (json!([]), 422, "STOCK_INVALID"),
            (json!([line("A", 0)]), 422, "STOCK_INVALID"),
            (json!([line("A", 1), line("A", 1)]), 422, "STOCK_INVALID"),
            (json!([line("C", 1)]), 404, "NOT_FOUND"),
            (json!([line("A#", 1)]), 422, "VALIDATION_FAILED"),
        ]
        .into_iter()
        .enumerate()
        {
            let refused = world.post("/reservations", &format!("k{place}"), json!({ "lines": lines })).await;
            assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (status, code), "{lines}");
        }
    }
}
