use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{NoSuchPeriod, Plan, PlanError, samples};

#[test]
fn a_subscription_begins_on_the_subscribers_day_and_its_fee_is_due_at_once() {
    let jakarta = samples::subscription("PREMIUM", Currency::IDR, "Asia/Jakarta", "2026-11-30T18:00:00Z");
    assert_eq!(jakarta.period, Period { start: date(2026, 12, 1), end: date(2027, 1, 1) });
    assert_eq!((jakarta.due_at, jakarta.billed_until), (jakarta.created_at, date(2026, 12, 1)));
    assert_eq!(jakarta.turn(jakarta.created_at), Turn::Begin);
    let begun = jakarta.begun(GRACE).unwrap();
    assert_eq!((begun.due_at.to_string().as_str(), begun.billed_until), ("2026-12-31T18:00:00.000Z", date(2027, 1, 1)));
    let new_york = samples::subscription("PREMIUM", Currency::USD, "America/New_York", "2026-12-01T03:00:00Z");
    assert_eq!(new_york.period, Period { start: date(2026, 11, 30), end: date(2026, 12, 30) });
}

#[test]
fn c20_periods_begin_on_the_subscribers_day_of_the_month() {
    // The 16th there, the 17th in UTC.
    let first = samples::begun("PREMIUM", Currency::USD, "America/Los_Angeles", "2012-07-17T05:00:00Z");
    let second = first.clone().closed(GRACE).unwrap();
    assert_eq!(first.period, Period { start: date(2012, 7, 16), end: date(2012, 8, 16) });
    assert_eq!(second.period, Period { start: date(2012, 8, 16), end: date(2012, 9, 16) });
}

#[test]
fn a_fee_in_arrears_is_due_after_its_period() {
    let plan = Plan { base_timing: BaseTiming::Arrears, ..samples::plan("PREMIUM") };
    let now = samples::at("2026-12-01T10:00:00Z");
    let subscription = Subscription::start(samples::new_subscription(), &plan, now).unwrap();
    assert_eq!(subscription.due_at.to_string(), "2027-01-01T01:00:00.000Z");
    assert_eq!(subscription.turn(subscription.due_at), Turn::Close);
    let next = subscription.closed(GRACE).unwrap();
    assert_eq!((next.billed_until, next.turn(next.due_at)), (date(2027, 1, 1), Turn::Close));
}

#[test]
fn a_price_that_is_not_offered_cannot_be_subscribed_to() {
    let plan = samples::plan("PREMIUM");
    let new = NewSubscription { currency: Currency::JPY, ..samples::new_subscription() };
    let refused = Subscription::start(new, &plan, samples::at("2026-12-01T00:00:00Z"));
    assert!(matches!(refused, Err(SubscriptionError::Plan(PlanError::NotOffered { .. }))));
}

#[test]
fn a_trial_is_free_and_the_anchor_is_its_end() {
    let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
    let now = samples::at("2026-01-17T12:00:00Z");
    let trial = Subscription::start(samples::new_subscription(), &plan, now).unwrap();
    assert_eq!(trial.status, SubscriptionStatus::Trialing);
    assert_eq!(trial.period, Period { start: date(2026, 1, 17), end: date(2026, 1, 31) });
    assert_eq!((trial.turn(now), trial.due_at.to_string().as_str()), (Turn::Wait, "2026-01-31T00:00:00.000Z"));
    assert_eq!(trial.turn(trial.due_at), Turn::EndTrial);
    assert!(trial.is_trial(trial.period.start));
    let paid = trial.trial_ended(GRACE).unwrap();
    assert_eq!(paid.status, SubscriptionStatus::Active);
    assert_eq!(paid.period, Period { start: date(2026, 1, 31), end: date(2026, 2, 28) });
    // The first invoice is due at the end of the trial.
    assert_eq!((paid.turn(paid.due_at), paid.due_at.to_string().as_str()), (Turn::Begin, "2026-01-31T00:00:00.000Z"));
    let begun = paid.begun(GRACE).unwrap();
    assert_eq!(begun.turn(begun.due_at), Turn::Close);
    assert_eq!(begun.closed(GRACE).unwrap().period.end, date(2026, 3, 31));
}

/// A tenant's own subscription, free for 14 days from 2026-01-17 at 08:00 in Jakarta.
fn of_a_tenant() -> Subscription {
    let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
    let new = NewSubscription { zone: "Asia/Jakarta".parse().unwrap(), ..samples::new_subscription() };
    let started = Subscription::start(new, &plan, samples::at("2026-01-17T01:00:00Z")).unwrap();
    started.free_until(samples::at("2026-01-31T01:00:00Z"))
}

