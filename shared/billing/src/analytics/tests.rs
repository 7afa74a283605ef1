//! What subscriptions bring in a month, what moves it, and that the days add up whatever happens.

use std::collections::BTreeMap;

use events::subscription::{StandingDiscount, StandingState, SubscriptionStanding};
use jiff::{ToSpan, civil::date};
use kernel::{Currency, Date, Money};
use proptest::prelude::*;

use crate::{
    AnalyticsReport, Coupon, Course, CourseStep, Discount, Duration, Figures, Interval, Label, Movement, Plan,
    PlanPrice, Pricing, Rollups, Subscription, SubscriptionStatus, UnitPrice, analytics::rows::FiguresRow,
    monthly_revenue, samples,
};

/// A plan whose fee is the same for each of a quantity.
fn plan(key: &str, interval: Interval, each: i64) -> Plan {
    let base = Pricing::PerUnit { price: UnitPrice { amount: samples::usd(each), per: 1 } };
    let price = PlanPrice { currency: Currency::USD, interval, base, metered: Vec::new() };
    Plan { key: key.parse().unwrap(), prices: vec![price], trial_days: 0, ..samples::plan("BASIC") }
}

fn standing(plan: &Plan, quantity: u64) -> SubscriptionStanding {
    SubscriptionStanding {
        state: StandingState::Active,
        plan_key: plan.key.to_string(),
        plan_version: plan.version,
        months: plan.prices[0].interval.months(),
        quantity,
        currency: Currency::USD,
        discounts: Vec::new(),
    }
}

fn revenue(standing: &SubscriptionStanding, plan: &Plan) -> i64 {
    monthly_revenue(standing, plan).unwrap().minor()
}

#[test]
fn x19_a_hundred_by_the_month_and_fifty_by_the_year() {
    let (monthly, yearly) = (plan("MONTHLY", Interval::MONTH, 100), plan("YEARLY", Interval::YEAR, 600));
    let of = |plan: &Plan, count: i64| count * revenue(&standing(plan, 1), plan);
    assert_eq!(of(&monthly, 100) + of(&yearly, 50), 12_500);
    let alone = plan("ALONE", Interval::YEAR, 1_200);
    assert_eq!(revenue(&standing(&alone, 1), &alone), 100);
}

#[test]
fn a_fee_is_divided_by_its_months_and_rounded_half_up_once() {
    let yearly = plan("YEARLY", Interval::YEAR, 30);
    assert_eq!(revenue(&standing(&yearly, 1), &yearly), 3, "2.5");
    assert_eq!(revenue(&standing(&yearly, 2), &yearly), 5, "of the fee of both, not of each");
    let quarterly = plan("QUARTERLY", Interval::QUARTER, 100);
    assert_eq!(revenue(&standing(&quarterly, 1), &quarterly), 33);
}

#[test]
fn only_what_is_used_and_paid_for_has_revenue() {
    let monthly = plan("MONTHLY", Interval::MONTH, 100);
    for (status, expected) in [
        (SubscriptionStatus::Trialing, 0),
        (SubscriptionStatus::Active, 100),
        (SubscriptionStatus::PastDue, 100),
        (SubscriptionStatus::Paused, 0),
        (SubscriptionStatus::Suspended, 0),
        (SubscriptionStatus::Cancelled, 0),
        (SubscriptionStatus::Expired, 0),
    ] {
        let now = samples::at("2026-12-01T00:00:00Z");
        let begun = Subscription::start(samples::new_subscription(), &monthly, now).unwrap();
        let standing = Subscription { status, ..begun }.standing();
        assert_eq!(revenue(&standing, &monthly), expected, "{status:?}");
    }
    let free = plan("FREE", Interval::MONTH, 0);
    assert_eq!(revenue(&standing(&free, 1), &free), 0);
}

