use jiff::civil::date;
use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::{
    BaseTiming, BoundaryChange, GRACE, Interval, Period, Plan, Pricing, Proration, Segment, UnitPrice, samples,
};

fn predictions() -> Feature {
    Feature::known("predictions")
}

fn used(start: Date, units: u64, late: &[(Date, u64, u64)]) -> Used {
    let late = late
        .iter()
        .map(|(start, units, before)| ((*start, predictions()), LateUnits { units: *units, billed_before: *before }));
    Used { units: [((start, predictions()), units)].into(), late: late.collect() }
}

fn priced(subscription: &Subscription, used: &Used) -> Invoice {
    samples::drafted(subscription, &samples::plans(), used).unwrap()
}

fn amounts(invoice: &Invoice) -> Vec<(i64, i64)> {
    invoice.lines.iter().map(|line| (line.amount.minor(), line.tax().unwrap().minor())).collect()
}

#[test]
fn the_first_invoice_is_the_fee_of_the_period_that_begins() {
    let subscription = samples::subscription("PREMIUM", Currency::IDR, "Asia/Jakarta", "2026-12-01T00:00:00Z");
    let invoice = priced(&subscription, &Used::default());
    assert_eq!(amounts(&invoice), [(449_000, 49_390)]);
    assert_eq!(invoice.lines[0].service, Some(subscription.period));
    let Source::Subscription { day, .. } = invoice.source else { panic!("of a subscription") };
    assert_eq!((day, invoice.kind), (date(2026, 12, 1), InvoiceKind::Recurring));
}

#[test]
fn a_boundary_has_one_invoice_of_the_usage_before_and_the_fee_after() {
    let subscription = samples::begun("PREMIUM", Currency::IDR, "Asia/Jakarta", "2026-12-01T00:00:00Z");
    let invoice = priced(&subscription, &used(date(2026, 12, 1), 1_250, &[]));
    // The fee of January, and 250 predictions of December at Rp300; PPN 11 % of 524.000 is 57.640.
    assert_eq!(amounts(&invoice), [(449_000, 49_390), (75_000, 8_250)]);
    assert_eq!((invoice.subtotal.minor(), invoice.total.minor()), (524_000, 581_640));
    assert_eq!(invoice.taxes[0].statutory.unwrap().base.minor(), 480_333);
    let days: Vec<_> = invoice.lines.iter().map(|line| line.service.unwrap().start).collect();
    assert_eq!(days, [date(2027, 1, 1), date(2026, 12, 1)]);
    assert_eq!(invoice.service(), Some(Period { start: date(2026, 12, 1), end: date(2027, 2, 1) }));
}

#[test]
fn a_fee_in_arrears_is_on_the_invoice_of_its_own_period() {
    let plan = Plan { base_timing: BaseTiming::Arrears, ..samples::plan("PREMIUM") };
    let start = samples::at("2026-12-01T00:00:00Z");
    let subscription = Subscription::start(samples::new_subscription(), &plan, start).unwrap();
    let plans = [plan].into_iter().collect();
    let invoice = samples::drafted(&subscription, &plans, &used(date(2026, 12, 1), 1_100, &[])).unwrap();
    assert_eq!(amounts(&invoice), [(2_999, 0), (200, 0)]);
    assert!(invoice.lines.iter().all(|line| line.service == Some(subscription.period)));
}

