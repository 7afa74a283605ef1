//! `GET /api/v1/usage`: what one subscription used, by day or in all.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! subscription, one query.

use std::collections::BTreeMap;

use axum::extract::State;
use billing::{DayUse, Feature, Subscription, UsageRows};
use kernel::{Date, SubscriptionId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Problem, QueryString, Reply};

use crate::{UsageRead, subscriptions::get_subscription::within_reach};

/// The longest range that one call may ask for.
const MAX_DAYS: i32 = 366;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UsageQuery {
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// The first day, in the subscription's zone; that of its present period when left out.
    pub from: Option<Day>,
    /// The last day; today when left out. At most 366 days in all.
    pub to: Option<Day>,
    /// Of one feature only.
    pub feature: Option<Feature>,
    /// For each day, or each feature in all; `feature` when left out.
    pub group_by: Option<UsageGrouping>,
}

/// What was used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// The first day that is counted.
    pub from: Date,
    /// The last day that is counted.
    pub to: Date,
    /// Features, or days and features, in order; those with nothing are left out.
    pub rows: Vec<UsageRow>,
}

/// The use of a feature.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageRow {
    /// On which day, when grouped by day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// Of what.
    #[schema(example = "predictions")]
    pub feature: String,
    /// How many units.
    pub quantity: u64,
}

/// By what use is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UsageGrouping {
    /// By day and feature.
    Day,
    /// By feature.
    Feature,
}

/// A range that was checked.
struct Range {
    from: Date,
    to: Date,
}

/// Get usage of a subscription
///
/// Days are those of the subscription's zone. What was reported late counts on the day on which it happened.
#[utoipa::path(get, path = "/api/v1/usage", responses((status = 200, body = Envelope<UsageView>)))]
pub async fn read_usage(
    State(api): State<Api>,
    caller: Caller<UsageRead>,
    QueryString(query): QueryString<UsageQuery>,
) -> Result<Reply, Problem> {
    let subscription = within_reach(&api, &caller, query.subscription_id).await?;
    let range = range(&query, &subscription, api.now().date_in(&subscription.zone))?;

    let rows = UsageRows::new(api.table(), caller.scope);
    let days = rows.by_day(subscription.id, range.from, range.to).await?;
    let wanted = days.into_iter().filter(|day| query.feature.as_ref().is_none_or(|feature| *feature == day.feature));
    Reply::ok(&UsageView { from: range.from, to: range.to, rows: group(wanted, query.group_by) })
}

fn range(query: &UsageQuery, subscription: &Subscription, today: Date) -> Result<Range, Problem> {
    let from = query.from.map_or(subscription.period.start, |Day(day)| day);
    let to = query.to.map_or_else(|| today.max(from), |Day(day)| day);
    if to < from {
        return Err(invalid("to", "the last day must not be before the first"));
    }
    if from.until(to).map_or(MAX_DAYS, |span| span.get_days()) >= MAX_DAYS {
        return Err(invalid("from", "ask for at most 366 days"));
    }
    Ok(Range { from, to })
}

fn invalid(parameter: &str, detail: &str) -> Problem {
    Problem::invalid(parameter, "INVALID_VALUE", detail)
}

fn group(days: impl Iterator<Item = DayUse>, grouping: Option<UsageGrouping>) -> Vec<UsageRow> {
    let mut sums: BTreeMap<(Option<Date>, Feature), u64> = BTreeMap::new();
    // What was all taken back is nothing.
    for DayUse { day, feature, units } in days.filter(|day| day.units > 0) {
        let day = Some(day).filter(|_| grouping == Some(UsageGrouping::Day));
        let sum = sums.entry((day, feature)).or_default();
        *sum = sum.saturating_add(units);
    }
    let row = |((day, feature), quantity): ((Option<Date>, Feature), u64)| UsageRow {
        day,
        feature: feature.to_string(),
        quantity,
    };
    sums.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::{Value, json};

    use crate::world::World;

    #[tokio::test]
    async fn usage_is_added_up_by_feature_or_by_the_subscribers_day() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        world.stack.set_clock("2026-11-21T20:00:00Z");
        let owner = world.fresh(&world.owner).await;
        let event = |id: &str, feature: &str, quantity: u64, at: &str| json!({ "eventId": id, "subscriptionId": sub, "feature": feature, "quantity": quantity, "at": at });
        // Midnight in Jakarta is 17:00Z.
        let events = vec![
            event("e1", "predictions", 3, "2026-11-21T16:59:59Z"),
            event("e2", "predictions", 4, "2026-11-21T17:00:00Z"),
            event("e3", "api_calls", 5, "2026-11-21T17:00:00Z"),
        ];
        world.client.post("/api/v1/usage", json!({ "events": events })).bearer(&owner).send().await;
        let customer = world.fresh(&world.customer).await;
        let read = async |query: &str| {
            let path = format!("/api/v1/usage?subscriptionId={sub}{query}");
            world.client.get(path).bearer(&customer).send().await.at("/data")
        };
        let totals = read("").await;
        assert_eq!((&totals["from"], &totals["to"]), (&json!("2026-11-21"), &json!("2026-11-22")));
        assert_eq!(
            totals["rows"],
            json!([{ "feature": "api_calls", "quantity": 5 }, { "feature": "predictions", "quantity": 7 }])
        );
        assert_eq!(read("&groupBy=feature").await, totals);
        assert_eq!(
            read("&groupBy=day&feature=predictions").await["rows"],
            json!([
                { "day": "2026-11-21", "feature": "predictions", "quantity": 3 },
                { "day": "2026-11-22", "feature": "predictions", "quantity": 4 },
            ])
        );
        assert_eq!(read("&from=2026-11-22&feature=predictions").await["rows"][0]["quantity"], json!(4));
        assert_eq!(read("&to=2026-11-21").await["rows"], json!([{ "feature": "predictions", "quantity": 3 }]));
    }

    #[tokio::test]
    async fn bad_questions_say_where_and_strangers_learn_nothing() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "PREMIUM", "IDR").await;
        let ask = async |token: &str, query: String| {
            let answer = world.client.get(format!("/api/v1/usage?{query}")).bearer(token).send().await;
            (answer.status.as_u16(), answer.at("/errors/0/pointer"))
        };
        for (query, pointer) in [
            (String::new(), "subscriptionId"),
            (format!("subscriptionId={sub}&groupBy=hour"), "groupBy"),
            (format!("subscriptionId={sub}&feature=A"), "feature"),
            (format!("subscriptionId={sub}&from=1.12.2026"), "from"),
            (format!("subscriptionId={sub}&from=2026-12-02&to=2026-12-01"), "to"),
            (format!("subscriptionId={sub}&from=2025-12-02&to=2026-12-03"), "from"),
            (format!("subscriptionId={sub}&subscriptionId={sub}"), "subscriptionId"),
        ] {
            assert_eq!(ask(&world.customer.token, query.clone()).await, (422, json!(pointer)), "{query}");
        }
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for token in [&other.token, &stranger.token] {
            assert_eq!(ask(token, format!("subscriptionId={sub}")).await, (404, Value::Null));
        }
        assert_eq!(world.client.get("/api/v1/usage").send().await.text("/code"), "UNAUTHENTICATED");
    }
}
