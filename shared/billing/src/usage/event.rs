//! Usage events: which period each one counts in, decided before anything is written.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use kernel::{Date, SubscriptionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Aggregation, Feature, GRACE, Period, PlanKey, PlanSet, Quantity, Subscription, UsageEventId, UsageValue};

/// The most events that one call may bring.
pub const MAX_EVENTS: usize = 100;

/// How far an event may lie ahead of our clock.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// How long beyond period and grace an event is remembered, and may still be reported: 35 days.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(35 * 24);

/// Something that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageEvent {
    /// The caller's name of it.
    pub id: UsageEventId,
    /// By which subscription.
    pub subscription: SubscriptionId,
    /// What.
    pub feature: Feature,
    /// How much; 1 of a value.
    pub quantity: Quantity,
    /// The value that it counts, of a meter of different values.
    pub value: Option<UsageValue>,
    /// When; the present when absent.
    pub at: Option<Timestamp>,
}

/// Why an event is not counted. Never changes for the better by sending it again, except `InFuture`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = UsageRejection)]
pub enum Rejection {
    /// The subscription is not there, or not the caller's.
    #[error("there is no such subscription, or the event names none and the caller has not exactly one")]
    UnknownSubscription,
    /// The plan does not count this feature.
    #[error("the plan has no meter of this name")]
    UnknownFeature,
    /// More than five minutes ahead of our clock.
    #[error("this is more than five minutes in the future; check your clock")]
    InFuture,
    /// Before the first day of the subscription.
    #[error("this is before the first day of the subscription")]
    BeforeSubscription,
    /// The subscription is paused, suspended or over.
    #[error("the subscription is paused, suspended or over")]
    NotActive,
    /// So late that we no longer know whether it was counted: over 35 days after the grace of its period.
    #[error("this is more than 35 days after the grace of its period, too late to be counted")]
    TooOld,
    /// A quantity for a meter of different values, or a value for another.
    #[error("a meter of different values (unique) takes value, every other meter quantity")]
    WrongMeasure,
    /// What a meter of the latest quantity says of a billed period stays.
    #[error("its period is billed, and what was its latest quantity then cannot change any more")]
    PeriodBilled,
}

impl Rejection {
    /// The code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownSubscription => "UNKNOWN_SUBSCRIPTION",
            Self::UnknownFeature => "UNKNOWN_FEATURE",
            Self::InFuture => "IN_FUTURE",
            Self::BeforeSubscription => "BEFORE_SUBSCRIPTION",
            Self::NotActive => "NOT_ACTIVE",
            Self::TooOld => "TOO_OLD",
            Self::WrongMeasure => "WRONG_MEASURE",
            Self::PeriodBilled => "PERIOD_BILLED",
        }
    }

    /// Which field of an event it is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::UnknownSubscription | Self::NotActive => "subscriptionId",
            Self::UnknownFeature => "feature",
            Self::InFuture | Self::BeforeSubscription | Self::TooOld | Self::PeriodBilled => "at",
            Self::WrongMeasure => "value",
        }
    }
}

/// In which counter an event is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedIn {
    /// In that of its own period.
    ItsPeriod,
    /// In that of a later period, which begins on this day, because its own is billed already.
    ALaterPeriod(Date),
}

/// An event and where it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The event.
    pub event: UsageEvent,
    /// When it happened.
    pub at: Timestamp,
    /// On which day of the subscriber.
    pub day: Date,
    /// Which plan counts it.
    pub plan: PlanKey,
    /// In which period it happened, or in which part of one, where the plan changed within it.
    pub period: Period,
    /// How its meter counts.
    pub aggregation: Aggregation,
    /// How many units it counts, or has to say of its period.
    pub units: u64,
    /// In which counter it goes.
    pub counted: CountedIn,
    /// Until when its id must be known.
    pub remembered_until: Timestamp,
}