#[test]
fn free_days_are_kept_to_the_millisecond() {
    let trial = of_a_tenant();
    assert_eq!(trial.turn(samples::at("2026-01-31T00:59:59.999Z")), Turn::Wait);
    assert_eq!(trial.turn(samples::at("2026-01-31T01:00:00Z")), Turn::EndTrial);
    let begun = trial.trial_ended(GRACE).unwrap();
    assert_eq!(begun.period, Period { start: date(2026, 1, 31), end: date(2026, 2, 28) });
    assert_eq!(begun.turn(samples::at("2026-01-31T01:00:00Z")), Turn::Begin);
    // The day is that of the zone: 14 times 24 hours end on the 14th day or beside it where clocks change.
    let new = NewSubscription { zone: "America/New_York".parse().unwrap(), ..samples::new_subscription() };
    let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
    let started = Subscription::start(new, &plan, samples::at("2026-10-25T04:30:00Z")).unwrap();
    let free = started.free_until(samples::at("2026-11-08T04:30:00Z"));
    assert_eq!((free.period.end, free.first_paid_day()), (date(2026, 11, 7), date(2026, 11, 7)));
    let paid = samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T10:00:00Z");
    assert_eq!(paid.clone().free_until(samples::at("2027-01-01T00:00:00Z")), paid);
}

#[test]
fn who_converts_in_time_keeps_the_free_days() {
    let trial = of_a_tenant();
    // The 31st has begun in Jakarta before the free days are over.
    for now in ["2026-01-17T01:00:00Z", "2026-01-30T17:00:00Z", "2026-01-31T00:59:59.999Z"] {
        assert_eq!(trial.clone().converted(None, samples::at(now)), Ok(None), "{now}");
    }
    // They are over, and the worker has not run.
    let begun = trial.clone().converted(None, samples::at("2026-01-31T01:00:00Z")).unwrap().unwrap();
    assert_eq!(begun, trial.trial_ended(GRACE).unwrap());
}

#[test]
fn who_converts_late_pays_from_that_day_on() {
    let trial = of_a_tenant();
    let expired = trial.clone().expired();
    assert_eq!((expired.status, expired.is_billed()), (SubscriptionStatus::Expired, false));
    assert_eq!(expired.turn(samples::at("2027-01-01T00:00:00Z")), Turn::Wait);
    // 03:00 on the 15th in Jakarta.
    let now = samples::at("2026-03-14T20:00:00Z");
    for (before, version) in [(trial, 2), (expired, 3)] {
        let begun = before.converted(None, now).unwrap().unwrap();
        assert_eq!((begun.status, begun.version), (SubscriptionStatus::Active, version));
        assert_eq!(begun.period, Period { start: date(2026, 3, 15), end: date(2026, 4, 15) });
        assert_eq!((begun.due_at.to_string().as_str(), begun.turn(now)), ("2026-03-14T17:00:00.000Z", Turn::Begin));
        // What was used between the trial and the conversion is free as well.
        let between = begun.period_of(date(2026, 2, 10)).unwrap();
        assert!(begun.is_trial(between.start));
    }
}

#[test]
fn what_was_paid_or_ended_otherwise_is_left_alone() {
    let now = samples::at("2026-03-14T20:00:00Z");
    let paid = of_a_tenant().trial_ended(GRACE).unwrap();
    for status in [
        SubscriptionStatus::Active,
        SubscriptionStatus::PastDue,
        SubscriptionStatus::Paused,
        SubscriptionStatus::Suspended,
        SubscriptionStatus::Cancelled,
        SubscriptionStatus::Expired,
    ] {
        assert_eq!(Subscription { status, ..paid.clone() }.converted(None, now), Ok(None), "{status:?}");
    }
    assert_eq!(of_a_tenant().cancelled().converted(None, now), Ok(None));
}

#[test]
fn a_period_is_due_once_its_grace_is_over() {
    let subscription = samples::begun("BASIC", Currency::USD, "UTC", "2026-12-01T10:00:00Z");
    assert_eq!(subscription.turn(samples::at("2027-01-01T00:59:59.999Z")), Turn::Wait);
    assert_eq!(subscription.turn(samples::at("2027-01-01T01:00:00Z")), Turn::Close);
    let paused = Subscription { status: SubscriptionStatus::Paused, ..subscription };
    assert_eq!(paused.turn(samples::at("2028-01-01T00:00:00Z")), Turn::Wait);
}

#[test]
fn days_are_found_in_trial_and_paid_periods() {
    let plan = Plan { trial_days: 14, ..samples::plan("PREMIUM") };
    let now = samples::at("2026-01-17T12:00:00Z");
    let trial = Subscription::start(samples::new_subscription(), &plan, now).unwrap();
    assert_eq!(trial.period_of(date(2026, 1, 30)).unwrap(), trial.period);
    assert_eq!(trial.period_of(date(2026, 1, 31)).unwrap().start, date(2026, 1, 31));
    assert_eq!(trial.period_of(date(2026, 1, 16)), Err(NoSuchPeriod));
}

fn to(plan: &str, interval: Interval) -> BoundaryChange {
    let (plan, timing) = (samples::plan(plan).reference(), BaseTiming::Advance);
    BoundaryChange::Plan { plan, quantity: 2, timing, proration: Proration::Day, interval }
}

