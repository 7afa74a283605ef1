use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, ToSpan, civil::date};
use kernel::{Currency, Date, Money};
use proptest::prelude::*;

use super::*;
use crate::{
    Component, CreditAsked, CreditNote, CreditReason, CreditedBefore, Finalised, GRACE, Interval, InvoiceKind,
    LineAsked, LineItem, NewCreditNote, Plan, Pricing, Source, Turn, UnitPrice, Unused, Used, charges, samples,
};

fn at(text: &str) -> Timestamp {
    samples::at(text)
}

fn to(plan: &Plan) -> PlanChange<'_> {
    PlanChange { plan, interval: Interval::MONTH, quantity: 1 }
}

/// A subscription that began on 1 January, with its fee invoiced.
fn january(plan: &str) -> Subscription {
    samples::begun(plan, Currency::USD, "UTC", "2026-01-01T08:00:00Z")
}

/// The net amounts of what is invoiced next, and the subscription after it.
fn invoiced(subscription: &Subscription, now: &str) -> (Vec<i64>, Subscription) {
    let turn = subscription.turn(at(now));
    let next = match turn {
        Turn::Adjust => subscription.clone().adjusted(GRACE).unwrap(),
        Turn::Close => subscription.clone().closed(GRACE).unwrap(),
        Turn::Begin => subscription.clone().begun(GRACE).unwrap(),
        Turn::Wait | Turn::EndTrial => panic!("nothing is invoiced"),
    };
    let invoice = samples::drafted(subscription, &samples::plans(), &Used::default());
    (invoice.map_or_else(Vec::new, |invoice| invoice.lines.iter().map(|line| line.amount.minor()).collect()), next)
}

#[test]
fn an_upgrade_gives_back_the_old_days_and_asks_for_the_new_ones() {
    let premium = samples::plan("PREMIUM");
    let changed = january("BASIC").change_now(to(&premium), at("2026-01-16T10:00:00Z"), GRACE).unwrap();
    assert_eq!((changed.plan(), changed.period.end), (&premium.reference(), date(2026, 2, 1)));
    assert_eq!(changed.turn(at("2026-01-16T10:00:00Z")), Turn::Adjust, "it is invoiced at once");
    // 16 of 31 days: 999 → 515.6, 2999 → 1547.9.
    let (amounts, after) = invoiced(&changed, "2026-01-16T10:00:00Z");
    assert_eq!(amounts, [-516, 1_548]);
    assert_eq!((after.due_at.to_string().as_str(), after.adjustments.len()), ("2026-02-01T01:00:00.000Z", 0));
    let invoice = samples::drafted(&changed, &samples::plans(), &Used::default()).unwrap();
    assert_eq!(invoice.kind, InvoiceKind::BoundaryChange);
    let Source::Subscription { day, change, .. } = invoice.source else { panic!("of a subscription") };
    assert_eq!((day, change), (date(2026, 1, 16), Some(changed.version)));
    assert!(invoice.lines.iter().all(|line| matches!(line.item, LineItem::Proration(_))));
    // The next boundary asks for the new fee alone.
    assert_eq!(invoiced(&after, "2026-02-01T01:00:00Z").0, [2_999]);
}

#[test]
fn whoever_leaves_at_the_boundary_still_does_after_a_change_within_the_period() {
    let (premium, now) = (samples::plan("PREMIUM"), at("2026-01-16T10:00:00Z"));
    let leaving = january("BASIC").cancel_at_boundary().unwrap().unwrap();
    let changed = leaving.clone().change_now(to(&premium), now, GRACE).unwrap();
    assert_eq!((changed.plan(), &changed.scheduled), (&premium.reference(), &leaving.scheduled));
    let over = invoiced(&invoiced(&changed, "2026-01-16T10:00:00Z").1, "2026-02-01T01:00:00Z").1;
    assert!(over.is_over());
}

#[test]
fn an_interval_that_changes_twice_on_a_day_gives_back_no_more_than_was_asked_for() {
    // An instant before the former change changes nothing of what that asked for.
    let (premium, now) = (samples::plan("PREMIUM"), at("2026-01-16T00:05:00Z"));
    let dear = invoiced(&january("BASIC").change_now(to(&premium), now, GRACE).unwrap(), "2026-01-16T00:05:00Z");
    let yearly = PlanChange { interval: Interval::YEAR, ..to(&premium) };
    let cut = dear.1.change_now(yearly, at("2026-01-15T23:30:00Z"), GRACE).unwrap();
    let (amounts, _) = invoiced(&cut, "2026-01-16T00:20:00Z");
    assert_eq!((dear.0, amounts), (vec![-516, 1_548], vec![-1_548, 29_990]));
}