#[test]
fn only_coupons_for_ever_take_something_off() {
    let yearly = plan("YEARLY", Interval::YEAR, 12_000);
    let now = samples::at("2026-12-01T00:00:00Z");
    let new = crate::NewSubscription { interval: Interval::YEAR, ..samples::new_subscription() };
    let begun = Subscription::start(new, &yearly, now).unwrap();
    let coupon = |key: &str, discount, duration| Coupon {
        key: key.parse().unwrap(),
        name: Label::try_from("A coupon".to_owned()).unwrap(),
        discount,
        duration,
        plans: [].into(),
        max_redemptions: None,
        expires_at: None,
        redeemed: 0,
        created_at: now,
    };
    let quarter = Discount::Percent { basis_points: 2_500 };
    let amount = Discount::Amount { amounts: vec![samples::idr(1), samples::usd(3_000)] };
    let after = |coupons: &[Coupon]| {
        let with = coupons.iter().try_fold(begun.clone(), |sub, coupon| coupon.applied_to(sub, now)).unwrap();
        revenue(&with.standing(), &yearly)
    };
    assert_eq!(after(&[coupon("ONCE", quarter.clone(), Duration::Once)]), 1_000);
    assert_eq!(after(&[coupon("THRICE", quarter.clone(), Duration::Repeating { invoices: 3 })]), 1_000);
    let (part, fixed) = (coupon("PART", quarter, Duration::Forever), coupon("FIXED", amount, Duration::Forever));
    assert_eq!(after(std::slice::from_ref(&part)), 750);
    assert_eq!(after(std::slice::from_ref(&fixed)), 750, "of every fee, which is a year's");
    assert_eq!(after(&[part.clone(), fixed.clone()]), 500);
    assert_eq!(after(&[fixed, part]), 563, "in the order in which they were used; 562.5");
    let all = StandingDiscount::Amount { amount: samples::usd(99_999) };
    let nothing_left = SubscriptionStanding { discounts: vec![all], ..standing(&yearly, 1) };
    assert_eq!(revenue(&nothing_left, &yearly), 0);
}

#[test]
fn a_movement_is_new_once_and_a_return_afterwards() {
    for (before, after, had_paid, expected) in [
        (0, 0, true, None),
        (5, 5, true, None),
        (0, 5, false, Some(Movement::New)),
        (0, 5, true, Some(Movement::Reactivation)),
        (5, 0, true, Some(Movement::Churn)),
        (5, 6, true, Some(Movement::Expansion)),
        (6, 5, true, Some(Movement::Contraction)),
    ] {
        assert_eq!(Movement::between(before, after, had_paid), expected, "{before} {after} {had_paid}");
    }
}

fn day(number: u8) -> Date {
    date(2026, 1, 1).checked_add(i64::from(number).days()).unwrap()
}

fn step(version: u64, number: u8, plan: &str, state: StandingState, revenue: i64) -> CourseStep {
    CourseStep { version, day: day(number), plan: plan.parse().unwrap(), state, revenue }
}

type Sums = BTreeMap<(Date, crate::PlanKey), Figures>;

/// Counts steps as they come.
fn count(steps: impl IntoIterator<Item = CourseStep>, sums: &mut Sums) -> Option<Course> {
    let mut course: Option<Course> = None;
    for step in steps {
        let Some(counting) = Course::counting(course.as_ref(), Currency::USD, step) else { continue };
        for (place, change) in counting.changes() {
            let sum = sums.entry(place.clone()).or_default();
            *sum = sum.plus(*change).unwrap();
        }
        course = Some(counting.course().clone());
    }
    sums.retain(|_, sum| !sum.is_nothing());
    course
}

fn report(sums: &Sums, from: Date, to: Date) -> AnalyticsReport {
    let (mut months, mut days) = (BTreeMap::<(Date, crate::PlanKey), Figures>::new(), Vec::new());
    for ((day, plan), figures) in sums {
        let month = months.entry((day.first_of_month(), plan.clone())).or_default();
        *month = month.plus(*figures).unwrap();
        days.push(FiguresRow { day: *day, currency: Currency::USD, plan: plan.clone(), figures: *figures });
    }
    days.retain(|row| row.day >= from.first_of_month() && row.day <= to);
    let months = months.into_iter().filter(|((first, _), _)| *first < from.first_of_month());
    let row = |((day, plan), figures)| FiguresRow { day, currency: Currency::USD, plan, figures };
    let rollups = Rollups { months: months.map(row).collect(), days, usage: Vec::new() };
    AnalyticsReport::of(rollups, from, to).unwrap().unwrap()
}

