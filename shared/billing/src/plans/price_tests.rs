//! The cases T of docs/rules/billing.md by their numbers, and the properties of price lists.

use kernel::Currency;
use proptest::prelude::*;

use super::*;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn tier(up_to: Option<u64>, minor: i64, flat: i64) -> Tier {
    Tier { up_to, price: UnitPrice { amount: usd(minor), per: 1 }, flat: usd(flat) }
}

fn graduated(tiers: &[Tier]) -> Pricing {
    Pricing::Graduated { tiers: Tiers::new(tiers.to_vec()).unwrap() }
}

fn volume(tiers: &[Tier]) -> Pricing {
    Pricing::Volume { tiers: Tiers::new(tiers.to_vec()).unwrap() }
}

fn costs<const N: usize>(pricing: &Pricing, quantities: [u64; N]) -> [i64; N] {
    quantities.map(|quantity| pricing.cost(quantity).unwrap().minor())
}

#[test]
fn t1_graduated_tiers_with_a_fee_each() {
    let pricing = graduated(&[tier(Some(10), 10, 2), tier(Some(20), 5, 3), tier(None, 5, 3)]);
    assert_eq!(costs(&pricing, [0, 1, 10, 11, 12, 21]), [2, 12, 102, 110, 115, 163]);
}

#[test]
fn t2_volume_tiers_with_a_fee_each() {
    let half = Tier { price: UnitPrice { amount: usd(1), per: 2 }, ..tier(None, 0, 50) };
    let pricing = volume(&[tier(Some(100), 2, 10), tier(Some(200), 1, 0), half]);
    assert_eq!(costs(&pricing, [0, 1, 100, 101, 300]), [10, 12, 210, 101, 200]);
}

#[test]
fn t5_a_package_that_is_begun_is_paid_whole() {
    assert_eq!(costs(&Pricing::Package { amount: usd(5), size: 20 }, [45]), [15]);
    assert_eq!(costs(&Pricing::Package { amount: usd(15), size: 10 }, [10, 0]), [15, 0]);
}

#[test]
fn t7_packages_of_a_hundred() {
    let pricing = Pricing::Package { amount: usd(1), size: 100 };
    assert_eq!(costs(&pricing, [2, 100, 101, 150, 300]), [1, 1, 2, 2, 3]);
}

#[test]
fn t8_volume_and_graduated_over_the_same_tiers() {
    let tiers = [tier(Some(10), 50, 0), tier(Some(20), 40, 0), tier(None, 30, 0)];
    assert_eq!(costs(&volume(&tiers), [5, 15, 25]), [250, 600, 750]);
    assert_eq!(costs(&graduated(&tiers), [5, 15, 25]), [250, 700, 1_050]);
}

#[test]
fn t10_volume_tiers_of_fees_then_of_units() {
    let pricing = volume(&[tier(Some(5), 0, 100), tier(Some(10), 0, 150), tier(Some(15), 10, 0), tier(None, 5, 0)]);
    assert_eq!(costs(&pricing, [14, 15, 16, 100]), [140, 150, 80, 500]);
}

#[test]
fn t13_seats_in_tiers_with_a_base_fee() {
    let pricing = graduated(&[tier(Some(50), 0, 99_900), tier(Some(100), 2_000, 0), tier(None, 1_750, 0)]);
    assert_eq!(costs(&pricing, [143]), [275_150]);
}

#[test]
fn a_flat_price_ignores_the_quantity() {
    assert_eq!(costs(&Pricing::flat(usd(900)), [0, 1, 7]), [900, 900, 900]);
}

#[test]
fn tiers_are_rounded_once_over_all_of_them() {
    // 2.5 + 2.5 cents are 5, not 3 + 3.
    let tiers = [
        Tier { price: UnitPrice { amount: usd(1), per: 2 }, ..tier(Some(5), 0, 0) },
        Tier { price: UnitPrice { amount: usd(1), per: 2 }, ..tier(None, 0, 0) },
    ];
    assert_eq!(costs(&graduated(&tiers), [5, 10]), [3, 5]);
}

#[test]
fn a_price_list_has_its_form() {
    let refused = |tiers: &[Tier]| Tiers::new(tiers.to_vec()) == Err(TiersError);
    assert!(refused(&[]));
    assert!(refused(&[tier(Some(10), 1, 0)]));
    assert!(refused(&[tier(None, 1, 0), tier(None, 2, 0)]));
    assert!(refused(&[tier(Some(5), 1, 0), tier(Some(5), 2, 0), tier(None, 1, 0)]));
    assert!(refused(&[tier(Some(0), 1, 0), tier(None, 1, 0)]));
    assert!(refused(&[Tier { flat: Money::zero(Currency::IDR), ..tier(Some(5), 1, 0) }, tier(None, 1, 0)]));
    assert!(refused(&[Tier { price: UnitPrice { amount: usd(1), per: 0 }, ..tier(None, 1, 0) }]));
    assert!(serde_json::from_str::<Pricing>(r#"{"model":"graduated","tiers":[]}"#).is_err());
}

#[test]
fn a_price_beyond_what_can_be_counted_is_refused() {
    let price = UnitPrice { amount: usd(i64::MAX), per: 1 };
    assert_eq!(Pricing::PerUnit { price }.cost(2), Err(MoneyError::Overflow));
    assert_eq!(Pricing::Package { amount: usd(1), size: 0 }.cost(1), Err(MoneyError::DivisionByZero));
}

fn any_tiers() -> impl Strategy<Value = Vec<Tier>> {
    prop::collection::btree_set(1_u64..500, 0..4).prop_flat_map(|bounds| {
        let bounds: Vec<Option<u64>> = bounds.into_iter().map(Some).chain([None]).collect();
        let prices = prop::collection::vec((0_i64..200, 1_u32..20, 0_i64..50), bounds.len());
        prices.prop_map(move |prices| {
            let tiers = bounds.iter().zip(prices);
            tiers
                .map(|(up_to, (minor, per, flat))| Tier {
                    up_to: *up_to,
                    price: UnitPrice { amount: usd(minor), per },
                    flat: usd(flat),
                })
                .collect()
        })
    })
}

proptest! {
    #[test]
    fn p8_a_graduated_price_never_falls_and_its_order_does_not_matter(
        tiers in any_tiers().prop_shuffle(), quantity in 0_u64..600,
    ) {
        let pricing = graduated(&tiers);
        let sorted = graduated(&Tiers::new(tiers.clone()).unwrap().0);
        prop_assert_eq!(&pricing, &sorted);
        let (cost, next) = (pricing.cost(quantity).unwrap(), pricing.cost(quantity + 1).unwrap());
        prop_assert!(next.minor() >= cost.minor());
        // Apart from the fees of the tiers, a unit never costs more than the dearest of the list.
        let dearest = tiers.iter().map(|tier| tier.price.amount.minor()).max().unwrap();
        let fees: i64 = tiers.iter().map(|tier| tier.flat.minor()).max().unwrap();
        prop_assert!(next.minor() - cost.minor() <= dearest + fees + 1);
    }
}
