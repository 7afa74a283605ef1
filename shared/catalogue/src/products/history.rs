//! How the prices of a product changed while it was, or had been, on sale.

use jiff::SignedDuration;
use kernel::{Money, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

use crate::Variant;

/// How many days back the price is looked for that a lower one is compared with.
pub const PRIOR_PRICE_DAYS: i64 = 30;

/// What one change did to prices. Entries are added and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceEntry {
    /// When.
    pub at: Timestamp,
    /// The version of the product that it made.
    pub version: u64,
    /// What changed.
    pub moves: Vec<PriceMove>,
}

/// One price that changed; at least one of both is there, and both are in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceMove {
    /// Of which variant.
    pub variant_id: VariantId,
    /// What one cost until then; nothing when it was not sold in the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Money>,
    /// What one costs since; nothing when it is not sold in the currency any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Money>,
}

impl PriceEntry {
    /// The first instant whose changes say what held in the 30 days before `now`.
    pub(crate) fn window(now: Timestamp) -> Timestamp {
        // What was changed exactly then did not hold any more.
        now.plus(SignedDuration::from_hours(-24 * PRIOR_PRICE_DAYS)).plus(SignedDuration::from_millis(1))
    }

    /// What a change of a product's variants does to prices; `None` when it changes none. `version` is what it made.
    pub(crate) fn of(before: &[Variant], after: &[Variant], version: u64, at: Timestamp) -> Option<Self> {
        let prices = |variant: &Variant| variant.prices.iter().map(|one| one.price).collect::<Vec<Money>>();
        let mut moves = Vec::new();
        for variant in after {
            let old = before.iter().find(|old| old.id == variant.id).map(prices).unwrap_or_default();
            moves.extend(moves_of(variant.id, &old, &prices(variant)));
        }
        for gone in before.iter().filter(|old| after.iter().all(|one| one.id != old.id)) {
            moves.extend(moves_of(gone.id, &prices(gone), &[]));
        }
        (!moves.is_empty()).then_some(Self { at, version, moves })
    }
}

fn moves_of(variant_id: VariantId, before: &[Money], after: &[Money]) -> Vec<PriceMove> {
    let of = |prices: &[Money], like: &Money| prices.iter().find(|one| one.currency() == like.currency()).copied();
    let changed = after.iter().map(|price| PriceMove { variant_id, before: of(before, price), after: Some(*price) });
    let gone = before.iter().filter(|price| of(after, price).is_none());
    let gone = gone.map(|price| PriceMove { variant_id, before: Some(*price), after: None });
    changed.filter(|one| one.before != one.after).chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::products::variant::tests::variant;

    #[test]
    fn what_stays_is_no_change() {
        let (usd, idr) = (|minor| Money::new(minor, Currency::USD), |minor| Money::new(minor, Currency::IDR));
        let id = variant(1, "A", &[]).id;
        assert_eq!(moves_of(id, &[usd(1), idr(5)], &[idr(5), usd(1)]), []);
        let moved = |before, after| PriceMove { variant_id: id, before, after };
        assert_eq!(
            moves_of(id, &[usd(1), idr(5)], &[usd(2), Money::new(9, Currency::JPY)]),
            [
                moved(Some(usd(1)), Some(usd(2))),
                moved(None, Some(Money::new(9, Currency::JPY))),
                moved(Some(idr(5)), None)
            ]
        );
    }

    #[test]
    fn thirty_days_begin_behind_their_first_instant() {
        let now: Timestamp = "2026-12-31T00:00:00Z".parse().unwrap();
        assert_eq!(PriceEntry::window(now).to_string(), "2026-12-01T00:00:00.001Z");
    }
}