#[test]
fn what_was_given_back_in_part_is_known_for_its_invoice() {
    let (january_fee, now) = (void_january("BASIC"), at("2026-01-16T10:00:00Z"));
    assert!(!january("BASIC").has_given_back_of(&january_fee));
    let changed = january("BASIC").change_now(to(&samples::plan("PREMIUM")), now, GRACE).unwrap();
    let left = january("BASIC").cancel_now(Unused::Credited, now, GRACE).unwrap();
    assert!(changed.has_given_back_of(&january_fee) && left.has_given_back_of(&january_fee));
    let next = january("BASIC").closed(GRACE).unwrap();
    assert!(
        !next
            .change_now(to(&samples::plan("PREMIUM")), at("2026-02-03T00:00:00Z"), GRACE)
            .unwrap()
            .has_given_back_of(&january_fee)
    );
}

/// The invoice of the fee of January, voided.
fn void_january(plan: &str) -> Invoice {
    let begins = samples::subscription(plan, Currency::USD, "UTC", "2026-01-01T08:00:00Z");
    samples::drafted(&begins, &samples::plans(), &Used::default()).unwrap()
}

#[test]
fn nothing_is_given_back_of_a_fee_whose_invoice_is_void() {
    let premium = samples::plan("PREMIUM");
    let now = at("2026-01-16T10:00:00Z");
    let free = january("BASIC").without_fee_of(&void_january("BASIC")).unwrap();
    assert_eq!((free.billed_until, free.version), (date(2026, 2, 1), january("BASIC").version + 1));
    // The new plan's days are asked for, and nothing is given back of the old one's, which were never owed.
    let changed = free.clone().change_now(to(&premium), now, GRACE).unwrap();
    let (amounts, _) = invoiced(&changed, "2026-01-16T10:00:00Z");
    assert_eq!(amounts, [1_548]);
    for stopped in
        [free.clone().cancel_now(Unused::Credited, now, GRACE).unwrap(), free.clone().pause(now, GRACE).unwrap()]
    {
        assert_eq!(stopped.adjustments, []);
    }
    // The next period is billed and given back as ever.
    assert_eq!(invoiced(&free, "2026-02-01T01:00:00Z").0, [999]);
    let february = free.closed(GRACE).unwrap();
    let ended = february.cancel_now(Unused::Credited, at("2026-02-10T10:00:00Z"), GRACE).unwrap();
    assert_eq!(ended.adjustments.len(), 1);
}

#[test]
fn what_is_billed_after_a_void_fee_is_given_back_as_ever() {
    let premium = samples::plan("PREMIUM");
    let now = at("2026-01-16T10:00:00Z");
    let free = january("BASIC").without_fee_of(&void_january("BASIC")).unwrap();
    let changed = free.change_now(to(&premium), now, GRACE).unwrap();
    let taken = crate::SubscriptionTurn { turn: Turn::Adjust, subscription: &changed, plans: &samples::plans() };
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let next = changed.clone().adjusted(GRACE).unwrap();
    let after =
        crate::samples::drafted_turn(id, taken, next, &Used::default(), &samples::terms(Currency::USD)).unwrap().next;
    assert_eq!(after.fee_voided, None);
    let ended = after.cancel_now(Unused::Credited, at("2026-01-20T10:00:00Z"), GRACE).unwrap();
    assert_eq!(ended.adjustments.len(), 1);
}

#[test]
fn an_invoice_of_another_period_leaves_the_fee_as_it_is() {
    let february = january("BASIC").closed(GRACE).unwrap();
    assert_eq!(february.without_fee_of(&void_january("BASIC")), None);
}