#[test]
fn a_change_of_plan_carries_the_revenue_over_and_is_one_movement() {
    let mut sums = Sums::new();
    let (trialing, active, over) = (StandingState::Trialing, StandingState::Active, StandingState::Over);
    let life = [
        step(1, 0, "BASIC", trialing, 0),
        step(2, 3, "BASIC", active, 100),
        step(4, 5, "PREMIUM", active, 300),
        step(5, 8, "PREMIUM", over, 0),
    ];
    count(life, &mut sums);
    let of = |number: u8, plan: &str| sums.get(&(day(number), plan.parse().unwrap())).copied().unwrap_or_default();
    let none = Figures::default();
    assert_eq!(of(0, "BASIC"), Figures { trialing: 1, begun: 1, ..none });
    assert_eq!(of(3, "BASIC"), Figures { trialing: -1, active: 1, new_revenue: 100, ..none });
    assert_eq!(of(5, "BASIC"), Figures { active: -1, transferred: -100, ..none });
    assert_eq!(of(5, "PREMIUM"), Figures { active: 1, transferred: 100, expansion: 200, ..none });
    assert_eq!(of(8, "PREMIUM"), Figures { active: -1, ended: 1, churn: -300, ..none });
    let report = report(&sums, day(1), day(8));
    let shown: Vec<(i64, i64)> = report.days.iter().map(|one| (one.level.total(), one.level.revenue)).collect();
    assert_eq!(shown, [(1, 0), (1, 0), (1, 100), (1, 100), (1, 300), (1, 300), (1, 300), (0, 0)]);
    assert_eq!((report.ranges[0].opening.trialing, report.ranges[0].closing.total()), (1, 0));
    assert_eq!(report.plans.len(), 5 + 4, "each plan while it has a subscription, and on the day that takes it");
}

#[test]
fn a_course_forgets_its_oldest_steps_and_not_that_it_paid() {
    let mut sums = Sums::new();
    let states = [StandingState::Active, StandingState::Paused];
    let steps = (1..=100_u8).map(|version| {
        let paid = version % 2 == 1;
        step(version.into(), version, "BASIC", states[usize::from(!paid)], if paid { 100 } else { 0 })
    });
    let course = count(steps, &mut sums).unwrap();
    assert!(serde_json::to_string(&course).unwrap().len() < 3_000);
    assert_eq!(sums.values().map(|figures| figures.new_revenue).sum::<i64>(), 100, "new once");
    assert_eq!(sums.values().map(|figures| figures.reactivation).sum::<i64>(), 4_900);
    let old = step(3, 3, "BASIC", StandingState::Active, 999);
    assert_eq!(Course::counting(Some(&course), Currency::USD, old), None);
}

fn state() -> impl Strategy<Value = (StandingState, i64)> {
    prop_oneof![
        3 => (1_i64..5).prop_map(|revenue| (StandingState::Active, revenue * 100)),
        1 => Just((StandingState::Active, 0)),
        1 => Just((StandingState::Trialing, 0)),
        1 => Just((StandingState::Paused, 0)),
        1 => Just((StandingState::Over, 0)),
    ]
}

/// The changes of one subscription, in order.
fn history() -> impl Strategy<Value = Vec<CourseStep>> {
    let change = (0_u8..9, 1_u64..3, prop::sample::select(vec!["BASIC", "PREMIUM", "TEAM"]), state());
    prop::collection::vec(change, 1..12).prop_map(|changes| {
        let (mut number, mut version) = (0, 0);
        let change = |(days, versions, plan, (state, revenue)): (u8, u64, &str, (StandingState, i64))| {
            (number, version) = (number + days, version + versions);
            step(version, number, plan, state, revenue)
        };
        changes.into_iter().map(change).collect()
    })
}