#[test]
fn a_scheduled_change_holds_from_the_boundary_on() {
    let begun = samples::begun("BASIC", Currency::USD, "UTC", "2026-10-31T00:00:00Z");
    let scheduled = begun.schedule(to("PREMIUM", Interval::MONTH));
    assert_eq!(scheduled.plan().key.to_string(), "BASIC");
    let changed = scheduled.closed(GRACE).unwrap();
    assert_eq!((changed.plan().key.to_string().as_str(), changed.segment.quantity), ("PREMIUM", 2));
    assert_eq!(changed.scheduled, None);
    // The day of the month stays, and the days before are still of the former plan.
    assert_eq!(changed.period, Period { start: date(2026, 11, 30), end: date(2026, 12, 31) });
    assert_eq!(changed.segment_of(date(2026, 11, 29)).unwrap().plan.key.to_string(), "BASIC");
    assert_eq!(
        changed.period_of(date(2026, 11, 29)).unwrap(),
        Period { start: date(2026, 10, 31), end: date(2026, 11, 30) }
    );
}

#[test]
fn another_interval_has_boundaries_of_its_own() {
    let begun = samples::begun("BASIC", Currency::USD, "UTC", "2026-10-31T00:00:00Z");
    let yearly = begun.schedule(to("BASIC", Interval::YEAR)).closed(GRACE).unwrap();
    assert_eq!(yearly.period, Period { start: date(2026, 11, 30), end: date(2027, 11, 30) });
    assert_eq!(yearly.billed_until, date(2027, 11, 30));
    assert_eq!(
        yearly.period_of(date(2026, 11, 1)).unwrap(),
        Period { start: date(2026, 10, 31), end: date(2026, 11, 30) }
    );
}

#[test]
fn a_scheduled_end_ends_it_at_the_boundary() {
    let begun = samples::begun("BASIC", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    let ended = begun.schedule(BoundaryChange::Cancelled).closed(GRACE).unwrap();
    assert_eq!((ended.status, ended.is_billed()), (SubscriptionStatus::Cancelled, false));
    assert_eq!(ended.turn(samples::at("2030-01-01T00:00:00Z")), Turn::Wait);
    let in_trial = of_a_tenant().schedule(BoundaryChange::Cancelled).trial_ended(GRACE).unwrap();
    assert_eq!(in_trial.status, SubscriptionStatus::Cancelled);
}

#[test]
fn a_change_within_a_period_parts_its_usage_by_plan_only() {
    let begun = samples::begun("BASIC", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    let segment = |from, plan: &str, quantity| Segment {
        from: date(2026, 12, from),
        plan: samples::plan(plan).reference(),
        quantity,
        ..begun.segment.clone()
    };
    let former = vec![segment(1, "BASIC", 1), segment(11, "BASIC", 3)];
    let changed = Subscription { segment: segment(21, "PREMIUM", 3), former, ..begun.clone() };
    let days = |parts: Vec<(Period, &Segment)>| -> Vec<(i8, i64)> {
        parts.into_iter().map(|(part, _)| (part.start.day(), part.days())).collect()
    };
    let whole_days = |parts: Vec<(crate::Stretch, _)>| {
        parts.into_iter().map(|(part, segment)| (part.days(), segment)).collect::<Vec<_>>()
    };
    assert_eq!(days(whole_days(changed.parts(changed.period.into()))), [(1, 10), (11, 10), (21, 11)]);
    assert_eq!(days(changed.metered_parts(changed.period)), [(1, 20), (21, 11)]);
    assert_eq!(changed.metered_part_of(date(2026, 12, 15)).unwrap().0.start, date(2026, 12, 1));
}

proptest! {
    #[test]
    fn p14_in_every_zone_a_period_is_billed_once_on_its_local_day(
        zone in prop::sample::select(vec![
            "Etc/GMT+11", "America/Los_Angeles", "UTC", "Asia/Jakarta", "Australia/Sydney", "Etc/GMT-14",
        ]),
        hours in 0_i64..20_000,
    ) {
        let begins = samples::at("2026-01-01T00:30:00Z").plus(SignedDuration::from_hours(hours));
        let begun = samples::begun("PREMIUM", Currency::USD, zone, &begins.to_string());
        prop_assert_eq!(begun.period.start, begins.date_in(&begun.zone));
        let ends = begun.period.ends_at(&begun.zone).unwrap();
        prop_assert_eq!(ends.date_in(&begun.zone), begun.period.end);
        prop_assert_eq!(ends.plus(SignedDuration::from_millis(-1)).date_in(&begun.zone), begun.period.last_day());
        let due = ends.plus(GRACE);
        prop_assert_eq!(begun.turn(due.plus(SignedDuration::from_millis(-1))), Turn::Wait);
        prop_assert_eq!(begun.turn(due), Turn::Close);
        prop_assert_eq!(begun.closed(GRACE).unwrap().turn(due), Turn::Wait);
    }
}