/// January's fee with a credit note over this much of it.
fn credited(amount: Option<i64>) -> Subscription {
    let draft = void_january("BASIC");
    let number = "INV-2026-01-0001".parse().unwrap();
    let (Finalised::Now(invoice) | Finalised::Before(invoice)) =
        draft.finalise(number, at("2026-01-01T08:00:00Z"), 14).unwrap();
    let line = LineAsked { line: 1, amount: amount.map(samples::usd) };
    let new = NewCreditNote {
        id: "crn_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        number: "CN-2026-01-0001".parse().unwrap(),
        reason: CreditReason::Other,
        memo: None,
        asked: CreditAsked::Lines(vec![line]),
        at: at("2026-01-10T08:00:00Z"),
    };
    let nothing = samples::usd(0);
    let before = CreditedBefore { parts: &[], deferred: nothing, deferred_taken: &[], today: date(2026, 1, 10) };
    let written = CreditNote::write(new, &invoice, &before).unwrap();
    january("BASIC").with_fee_credited(&invoice, &written).unwrap().unwrap()
}

#[test]
fn days_whose_fee_was_credited_are_given_back_as_cheap_and_not_at_all_once_all_of_it_was() {
    let premium = samples::plan("PREMIUM");
    let upgrade = |subscription: Subscription| {
        let changed = subscription.change_now(to(&premium), at("2026-01-16T10:00:00Z"), GRACE).unwrap();
        let invoice = samples::drafted(&changed, &samples::plans(), &Used::default()).unwrap();
        invoice.lines.iter().map(|line| line.discounted().unwrap().minor()).collect::<Vec<_>>()
    };
    assert_eq!(upgrade(credited(None)), [1_548]);
    // 16 of 31 days of 999 less 310.
    assert_eq!(upgrade(credited(Some(310))), [-356, 1_548]);
    let february = january("BASIC").closed(GRACE).unwrap();
    assert_eq!(february.fee_discount, None);
}

#[test]
fn there_and_back_on_one_day_leaves_nothing_to_invoice() {
    let (basic, premium) = (samples::plan("BASIC"), samples::plan("PREMIUM"));
    let now = at("2026-01-16T10:00:00Z");
    let there = january("BASIC").change_now(to(&premium), now, GRACE).unwrap();
    let back = there.change_now(to(&basic), now, GRACE).unwrap();
    assert_eq!((back.adjustments.as_slice(), back.turn(now)), (&[][..], Turn::Wait));
    assert_eq!(back.due_at, january("BASIC").due_at);
}

#[test]
fn two_changes_on_one_day_have_an_invoice_each() {
    let (premium, enterprise) = (samples::plan("PREMIUM"), samples::plan("ENTERPRISE"));
    let now = "2026-01-16T10:00:00Z";
    let first = january("BASIC").change_now(to(&premium), at(now), GRACE).unwrap();
    let (_, between) = invoiced(&first, now);
    let second = between.change_now(to(&enterprise), at(now), GRACE).unwrap();
    let change = |subscription: &Subscription| {
        let invoice = samples::drafted(subscription, &samples::plans(), &Used::default()).unwrap();
        let Source::Subscription { change, .. } = invoice.source else { panic!("of a subscription") };
        change
    };
    assert_ne!(change(&first), change(&second));
    assert_eq!(invoiced(&second, now).0, [-1_548, 5_161]);
}

#[test]
fn a_change_on_the_first_day_before_the_first_invoice_is_no_adjustment() {
    let premium = samples::plan("PREMIUM");
    let new = samples::subscription("BASIC", Currency::USD, "UTC", "2026-01-01T08:00:00Z");
    let changed = new.change_now(to(&premium), at("2026-01-01T09:00:00Z"), GRACE).unwrap();
    assert_eq!(changed.turn(at("2026-01-01T09:00:00Z")), Turn::Begin);
    assert_eq!(invoiced(&changed, "2026-01-01T09:00:00Z").0, [2_999]);
}

#[test]
fn r11_another_interval_ends_the_period_and_begins_a_whole_one() {
    let basic = samples::plan("BASIC");
    let yearly = Plan { prices: basic.prices.clone(), ..basic.clone() };
    let wanted = PlanChange { plan: &yearly, interval: Interval::YEAR, quantity: 1 };
    let changed = january("BASIC").change_now(wanted, at("2026-01-17T00:00:00Z"), GRACE).unwrap();
    assert_eq!(changed.turn(at("2026-01-17T00:00:00Z")), Turn::Close);
    let (amounts, after) = invoiced(&changed, "2026-01-17T00:00:00Z");
    let year = basic.price(Currency::USD, Interval::YEAR).unwrap().base.cost(1).unwrap().minor();
    assert_eq!(amounts, [-483, year], "15 of 31 days of 9.99, and all of the year");
    assert_eq!(after.period, Period { start: date(2026, 1, 17), end: date(2027, 1, 17) });
    assert_eq!(after.billed_until, after.period.end);
}

