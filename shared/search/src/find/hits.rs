//! A search over all parts.

use std::collections::BTreeMap;

use kernel::{Currency, ProductId};

use crate::{
    FacetLabel, Filter, HitPlace, IndexPart, SearchWords, Sort,
    find::{filter::Sieve, matches::Matches, rank::place_of, words::WantedWord},
};

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The words; none for all products.
    pub words: SearchWords,
    /// What a hit must be.
    pub filter: Filter,
    /// What comes first.
    pub sort: Sort,
    /// Behind which hit the page begins.
    pub after: Option<HitPlace>,
    /// How many hits.
    pub limit: usize,
}

/// A product that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// In which part.
    pub part: usize,
    /// Where in it.
    pub place: u32,
    /// Where among the hits.
    pub rank: HitPlace,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// One page of hits.
    pub hits: Vec<Hit>,
    /// Whether more follow.
    pub has_more: bool,
    /// How many hits there are on all pages.
    pub total: usize,
    /// What they are.
    pub facets: Facets,
}

/// What all hits are, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// How many have a label.
    pub labels: BTreeMap<FacetLabel, usize>,
    /// How many can be bought.
    pub in_stock: usize,
    /// The lowest and the highest price in each currency.
    pub prices: BTreeMap<Currency, (i64, i64)>,
}

impl Hit {
    /// Which product.
    pub const fn id(&self) -> ProductId {
        self.rank.id
    }
}

/// Searches. A hit has the first of the words, and comes the earlier the more of those behind it it has too.
pub fn find(parts: &[IndexPart], question: &Question) -> Found {
    let (mut found, mut hits) = (Found::default(), Vec::new());
    let wanted: Vec<WantedWord> = question.words.0.iter().map(|word| settled(parts, word)).collect();
    for (number, part) in parts.iter().enumerate() {
        let segment = &part.segment;
        let words: Vec<Matches> = wanted.iter().map(|word| Matches::of(segment, word)).collect();
        let sieve = Sieve::new(&question.filter, segment);
        let mut counts = vec![0_usize; segment.columns.labels.len()];
        let mut look = |place: u32| {
            if !part.has(place) || !sieve.wants(segment, place) {
                return;
            }
            let Some(rank) = place_of(segment, place, &words, question.sort) else { return };
            for label in segment.columns.labels_of(place) {
                if let Some(count) = counts.get_mut(*label as usize) {
                    *count += 1;
                }
            }
            let is_there = segment.columns.in_stock.get(place as usize).is_some_and(|there| *there == 1);
            found.facets.in_stock += usize::from(is_there);
            for (currency, ..) in &segment.columns.prices {
                let Some(price) = segment.columns.price(place, *currency) else { continue };
                let (low, high) = found.facets.prices.entry(*currency).or_insert((price, price));
                (*low, *high) = ((*low).min(price), (*high).max(price));
            }
            found.total += 1;
            if question.after.is_none_or(|after| after < rank) {
                hits.push(Hit { part: number, place, rank });
            }
        };
        match words.first() {
            Some(first) => first.documents().for_each(&mut look),
            None => part.places().for_each(&mut look),
        }
        for (label, count) in segment.columns.labels.iter().zip(counts) {
            if let Some(label) = FacetLabel::parse(label).filter(|_| count > 0) {
                *found.facets.labels.entry(label).or_default() += count;
            }
        }
    }
    found.has_more = hits.len() > question.limit;
    if found.has_more {
        hits.select_nth_unstable_by_key(question.limit, |hit| hit.rank);
        hits.truncate(question.limit);
    }
    hits.sort_unstable_by_key(|hit| hit.rank);
    found.hits = hits;
    found
}

/// A word as it is looked for: one that may go on and that some product has as it is may be whole, and is not taken for a typo.
fn settled(parts: &[IndexPart], word: &WantedWord) -> WantedWord {
    let is_had = |part: &IndexPart| {
        let mut has = false;
        if let Some(term) = part.segment.terms.place(&word.text) {
            part.segment.postings(term, |document, _| has |= part.has(document));
        }
        has
    };
    let is_known = word.is_prefix && word.typos > 0 && parts.iter().any(is_had);
    WantedWord { typos: if is_known { 0 } else { word.typos }, ..word.clone() }
}
