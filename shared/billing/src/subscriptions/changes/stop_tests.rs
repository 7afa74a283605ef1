use jiff::civil::date;
use kernel::Currency;

use super::*;
use crate::{Adjustment, GRACE, InvoiceKind, Turn, Used, samples};

fn january() -> Subscription {
    samples::begun("PREMIUM", Currency::USD, "UTC", "2026-01-01T08:00:00Z")
}

fn on(day: i8) -> Timestamp {
    samples::at(&format!("2026-01-{day:02}T10:00:00Z"))
}

fn amounts(subscription: &Subscription) -> Vec<i64> {
    let invoice = samples::drafted(subscription, &samples::plans(), &Used::default());
    invoice.map_or_else(Vec::new, |invoice| invoice.lines.iter().map(|line| line.amount.minor()).collect())
}

#[test]
fn who_cancels_now_gets_back_the_days_after_today() {
    let over = january().cancel_now(Unused::Credited, on(16), GRACE).unwrap();
    assert_eq!((over.status, over.period.end), (SubscriptionStatus::Cancelled, date(2026, 1, 17)));
    assert_eq!((over.turn(on(16)), over.turn(on(17))), (Turn::Wait, Turn::Close), "after the grace");
    // 15 of 31 days of 29.99.
    assert_eq!(amounts(&over), [-1_451]);
    let invoice = samples::drafted(&over, &samples::plans(), &Used::default()).unwrap();
    assert_eq!((invoice.kind, invoice.total.minor(), invoice.surplus.minor()), (InvoiceKind::Final, 0, 1_451));
    let settled = over.closed(GRACE).unwrap();
    assert_eq!((settled.is_billed(), settled.status), (false, SubscriptionStatus::Cancelled));
    assert_eq!(settled.segment_of(date(2026, 1, 17)), None);
}

#[test]
fn who_keeps_the_fee_gives_nothing_back() {
    let over = january().cancel_now(Unused::Kept, on(16), GRACE).unwrap();
    assert_eq!(amounts(&over), Vec::<i64>::new());
    let unbilled = samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-01-01T08:00:00Z");
    assert_eq!(amounts(&unbilled.clone().cancel_now(Unused::Kept, on(1), GRACE).unwrap()), [2_999]);
    let early = unbilled.cancel_now(Unused::Credited, on(1), GRACE).unwrap();
    assert_eq!(amounts(&early), [97], "one day of 31, and no credit for what was never invoiced");
}

#[test]
fn a_pause_gives_back_the_rest_and_a_whole_period_begins_after_it() {
    let paused = january().pause(on(10), GRACE).unwrap();
    assert_eq!((paused.status, amounts(&paused)), (SubscriptionStatus::Paused, vec![-2_032]));
    let settled = paused.closed(GRACE).unwrap();
    assert!(!settled.is_billed());
    let resumed = settled.resume(on(20), GRACE).unwrap();
    assert_eq!(resumed.period.start, date(2026, 1, 20));
    assert_eq!((resumed.period.end, resumed.turn(on(20))), (date(2026, 2, 20), Turn::Begin));
    assert_eq!((amounts(&resumed), resumed.segment_of(date(2026, 1, 15))), (vec![2_999], None));
}

#[test]
fn who_thinks_better_of_a_pause_on_its_day_goes_on_tomorrow() {
    let resumed = january().pause(on(10), GRACE).unwrap().resume(on(10), GRACE).unwrap();
    assert_eq!(resumed.turn(samples::at("2026-01-10T11:00:00Z")), Turn::Adjust);
    let between = resumed.adjusted(GRACE).unwrap();
    let next = between.closed(GRACE).unwrap();
    assert_eq!((next.period.start, next.billed_until), (date(2026, 1, 11), date(2026, 2, 11)));
}

#[test]
fn each_status_allows_what_it_says() {
    let active = january();
    let trial = Subscription { status: SubscriptionStatus::Trialing, ..active.clone() };
    let paused = active.clone().pause(on(3), GRACE).unwrap();
    let over = active.clone().cancel_now(Unused::Kept, on(3), GRACE).unwrap();
    let suspended = Subscription { status: SubscriptionStatus::Suspended, ..active.clone() };
    let late = Subscription { status: SubscriptionStatus::PastDue, ..active.clone() };
    for (one, may_pause, may_resume, may_cancel) in [
        (&active, true, false, true),
        (&trial, false, false, true),
        (&late, false, false, true),
        (&paused, false, true, true),
        (&suspended, false, false, true),
        (&over, false, false, false),
    ] {
        let status = one.status;
        assert_eq!(one.clone().pause(on(4), GRACE).is_ok(), may_pause, "{status:?}");
        assert_eq!(one.clone().resume(on(4), GRACE).is_ok(), may_resume, "{status:?}");
        assert_eq!(one.clone().cancel_now(Unused::Credited, on(4), GRACE).is_ok(), may_cancel, "{status:?}");
        let says = SubscriptionError::NotNow(status).to_string();
        assert_eq!(says.contains("paused or"), may_pause, "{says}");
        assert_eq!(says.contains("resumed"), may_resume, "{says}");
        assert_eq!(says.contains("cancelled"), may_cancel || status == SubscriptionStatus::Cancelled, "{says}");
    }
}

#[test]
fn a_trial_that_is_cancelled_owes_nothing() {
    let plan = crate::Plan { trial_days: 14, ..samples::plan("BASIC") };
    let trial = Subscription::start(samples::new_subscription(), &plan, on(1)).unwrap();
    let over = trial.cancel_now(Unused::Credited, on(5), GRACE).unwrap();
    assert_eq!((over.is_billed(), over.adjustments.as_slice()), (false, &[] as &[Adjustment]));
}
