use std::collections::BTreeSet;

use kernel::{Currency, CustomerId};
use proptest::prelude::*;
use ulid::Ulid;

use super::*;
use crate::{
    BasketLine, PromotionCode, PromotionTarget,
    promotion::tests::{promotion, terms},
};

fn now() -> Timestamp {
    "2026-12-05T00:00:00Z".parse().unwrap()
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// Lines of so many units at a price; line `n` is SKU `Sn`, of product and category `n`.
fn basket(lines: &[(u32, i64)]) -> Basket {
    let line = |(at, (quantity, unit)): (usize, &(u32, i64))| BasketLine {
        sku: format!("S{at}").parse().unwrap(),
        product_id: kernel::ProductId::new(Ulid::from(at as u128)),
        category_ids: vec![kernel::CategoryId::new(Ulid::from(at as u128))],
        quantity: *quantity,
        unit: usd(*unit),
    };
    Basket {
        lines: lines.iter().enumerate().map(line).collect(),
        shipping: usd(700),
        currency: Currency::USD,
        customer: None,
        codes: Vec::new(),
    }
}

fn code(text: &str) -> PromotionCode {
    text.parse().unwrap()
}

fn known(number: u128, typed: Option<&str>, terms: PromotionTerms) -> KnownPromotion {
    KnownPromotion { promotion: promotion(number, typed, terms), uses: 0, by_customer: 0 }
}

fn percent(basis_points: u16) -> PromotionTerms {
    terms(Benefit::Percent { basis_points })
}

fn amount(minor: i64) -> PromotionTerms {
    terms(Benefit::Amount { amounts: vec![usd(minor)] })
}

fn off(applied: &PromotionsApplied) -> Vec<i64> {
    applied.by_line.iter().map(|part| part.minor()).collect()
}

fn of(basket: &Basket, all: &[PromotionTerms]) -> PromotionsApplied {
    let all: Vec<KnownPromotion> =
        all.iter().enumerate().map(|(at, terms)| known(at as u128, None, terms.clone())).collect();
    apply(basket, &all, now()).unwrap()
}

#[test]
fn commerce_t8_an_amount_is_split_over_the_lines_without_losing_a_unit() {
    for (minor, lines, expected) in [
        (299, vec![4300, 1400, 2300], vec![161, 52, 86]),
        (299, vec![1000, 1000, 1000], vec![100, 100, 99]),
        (1, vec![1, 1], vec![1, 0]),
        (93, vec![10, 20, 10, 30, 50, 20, 10, 40], vec![5, 10, 5, 15, 24, 10, 5, 19]),
        (1000, vec![3333, 3333, 3334], vec![333, 333, 334]),
        (10_000, vec![75_000, 50_000, 24_000], vec![5033, 3356, 1611]),
    ] {
        let lines: Vec<(u32, i64)> = lines.into_iter().map(|unit| (1, unit)).collect();
        let applied = of(&basket(&lines), &[amount(minor)]);
        assert_eq!(off(&applied), expected);
        assert_eq!(applied.used[0].amount, usd(minor));
    }
}

#[test]
fn promotions_take_off_one_after_the_other_by_priority() {
    let goods = basket(&[(2, 5_000)]);
    let first = PromotionTerms { priority: 1, ..percent(1_000) };
    let applied = of(&goods, &[amount(1_000), first.clone()]);
    assert_eq!(off(&applied), [2_000], "10 % of 100.00, then 10.00");
    let last = PromotionTerms { priority: 200, ..percent(1_000) };
    assert_eq!(off(&of(&goods, &[amount(1_000), last])), [1_900], "10.00, then 10 % of 90.00");
    assert_eq!(off(&of(&goods, &[percent(10_000), amount(1)])), [10_000], "never more than there is");
    assert_eq!(off(&of(&goods, &[amount(20_000)])), [10_000]);
    let many = vec![amount(1); 7];
    assert_eq!(of(&goods, &many).used.len(), MOST_USED);
}

#[test]
fn an_exclusive_promotion_stands_alone() {
    let goods = basket(&[(1, 10_000)]);
    let exclusive = |priority| PromotionTerms { stacking: Stacking::Exclusive, priority, ..percent(5_000) };
    assert_eq!(off(&of(&goods, &[exclusive(1), amount(100)])), [5_000]);
    assert_eq!(off(&of(&goods, &[exclusive(200), amount(100)])), [100], "something came before it");
    let typed = Basket { codes: vec![code("half")], ..goods };
    let all = [known(1, None, amount(100)), known(2, Some("HALF"), exclusive(100))];
    let applied = apply(&typed, &all, now()).unwrap();
    assert_eq!(off(&applied), [5_000], "of equal priority, what was typed comes first");
    let late = [known(1, None, amount(100)), known(2, Some("HALF"), exclusive(200))];
    let applied = apply(&typed, &late, now()).unwrap();
    assert_eq!(applied.refused, [CodeRefused { code: code("HALF"), why: CodeRefusal::NotCombinable }]);
}

#[test]
fn a_target_and_a_minimum_say_what_it_is_for() {
    let goods = basket(&[(1, 1_000), (1, 3_000), (2, 500)]);
    let skus =
        |names: &[&str]| PromotionTarget::Skus { skus: names.iter().map(|name| name.parse().unwrap()).collect() };
    let of_two = PromotionTerms { target: skus(&["S0", "S1"]), ..percent(1_000) };
    assert_eq!(off(&of(&goods, std::slice::from_ref(&of_two))), [100, 300, 0]);
    let product_ids = BTreeSet::from([goods.lines[2].product_id]);
    let of_product = PromotionTerms { target: PromotionTarget::Products { product_ids }, ..percent(1_000) };
    assert_eq!(off(&of(&goods, &[of_product])), [0, 0, 100]);
    let category_ids = BTreeSet::from([goods.lines[1].category_ids[0]]);
    let of_category = PromotionTerms { target: PromotionTarget::Categories { category_ids }, ..amount(50) };
    assert_eq!(off(&of(&goods, &[of_category])), [0, 50, 0]);
    let least = |minor| PromotionTerms { minimum: vec![usd(minor)], ..of_two.clone() };
    assert_eq!(off(&of(&goods, &[least(4_000)])), [100, 300, 0]);
    assert_eq!(off(&of(&goods, &[least(4_001)])), [0, 0, 0], "the third line is not what it is for");
}

#[test]
fn of_what_is_bought_the_cheapest_units_are_free() {
    let get = |buy, get, basis_points| terms(Benefit::BuyGet { buy, get, basis_points });
    assert_eq!(off(&of(&basket(&[(3, 1_000)]), &[get(2, 1, 10_000)])), [1_000]);
    assert_eq!(off(&of(&basket(&[(2, 1_000)]), &[get(2, 1, 10_000)])), [0], "one too few");
    assert_eq!(off(&of(&basket(&[(6, 1_000)]), &[get(2, 1, 10_000)])), [2_000]);
    assert_eq!(off(&of(&basket(&[(2, 1_000), (1, 300)]), &[get(2, 1, 10_000)])), [0, 300]);
    assert_eq!(off(&of(&basket(&[(1, 300), (1, 1_000)]), &[get(1, 1, 5_000)])), [150, 0], "half the price of it");
    assert_eq!(off(&of(&basket(&[(4, 100), (5, 200)]), &[get(1, 1, 10_000)])), [400, 0], "four of nine");
    let twice = [percent(1_000), get(2, 1, 10_000)];
    assert_eq!(off(&of(&basket(&[(3, 1_000)]), &twice)), [1_200], "300 off, then a third of 2700");
}

#[test]
fn shipping_is_free_once() {
    let goods = basket(&[(1, 1_000)]);
    let applied = of(&goods, &[terms(Benefit::FreeShipping), terms(Benefit::FreeShipping)]);
    assert!(applied.shipping_is_free);
    assert_eq!((applied.used.len(), applied.used[0].amount, off(&applied)), (1, usd(700), vec![0]));
}

#[test]
fn shipping_that_costs_nothing_uses_nothing_up_and_closes_nothing() {
    let goods = Basket { shipping: usd(0), codes: vec![code("FREE")], ..basket(&[(1, 1_000)]) };
    let free = PromotionTerms { stacking: Stacking::Exclusive, priority: 1, ..terms(Benefit::FreeShipping) };
    let all = [known(1, Some("FREE"), free), known(2, None, PromotionTerms { priority: 2, ..percent(1_000) })];
    let applied = apply(&goods, &all, now()).unwrap();
    assert_eq!(applied.refused, [CodeRefused { code: code("FREE"), why: CodeRefusal::NothingLeft }]);
    assert_eq!((applied.used.len(), applied.shipping_is_free, off(&applied)), (1, false, vec![100]));
}

#[test]
fn a_code_says_why_it_does_nothing() {
    let goods = Basket { codes: vec![code("NONE"), code("CODE")], ..basket(&[(1, 1_000)]) };
    let why = |basket: &Basket, known: KnownPromotion| {
        let applied = apply(basket, &[known], now()).unwrap();
        assert_eq!(applied.refused[0], CodeRefused { code: code("NONE"), why: CodeRefusal::Unknown });
        applied.refused.get(1).map(|refused| refused.why)
    };
    let one = |terms| known(1, Some("CODE"), terms);
    assert_eq!(why(&goods, one(percent(100))), None);
    let later = PromotionTerms { starts_at: "2026-12-05T00:00:01Z".parse().unwrap(), ..percent(100) };
    assert_eq!(why(&goods, one(later)), Some(CodeRefusal::NotYet));
    let over = PromotionTerms { ends_at: Some(now()), ..percent(100) };
    assert_eq!(why(&goods, one(over)), Some(CodeRefusal::Over));
    let limited = PromotionTerms { max_uses: Some(2), ..percent(100) };
    assert_eq!(why(&goods, KnownPromotion { uses: 1, ..one(limited.clone()) }), None);
    assert_eq!(why(&goods, KnownPromotion { uses: 2, ..one(limited) }), Some(CodeRefusal::UsedUp));
    let each = PromotionTerms { max_uses_per_customer: Some(1), ..percent(100) };
    assert_eq!(why(&goods, one(each.clone())), Some(CodeRefusal::SignInNeeded));
    let signed_in = Basket { customer: Some(CustomerId::new(Ulid::from(1_u128))), ..goods.clone() };
    assert_eq!(why(&signed_in, one(each.clone())), None);
    assert_eq!(why(&signed_in, KnownPromotion { by_customer: 1, ..one(each) }), Some(CodeRefusal::UsedBefore));
    let jpy = terms(Benefit::Amount { amounts: vec![Money::new(5, Currency::JPY)] });
    assert_eq!(why(&goods, one(jpy)), Some(CodeRefusal::OtherCurrency));
    let least = PromotionTerms { minimum: vec![usd(1_001)], ..percent(100) };
    assert_eq!(why(&goods, one(least)), Some(CodeRefusal::BelowMinimum));
    let target = PromotionTarget::Skus { skus: BTreeSet::from(["OTHER".parse().unwrap()]) };
    assert_eq!(why(&goods, one(PromotionTerms { target, ..percent(100) })), Some(CodeRefusal::NothingForIt));
    assert_eq!(
        why(&Basket { lines: basket(&[(1, 0)]).lines, ..goods }, one(percent(100))),
        Some(CodeRefusal::NothingLeft)
    );
    let untyped = apply(&basket(&[(1, 1_000)]), &[one(percent(100))], now()).unwrap();
    assert_eq!((off(&untyped), untyped.refused), (vec![0], Vec::new()), "nobody typed it");
}

fn any_terms() -> impl Strategy<Value = PromotionTerms> {
    let benefit = prop_oneof![
        (1_u16..=10_000).prop_map(|basis_points| Benefit::Percent { basis_points }),
        (1_i64..5_000).prop_map(|minor| Benefit::Amount { amounts: vec![usd(minor)] }),
        (1_u32..4, 1_u32..4, 1_u16..=10_000).prop_map(|(buy, get, basis_points)| Benefit::BuyGet {
            buy,
            get,
            basis_points
        }),
        Just(Benefit::FreeShipping),
    ];
    let target = prop_oneof![
        Just(PromotionTarget::All),
        prop::collection::btree_set(0_usize..4, 1..3).prop_map(|places| PromotionTarget::Skus {
            skus: places.into_iter().map(|at| format!("S{at}").parse().unwrap()).collect()
        }),
    ];
    (benefit, target, any::<bool>(), 0_u16..3, 0_i64..3_000).prop_map(|(benefit, target, alone, priority, least)| {
        let stacking = if alone { Stacking::Exclusive } else { Stacking::Stackable };
        let minimum = if least > 0 { vec![usd(least)] } else { Vec::new() };
        PromotionTerms { target, minimum, stacking, priority, ..terms(benefit) }
    })
}

proptest! {
    #[test]
    fn what_is_taken_off_adds_up_and_is_never_more_than_there_is(
        lines in prop::collection::vec((0_u32..6, 0_i64..3_000), 0..5),
        all in prop::collection::vec(any_terms(), 0..8),
        shift in 0_usize..8,
    ) {
        let goods = basket(&lines);
        let mut known: Vec<KnownPromotion> =
            all.iter().enumerate().map(|(at, terms)| known(at as u128, None, terms.clone())).collect();
        let applied = apply(&goods, &known, now()).unwrap();
        let taken: i64 = off(&applied).iter().sum();
        let free = if applied.shipping_is_free { goods.shipping.minor() } else { 0 };
        prop_assert_eq!(applied.used.iter().map(|one| one.amount.minor()).sum::<i64>(), taken + free);
        for (line, part) in goods.lines.iter().zip(&applied.by_line) {
            prop_assert!((0..=line.total().unwrap().minor()).contains(&part.minor()));
        }
        prop_assert!(applied.used.len() <= MOST_USED);
        let exclusive = |one: &&PromotionUse| all[one.promotion.ulid().0 as usize].stacking == Stacking::Exclusive;
        prop_assert!(applied.used.iter().find(exclusive).is_none() || applied.used.len() == 1);
        // Whatever the order in which they are read.
        if !known.is_empty() {
            let by = shift % known.len();
            known.rotate_left(by);
        }
        prop_assert_eq!(apply(&goods, &known, now()).unwrap(), applied);
    }
}