/// Decides where an event is counted. `subscription` is as stored now, with the plans that it names; `None` when there
/// is none that the caller may report on.
///
/// # Errors
/// The [`Rejection`].
pub fn place(
    event: UsageEvent,
    subscription: Option<(&Subscription, &PlanSet)>,
    now: Timestamp,
) -> Result<Placed, Rejection> {
    let (subscription, plans) = subscription.ok_or(Rejection::UnknownSubscription)?;
    let at = event.at.unwrap_or(now);
    let day = at.date_in(&subscription.zone);
    // The plan that held on its day counts it; before the first day there is none.
    let segment = subscription.segment_on(day);
    let plan = plans.get(&segment.plan).ok().filter(|plan| plan.meters.contains(&event.feature));
    let plan = plan.ok_or(Rejection::UnknownFeature)?;
    let aggregation = plan.aggregation(&event.feature);
    let units = aggregation.units(event.quantity.get());
    if event.value.is_some() != (aggregation == Aggregation::Unique) {
        return Err(Rejection::WrongMeasure);
    }
    if !subscription.is_billed() || subscription.suspended_at.is_some_and(|since| at >= since) {
        return Err(Rejection::NotActive);
    }
    if at > now.plus(AHEAD) {
        return Err(Rejection::InFuture);
    }
    let (period, (part, _)) = subscription
        .period_of(day)
        .and_then(|period| Ok((period, subscription.metered_part_of(day)?)))
        .map_err(|_| Rejection::BeforeSubscription)?;
    let ended = period.ends_at(&subscription.zone).map_err(|_| Rejection::InFuture)?;
    let remembered_until = ended.plus(GRACE).plus(REMEMBERED);
    if now >= remembered_until {
        return Err(Rejection::TooOld);
    }
    // What was used in the trial is never billed, so its counter never closes.
    let is_billed_already = period.start < subscription.period.start && !subscription.is_trial(period.start);
    if is_billed_already && aggregation == Aggregation::Latest {
        return Err(Rejection::PeriodBilled);
    }
    let counted =
        if is_billed_already { CountedIn::ALaterPeriod(subscription.period.start) } else { CountedIn::ItsPeriod };
    let plan = plan.key.clone();
    Ok(Placed { event, at, day, plan, period: part, aggregation, units, counted, remembered_until })
}

