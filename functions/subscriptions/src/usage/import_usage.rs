//! `POST /api/v1/usage/import`: up to 1,000 events of a CSV file, each counted exactly once by its id.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), then for each hundred rows
//! those of `POST /usage`.

use std::sync::Arc;

use axum::{Extension, extract::State};
use billing::{Ingested, MAX_EVENTS, PlanCache, Reporter};
use http::StatusCode;
use serde::Deserialize;
use tenancy::PlatformPart;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Problem, Reply, RequestInfo};

use crate::{
    UsageWrite,
    usage::{
        record_usage::{RejectedEvent, UsageRecorded, count},
        usage_file::{self, MOST_TOLD},
    },
};

/// What was used, as a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportUsage {
    /// The CSV: a line with the names of the columns, then 1 to 1,000 rows, parted by commas or semicolons.
    #[schema(example = "eventId,subscriptionId,feature,quantity,at\n\
                        order-4711,sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X,predictions,12,2026-11-20T09:30:00Z\n")]
    pub csv: String,
}

/// Import usage
///
/// For events of the past, such as those of another system. The columns are `eventId`, `subscriptionId`, `feature`,
/// `quantity` or `value`, and `at` (now where it is empty), in any order. Nothing is counted while a row cannot be read.
/// Sending the file again is safe: each event is counted once by its id, as with `POST /usage`.
#[utoipa::path(
    post, path = "/api/v1/usage/import",
    responses(
        (status = 202, body = Envelope<UsageRecorded>),
        (status = 403, description = "FEATURE_OFF"),
        (status = 422, description = "USAGE_REJECTED: no event was counted; or in errors INVALID_COLUMNS, INVALID_ROW, INVALID_LENGTH")
    )
)]
pub async fn import_usage(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<UsageWrite>,
    info: RequestInfo,
    Json(body): Json<ImportUsage>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    caller.may_use(PlatformPart::UsageImport)?;
    let events = usage_file::read(&body.csv).map_err(|faults| {
        let tell =
            |problem: Problem, fault: usage_file::FileFault| problem.with_error("/csv", fault.code, fault.detail);
        faults.into_iter().fold(Problem::unacceptable(), tell)
    })?;
    let mut done = Ingested::default();
    for some in events.chunks(MAX_EVENTS) {
        let more = count(&api, &caller, &info, (&plans, &Reporter::Tenant), some.to_vec()).await?;
        done.accepted += more.accepted;
        done.duplicates += more.duplicates;
        done.rejected.extend(more.rejected);
    }
    if done.accepted + done.duplicates == 0 {
        let none = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "USAGE_REJECTED", "no event was counted; see errors");
        return Err(done.rejected.into_iter().take(MOST_TOLD).fold(none, |problem, one| {
            let detail = format!("event {}: {one}", one.event);
            problem.with_error("/csv", one.why.code(), detail)
        }));
    }
    let rejected = done.rejected.into_iter().map(RejectedEvent::from).collect();
    Reply::accepted(&UsageRecorded { accepted: done.accepted, duplicates: done.duplicates, rejected })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use testkit::Answer;

    use crate::world::World;

    async fn import(world: &World, csv: &str) -> Answer {
        world.client.post("/api/v1/usage/import", json!({ "csv": csv })).bearer(&world.owner.token).send().await
    }

    fn rows(subscription: &str, count: usize) -> String {
        let rows = (0..count).map(|n| format!("e{n},{subscription},predictions,2,2026-11-21T00:30:00Z\n"));
        format!("eventId,subscriptionId,feature,quantity,at\n{}", rows.collect::<Vec<_>>().concat())
    }

    #[tokio::test]
    async fn a_file_counts_once_however_often_it_is_sent() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let file = rows(&sub, 250);
        let first = import(&world, &file).await;
        assert_eq!((first.status.as_u16(), first.at("/data/accepted")), (202, json!(250)), "{}", first.snapshot());
        assert_eq!(import(&world, &file).await.at("/data/duplicates"), json!(250));
        // A day before the subscription, and what the plan does not count.
        let odd = format!("{}old,{sub},predictions,1,2026-11-01T00:00:00Z\nodd,{sub},cups,1,\n", rows(&sub, 1));
        let some = import(&world, &odd).await;
        let codes = [some.text("/data/rejected/0/code"), some.text("/data/rejected/1/code")];
        assert_eq!((some.status.as_u16(), codes), (202, ["BEFORE_SUBSCRIPTION", "UNKNOWN_FEATURE"].map(str::to_owned)));
    }

    #[tokio::test]
    async fn where_imports_are_off_no_file_is_read() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let ctx = world.stack.ctx();
        let tenant = tenancy::Tenants::new(ctx.table()).get(world.customer.scope.tenant()).await.unwrap().unwrap();
        let mut features = tenant.features.clone();
        features.parts.usage_import = false;
        let off = tenant.featuring(features);
        table::write_alone(ctx.table(), |tx| tenancy::Tenants::save(tx, &off)).await.unwrap();
        let client = testkit::Client::new(crate::function(world.stack.loose()));
        let call = client.post("/api/v1/usage/import", json!({ "csv": rows(&sub, 3) }));
        let refused = call.bearer(&world.owner.token).send().await;
        assert_eq!((refused.status.as_u16(), refused.text("/code")), (403, "FEATURE_OFF".to_owned()));
    }

    #[tokio::test]
    async fn while_a_row_cannot_be_read_nothing_is_counted() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let refused = import(&world, &format!("{}bad id,{sub},predictions,1,\n", rows(&sub, 3))).await;
        assert_eq!((refused.status.as_u16(), refused.text("/errors/0/code").as_str()), (422, "INVALID_VALUE"));
        assert!(refused.text("/errors/0/detail").starts_with("line 5, eventId: "), "{}", refused.snapshot());
        assert_eq!(import(&world, &rows(&sub, 3)).await.at("/data/accepted"), json!(3));
        let none = import(&world, &format!("eventId,subscriptionId,feature,quantity\nx,{sub},cups,1\n")).await;
        assert_eq!(
            (none.text("/code").as_str(), none.text("/errors/0/code").as_str()),
            ("USAGE_REJECTED", "UNKNOWN_FEATURE")
        );
        let customer = world.client.post("/api/v1/usage/import", json!({ "csv": rows(&sub, 1) }));
        assert_eq!(customer.bearer(&world.customer.token).send().await.status, 403);
    }
}
