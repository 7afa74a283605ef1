//! Which products of a segment have a word, at what price, and where.

use std::collections::BTreeMap;

use crate::{
    IndexSegment,
    find::words::WantedWord,
    words::{stem::stem, walk::near},
};

/// The products that have a word, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matches {
    each: Vec<Match>,
    places: Vec<u32>,
}

/// A product that has a word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Match {
    pub(crate) document: u32,
    /// The fewest typos.
    pub(crate) typos: u8,
    /// Whether it is the very word.
    pub(crate) is_exact: bool,
    start: usize,
    end: usize,
}

impl Matches {
    /// Those of a segment.
    pub(crate) fn of(segment: &IndexSegment, word: &WantedWord) -> Self {
        let mut found: Vec<(u32, u8, bool, u32)> = Vec::new();
        for (term, (typos, is_loose)) in terms(segment, word) {
            segment.postings(term, |document, at| found.push((document, typos, is_loose, at)));
        }
        // Of one term they are in order already.
        found.sort_unstable();
        let mut all = Self::default();
        for of_one in found.chunk_by(|one, other| one.0 == other.0) {
            let Some((document, typos, is_loose, _)) = of_one.first().copied() else { continue };
            let start = all.places.len();
            all.places.extend(of_one.iter().take_while(|one| one.1 == typos).map(|one| one.3));
            let end = all.places.len();
            if let Some(places) = all.places.get_mut(start..end) {
                places.sort_unstable();
            }
            all.each.push(Match { document, typos, is_exact: !is_loose, start, end });
        }
        all
    }

    /// The products.
    pub(crate) fn documents(&self) -> impl Iterator<Item = u32> {
        self.each.iter().map(|one| one.document)
    }

    /// What a product has of it.
    pub(crate) fn get(&self, document: u32) -> Option<Match> {
        let place = self.each.binary_search_by_key(&document, |one| one.document).ok()?;
        self.each.get(place).copied()
    }

    /// Where it stands in a product, in order.
    pub(crate) fn places(&self, one: Match) -> &[u32] {
        self.places.get(one.start..one.end).unwrap_or_default()
    }
}

/// The words of a segment that fit, each with its fewest typos, and whether it is another word.
fn terms(segment: &IndexSegment, word: &WantedWord) -> BTreeMap<u32, (u8, bool)> {
    let mut terms = BTreeMap::new();
    for one in near(&segment.terms, &word.text, word.is_prefix, word.typos) {
        terms.insert(one.term, (one.cost, true));
    }
    let stems = word.synonyms.iter().map(|one| stem(one)).chain([word.stem.clone()]);
    let alike = stems.flat_map(|stem| segment.of_stem(&stem).chain(segment.terms.place(&stem)).collect::<Vec<u32>>());
    for term in alike.chain(word.synonyms.iter().filter_map(|one| segment.terms.place(one))) {
        terms.insert(term, (0, true));
    }
    if let Some(term) = segment.terms.place(&word.text) {
        terms.insert(term, (0, false));
    }
    terms
}