#[test]
fn nothing_is_taxed_where_the_seller_collects_no_tax() {
    let subscription = samples::begun("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    let invoice = priced(&subscription, &used(date(2026, 12, 1), 999, &[]));
    // What is used within the included units is shown and costs nothing.
    assert_eq!(amounts(&invoice), [(2_999, 0), (0, 0)]);
    assert_eq!((invoice.total.minor(), invoice.taxes.len()), (2_999, 0));
}

#[test]
fn what_was_not_used_has_no_line_and_nothing_at_all_is_no_invoice() {
    let premium = samples::begun("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    assert_eq!(priced(&premium, &Used::default()).lines.len(), 1);
    let start = "2026-12-01T00:00:00Z";
    for free in [
        samples::subscription("FREE", Currency::USD, "UTC", start),
        samples::begun("FREE", Currency::USD, "UTC", start),
    ] {
        assert_eq!(samples::drafted(&free, &samples::plans(), &used(date(2026, 12, 1), 5_000, &[])), None);
    }
}

#[test]
fn late_units_cost_what_they_would_have_cost_in_time() {
    let january = samples::begun("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z").closed(GRACE).unwrap();
    let december = date(2026, 12, 1);
    // 900 of 1,000 included units were used in December; 150 come late: 100 are included, 50 cost 2 cents each.
    let invoice = priced(&january, &used(date(2027, 1, 1), 0, &[(december, 150, 900)]));
    assert_eq!(amounts(&invoice), [(2_999, 0), (100, 0)]);
    let LineItem::LateUsage(units) = &invoice.lines[1].item else { panic!("no late line") };
    assert_eq!((units.quantity, units.included), (150, 100));
    assert_eq!(invoice.lines[1].service.unwrap().start, december);
}

#[test]
fn the_usage_of_a_period_with_two_plans_is_priced_by_the_one_that_held() {
    // Ten days of BASIC, whose 200 units include 65 of them, and 21 of PREMIUM, which include 677.
    let begun = samples::begun("BASIC", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    let premium =
        Segment { from: date(2026, 12, 11), plan: samples::plan("PREMIUM").reference(), ..begun.segment.clone() };
    let changed = Subscription { former: vec![begun.segment.clone()], segment: premium, ..begun };
    let units = [((date(2026, 12, 1), predictions()), 100), ((date(2026, 12, 11), predictions()), 700)];
    let invoice = priced(&changed, &Used { units: units.into(), ..Used::default() });
    assert_eq!(amounts(&invoice), [(2_999, 0), (70, 0), (46, 0)]);
}

#[test]
fn t19_each_plan_of_a_period_is_charged_for_what_was_used_under_it() {
    let cents = |minor| Pricing::PerUnit { price: UnitPrice { amount: samples::usd(minor), per: 1 } };
    let (calls, everything) = (Feature::known("api_calls"), predictions());
    let sold = |key, fee, metered: &[(&Feature, i64)]| {
        let metered = metered.iter().map(|(feature, minor)| MeteredPrice {
            feature: (*feature).clone(),
            name: "Units".to_owned(),
            included: 0,
            pricing: cents(*minor),
            minimum: None,
        });
        let (currency, interval) = (Currency::USD, Interval::MONTH);
        let (base, metered) = (Pricing::flat(samples::usd(fee)), metered.collect());
        Plan { prices: vec![PlanPrice { currency, interval, base, metered }], ..samples::plan(key) }
    };
    let (old, new) = (sold("BASIC", 0, &[(&calls, 10)]), sold("PREMIUM", 2_000, &[(&calls, 20), (&everything, 50)]));
    let begun = samples::begun("BASIC", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    let next = Segment { from: date(2026, 12, 11), plan: new.reference(), ..begun.segment.clone() };
    let changed = Subscription { former: vec![begun.segment.clone()], segment: next, ..begun };
    let units = [((1, &calls), 50), ((11, &calls), 200), ((11, &everything), 100)];
    let units = units.map(|((day, feature), units)| ((date(2026, 12, day), feature.clone()), units)).into();
    let plans = [old, new].into_iter().collect();
    let invoice = samples::drafted(&changed, &plans, &Used { units, ..Used::default() }).unwrap();
    assert_eq!(amounts(&invoice), [(2_000, 0), (500, 0), (4_000, 0), (5_000, 0)]);
    assert_eq!(invoice.total.minor(), 11_500);
}

#[test]
fn a_last_invoice_has_no_fee_for_what_does_not_begin() {
    let ending =
        samples::begun("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z").schedule(BoundaryChange::Cancelled);
    let invoice = priced(&ending, &used(date(2026, 12, 1), 1_001, &[]));
    assert_eq!((amounts(&invoice), invoice.kind), (vec![(2, 0)], InvoiceKind::Final));
    assert_eq!(samples::drafted(&ending, &samples::plans(), &Used::default()), None);
}

#[test]
fn a_change_of_plan_is_on_the_invoice_of_its_boundary() {
    let (plan, timing) = (samples::plan("ENTERPRISE").reference(), BaseTiming::Advance);
    let change =
        BoundaryChange::Plan { plan, quantity: 1, timing, proration: Proration::Day, interval: Interval::MONTH };
    let changing = samples::begun("BASIC", Currency::USD, "UTC", "2026-12-01T00:00:00Z").schedule(change);
    let invoice = priced(&changing, &used(date(2026, 12, 1), 300, &[]));
    // The fee of the new plan for January, and the usage of December at the price of the former one.
    assert_eq!(amounts(&invoice), [(9_999, 0), (200, 0)]);
}

#[test]
fn more_credit_than_charge_makes_a_surplus_and_no_negative_total() {
    let terms = samples::terms(Currency::IDR);
    let fee = Fee { quantity: 1, pricing: Pricing::flat(samples::idr(0)), share: Share::days(16, 31) };
    let line = |minor| Line::new(LineItem::Proration(fee.clone()), "Premium".to_owned(), None, samples::idr(minor));
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let head = InvoiceHead { id, kind: InvoiceKind::BoundaryChange, source: Source::Manual, currency: Currency::IDR };
    let made = |lines| total_up(head.clone(), lines, &terms).unwrap();
    let down = made(vec![line(-50_000), line(20_000)]);
    assert_eq!((down.subtotal.minor(), down.tax().unwrap().minor()), (-30_000, -3_300));
    assert_eq!((down.total.minor(), down.surplus.minor()), (0, 33_300));
    let up = made(vec![line(-20_000), line(50_000)]);
    assert_eq!((up.total.minor(), up.surplus.minor()), (33_300, 0));
}

#[test]
fn a_part_of_an_interval_costs_its_days() {
    let whole = samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-12-01T00:00:00Z");
    // 10 of 31 days: 2999 × 10 ÷ 31 = 967.4.
    let part = Subscription { period: Period { start: date(2026, 12, 1), end: date(2026, 12, 11) }, ..whole };
    assert_eq!(amounts(&priced(&part, &Used::default())), [(967, 0)]);
}

/// A plan of tenants at its monthly price in dollars, and a subscription to it whose fee of December is invoiced.
fn of_tenant(key: &str) -> (Plan, Subscription) {
    let plan = crate::tenant_catalogue().into_iter().find(|plan| plan.key.to_string() == key).unwrap();
    let plan = Plan { trial_days: 0, ..plan };
    let start = samples::at("2026-12-01T00:00:00Z");
    let subscription = Subscription::start(samples::new_subscription(), &plan, start).unwrap();
    (plan, subscription.begun(GRACE).unwrap())
}

#[test]
fn members_within_the_plan_cost_nothing_when_it_is_cancelled_on_its_first_day() {
    let (plan, begun) = of_tenant("PROFESSIONAL");
    let day = Period { start: date(2026, 12, 1), end: date(2026, 12, 2) };
    let ended = Subscription { period: day, ..begun }.schedule(BoundaryChange::Cancelled);
    let members = Feature::known("users");
    let owed = |units: u64| {
        let used = Used { units: [((day.start, members.clone()), units)].into(), ..Used::default() };
        samples::drafted(&ended, &[plan.clone()].into_iter().collect(), &used).map_or(0, |one| one.total.minor())
    };
    assert_eq!([owed(10), owed(100)], [0, 0]);
    // Each of 31 beyond is a dollar a month: one of its 31 days.
    assert_eq!(owed(131), 100);
}

#[test]
fn members_within_both_plans_cost_nothing_where_one_plan_follows_another() {
    let ((small, begun), (large, _)) = (of_tenant("PROFESSIONAL"), of_tenant("ENTERPRISE"));
    let next = Segment { from: date(2026, 12, 2), plan: large.reference(), ..begun.segment.clone() };
    let changed = Subscription { former: vec![begun.segment.clone()], segment: next, ..begun };
    let members = Feature::known("users");
    let units = [((date(2026, 12, 1), members.clone()), 8), ((date(2026, 12, 2), members.clone()), 8)];
    let used = Used { units: units.into(), ..Used::default() };
    let invoice = samples::drafted(&changed, &[small, large].into_iter().collect(), &used).unwrap();
    let of_members = invoice.lines.iter().filter_map(|line| match &line.item {
        LineItem::Usage(used) => Some((used.included, used.share, line.amount.minor())),
        LineItem::Base(_)
        | LineItem::Proration(_)
        | LineItem::LateUsage(_)
        | LineItem::Discount
        | LineItem::OneOff(_) => None,
    });
    let of_members: Vec<_> = of_members.collect();
    assert_eq!(of_members.first(), Some(&(8, Some(Share::days(1, 31)), 0)));
    assert!(of_members.iter().all(|(_, _, amount)| *amount == 0), "{of_members:?}");
}

proptest! {
    #[test]
    fn totals_are_the_sums_of_the_lines(
        units in 0_u64..100_000, late in 0_u64..5_000, before in 0_u64..5_000, in_rupiah in any::<bool>(),
    ) {
        // P7 of docs/rules/billing.md.
        let currency = if in_rupiah { Currency::IDR } else { Currency::USD };
        let subscription =
            samples::begun("BASIC", currency, "Asia/Jakarta", "2026-11-01T00:00:00Z").closed(GRACE).unwrap();
        let invoice = priced(&subscription, &used(date(2026, 12, 1), units, &[(date(2026, 11, 1), late, before)]));
        let (nets, taxes) = amounts(&invoice).into_iter().fold((0, 0), |(n, t), (net, tax)| (n + net, t + tax));
        prop_assert_eq!(invoice.subtotal.minor(), nets);
        prop_assert_eq!(invoice.tax().unwrap().minor(), taxes);
        prop_assert_eq!(invoice.total.minor(), nets + taxes);
        let split = invoice.split().unwrap();
        prop_assert_eq!(split.earned.minor() + split.deferred.minor() + split.tax.minor(), invoice.total.minor());
        prop_assert!(amounts(&invoice).iter().all(|(net, tax)| *net >= 0 && *tax >= 0));
    }
}