#[test]
fn in_a_trial_nothing_is_asked_for_and_its_end_stays() {
    let plan = Plan { trial_days: 14, ..samples::plan("BASIC") };
    let now = at("2026-01-01T00:00:00Z");
    let trial = Subscription::start(samples::new_subscription(), &plan, now).unwrap();
    let premium = samples::plan("PREMIUM");
    let changed = trial.clone().change_now(to(&premium), at("2026-01-05T00:00:00Z"), GRACE).unwrap();
    assert_eq!((changed.period, changed.due_at), (trial.period, trial.due_at));
    let paid = changed.trial_ended(GRACE).unwrap();
    assert_eq!((paid.period.start, paid.plan()), (date(2026, 1, 15), &premium.reference()));
    assert_eq!(invoiced(&paid, "2026-01-15T00:00:00Z").0, [2_999]);
}

#[test]
fn a_period_that_waits_for_late_usage_is_changed_at_its_end() {
    let premium = samples::plan("PREMIUM");
    let changed = january("BASIC").change_now(to(&premium), at("2026-02-01T00:30:00Z"), GRACE).unwrap();
    assert_eq!(changed.scheduled.as_ref().map(|scheduled| scheduled.on), Some(date(2026, 2, 1)));
    assert_eq!(changed.closed(GRACE).unwrap().plan(), &premium.reference());
}

#[test]
fn seats_are_prorated_by_their_days() {
    let mut plan = samples::plan("BASIC");
    for price in &mut plan.prices {
        price.base = Pricing::PerUnit { price: UnitPrice { amount: Money::new(1_000, price.currency), per: 1 } };
    }
    let new = crate::NewSubscription { quantity: 2, ..samples::new_subscription() };
    let begun = Subscription::start(new, &plan, at("2026-06-01T00:00:00Z")).unwrap().begun(GRACE).unwrap();
    let wanted = PlanChange { plan: &plan, interval: Interval::MONTH, quantity: 5 };
    let more = begun.change_now(wanted, at("2026-06-16T00:00:00Z"), GRACE).unwrap();
    let next = more.clone().adjusted(GRACE).unwrap();
    let due = charges(Turn::Adjust, &more, &next).unwrap();
    let parts: Vec<_> = due.iter().map(|one| (one.segment.quantity, one.share.part, one.share.of)).collect();
    assert_eq!(parts, [(2, 15, 30), (5, 15, 30)]);
}

/// What somebody does with a subscription.
#[derive(Clone, Copy, Debug)]
enum Act {
    To(usize),
    Yearly,
    Monthly,
    Pause,
    Resume,
    Cancel,
    Later(usize),
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0_usize..4).prop_map(Act::To),
        1 => Just(Act::Yearly),
        2 => Just(Act::Monthly),
        2 => Just(Act::Pause),
        3 => Just(Act::Resume),
        1 => Just(Act::Cancel),
        1 => (0_usize..4).prop_map(Act::Later),
    ]
}

