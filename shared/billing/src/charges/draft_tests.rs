use kernel::Currency;
use proptest::prelude::*;

use super::*;
use crate::{
    AppliedCoupon, Discount, GRACE, Interval, PlanChange,
    samples::{self, Drafted, drafted_turn},
};

fn coupon(key: &str, discount: Discount, left: Option<u16>) -> AppliedCoupon {
    let name = "Coupon".to_owned().try_into().unwrap();
    let applied_at = samples::at("2026-01-01T00:00:00Z");
    AppliedCoupon {
        key: key.parse().unwrap(),
        name,
        discount,
        plans: std::collections::BTreeSet::new(),
        left,
        in_use: false,
        applied_at,
    }
}

fn percent(basis_points: u16) -> Discount {
    Discount::Percent { basis_points }
}

fn off(minor: i64) -> Discount {
    Discount::Amount { amounts: vec![samples::usd(minor)] }
}

fn with(coupons: Vec<AppliedCoupon>) -> Subscription {
    let new = samples::subscription("PREMIUM", Currency::USD, "UTC", "2026-01-01T08:00:00Z");
    Subscription { coupons, ..new }
}

fn turned(subscription: &Subscription) -> Drafted {
    let turn = subscription.turn(subscription.due_at);
    let next = match turn {
        Turn::Begin => subscription.clone().begun(GRACE).unwrap(),
        Turn::Adjust => subscription.clone().adjusted(GRACE).unwrap(),
        Turn::Close => subscription.clone().closed(GRACE).unwrap(),
        Turn::EndTrial | Turn::Wait => panic!("no money is asked for"),
    };
    let id = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
    let plans = samples::plans();
    let taken = SubscriptionTurn { turn, subscription, plans: &plans };
    drafted_turn(id, taken, next, &Used::default(), &samples::terms(subscription.currency)).unwrap()
}

fn total(drafted: &Drafted) -> i64 {
    drafted.invoice.as_ref().unwrap().total.minor()
}

#[test]
fn coupons_take_off_one_after_the_other() {
    // 10 % of 29.99 is 3.00, then 5.00 of the rest.
    let drafted = turned(&with(vec![coupon("TEN", percent(1_000), None), coupon("FIVE", off(500), None)]));
    let invoice = drafted.invoice.as_ref().unwrap();
    assert_eq!((invoice.discount.minor(), invoice.total.minor()), (800, 2_199));
    let named: Vec<_> = invoice.coupons.iter().map(|one| (one.key.to_string(), one.amount.minor())).collect();
    assert_eq!(named, [("TEN".to_owned(), 300), ("FIVE".to_owned(), 500)]);
    let other_way = turned(&with(vec![coupon("FIVE", off(500), None), coupon("TEN", percent(1_000), None)]));
    assert_eq!(total(&other_way), 2_249);
}

#[test]
fn a_coupon_never_takes_off_more_than_there_is() {
    let free = turned(&with(vec![coupon("ALL", percent(10_000), Some(1)), coupon("FIVE", off(500), Some(1))]));
    assert_eq!(total(&free), 0);
    let left: Vec<_> = free.next.coupons.iter().map(|one| (one.key.to_string(), one.left)).collect();
    let expected = [("ALL".to_owned(), Some(0)), ("FIVE".to_owned(), Some(1))];
    assert_eq!(left, expected, "what took nothing off is not used");
    assert_eq!(total(&turned(&with(vec![coupon("MUCH", off(1_000_000), None)]))), 0);
}

#[test]
fn a_coupon_lasts_for_as_many_invoices_as_it_says() {
    let first = turned(&with(vec![coupon("TWICE", percent(5_000), Some(2))]));
    let second = turned(&first.next);
    let third = turned(&second.next);
    assert_eq!((total(&first), total(&second), total(&third)), (1_499, 1_499, 2_999));
    assert_eq!(third.next.coupons, []);
}

#[test]
fn a_coupon_is_for_its_plans_alone() {
    let mut other = coupon("BASICS", percent(5_000), None);
    other.plans.insert("BASIC".parse().unwrap());
    assert_eq!(total(&turned(&with(vec![other]))), 2_999);
}

#[test]
fn r25_days_that_were_cheaper_by_a_coupon_are_given_back_as_cheap() {
    let begun = turned(&with(vec![coupon("HALF", percent(5_000), Some(1))])).next;
    let begun = Subscription { coupons: Vec::new(), ..begun };
    let basic = samples::plan("BASIC");
    let wanted = PlanChange { plan: &basic, interval: Interval::MONTH, quantity: 1 };
    let changed = begun.change_now(wanted, samples::at("2026-01-17T00:00:00Z"), GRACE).unwrap();
    let invoice = turned(&changed).invoice.unwrap();
    // 15 of 31 days of 29.99 and of the 15.00 that were taken off it, and of 9.99.
    let lines: Vec<_> = invoice.lines.iter().map(|line| (line.amount.minor(), line.discount.minor())).collect();
    assert_eq!(lines, [(-1_451, -726), (483, 0)]);
    assert_eq!((invoice.total.minor(), invoice.surplus.minor()), (0, 242));
}