/// Splits off the events whose id a former one of the batch has already, for the same subscription.
pub fn first_of_each(events: Vec<UsageEvent>) -> (Vec<UsageEvent>, Vec<UsageEvent>) {
    let mut seen = BTreeSet::new();
    events.into_iter().partition(|event| seen.insert((event.subscription, event.id.clone())))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::Currency;

    use super::*;
    use crate::{Plan, Segment, SubscriptionStatus, samples};

    fn event(at: &str) -> UsageEvent {
        UsageEvent {
            id: "e1".parse().unwrap(),
            subscription: samples::new_subscription().id,
            feature: Feature::known("predictions"),
            quantity: Quantity::ONE,
            value: None,
            at: Some(samples::at(at)),
        }
    }

    fn december() -> Subscription {
        samples::begun("PREMIUM", Currency::USD, "Asia/Jakarta", "2026-12-01T10:00:00Z")
    }

    fn placed(at: &str, subscription: &Subscription, now: &str) -> Result<Placed, Rejection> {
        place(event(at), Some((subscription, &samples::plans())), samples::at(now))
    }

    #[test]
    fn what_is_used_after_a_suspension_is_not_counted() {
        let begun = samples::begun("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
        let since = samples::at("2026-12-10T09:00:00Z");
        let suspended = begun.suspended(since, crate::GRACE).unwrap().unwrap();
        let now = samples::at("2026-12-12T00:00:00Z");
        let plans = samples::plans();
        let placed = |at: &str| place(event(at), Some((&suspended, &plans)), now).map(|placed| placed.day);
        assert_eq!(placed("2026-12-10T08:59:59Z"), Ok(date(2026, 12, 10)), "what was used before is owed");
        assert_eq!(placed("2026-12-10T09:00:00Z"), Err(Rejection::NotActive));
        let restored = suspended.clone().restored(now, crate::GRACE).unwrap().unwrap();
        assert!(place(event("2026-12-12T00:00:00Z"), Some((&restored, &plans)), now).is_ok());
    }

    #[test]
    fn an_event_counts_on_the_subscribers_day() {
        let placed = placed("2026-12-31T16:59:59Z", &december(), "2026-12-31T17:30:00Z").unwrap();
        assert_eq!((placed.day, placed.period.start), (date(2026, 12, 31), date(2026, 12, 1)));
        assert_eq!(placed.counted, CountedIn::ItsPeriod);
    }

    #[test]
    fn an_event_of_the_next_period_does_not_wait_for_the_invoice_of_this_one() {
        let placed = placed("2026-12-31T17:00:00Z", &december(), "2026-12-31T17:30:00Z").unwrap();
        assert_eq!((placed.period.start, placed.counted), (date(2027, 1, 1), CountedIn::ItsPeriod));
    }

    #[test]
    fn an_event_of_a_billed_period_goes_to_the_present_one() {
        let january = december().closed(GRACE).unwrap();
        let placed = placed("2026-12-15T00:00:00Z", &january, "2027-01-02T00:00:00Z").unwrap();
        assert_eq!(placed.period.start, date(2026, 12, 1));
        assert_eq!(placed.counted, CountedIn::ALaterPeriod(date(2027, 1, 1)));
    }

    #[test]
    fn what_cannot_be_counted_says_why() {
        let subscription = december();
        let now = "2026-12-05T00:00:00Z";
        let why = |at: &str, subscription: &Subscription, now: &str| placed(at, subscription, now).unwrap_err();
        assert_eq!(why("2026-12-05T00:05:00.001Z", &subscription, now), Rejection::InFuture);
        assert!(placed("2026-12-05T00:05:00Z", &subscription, now).is_ok());
        assert_eq!(why("2026-11-30T16:59:59Z", &subscription, now), Rejection::BeforeSubscription);
        let cancelled = Subscription { status: SubscriptionStatus::Cancelled, ..december() };
        assert_eq!(why(now, &cancelled, now), Rejection::NotActive);
        let plans = samples::plans();
        let other = UsageEvent { feature: Feature::known("trades"), ..event(now) };
        let at = samples::at(now);
        assert_eq!(place(other, Some((&subscription, &plans)), at).unwrap_err(), Rejection::UnknownFeature);
        assert_eq!(place(event(now), None, at).unwrap_err(), Rejection::UnknownSubscription);
    }

    #[test]
    fn an_event_is_refused_from_when_its_id_is_no_longer_known() {
        let january = december().closed(GRACE).unwrap();
        // December ends in Jakarta at 17:00Z on the 31st; an hour of grace and 35 days later:
        assert!(placed("2026-12-15T00:00:00Z", &january, "2027-02-04T17:59:59.999Z").is_ok());
        let late = placed("2026-12-15T00:00:00Z", &january, "2027-02-04T18:00:00Z");
        assert_eq!(late.unwrap_err(), Rejection::TooOld);
    }

    #[test]
    fn what_is_used_in_a_trial_stays_in_the_trial() {
        let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
        let trial =
            Subscription::start(samples::new_subscription(), &plan, samples::at("2026-12-01T00:00:00Z")).unwrap();
        let paid = trial.trial_ended(GRACE).unwrap();
        let placed = placed("2026-12-14T00:00:00Z", &paid, "2026-12-20T00:00:00Z").unwrap();
        assert_eq!(placed.counted, CountedIn::ItsPeriod);
    }

    #[test]
    fn an_event_is_counted_by_the_plan_that_held_on_its_day() {
        let begun = december();
        let mut meters = samples::plan("PREMIUM");
        meters.version = 2;
        meters.meters = vec![Feature::known("api_calls")];
        let second = Segment { from: date(2026, 12, 11), plan: meters.reference(), ..begun.segment.clone() };
        let changed = Subscription { former: vec![begun.segment.clone()], segment: second, ..begun };
        let plans = [samples::plan("PREMIUM"), meters].into_iter().collect();
        let placed = |at: &str| place(event(at), Some((&changed, &plans)), samples::at("2026-12-20T00:00:00Z"));
        // In Jakarta it is still the 10th, then the 11th.
        assert_eq!(placed("2026-12-10T16:59:59Z").unwrap().period.end, date(2026, 12, 11));
        assert_eq!(placed("2026-12-10T17:00:00Z"), Err(Rejection::UnknownFeature));
    }

    #[test]
    fn an_id_counts_once_per_subscription() {
        let now = "2026-12-05T00:00:00Z";
        let elsewhere = UsageEvent { subscription: "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2Y".parse().unwrap(), ..event(now) };
        let (first, again) = first_of_each(vec![event(now), elsewhere.clone(), event("2026-12-06T00:00:00Z")]);
        assert_eq!(first, [event(now), elsewhere]);
        assert_eq!(again, [event("2026-12-06T00:00:00Z")]);
    }
}
