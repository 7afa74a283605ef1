//! Candidates, and what is taken out of them.

use std::collections::BTreeSet;

use kernel::ProductId;

/// A product that may be recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecommendCandidate {
    /// Which.
    pub product: ProductId,
    /// Why.
    pub why: Why,
}

/// Why a product is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is like what they bought.
    YouBought(ProductId),
    /// It is like what they put into a cart or on a list.
    YouWanted(ProductId),
    /// It is like what they looked at.
    YouViewed(ProductId),
    /// It is like the product that is looked at.
    Similar,
    /// It was bought with the product that is looked at.
    BoughtTogether,
    /// Many want it.
    Popular,
    /// It is new.
    New,
    /// They looked at it before.
    ViewedBefore,
}

/// All candidates, one list after the other, each product once and none that is excluded: the last thing that is done to every list.
pub fn shortlist(
    lists: impl IntoIterator<Item = Vec<RecommendCandidate>>,
    excluded: &BTreeSet<ProductId>,
) -> Vec<RecommendCandidate> {
    let mut seen = BTreeSet::new();
    let all = lists.into_iter().flatten();
    all.filter(|one| !excluded.contains(&one.product) && seen.insert(one.product)).collect()
}