#[test]
fn what_is_changed_to_is_cheaper_too_while_the_coupon_lasts() {
    let begun = turned(&with(vec![coupon("HALF", percent(5_000), None)])).next;
    let enterprise = samples::plan("ENTERPRISE");
    let wanted = PlanChange { plan: &enterprise, interval: Interval::MONTH, quantity: 1 };
    let changed = begun.change_now(wanted, samples::at("2026-01-01T10:00:00Z"), GRACE).unwrap();
    let drafted = turned(&changed);
    assert_eq!(total(&drafted), 9_999 / 2 - 1_499);
    // Its whole credit is what it cost.
    let over = drafted.next.cancel_now(crate::Unused::Credited, samples::at("2026-01-01T12:00:00Z"), GRACE).unwrap();
    let last = turned(&over).invoice.unwrap();
    assert_eq!(last.surplus.minor(), 9_676 - 4_839, "30 of 31 days of 99.99 and of 50.00 off it");
}

#[test]
fn a_change_within_a_period_is_no_use_of_its_coupon_and_costs_no_discount() {
    let begun = turned(&with(vec![coupon("TWICE", percent(5_000), Some(2))])).next;
    let enterprise = samples::plan("ENTERPRISE");
    let wanted = PlanChange { plan: &enterprise, interval: Interval::MONTH, quantity: 1 };
    let changed = begun.change_now(wanted, samples::at("2026-01-17T00:00:00Z"), GRACE).unwrap();
    let drafted = turned(&changed);
    // 15 of 31 days of 99.99 less 29.99; what was bought at half the price stays so, what is added is not.
    assert_eq!(total(&drafted), (4_838 - 726) - (1_451 - 726));
    let left = |drafted: &Drafted| drafted.next.coupons.iter().map(|one| one.left).collect::<Vec<_>>();
    assert_eq!(left(&drafted), [Some(1)]);
    let second = turned(&drafted.next);
    assert_eq!((total(&second), left(&second)), (9_999 / 2, vec![Some(0)]));
    // Also once it is used up the days of this period are as cheap.
    let basic = samples::plan("BASIC");
    let wanted = PlanChange { plan: &basic, interval: Interval::MONTH, quantity: 1 };
    let back = second.next.change_now(wanted, samples::at("2026-02-15T00:00:00Z"), GRACE).unwrap();
    let invoice = turned(&back).invoice.unwrap();
    let lines: Vec<_> = invoice.lines.iter().map(|line| (line.amount.minor(), line.discount.minor())).collect();
    assert_eq!(lines, [(-5_000, -2_500), (500, 250)]);
    assert_eq!(total(&turned(&turned(&back).next)), 999, "the next period is not");
}

#[test]
fn what_is_given_back_has_the_taxes_that_were_on_it() {
    let taxed = |subscription: &Subscription, terms: &Terms| {
        let turn = subscription.turn(subscription.due_at);
        let next =
            if turn == Turn::Begin { subscription.clone().begun(GRACE) } else { subscription.clone().adjusted(GRACE) };
        let (id, plans) = ("inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), samples::plans());
        let taken = SubscriptionTurn { turn, subscription, plans: &plans };
        let drafted = drafted_turn(id, taken, next.unwrap(), &Used::default(), terms).unwrap();
        let taxes: Vec<i64> = drafted.invoice.unwrap().lines.iter().map(|line| line.tax().unwrap().minor()).collect();
        (taxes, drafted.next)
    };
    let ppn = samples::terms(Currency::IDR);
    let none = Terms { rates: Vec::new(), ..ppn.clone() };
    for (before, after, expected) in
        [(&none, &ppn, [0, 23_898]), (&ppn, &none, [-7_931, 0]), (&ppn, &ppn, [-7_931, 23_899])]
    {
        let new = samples::subscription("BASIC", Currency::IDR, "UTC", "2026-01-01T08:00:00Z");
        let (_, begun) = taxed(&new, before);
        let premium = samples::plan("PREMIUM");
        let wanted = PlanChange { plan: &premium, interval: Interval::MONTH, quantity: 1 };
        let changed = begun.change_now(wanted, samples::at("2026-01-17T00:00:00Z"), GRACE).unwrap();
        let (taxes, next) = taxed(&changed, after);
        // 15 of 31 days: Rp72,097 back and Rp217,258 asked for; where both are taxed, one rounding for the two.
        assert_eq!(taxes, expected);
        assert_eq!(next.fee_taxes.as_deref(), Some(after.rates.as_slice()));
    }
}

proptest! {
    /// P7 of docs/rules/billing.md: whatever the coupons, the parts add up, and no line is worth less than nothing.
    #[test]
    fn p7_discounts_add_up(list in prop::collection::vec((any::<bool>(), 1_u16..=10_000), 0..5)) {
        let coupons = list.iter().enumerate().map(|(at, (is_percent, value))| {
            let discount = if *is_percent { percent(*value) } else { off(i64::from(*value)) };
            coupon(&format!("C{at}"), discount, None)
        });
        let drafted = turned(&with(coupons.collect()));
        let invoice = drafted.invoice.unwrap();
        let lines: i64 = invoice.lines.iter().map(|line| line.discount.minor()).sum();
        let named: i64 = invoice.coupons.iter().map(|one| one.amount.minor()).sum();
        prop_assert_eq!((lines, named), (invoice.discount.minor(), invoice.discount.minor()));
        prop_assert!(invoice.lines.iter().all(|line| (0..=line.amount.minor()).contains(&line.discount.minor())));
        prop_assert_eq!(invoice.total.minor(), invoice.subtotal.minor() - invoice.discount.minor());
    }
}
