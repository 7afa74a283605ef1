//! When a change of what is available crosses an edge that somebody is told of: the low mark, and that nothing can be
//! bought.
//!
//! Whoever takes from a level reads it first and tells in the same transaction what the change does. Between the read and
//! the write others may take: so the write says within which bounds the level must still be for that to be true. Within the
//! bounds any number of takers go on side by side, and each crossing is told once.

/// What a change crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StockCrossing {
    /// The low mark, downwards.
    Low,
    /// The low mark, upwards.
    Enough,
    /// Nothing can be bought any more: nothing is left, and as much is sold as may be before it is there.
    Out,
    /// Some can be bought again.
    Back,
}

/// Between which numbers, both included, a level must be for the crossings to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: i64,
    pub(crate) most: i64,
}

impl Bounds {
    const ALL: Self = Self { least: i64::MIN, most: i64::MAX };

    fn and(self, least: i64, most: i64) -> Self {
        Self { least: self.least.max(least), most: self.most.min(most) }
    }
}

/// What is told of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edges {
    /// The low mark.
    pub(crate) low_at: Option<u32>,
    /// How many may be sold before they are there.
    pub(crate) backorder_limit: u32,
}

/// What a change of `delta` units does to a level that has `read` of them, beside others that have `rest`: an edge is crossed
/// downwards by who leaves `edge` or less where there was more.
pub(crate) fn crossings(read: i64, rest: i64, delta: i64, edges: Edges) -> (Vec<StockCrossing>, Bounds) {
    let low = edges.low_at.map(|low| (i64::from(low), StockCrossing::Low, StockCrossing::Enough));
    let (mut crossed, mut bounds) = (Vec::new(), Bounds::ALL);
    for (edge, down, up) in
        low.into_iter().chain([(-i64::from(edges.backorder_limit), StockCrossing::Out, StockCrossing::Back)])
    {
        // The edge as this level sees it.
        let edge = edge.saturating_sub(rest);
        let (above, above_after) = (read > edge, read.saturating_add(delta) > edge);
        match (above, above_after) {
            (true, true) | (false, false) => {}
            (true, false) => crossed.push(down),
            (false, true) => crossed.push(up),
        }
        bounds = if above { bounds.and(edge.saturating_add(1), i64::MAX) } else { bounds.and(i64::MIN, edge) };
        let before = edge.saturating_sub(delta);
        bounds =
            if above_after { bounds.and(before.saturating_add(1), i64::MAX) } else { bounds.and(i64::MIN, before) };
    }
    (crossed, bounds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn crossed(read: i64, delta: i64, low_at: Option<u32>) -> Vec<StockCrossing> {
        crossings(read, 0, delta, Edges { low_at, backorder_limit: 0 }).0
    }

    #[test]
    fn commerce_t16_a_low_mark_is_told_once_for_each_crossing() {
        let mut told = 0;
        for (old, new) in [(6, 5), (5, 4), (4, 8), (8, 5)] {
            told += crossed(old, new - old, Some(5)).iter().filter(|one| **one == StockCrossing::Low).count();
        }
        assert_eq!(told, 2);
        assert_eq!(crossed(4, 4, Some(5)), [StockCrossing::Enough]);
        assert_eq!(crossed(6, -6, Some(5)), [StockCrossing::Low, StockCrossing::Out]);
        assert_eq!(crossed(0, 1, None), [StockCrossing::Back]);
        assert_eq!(crossed(-2, 1, Some(5)), []);
    }

    #[test]
    fn nothing_is_out_that_may_be_sold_before_it_is_there() {
        let crossed = |read, delta| crossings(read, 0, delta, Edges { low_at: None, backorder_limit: 5 }).0;
        assert_eq!((crossed(1, -1), crossed(0, -4)), (vec![], vec![]));
        assert_eq!((crossed(-4, -1), crossed(-5, 1)), (vec![StockCrossing::Out], vec![StockCrossing::Back]));
    }

    proptest! {
        /// Within the bounds the crossings are those of any other number, and at their ends they are not.
        #[test]
        fn bounds_hold_exactly_where_the_crossings_do(
            read in -50_i64..50, rest in -20_i64..20, delta in -30_i64..30, low_at in proptest::option::of(0_u32..20),
            backorder_limit in 0_u32..20, other in -90_i64..90,
        ) {
            let edges = Edges { low_at, backorder_limit };
            let (told, bounds) = crossings(read, rest, delta, edges);
            prop_assert!((bounds.least..=bounds.most).contains(&read));
            let same = crossings(other, rest, delta, edges).0 == told;
            let within = (bounds.least..=bounds.most).contains(&other);
            // Outside the bounds an edge lies elsewhere, even where nothing is crossed either way.
            prop_assert!(same || !within, "{other} of {bounds:?}");
        }
    }
}
