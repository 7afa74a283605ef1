//! `GET /health/services`: how every group of endpoints is, told from how its last calls were answered.
//!
//! Round trips: one query for each group, at once, and none for ten seconds after that; one rate-limit write.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{Extension, extract::State};
use futures::future::try_join_all;
use http::StatusCode;
use kernel::Timestamp;
use metering::{GroupHealth, GroupStatus, PlatformCalls, WINDOW_MINUTES};
use serde::Serialize;
use table::{OperatorScope, TableError};
use utoipa::ToSchema;
use web::{Api, Problem, Reply};

/// The groups: the tags of all operations, which a test holds them to.
const GROUPS: [&str; 20] = [
    "admin",
    "ai-gateway",
    "ai-orchestrator",
    "analytics",
    "billing",
    "catalog",
    "files",
    "identity",
    "inventory",
    "notifications",
    "orders",
    "payments",
    "platform",
    "recommendations",
    "reviews",
    "search",
    "shipping",
    "subscriptions",
    "tenants",
    "webhooks",
];

/// How long what was seen is shown again: anybody may ask, as often as they like.
const SHOWN_MILLIS: i64 = 10_000;

/// How the groups are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServicesHealth {
    /// `ok`; `degraded` when a group is failing; `down` with status 503 when the table does not answer.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The service.
    #[schema(example = "ruko")]
    pub service: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The present.
    pub timestamp: Timestamp,
    /// Over how many minutes calls were looked at.
    #[schema(example = 5)]
    pub window_minutes: i64,
    /// Every group; none when the table does not answer.
    pub groups: Vec<GroupView>,
}

/// How a group is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// Which group.
    #[schema(example = "identity")]
    pub name: &'static str,
    /// `ok`, `idle` when nobody called it within the window, or `failing` from one server error in twenty calls.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// The minute of the last call; null when there was none for a week.
    pub last_call_at: Option<Timestamp>,
    /// Calls within the window that were answered with a server error, in percent, rounded up.
    pub server_error_percent: u64,
}

/// What was seen last, and when.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Option<(Timestamp, Vec<GroupView>)>>);

/// Check the health of each group
///
/// Behind by about a minute. A group that nobody calls costs nothing and is `idle`.
#[utoipa::path(
    get, path = "/health/services",
    responses((status = 200, body = ServicesHealth), (status = 503, body = ServicesHealth))
)]
pub async fn get_health_services(
    State(api): State<Api>,
    Extension(seen): Extension<Arc<Seen>>,
) -> Result<Reply, Problem> {
    let now = api.now();
    let (code, groups) = match seen.or_look(&api, now).await {
        Ok(groups) => (StatusCode::OK, groups),
        Err(error) => {
            tracing::warn!(%error, "the table is down");
            (StatusCode::SERVICE_UNAVAILABLE, Vec::new())
        }
    };
    let failing = groups.iter().any(|group| group.status == word(GroupStatus::Failing));
    let status = match code {
        StatusCode::OK if failing => "degraded",
        StatusCode::OK => "ok",
        _ => "down",
    };
    let (service, version) = ("ruko", env!("CARGO_PKG_VERSION"));
    Reply::json(
        code,
        &ServicesHealth { status, service, version, timestamp: now, window_minutes: WINDOW_MINUTES, groups },
    )
}

impl Seen {
    /// What was seen within the last ten seconds, or is seen now.
    async fn or_look(&self, api: &Api, now: Timestamp) -> Result<Vec<GroupView>, TableError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, groups)) = known
            && (0..SHOWN_MILLIS).contains(&(now.as_millis() - at.as_millis()))
        {
            return Ok(groups);
        }
        let calls = PlatformCalls::new(api.table(), OperatorScope::assume("health is of all tenants together"));
        let groups = try_join_all(GROUPS.map(|name| async move {
            let health = GroupHealth::of(&calls.recent(name, now).await?);
            Ok::<_, TableError>(view(name, &health))
        }));
        let groups = groups.await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, groups.clone()));
        Ok(groups)
    }
}

fn view(name: &'static str, health: &GroupHealth) -> GroupView {
    GroupView {
        name,
        status: word(health.status),
        last_call_at: health.last_call_at,
        server_error_percent: health.server_error_percent,
    }
}

