//! `POST /api/v1/meters`: something else to count.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one query of the meters, one transaction of meter, audit entry and idempotency row.

use axum::extract::State;
use billing::{Aggregation, Feature, Label, MAX_METERS, Meter, Meters};
use http::StatusCode;
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{PlansWrite, meters::meter_view::MeterView};

/// A new meter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "key": "storage_gb", "name": "Storage", "unit": "GB", "aggregation": "max" }))]
pub struct CreateMeter {
    /// Its name in the API, for good.
    pub key: Feature,
    /// Its name for people.
    pub name: Label,
    /// What one of it is, such as `call` or `GB`.
    pub unit: Option<Label>,
    /// How the events of a period are counted: `sum`, of their quantities, when left out; `count` of the events; the `max` or
    /// the `latest` of their quantities; `unique`, how many different values.
    #[serde(default)]
    pub aggregation: Aggregation,
}

/// Create a meter
///
/// Plans price by meters, and usage events name one. A meter never changes, for what was sold by it is billed by it.
#[utoipa::path(
    post, path = "/api/v1/meters",
    responses(
        (status = 201, body = Envelope<MeterView>),
        (status = 409, description = "METER_EXISTS, TOO_MANY_METERS")
    )
)]
pub async fn create_meter(
    State(api): State<Api>,
    caller: Caller<PlansWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateMeter>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let known = Meters::new(api.table(), caller.scope).list().await?;
    if known.iter().any(|meter| meter.key == body.key) {
        return Err(exists(&body.key));
    }
    if known.len() >= MAX_METERS {
        let detail = format!("a tenant has at most {MAX_METERS} meters");
        return Err(Problem::new(StatusCode::CONFLICT, "TOO_MANY_METERS", detail));
    }
    let meter =
        Meter { key: body.key, name: body.name, unit: body.unit, aggregation: body.aggregation, created_at: api.now() };

    let mut transaction = Transaction::new();
    let taken = Meters::insert(&mut transaction, caller.scope, &meter)?;
    let entry = caller.entry(&api, &info, crate::METER_CREATED).about(&meter.key);
    entry.insert(&mut transaction, caller.scope)?;
    let name = meter.key.clone();
    let reply = Reply::created(&MeterView::from(meter))?;
    key.commit(&api, transaction, reply, |cancelled| {
        if cancelled.failed(taken).is_some() { exists(&name) } else { Problem::conflict() }
    })
    .await
}

fn exists(key: &Feature) -> Problem {
    Problem::new(StatusCode::CONFLICT, "METER_EXISTS", format!("there is a meter {key} already"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::world::World;

    #[tokio::test]
    async fn a_meter_is_made_once_and_listed() {
        let world = World::open().await;
        let cups = json!({ "key": "cups", "name": "Cups", "unit": "cup", "aggregation": "count" });
        let made = world.post(&world.owner, "/api/v1/meters", "k1", cups.clone()).await;
        insta::assert_snapshot!(made.snapshot(), @r#"
        201 Created
        {
          "data": {
            "aggregation": "count",
            "createdAt": "2026-11-21T01:00:00.000Z",
            "key": "cups",
            "name": "Cups",
            "unit": "cup"
          },
          "success": true
        }
        "#);
        let again = world.post(&world.owner, "/api/v1/meters", "k1", cups.clone()).await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &made.body));
        let taken = world.post(&world.owner, "/api/v1/meters", "k2", cups.clone()).await;
        assert_eq!((taken.status.as_u16(), taken.text("/code").as_str()), (409, "METER_EXISTS"));
        let list = world.client.get("/api/v1/meters").bearer(&world.customer.token).send().await;
        let keys: Vec<Value> = list.at("/data").as_array().unwrap().iter().map(|meter| meter["key"].clone()).collect();
        assert_eq!(keys, ["api_calls", "cups", "predictions"]);
        let refused = world.post(&world.customer, "/api/v1/meters", "k3", cups.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.text("/code").as_str()), (403, "FORBIDDEN"));
        let (_, stranger) = world.stack.tenant("toko-b").await;
        assert_eq!(world.post(&stranger, "/api/v1/meters", "k4", cups).await.status, 201, "their own");
    }
}
