//! Plans whose parts are counted in seconds.

use jiff::{SignedDuration, civil::date};
use kernel::{Currency, Timestamp};
use proptest::prelude::*;

use crate::{
    GRACE, Interval, LineItem, Moment, Plan, PlanChange, PlanSet, Proration, Share, Subscription, Turn, Unused, Used,
    samples,
};

fn by_second(key: &str) -> Plan {
    Plan { proration: Proration::Second, ..samples::plan(key) }
}

fn plans() -> PlanSet {
    ["BASIC", "PREMIUM"].map(by_second).into_iter().collect()
}

fn at(text: &str) -> Timestamp {
    samples::at(text)
}

fn to(plan: &Plan) -> PlanChange<'_> {
    PlanChange { plan, interval: Interval::MONTH, quantity: 1 }
}

/// A subscription that began on 1 June, with its fee invoiced.
fn june(key: &str) -> Subscription {
    let new = samples::new_subscription();
    Subscription::start(new, &by_second(key), at("2026-06-01T00:00:00Z")).unwrap().begun(GRACE).unwrap()
}

/// What is invoiced now, with each line's part of the month, and the subscription after it.
fn invoiced(subscription: Subscription, now: Timestamp) -> (Vec<(i64, Share)>, Subscription) {
    let turn = subscription.turn(now);
    let next = match turn {
        Turn::Adjust => subscription.clone().adjusted(GRACE).unwrap(),
        Turn::Close => subscription.clone().closed(GRACE).unwrap(),
        Turn::Begin => subscription.clone().begun(GRACE).unwrap(),
        Turn::Wait | Turn::EndTrial => return (Vec::new(), subscription),
    };
    let invoice = samples::drafted(&subscription, &plans(), &Used::default());
    let fee = |item: &LineItem| match item {
        LineItem::Base(fee) | LineItem::Proration(fee) => fee.share,
        LineItem::Usage(_) | LineItem::LateUsage(_) | LineItem::Discount | LineItem::OneOff(_) => panic!("no fee"),
    };
    let lines = invoice.into_iter().flat_map(|invoice| invoice.lines);
    (lines.map(|line| (line.amount.minor(), fee(&line.item))).collect(), next)
}

fn amounts(lines: Vec<(i64, Share)>) -> Vec<i64> {
    lines.into_iter().map(|(amount, _)| amount).collect()
}

#[test]
fn a_change_is_charged_from_its_second_on() {
    let noon = at("2026-06-16T12:00:00Z");
    let changed = june("BASIC").change_now(to(&by_second("PREMIUM")), noon, GRACE).unwrap();
    assert_eq!(changed.segment.begins(), Moment { day: date(2026, 6, 16), second: 43_200 });
    let (lines, after) = invoiced(changed, noon);
    // 14.5 of 30 days: 999 → 482.85, 2999 → 1449.5.
    let share = Share { part: 14 * 86_400 + 43_200, of: 30 * 86_400, unit: Proration::Second };
    assert_eq!(lines, [(-483, share), (1_450, share)]);
    assert_eq!(amounts(invoiced(after, at("2026-07-01T01:00:00Z")).0), [2_999], "the next period is a whole one");
}

#[test]
fn there_and_back_within_one_second_nets_nothing() {
    // P5 of docs/rules/billing.md.
    let now = at("2026-06-16T12:00:00.400Z");
    let (basic, premium) = (by_second("BASIC"), by_second("PREMIUM"));
    let there = june("BASIC").change_now(to(&premium), now, GRACE).unwrap();
    let back = there.clone().change_now(to(&basic), now, GRACE).unwrap();
    assert_eq!(back.adjustments, [], "before it is invoiced");
    let (first, after) = invoiced(there, now);
    let (second, _) = invoiced(after.change_now(to(&basic), now, GRACE).unwrap(), now);
    assert_eq!(amounts(first).into_iter().chain(amounts(second)).sum::<i64>(), 0, "and after");
}

#[test]
fn what_was_left_after_seconds_is_owed_for_them() {
    let (basic, premium) = (by_second("BASIC"), by_second("PREMIUM"));
    let there = june("BASIC").change_now(to(&premium), at("2026-06-16T00:00:00Z"), GRACE).unwrap();
    // Nothing is invoiced between: an hour of PREMIUM, and BASIC again.
    let back = there.change_now(to(&basic), at("2026-06-16T01:00:00Z"), GRACE).unwrap();
    // 2999 ÷ 720 hours = 4.17. 999 for 15 days are 499.5, for an hour less 498.1.
    assert_eq!(amounts(invoiced(back, at("2026-06-16T01:00:00Z")).0), [-500, 4, 498]);
}

