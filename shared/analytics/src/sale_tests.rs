use std::collections::BTreeMap;

use kernel::{Currency, Date, ProductId, Timestamp, Zone};

use super::*;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(crate) fn jakarta() -> Zone {
    "Asia/Jakarta".parse().unwrap()
}

pub(crate) fn product(last: char) -> ProductId {
    format!("prd_01JD2Z3M4N5P6Q7R8S9T0V1W2{last}").parse().unwrap()
}

/// Two of A at 100 with 20 off and one of B at 50, of which 11 % tax is held; shipped for 10. Placed in the evening of the
/// 1st in UTC, which is the 2nd in Jakarta.
pub(crate) fn facts() -> SaleFacts {
    let line = |last, quantity, gross, discount, net| SoldLine {
        product: product(last),
        title: format!("Kopi {last}"),
        quantity,
        gross,
        discount,
        net,
    };
    SaleFacts {
        order: "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        customer: "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(),
        currency: Currency::IDR,
        placed_at: at("2026-12-01T17:30:00Z"),
        confirmed_at: None,
        voided_at: None,
        lines: vec![line('A', 2, 200, 20, 162), line('B', 1, 50, 0, 45)],
        discounts: 20,
        shipping: 10,
        included_tax: 24,
        net: 216,
        tax: 24,
        taken_back: Vec::new(),
        returned: Vec::new(),
        paid: Vec::new(),
        refunded: Vec::new(),
    }
}

/// What holds of the figures of any days.
fn check(figures: &SalesFigures) {
    let SalesFigures { gross, discounts, shipping, included_tax, voided, credited, net, .. } = *figures;
    assert_eq!(net, gross - discounts + shipping - included_tax - voided - credited);
}

#[test]
fn a_sale_is_on_the_day_of_its_invoice_in_the_zone() {
    let days = facts().days(&jakarta()).unwrap();
    let expected = SalesFigures {
        orders: 1,
        units: 3,
        gross: 250,
        discounts: 20,
        shipping: 10,
        included_tax: 24,
        net: 216,
        tax: 24,
        ..SalesFigures::default()
    };
    check(&expected);
    assert_eq!(days.days, BTreeMap::from([(day("2026-12-02"), expected)]));
    assert_eq!(facts().days(&Zone::utc()).unwrap().days.keys().collect::<Vec<_>>(), [&day("2026-12-01")]);
    assert_eq!(days.bought_on, None, "nobody has paid yet");
    let of_a = ProductFigures { orders: 1, units: 2, gross: 200, discounts: 20, net: 162, units_back: 0 };
    assert_eq!(days.products.get(&(product('A'), day("2026-12-02"))), Some(&of_a));
}

#[test]
fn what_is_taken_back_late_is_on_its_own_day() {
    let mut facts = facts();
    facts.confirmed_at = Some(at("2026-12-01T18:00:00Z"));
    facts.paid = vec![(at("2026-12-01T18:00:00Z"), 240)];
    let taken = TakenFromSale { at: at("2027-01-10T00:00:00Z"), net: 50, tax: 6, lines: vec![(1, 45), (7, 5)] };
    facts.taken_back = vec![taken];
    facts.returned = vec![ReturnedPieces { at: at("2027-01-09T00:00:00Z"), line: 1, quantity: 1 }];
    facts.refunded = vec![(at("2027-01-11T00:00:00Z"), 56), (at("2027-01-12T00:00:00Z"), -56)];
    let days = facts.days(&jakarta()).unwrap();
    days.days.values().for_each(check);
    let of = |date: &str| *days.days.get(&day(date)).unwrap();
    let sold = of("2026-12-02");
    assert_eq!((sold.net, sold.paid, sold.paid_orders, sold.credited, sold.refunded), (216, 240, 1, 0, 0));
    let credited = SalesFigures { credited: 50, net: -50, tax: -6, ..SalesFigures::default() };
    assert_eq!(of("2027-01-10"), credited);
    assert_eq!(of("2027-01-09"), SalesFigures { units_back: 1, ..SalesFigures::default() });
    assert_eq!((of("2027-01-11").refunded, of("2027-01-12").refunded), (56, -56));
    assert_eq!(days.products.get(&(product('B'), day("2027-01-10"))).unwrap().net, -45);
    assert_eq!(days.bought_on, Some(day("2026-12-02")));
}

#[test]
fn an_order_that_nobody_paid_nets_to_nothing() {
    let mut facts = facts();
    facts.voided_at = Some(at("2026-12-03T00:00:00Z"));
    let days = facts.days(&jakarta()).unwrap();
    days.days.values().for_each(check);
    let sum = days.days.values().fold(SalesFigures::default(), |sum, day| sum.plus(*day).unwrap());
    assert_eq!((sum.net, sum.tax, sum.orders, sum.voided_orders, sum.units - sum.units_back), (0, 0, 1, 1, 0));
    let products = days.products.values().fold(ProductFigures::default(), |sum, one| sum.plus(*one).unwrap());
    assert_eq!((products.net, products.orders, products.units - products.units_back), (0, 0, 0));
}

#[test]
fn two_lines_of_one_product_are_one_order_of_it() {
    let mut facts = facts();
    facts.lines[1].product = product('A');
    let days = facts.days(&jakarta()).unwrap();
    let of_a = days.products.get(&(product('A'), day("2026-12-02"))).unwrap();
    assert_eq!((days.products.len(), of_a.orders, of_a.units, of_a.gross), (1, 1, 3, 250));
}

#[test]
fn amounts_beyond_64_bits_are_refused() {
    let mut facts = facts();
    facts.lines[0].gross = i64::MAX;
    assert_eq!(facts.days(&jakarta()), None);
}
