//! `GET /api/v1/usage`: what one subscription used, by day or in all.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! subscription, one query, and one read of counters where different values are counted over several days.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use billing::{Aggregation, DayUse, Feature, Subscription, UsageRows};
use kernel::{Date, SubscriptionId, Timestamp};
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
    /// How many units, as the meter counts them: of the day, or of all days.
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
/// Days are those of the subscription's zone. What was reported late counts on the day on which it happened. Each meter
/// counts as it does: a range has the largest or the latest of its days, and different values (`unique`) are told for a day,
/// or for a whole period, which may be the present one so far.
#[utoipa::path(
    get, path = "/api/v1/usage",
    responses(
        (status = 200, body = Envelope<UsageView>),
        (status = 422, description = "in errors RANGE_NOT_COUNTED: different values are not known together for these days")
    )
)]
pub async fn read_usage(
    State(api): State<Api>,
    caller: Caller<UsageRead>,
    QueryString(query): QueryString<UsageQuery>,
) -> Result<Reply, Problem> {
    let subscription = within_reach(&api, &caller, query.subscription_id).await?;
    let range = range(&query, &subscription, api.now().date_in(&subscription.zone))?;

    let rows = UsageRows::new(api.table(), caller.scope);
    let mut days = rows.by_day(subscription.id, range.from, range.to).await?;
    days.retain(|day| query.feature.as_ref().is_none_or(|feature| *feature == day.feature));
    let grouping = query.group_by.unwrap_or(UsageGrouping::Feature);
    let of_period = match grouping {
        UsageGrouping::Day => BTreeMap::new(),
        UsageGrouping::Feature => different_values(&rows, &subscription, &range, &days, api.now()).await?,
    };
    Reply::ok(&UsageView { from: range.from, to: range.to, rows: group(days, grouping, &of_period) })
}

/// How many different values each feature has in the range, which its days do not say together.
async fn different_values(
    rows: &UsageRows<'_>,
    subscription: &Subscription,
    range: &Range,
    days: &[DayUse],
    now: Timestamp,
) -> Result<BTreeMap<Feature, u64>, Problem> {
    let unique = days.iter().filter(|day| day.aggregation == Aggregation::Unique);
    let features: BTreeSet<&Feature> = unique.map(|day| &day.feature).collect();
    if features.is_empty() || range.from == range.to {
        return Ok(BTreeMap::new());
    }
    let told = subscription.metered_part_of(range.from).ok().map(|(part, _)| part).filter(|part| {
        let whole = range.to >= part.last_day() || range.to >= now.date_in(&subscription.zone);
        part.start == range.from && range.to < part.end && whole
    });
    let Some(part) = told else {
        let names: Vec<String> = features.into_iter().map(ToString::to_string).collect();
        let detail = format!(
            "the different values of {} are not known together for these days: ask for a whole period, for one day, or \
             with groupBy=day",
            names.join(", ")
        );
        return Err(Problem::invalid("from", "RANGE_NOT_COUNTED", detail));
    };
    // Late ones wait in the counter of the present period until they are billed.
    let starts = BTreeSet::from([part.start, subscription.period.start]);
    let wanted: Vec<(Date, Feature)> =
        features.into_iter().flat_map(|feature| starts.iter().map(|start| (*start, feature.clone()))).collect();
    let mut values: BTreeMap<Feature, u64> = BTreeMap::new();
    for ((start, feature), counter) in wanted.iter().zip(rows.counters(subscription.id, &wanted).await?) {
        let own = if *start == part.start { counter.used.saturating_add(counter.late_billed) } else { 0 };
        let late = counter.late.get(&part.start).copied().unwrap_or(0);
        let sum = values.entry(feature.clone()).or_default();
        *sum = sum.saturating_add(own).saturating_add(late);
    }
    Ok(values)
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

/// Days, oldest first, each by itself or together; `of_period` has what they do not say together.
fn group(days: Vec<DayUse>, grouping: UsageGrouping, of_period: &BTreeMap<Feature, u64>) -> Vec<UsageRow> {
    let mut sums: BTreeMap<(Option<Date>, Feature), u64> = BTreeMap::new();
    // What was all taken back is nothing.
    for DayUse { day, feature, units, aggregation } in days.into_iter().filter(|day| day.units > 0) {
        let day = Some(day).filter(|_| grouping == UsageGrouping::Day);
        let of_period = of_period.get(&feature).copied();
        let sum = sums.entry((day, feature)).or_default();
        *sum = match aggregation {
            Aggregation::Count | Aggregation::Sum => sum.saturating_add(units),
            Aggregation::Max => units.max(*sum),
            Aggregation::Latest => units,
            Aggregation::Unique => of_period.unwrap_or(units),
        };
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
    async fn each_meter_counts_days_and_ranges_in_its_own_way() {
        let world = World::open().await;
        let sub = world.metered_by(&["max", "latest", "unique"]).await;
        world.stack.set_clock("2026-11-23T20:00:00Z");
        let owner = world.fresh(&world.owner).await;
        let event = |id: &str, meter: &str, quantity: u64, at: &str| {
            let mut event = json!({ "eventId": id, "subscriptionId": sub, "feature": format!("by_{meter}"), "at": at });
            if meter == "unique" {
                event["value"] = json!(format!("user-{quantity}"));
            } else {
                event["quantity"] = json!(quantity);
            }
            event
        };
        let (one, two) = ("2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z");
        let events = vec![
            event("m1", "max", 9, one),
            event("m2", "max", 4, two),
            event("l1", "latest", 9, one),
            event("l2", "latest", 4, two),
            event("u1", "unique", 1, one),
            event("u2", "unique", 1, two),
            event("u3", "unique", 2, two),
        ];
        let sent = world.client.post("/api/v1/usage", json!({ "events": events })).bearer(&owner).send().await;
        assert_eq!(sent.at("/data/accepted"), json!(7), "{}", sent.snapshot());
        let read = async |query: &str| {
            let path = format!("/api/v1/usage?subscriptionId={sub}{query}");
            world.client.get(path).bearer(&owner).send().await
        };
        let quantities = async |query: &str| {
            let rows = read(query).await.at("/data/rows");
            rows.as_array().unwrap().iter().map(|row| row["quantity"].as_u64().unwrap()).collect::<Vec<_>>()
        };
        // In the order of their names: latest, max, unique.
        assert_eq!(quantities("").await, [4, 9, 2], "the period so far");
        assert_eq!(quantities("&groupBy=day").await, [9, 9, 1, 4, 4, 2]);
        assert_eq!(quantities("&from=2026-11-22&to=2026-11-22").await, [4, 4, 2], "one day");
        assert_eq!(quantities("&from=2026-11-22&feature=by_max").await, [4]);
        let untold = read("&from=2026-11-22").await;
        assert_eq!((untold.status.as_u16(), untold.text("/errors/0/code")), (422, "RANGE_NOT_COUNTED".to_owned()));
        let amend = json!({ "subscriptionId": sub, "eventId": "m1" });
        let kept = world.client.post("/api/v1/usage/amendments", amend).bearer(&owner).send().await;
        assert_eq!((kept.status.as_u16(), kept.text("/code")), (422, "NOT_AMENDABLE".to_owned()));
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
