use kernel::{Currency, Date, Timestamp};

use super::*;
use crate::{BoundaryChange, Collection, GRACE, Turn, samples};

fn on(day: u8) -> Timestamp {
    samples::at(&format!("2026-01-{day:02}T12:00:00Z"))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// BASIC from 1 January on, its fee invoiced in advance.
fn january() -> Subscription {
    samples::begun("BASIC", Currency::USD, "UTC", "2026-01-01T00:00:00Z")
}

#[test]
fn one_that_is_to_be_paid_first_is_active_when_it_is_and_expires_when_it_is_not() {
    let new = || samples::subscription("BASIC", Currency::USD, "UTC", "2026-01-01T00:00:00Z");
    let waits = new().collected(Collection::Automatic);
    assert_eq!((waits.status, waits.version), (SubscriptionStatus::Incomplete, 1));
    assert_eq!(waits.turn(waits.due_at), Turn::Begin, "its first invoice is made at once");
    let asked = waits.begun(GRACE).unwrap();
    assert!(!asked.is_billed() && !asked.status.is_in_force() && !asked.is_over());
    assert_eq!(asked.turn(samples::at("2027-01-01T00:00:00Z")), Turn::Wait, "nothing more is asked for meanwhile");
    let refused = SubscriptionError::NotNow(SubscriptionStatus::Incomplete);
    assert_eq!(asked.clone().cancel_now(Unused::Kept, on(1), GRACE), Err(refused.clone()));
    assert_eq!(asked.clone().pause(on(1), GRACE), Err(refused));
    let paid = asked.clone().paid_first();
    assert_eq!((paid.status, paid.due_at), (SubscriptionStatus::Active, january().due_at));
    assert!(paid.is_billed() && paid.clone().never_paid().is_none());
    let over = asked.never_paid().unwrap();
    assert_eq!((over.status, over.is_billed()), (SubscriptionStatus::Expired, false));

    assert_eq!(new().collected(Collection::Invoice).status, SubscriptionStatus::Active);
    let free_days = crate::Plan { trial_days: 14, ..samples::plan("BASIC") };
    let trial = Subscription::start(samples::new_subscription(), &free_days, on(1)).unwrap();
    assert_eq!(trial.collected(Collection::Automatic).status, SubscriptionStatus::Trialing, "nothing is owed yet");
}

#[test]
fn who_pays_within_the_period_goes_on_as_if_nothing_had_been() {
    let behind = january().fallen_behind().unwrap();
    assert_eq!((behind.status, behind.is_billed()), (SubscriptionStatus::PastDue, true));
    assert_eq!(behind.clone().fallen_behind(), None, "once");
    let suspended = behind.clone().suspended(on(10), GRACE).unwrap().unwrap();
    assert_eq!((suspended.status, suspended.due_at), (SubscriptionStatus::Suspended, behind.due_at));
    assert_eq!(suspended.clone().suspended(on(11), GRACE), Ok(None), "once");
    let restored = suspended.restored(on(20), GRACE).unwrap().unwrap();
    assert_eq!(Subscription { version: 0, ..restored }, Subscription { version: 0, ..january() });
    let active = behind.restored(on(20), GRACE).unwrap().unwrap();
    assert_eq!(Subscription { version: 0, ..active }, Subscription { version: 0, ..january() });
    assert_eq!(january().restored(on(20), GRACE), Ok(None));
}

#[test]
fn a_suspended_period_ends_without_another_and_who_pays_later_begins_anew() {
    let suspended = january().suspended(on(10), GRACE).unwrap().unwrap();
    assert_eq!(suspended.turn(on(31)), Turn::Wait, "what was paid for is not invoiced before its end");
    assert_eq!(suspended.turn(suspended.due_at), Turn::Close);
    let closed = suspended.clone().closed(GRACE).unwrap();
    assert_eq!((closed.status, closed.is_billed()), (SubscriptionStatus::Suspended, false));
    assert_eq!(closed.segment_of(day("2026-02-05")), None, "nothing is subscribed to meanwhile");
    let later = samples::at("2026-03-10T12:00:00Z");
    let again = closed.clone().restored(later, GRACE).unwrap().unwrap();
    assert_eq!((again.status, again.turn(later)), (SubscriptionStatus::Active, Turn::Begin));
    assert_eq!((again.period.start, again.period.end), (day("2026-03-10"), day("2026-04-10")));
    // Between the end of the period and its invoice: what was used is invoiced with the new fee.
    let between = samples::at("2026-02-01T00:30:00Z");
    let waits = suspended.restored(between, GRACE).unwrap().unwrap();
    assert_eq!((waits.status, waits.turn(waits.due_at)), (SubscriptionStatus::Active, Turn::Close));
    let next = waits.closed(GRACE).unwrap();
    assert_eq!((next.period.start, next.billed_until), (day("2026-02-01"), day("2026-03-01")));
}

#[test]
fn what_was_scheduled_still_happens_to_one_that_is_suspended() {
    let ending = january().schedule(BoundaryChange::Cancelled);
    let suspended = ending.suspended(on(10), GRACE).unwrap().unwrap();
    assert_eq!(suspended.clone().closed(GRACE).unwrap().status, SubscriptionStatus::Cancelled);
    let restored = suspended.restored(on(12), GRACE).unwrap().unwrap();
    assert!(restored.scheduled.is_some());
}

#[test]
fn where_nothing_was_billed_in_advance_today_is_the_last_day() {
    let mut arrears = january();
    arrears.segment.timing = BaseTiming::Arrears;
    arrears.billed_until = day("2026-01-01");
    let suspended = arrears.suspended(on(10), GRACE).unwrap().unwrap();
    assert_eq!((suspended.period.end, suspended.closing), (day("2026-01-11"), true));
    let again = suspended.restored(on(10), GRACE).unwrap().unwrap();
    assert_eq!(again.segment.from, day("2026-01-11"), "it goes on from the day after");
}

#[test]
fn one_that_is_just_being_billed_is_not_suspended_yet() {
    let new = samples::subscription("BASIC", Currency::USD, "UTC", "2026-01-01T00:00:00Z");
    assert_eq!(new.suspended(on(1), GRACE), Ok(None));
    assert_eq!(january().suspended(samples::at("2026-02-01T00:10:00Z"), GRACE), Ok(None), "its boundary is due");
}