#[test]
fn between_a_plan_by_day_and_one_by_second_days_count() {
    let noon = at("2026-06-16T12:00:00Z");
    let by_day = samples::plan("PREMIUM");
    let changed = june("BASIC").change_now(to(&by_day), noon, GRACE).unwrap();
    assert_eq!(changed.segment.begins(), Moment::start_of(date(2026, 6, 16)));
    assert!(changed.adjustments.iter().all(|one| one.service.is_of_days()));
    // Another interval begins a whole period, on a day.
    let yearly = PlanChange { interval: Interval::YEAR, ..to(&by_day) };
    let yearly = june("BASIC").change_now(PlanChange { plan: &by_second("PREMIUM"), ..yearly }, noon, GRACE).unwrap();
    assert_eq!(yearly.segment.begins(), Moment::start_of(date(2026, 6, 16)));
}

#[test]
fn who_leaves_pays_up_to_the_second() {
    let noon = at("2026-06-16T12:00:00Z");
    let left = june("PREMIUM").cancel_now(Unused::Credited, noon, GRACE).unwrap();
    let due = left.due_at;
    assert_eq!(amounts(invoiced(left, due).0), [-1_450]);
    let kept = june("PREMIUM").cancel_now(Unused::Kept, noon, GRACE).unwrap();
    assert_eq!(kept.adjustments, []);
    let paused = june("PREMIUM").pause(noon, GRACE).unwrap();
    let again = paused.resume(at("2026-06-16T15:00:00Z"), GRACE).unwrap();
    assert_eq!(again.segment.begins(), Moment::start_of(date(2026, 6, 17)), "a day begins a period");
}

#[test]
fn in_arrears_each_part_has_its_seconds() {
    let arrears = |key| Plan { base_timing: crate::BaseTiming::Arrears, ..by_second(key) };
    let begins = at("2026-06-01T00:00:00Z");
    let basic = Subscription::start(samples::new_subscription(), &arrears("BASIC"), begins).unwrap();
    let changed = basic.change_now(to(&arrears("PREMIUM")), at("2026-06-16T12:00:00Z"), GRACE).unwrap();
    let left = changed.cancel_now(Unused::Credited, at("2026-06-21T06:00:00Z"), GRACE).unwrap();
    let due = left.due_at;
    // 15.5 days of BASIC, 4.75 of PREMIUM.
    assert_eq!(amounts(invoiced(left, due).0), [516, 475]);
}

proptest! {
    #[test]
    fn whatever_changes_the_seconds_are_paid_for_and_no_other(
        steps in prop::collection::vec((1_i64..300_000, any::<bool>()), 1..8),
    ) {
        let fees = |plan: &Plan| plan.price(Currency::USD, Interval::MONTH).unwrap().base.cost(1).unwrap().minor();
        let (mut now, mut held) = (at("2026-06-01T00:00:00Z"), june("BASIC"));
        // What each second cost, in 30 × 86,400ths of a cent; the whole fee of June is paid.
        let (mut owed, mut paid, mut lines) = (0_i64, fees(&by_second("BASIC")), 0_i64);
        for (seconds, is_invoiced) in steps {
            let plan = by_second(if held.plan().key == samples::plan("BASIC").key { "PREMIUM" } else { "BASIC" });
            let before = by_second(&held.plan().key.to_string());
            now = now.plus(SignedDuration::from_secs(seconds));
            owed += fees(&before) * seconds;
            held = held.change_now(to(&plan), now, GRACE).unwrap();
            if is_invoiced {
                let (asked, after) = invoiced(held, now);
                lines += i64::try_from(asked.len()).unwrap();
                paid += amounts(asked).into_iter().sum::<i64>();
                held = after;
            }
        }
        let left = held.cancel_now(Unused::Credited, now, GRACE).unwrap();
        let due = left.due_at;
        let (asked, over) = invoiced(left, due);
        lines += i64::try_from(asked.len()).unwrap();
        paid += amounts(asked).into_iter().sum::<i64>();
        prop_assert!(over.is_over());
        // Each line is rounded by itself, by half a cent at most.
        prop_assert!((paid * 30 * 86_400 - owed).abs() * 2 <= lines * 30 * 86_400, "{} {}", paid, owed);
    }
}
