//! `GET /api/v1/notification-analytics`: how many messages left, arrived, were read or failed, by day and channel.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query for each month.

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::Date;
use messaging::{Channel, STATS_DAYS_MAX, Stats};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Day, Envelope, Problem, QueryString, Reply};

use crate::NotificationsRead;

/// Which days, of UTC.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichNotificationDays {
    /// From this day on; the last 30 days when both are left out.
    pub from: Option<Day>,
    /// Up to and with this day; today when left out.
    pub to: Option<Day>,
}

/// What became of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationReport {
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-11-01")]
    pub from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date, example = "2026-11-30")]
    pub to: Date,
    /// Each day and channel with anything to tell, in their order.
    pub days: Vec<NotificationDay>,
}

/// What became of the messages of a day over a channel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotificationDay {
    /// Which day, of UTC.
    #[schema(value_type = String, format = Date, example = "2026-11-30")]
    pub day: Date,
    /// Over which channel.
    pub channel: Channel,
    /// How many left.
    #[schema(example = 120)]
    pub sent: u64,
    /// How many arrived, as far as the channel tells.
    #[schema(example = 118)]
    pub delivered: u64,
    /// How many were read, as far as the channel tells.
    #[schema(example = 40)]
    pub opened: u64,
    /// How many did not leave, or did not arrive.
    #[schema(example = 2)]
    pub failed: u64,
    /// The same by their reasons.
    pub failed_by: BTreeMap<String, u64>,
}

/// Report on notifications
///
/// Up to 92 days at once. Each message is counted once, on the day on which it left or was given up.
#[utoipa::path(
    get, path = "/api/v1/notification-analytics",
    responses(
        (status = 200, body = Envelope<NotificationReport>),
        (status = 422, description = "VALIDATION_FAILED: too many days, or none")
    )
)]
pub async fn report_notifications(
    State(api): State<Api>,
    caller: Caller<NotificationsRead>,
    QueryString(which): QueryString<WhichNotificationDays>,
) -> Result<Reply, Problem> {
    let today = api.now().date_in(&kernel::Zone::utc());
    let to = which.to.map_or(today, |Day(day)| day);
    let from = which.from.map_or_else(|| back(to, 29), |Day(day)| day);
    if from > to || back(to, STATS_DAYS_MAX - 1) > from {
        return Err(Problem::invalid("from", "INVALID_VALUE", "ask for 1 to 92 days, the first of them first"));
    }
    let counts = Stats::new(api.table(), caller.scope).of(from, to).await?;
    let days = counts.into_iter().map(|((day, channel), counts)| NotificationDay {
        day,
        channel,
        sent: counts.sent,
        delivered: counts.delivered,
        opened: counts.opened,
        failed: counts.failed,
        failed_by: counts.reasons().map(|(reason, count)| (reason.to_owned(), count)).collect(),
    });
    Reply::ok(&NotificationReport { from, to, days: days.collect() })
}

fn back(day: Date, days: i64) -> Date {
    day.saturating_sub(jiff::ToSpan::days(days))
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use messaging::{Deliveries, Outcome};
    use serde_json::{Value, json};
    use testkit::Stack;

    use super::*;

    const PATH: &str = "/api/v1/notification-analytics";

    #[tokio::test]
    async fn each_message_is_counted_once_on_its_day_and_by_its_reason() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let (ctx, scope) = (stack.ctx(), owner.scope);
        let deliveries = Deliveries::new(ctx.table(), scope);
        let id = |number: u128| kernel::NotificationId::new(ulid::Ulid::from(number));
        let sent = Outcome::Sent { id: "m".to_owned() };
        for number in 0..20 {
            deliveries.claim(id(number), Channel::Email, 1, ctx.now()).await.unwrap();
            for _ in 0..2 {
                deliveries.settle(id(number), Channel::Email, &sent, ctx.now()).await.unwrap();
            }
        }
        let later = Outcome::Later { after: None, reason: "down".to_owned() };
        let never = Outcome::Never { reason: "the account is closed".to_owned() };
        for outcome in [&later, &never, &never] {
            deliveries.claim(id(90), Channel::Telegram, 1, ctx.now()).await.unwrap();
            deliveries.settle(id(90), Channel::Telegram, outcome, ctx.now()).await.unwrap();
        }
        for _ in 0..2 {
            deliveries.refuse(id(91), Channel::Email, "muted by the reader", ctx.now()).await.unwrap();
        }
        stack.set_clock("2026-12-01T00:00:00Z");
        deliveries.claim(id(92), Channel::Email, 1, ctx.now()).await.unwrap();
        deliveries.settle(id(92), Channel::Email, &sent, ctx.now()).await.unwrap();
        let token = stack.sign_in(&owner).await;
        let get = async |query: &str| client.get(format!("{PATH}{query}")).bearer(&token).send().await;
        let report = get("").await;
        assert_eq!(report.status, 200, "{}", report.snapshot());
        let day = |day: &str, channel: &str, sent: u64, failed_by: Value| {
            let failed = u64::from(failed_by != json!({}));
            json!({"day": day, "channel": channel, "sent": sent, "delivered": 0, "opened": 0, "failed": failed,
                "failedBy": failed_by})
        };
        assert_eq!(
            report.at("/data/days"),
            json!([
                day("2026-11-21", "email", 20, json!({"muted by the reader": 1})),
                day("2026-11-21", "telegram", 0, json!({"the account is closed": 1})),
                day("2026-12-01", "email", 1, json!({})),
            ])
        );
        assert_eq!(get("?from=2026-12-01").await.at("/data/days").as_array().unwrap().len(), 1);
        assert_eq!(get("?from=2026-11-01&to=2026-11-20").await.at("/data/days"), json!([]));
        for bad in ["?from=2026-12-02&to=2026-12-01", "?from=2026-01-01&to=2026-12-01", "?from=2026"] {
            assert_eq!(get(bad).await.text("/code"), "VALIDATION_FAILED", "{bad}");
        }
        let budi = stack.user(scope, "budi@example.com", Role::User).await;
        assert_eq!(client.get(PATH).bearer(&budi.token).send().await.text("/code"), "FORBIDDEN");
        let (_, stranger) = stack.tenant("toko-b").await;
        assert_eq!(client.get(PATH).bearer(&stranger.token).send().await.at("/data/days"), json!([]));
    }
}
