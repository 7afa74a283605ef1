//! What a variant costs: one price in each currency, and lower ones for groups of customers and for quantities.

use kernel::{Currency, Money, Timestamp};

use crate::{ListPrice, PriceEntry, PriceKey, Variant, VariantPrice};

/// What one of `quantity` pieces of a variant costs somebody of `group`: the lowest of the variant's own price in the currency
/// and of all list prices that apply. `None` when the variant is not sold in the currency, or nothing is bought.
pub fn price_for(variant: &Variant, currency: Currency, group: Option<&PriceKey>, quantity: u32) -> Option<Money> {
    // What has no price of its own in a currency is not sold in it, whatever lists say.
    let own = variant.prices.iter().map(|one| one.price).find(|price| price.currency() == currency)?;
    let applies = |one: &&ListPrice| {
        one.price.currency() == currency
            && one.min_quantity <= quantity
            && one.group.as_ref().is_none_or(|of| Some(of) == group)
    };
    let listed = variant.price_lists.iter().filter(applies).map(|one| one.price);
    listed.chain([own]).min_by_key(|price| price.minor()).filter(|_| quantity > 0)
}

/// The prices of a variant from now on. One that stays as it is keeps its time.
pub(crate) fn changed_prices(
    before: &Variant,
    prices: Vec<Money>,
    history: &[PriceEntry],
    now: When,
) -> Vec<VariantPrice> {
    let mut changed: Vec<VariantPrice> = prices
        .into_iter()
        .map(|price| {
            let old = before.prices.iter().find(|old| old.price.currency() == price.currency());
            match old {
                Some(old) if old.price == price => *old,
                Some(old) if price.minor() < old.price.minor() && now.was_on_sale => {
                    let before = lowest_of(before, old.price, history);
                    VariantPrice { price, since: now.at, prior: Some(before) }
                }
                Some(_) | None => VariantPrice { price, since: now.at, prior: None },
            }
        })
        .collect();
    changed.sort_by_key(|one| one.price.currency());
    changed
}

/// When prices change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    /// The instant.
    pub(crate) at: Timestamp,
    /// Whether somebody could have bought the product for the prices before.
    pub(crate) was_on_sale: bool,
}

/// The lowest price in a currency that held at any time of what `history` covers, the present one among them.
fn lowest_of(variant: &Variant, present: Money, history: &[PriceEntry]) -> Money {
    let moves = history.iter().flat_map(|entry| &entry.moves).filter(|one| one.variant_id == variant.id);
    let former = moves.filter_map(|one| one.before).filter(|price| price.currency() == present.currency());
    former.fold(present, |lowest, price| if price.minor() < lowest.minor() { price } else { lowest })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{PriceMove, products::variant::tests::variant};

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn key(text: &str) -> PriceKey {
        text.to_owned().try_into().unwrap()
    }

    fn listed(group: Option<&str>, min_quantity: u32, price: Money) -> ListPrice {
        ListPrice { key: key("summer"), group: group.map(key), min_quantity, price }
    }

    fn at(day: u32) -> Timestamp {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn priced(prices: &[Money]) -> Variant {
        let prices = prices.iter().map(|price| VariantPrice { price: *price, since: at(1), prior: None }).collect();
        Variant { prices, ..variant(1, "A", &[]) }
    }

    #[test]
    fn the_lowest_price_that_applies_holds() {
        let mut shirt = priced(&[usd(1_000), Money::new(150_000, Currency::IDR)]);
        shirt.price_lists = vec![
            listed(None, 10, usd(900)),
            listed(Some("wholesale"), 1, usd(800)),
            listed(Some("wholesale"), 50, usd(700)),
            listed(Some("vip"), 1, usd(1_200)),
            listed(None, 1, Money::new(1, Currency::JPY)),
        ];
        let price = |group: Option<&str>, quantity| price_for(&shirt, Currency::USD, group.map(key).as_ref(), quantity);
        assert_eq!(price(None, 1), Some(usd(1_000)));
        assert_eq!(price(None, 9), Some(usd(1_000)));
        assert_eq!(price(None, 10), Some(usd(900)));
        assert_eq!(price(Some("wholesale"), 1), Some(usd(800)));
        assert_eq!(price(Some("wholesale"), 50), Some(usd(700)));
        assert_eq!(price(Some("vip"), 1), Some(usd(1_000)), "a list makes nothing dearer");
        assert_eq!(price(Some("nobody"), 60), Some(usd(900)), "what is for everybody is for them too");
        assert_eq!(price(None, 0), None);
        assert_eq!(price_for(&shirt, Currency::IDR, None, 100), Some(Money::new(150_000, Currency::IDR)));
        assert_eq!(price_for(&shirt, Currency::JPY, None, 1), None, "no own price, not for sale");
    }

    fn entry(day: u32, before: i64, after: i64) -> PriceEntry {
        let moved =
            PriceMove { variant_id: variant(1, "A", &[]).id, before: Some(usd(before)), after: Some(usd(after)) };
        PriceEntry { at: at(day), version: u64::from(day), moves: vec![moved] }
    }

    /// Directive 98/6/EC, article 6a: 100 for long, 80 for a week, 120 since, now 90: the prior price is 80.
    #[test]
    fn a_lower_price_is_compared_with_the_lowest_of_thirty_days() {
        let history = [entry(3, 10_000, 8_000), entry(10, 8_000, 12_000)];
        let when = When { at: at(20), was_on_sale: true };
        let now = changed_prices(&priced(&[usd(12_000)]), vec![usd(9_000)], &history, when);
        assert_eq!(now, [VariantPrice { price: usd(9_000), since: at(20), prior: Some(usd(8_000)) }]);
        let raised = changed_prices(&priced(&[usd(12_000)]), vec![usd(12_001)], &history, when);
        assert_eq!(raised[0].prior, None, "no reduction");
        let first = changed_prices(&priced(&[usd(12_000)]), vec![usd(9_000)], &[], when);
        assert_eq!(first[0].prior, Some(usd(12_000)));
        let never_sold = When { at: at(20), was_on_sale: false };
        let draft = changed_prices(&priced(&[usd(12_000)]), vec![usd(9_000)], &[], never_sold);
        assert_eq!(draft[0].prior, None, "nobody could have paid it");
    }

    #[test]
    fn a_price_that_stays_keeps_its_time_and_other_currencies_count_for_nothing() {
        let when = When { at: at(20), was_on_sale: true };
        let before = priced(&[usd(100)]);
        let now = changed_prices(&before, vec![usd(100), Money::new(5, Currency::IDR)], &[entry(3, 5, 9)], when);
        assert_eq!(now[1], before.prices[0]);
        assert_eq!((now[0].price, now[0].since, now[0].prior), (Money::new(5, Currency::IDR), at(20), None));
    }

    proptest! {
        #[test]
        fn more_pieces_and_more_groups_are_never_dearer(
            own in 0_i64..1_000, lists in prop::collection::vec((any::<bool>(), 1_u32..20, 0_i64..1_000), 0..8), quantity in 1_u32..20,
        ) {
            let mut shirt = priced(&[usd(own)]);
            shirt.price_lists =
                lists.iter().map(|(of_group, min, price)| listed(of_group.then_some("vip"), *min, usd(*price))).collect();
            let price = |group: Option<&PriceKey>, quantity| price_for(&shirt, Currency::USD, group, quantity).unwrap().minor();
            let vip = key("vip");
            prop_assert!(price(None, quantity) <= own);
            prop_assert!(price(None, quantity + 1) <= price(None, quantity));
            prop_assert!(price(Some(&vip), quantity) <= price(None, quantity));
        }
    }
}