/// Which plan a day was paid at how many times, credits taken off.
#[derive(Default)]
struct Paid {
    days: BTreeMap<(Date, String), i32>,
    guards: BTreeSet<(&'static str, Date, Option<u64>)>,
}

fn name(segment: &Segment) -> String {
    format!("{} {:?}", segment.plan.key, segment.interval)
}

impl Paid {
    /// Takes the subscription over all that is due by now.
    fn settle(&mut self, mut subscription: Subscription, now: Timestamp) -> Subscription {
        loop {
            let turn = subscription.turn(now);
            let before = subscription.clone();
            let next = match turn {
                Turn::Wait => return subscription,
                Turn::EndTrial => subscription.trial_ended(GRACE).unwrap(),
                Turn::Begin => subscription.begun(GRACE).unwrap(),
                Turn::Adjust => subscription.adjusted(GRACE).unwrap(),
                Turn::Close => subscription.closed(GRACE).unwrap(),
            };
            for charge in charges(turn, &before, &next).unwrap() {
                let times = match charge.component {
                    Component::Usage => continue,
                    Component::Change(Adjustment { side: Side::Credit, .. }) => -1,
                    Component::Base | Component::Change(_) => 1,
                };
                let mut day = charge.service.start;
                while day < charge.service.end {
                    *self.days.entry((day, name(charge.segment))).or_default() += times;
                    day = day.tomorrow().unwrap();
                }
            }
            let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
            let (plans, terms) = (all_plans(), samples::terms(Currency::USD));
            let taken = crate::SubscriptionTurn { turn, subscription: &before, plans: &plans.into_iter().collect() };
            if let Some(invoice) =
                crate::samples::drafted_turn(id, taken, next.clone(), &Used::default(), &terms).unwrap().invoice
            {
                let Source::Subscription { day, change, .. } = invoice.source else { panic!("of a subscription") };
                assert!(
                    self.guards.insert((invoice.kind.as_str(), day, change)),
                    "two invoices for {day}: {:?}",
                    invoice.kind
                );
            }
            subscription = next;
        }
    }
}

/// Two in advance and two in arrears, with a price for the month and for the year.
fn all_plans() -> Vec<Plan> {
    let arrears = |key: &str| {
        let plan = samples::plan(key);
        Plan { key: format!("{key}_LATER").parse().unwrap(), base_timing: BaseTiming::Arrears, ..plan }
    };
    vec![samples::plan("BASIC"), samples::plan("PREMIUM"), arrears("BASIC"), arrears("PREMIUM")]
}

fn acted(subscription: &Subscription, act: Act, now: Timestamp) -> Result<Subscription, SubscriptionError> {
    let plans = all_plans();
    let one = subscription.clone();
    let own = plans.iter().find(|plan| plan.reference() == *one.plan()).unwrap();
    let (interval, grace) = (one.segment.interval, SignedDuration::from_hours(1));
    match act {
        Act::To(at) => one.change_now(PlanChange { plan: &plans[at], interval, quantity: 1 }, now, grace),
        Act::Yearly => one.change_now(PlanChange { plan: own, interval: Interval::YEAR, quantity: 1 }, now, grace),
        Act::Monthly => one.change_now(PlanChange { plan: own, interval: Interval::MONTH, quantity: 1 }, now, grace),
        Act::Pause => one.pause(now, grace),
        Act::Resume => one.resume(now, grace),
        Act::Cancel => one.cancel_now(Unused::Credited, now, grace),
        Act::Later(at) => one.change_at_boundary(PlanChange { plan: &plans[at], interval, quantity: 1 }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    /// Whatever is done when, and however late it is invoiced: each day of each plan is paid for exactly once if it was had,
    /// and not at all otherwise; no two invoices have the same guard.
    #[test]
    fn every_day_is_paid_for_once_by_what_held_on_it(
        steps in prop::collection::vec((prop_oneof![0_i64..3, 0_i64..900], acts(), any::<bool>()), 1..14), first in 0_usize..4,
    ) {
        let new = crate::NewSubscription { zone: "Asia/Jakarta".parse().unwrap(), ..samples::new_subscription() };
        let mut now = at("2026-01-31T08:00:00Z");
        let mut subscription = Subscription::start(new, &all_plans()[first], now).unwrap();
        let mut paid = Paid::default();
        for (hours, act, is_settled_between) in steps {
            now = now.plus(SignedDuration::from_hours(hours));
            // The worker is never more than a moment behind, except within a day.
            if is_settled_between || hours > 2 {
                subscription = paid.settle(subscription, now);
            }
            if let Ok(after) = acted(&subscription, act, now) {
                prop_assert_eq!(after.version, subscription.version + 1);
                subscription = after;
            }
        }
        now = now.plus(SignedDuration::from_hours(48));
        subscription = paid.settle(subscription, now);
        prop_assert!(subscription.adjustments.is_empty() && !subscription.closing);
        let mut expected = BTreeMap::new();
        let mut day = subscription.start;
        while day < subscription.billed_until {
            if let Some(segment) = subscription.segment_of(day) {
                expected.insert((day, name(segment)), 1);
            }
            day = day.checked_add(1.day()).unwrap();
        }
        paid.days.retain(|_, times| *times != 0);
        prop_assert_eq!(paid.days, expected);
    }
}
