//! Which hits are wanted.

use kernel::Currency;

use crate::{FacetLabel, IndexSegment};

/// What a hit must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of each group, one of the labels.
    pub labels: Vec<Vec<FacetLabel>>,
    /// One of its variants can be bought.
    pub in_stock: bool,
    /// What its cheapest variant costs.
    pub price: Option<PriceRange>,
}

/// A price from and up to, in minor units, both of them included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceRange {
    /// In this currency.
    pub currency: Currency,
    /// At least.
    pub from: i64,
    /// At most.
    pub to: i64,
}

/// A filter, as the labels of one segment are numbered.
pub(crate) struct Sieve<'a> {
    filter: &'a Filter,
    labels: Vec<Vec<u32>>,
}

impl<'a> Sieve<'a> {
    pub(crate) fn new(filter: &'a Filter, segment: &IndexSegment) -> Self {
        let known = |label: &FacetLabel| segment.columns.labels.place(&label.key());
        let labels = filter.labels.iter().map(|group| group.iter().filter_map(known).collect()).collect();
        Self { filter, labels }
    }

    pub(crate) fn wants(&self, segment: &IndexSegment, place: u32) -> bool {
        let columns = &segment.columns;
        let is_there = || columns.in_stock.get(place as usize).is_some_and(|there| *there == 1);
        let own = columns.labels_of(place);
        let fits = |range: PriceRange| {
            columns.price(place, range.currency).is_some_and(|price| (range.from..=range.to).contains(&price))
        };
        (!self.filter.in_stock || is_there())
            && self.labels.iter().all(|group| group.iter().any(|label| own.contains(label)))
            && self.filter.price.is_none_or(fits)
    }
}
