use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::{
    ReturnedPieces, SoldLine, TakenFromSale,
    sale::tests::{at, facts, jakarta},
};

type Sums = (BTreeMap<Date, SalesFigures>, BTreeMap<(ProductId, Date), ProductFigures>);

/// Counts an order until nothing is left to count; how many steps it took.
fn count(known: &mut Option<CountedSale>, facts: &SaleFacts, sums: &mut Sums) -> usize {
    let mut steps = 0;
    while let Some(step) = CountedSale::step(known.as_ref(), facts, &jakarta()).unwrap() {
        assert!(step.days.len() + 2 * step.products.len() < 100);
        for (day, more) in &step.days {
            let sum = sums.0.entry(*day).or_default();
            *sum = sum.plus(*more).unwrap();
        }
        for (place, more) in &step.products {
            let sum = sums.1.entry(*place).or_default();
            *sum = sum.plus(*more).unwrap();
        }
        *known = Some(step.counted);
        steps += 1;
    }
    sums.0.retain(|_, figures| !figures.is_nothing());
    sums.1.retain(|_, figures| !figures.is_nothing());
    steps
}

fn all_of(facts: &SaleFacts) -> Sums {
    let days = facts.days(&jakarta()).unwrap();
    (days.days, days.products)
}

#[test]
fn an_order_is_counted_once_however_often_it_is_looked_at() {
    let (mut known, mut sums) = (None, Sums::default());
    assert_eq!(count(&mut known, &facts(), &mut sums), 1);
    assert_eq!(count(&mut known, &facts(), &mut sums), 0);
    assert_eq!(sums, all_of(&facts()));
    let counted = known.unwrap();
    assert_eq!((counted.version, counted.days.len(), counted.products.len()), (1, 1, 2));
}

#[test]
fn a_change_of_zone_leaves_the_days_of_an_order_as_they_are() {
    let first = CountedSale::step(None, &facts(), &jakarta()).unwrap().unwrap();
    assert_eq!(CountedSale::step(Some(&first.counted), &facts(), &Zone::utc()).unwrap(), None);
}

#[test]
fn a_buyer_is_counted_once() {
    let counted = CountedSale::step(None, &facts(), &jakarta()).unwrap().unwrap().counted;
    let day = "2026-12-02".parse().unwrap();
    let after = counted.with_buyer(day).unwrap();
    assert_eq!((after.version, after.bought_on), (2, Some(day)));
    assert_eq!(after.with_buyer(day), None);
}

#[test]
fn a_huge_order_is_counted_in_steps() {
    let mut huge = facts();
    let line = huge.lines[0].clone();
    huge.lines =
        (0..100_u128).map(|number| SoldLine { product: ProductId::new(number.into()), ..line.clone() }).collect();
    huge.taken_back = (0..30)
        .map(|after| TakenFromSale {
            at: at("2026-12-05T00:00:00Z").plus(SignedDuration::from_hours(24 * after)),
            net: 1,
            tax: 0,
            lines: vec![(0, 1)],
        })
        .collect();
    let (mut known, mut sums) = (None, Sums::default());
    assert_eq!(count(&mut known, &huge, &mut sums), 4);
    assert_eq!(sums, all_of(&huge));
}

proptest! {
    /// An order is looked at after any of its changes, or only after the last: the sums are those of the last.
    #[test]
    fn whatever_was_seen_in_between_the_sums_are_those_of_the_end(
        changes in prop::collection::vec((0_u8..5, 0_i64..60, 1_i64..30), 0..12),
        seen in prop::collection::vec(any::<bool>(), 12),
    ) {
        let (mut known, mut sums, mut facts) = (None, Sums::default(), facts());
        for ((kind, days, amount), is_seen) in changes.into_iter().zip(seen) {
            let when = at("2026-12-01T18:00:00Z").plus(SignedDuration::from_hours(24 * days));
            match kind {
                0 => facts.confirmed_at = Some(when),
                1 => facts.taken_back.push(TakenFromSale { at: when, net: amount, tax: 1, lines: vec![(0, amount)] }),
                2 => facts.paid.push((when, amount)),
                3 => facts.refunded.push((when, amount)),
                _ => facts.returned.push(ReturnedPieces { at: when, line: 1, quantity: 1 }),
            }
            if is_seen {
                count(&mut known, &facts, &mut sums);
            }
        }
        count(&mut known, &facts, &mut sums);
        prop_assert_eq!(sums, all_of(&facts));
    }
}