const fn word(status: GroupStatus) -> &'static str {
    match status {
        GroupStatus::Ok => "ok",
        GroupStatus::Idle => "idle",
        GroupStatus::Failing => "failing",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use testkit::{Client, Fault, Stack};

    use super::*;
    use crate::counted::counted;

    #[test]
    fn no_group_is_forgotten() {
        let document: Value = serde_json::from_str(crate::OPENAPI).unwrap();
        let methods =
            document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
        let tags: BTreeSet<&str> = methods.map(|operation| operation["tags"][0].as_str().unwrap()).collect();
        assert_eq!(tags, GROUPS.into());
    }

    #[tokio::test]
    #[expect(clippy::too_many_lines, reason = "every group is told of")]
    async fn every_group_is_told_of_and_no_tenant_is() {
        let stack = Stack::start().await;
        let tenant = counted(&stack).await;
        let health = stack.serve(crate::function).get("/health/services").send().await;
        insta::assert_snapshot!(health.snapshot(), @r#"
        200 OK
        {
          "groups": [
            {
              "lastCallAt": null,
              "name": "admin",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "ai-gateway",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "ai-orchestrator",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "analytics",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": "2026-11-21T01:00:00.000Z",
              "name": "billing",
              "serverErrorPercent": 0,
              "status": "ok"
            },
            {
              "lastCallAt": null,
              "name": "catalog",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "files",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": "2026-11-21T01:00:00.000Z",
              "name": "identity",
              "serverErrorPercent": 5,
              "status": "failing"
            },
            {
              "lastCallAt": null,
              "name": "inventory",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "notifications",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "orders",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "payments",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "platform",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "recommendations",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "reviews",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "search",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "shipping",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "subscriptions",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "tenants",
              "serverErrorPercent": 0,
              "status": "idle"
            },
            {
              "lastCallAt": null,
              "name": "webhooks",
              "serverErrorPercent": 0,
              "status": "idle"
            }
          ],
          "service": "ruko",
          "status": "degraded",
          "timestamp": "2026-11-21T01:00:00.000Z",
          "version": "0.1.0",
          "windowMinutes": 5
        }
        "#);
        assert!(!String::from_utf8_lossy(&health.body).contains(&tenant.to_string()));
    }

    #[tokio::test]
    async fn what_was_seen_is_shown_for_ten_seconds_and_old_failures_for_five_minutes() {
        let stack = Stack::start().await;
        let client = stack.serve(crate::function);
        let idle = |health: &testkit::Answer| (health.text("/status"), health.text("/groups/7/status"));
        assert_eq!(idle(&client.get("/health/services").send().await), ("ok".to_owned(), "idle".to_owned()));
        counted(&stack).await;
        let before = stack.ctx().ports().meter.total();
        stack.set_clock("2026-11-21T01:00:09.999Z");
        assert_eq!(idle(&client.get("/health/services").send().await).1, "idle");
        assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 1, "the limiter's");
        stack.set_clock("2026-11-21T01:00:10Z");
        let failing = ("degraded".to_owned(), "failing".to_owned());
        assert_eq!(idle(&client.get("/health/services").send().await), failing);
        assert_eq!(stack.ctx().ports().meter.total().since(before).round_trips, 1 + 20 + 1);
        stack.set_clock("2026-11-21T01:05:59Z");
        assert_eq!(idle(&client.get("/health/services").send().await), failing);
        stack.set_clock("2026-11-21T01:06:10Z");
        let old = client.get("/health/services").send().await;
        assert_eq!(idle(&old), ("ok".to_owned(), "idle".to_owned()));
        assert_eq!(old.text("/groups/7/lastCallAt"), "2026-11-21T01:00:00.000Z");
    }

    #[tokio::test]
    async fn without_the_table_it_is_down() {
        let stack = Stack::start().await;
        let (ctx, _) = stack.breaking(Some(Fault::Before(0)));
        let ill = Client::new(crate::function(ctx)).get("/health/services").send().await;
        assert_eq!(
            (ill.status.as_u16(), ill.text("/status").as_str(), ill.at("/groups")),
            (503, "down", Value::Array(Vec::new()))
        );
    }
}