/// The same changes as a bus brings them: in any order, each once or more.
fn delivered() -> impl Strategy<Value = (Vec<CourseStep>, Vec<CourseStep>)> {
    history().prop_flat_map(|history| {
        let repeated = prop::collection::vec(prop::sample::select(history.clone()), 0..4);
        let delivered = repeated.prop_flat_map({
            let history = history.clone();
            move |repeated| Just(history.iter().cloned().chain(repeated).collect::<Vec<CourseStep>>()).prop_shuffle()
        });
        (Just(history), delivered)
    })
}

proptest! {
    #[test]
    fn the_days_are_the_same_in_whatever_order_changes_come(
        subscriptions in prop::collection::vec(delivered(), 1..5),
        (first, last) in (0_u8..60, 0_u8..60),
    ) {
        let (mut in_order, mut as_delivered) = (Sums::new(), Sums::new());
        for (history, delivered) in &subscriptions {
            count(history.clone(), &mut in_order);
            count(delivered.clone(), &mut as_delivered);
        }
        prop_assert_eq!(&in_order, &as_delivered);

        let (from, to) = (day(first.min(last)), day(first.max(last)));
        let report = report(&in_order, from, to);
        let (mut revenue, mut total) = (0, 0);
        for (history, _) in &subscriptions {
            let now = history.iter().rev().find(|step| step.day <= to);
            let now = now.filter(|step| step.state != StandingState::Over);
            revenue += now.map_or(0, |step| step.revenue);
            total += i64::from(now.is_some());
        }
        if let Some(range) = report.ranges.first() {
            prop_assert_eq!((range.closing.revenue, range.closing.total()), (revenue, total));
            prop_assert_eq!(range.opening.after(range.figures), Some(range.closing));
            prop_assert_eq!(range.figures.transferred, 0);
            prop_assert_eq!(range.closing.total() - range.opening.total(), range.figures.begun - range.figures.ended);
            let movements: i64 = report.days.iter().map(|one| one.figures.revenue().unwrap()).sum();
            prop_assert_eq!(movements, range.closing.revenue - range.opening.revenue);
        } else {
            prop_assert_eq!((revenue, total), (0, 0));
        }
        for one in &report.days {
            let plans = report.plans.iter().filter(|plan| plan.day == one.day);
            let sum = plans.fold((0, 0), |sum, plan| (sum.0 + plan.level.revenue, sum.1 + plan.level.total()));
            prop_assert_eq!(sum, (one.level.revenue, one.level.total()));
        }
    }

    #[test]
    fn revenue_is_what_a_year_of_fees_comes_to_in_a_month(fee in 0_i64..10_000_000, months in 1_u8..=36, quantity in 1_u64..50) {
        let plan = plan("ANY", Interval::every(months).unwrap(), fee);
        let monthly = i128::from(revenue(&standing(&plan, quantity), &plan));
        let whole = i128::from(fee) * i128::from(quantity);
        prop_assert!((monthly * i128::from(months) - whole).abs() * 2 <= i128::from(months));
        prop_assert!(!Money::new(fee, Currency::USD).is_negative());
    }
}

#[test]
fn a_report_that_no_answer_holds_is_not_made() {
    let active = Figures { active: 1, ..Figures::default() };
    let row = |number: u32| {
        let plan = format!("PLAN_{number}").parse().unwrap();
        FiguresRow { day: day(0), currency: Currency::USD, plan, figures: active }
    };
    let rollups = || Rollups { days: (0..100).map(row).collect(), ..Rollups::default() };
    assert_eq!(AnalyticsReport::of(rollups(), day(0), day(99)).unwrap(), Err(crate::TooManyRows));
    assert!(AnalyticsReport::of(rollups(), day(0), day(60)).unwrap().is_ok());
}
