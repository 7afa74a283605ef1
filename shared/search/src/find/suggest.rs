//! How what somebody writes may go on.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    IndexPart, Synonyms,
    find::{matches::Matches, words::SearchWords},
    index::segment::{TextField, at},
    words::token::tokens,
};

/// How what was written may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// All of it, in the form that words are compared in.
    pub text: String,
    /// How many products have it.
    pub products: usize,
}

/// The words that the last one of a text may become, behind those before it, by how many products have them; up to `most`. Words
/// that stand in descriptions alone are none.
pub fn completions(parts: &[IndexPart], text: &str, most: usize) -> Vec<Completion> {
    let written: Vec<String> = tokens(text).into_iter().map(|token| token.word).collect();
    let Some((last, before)) = written.split_last() else { return Vec::new() };
    // The blank makes the last one of them a whole word.
    let words = SearchWords::parse(&format!("{} ", before.join(" ")), &Synonyms::default());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for part in parts {
        let segment = &part.segment;
        let of_word = |word| Matches::of(segment, word).documents().collect::<BTreeSet<u32>>();
        let allowed = words.0.iter().map(of_word).reduce(|one, other| &one & &other);
        let from = segment.terms.first_with(last);
        for (term, place) in
            segment.terms.iter().skip(from).take_while(|term| term.starts_with(last.as_str())).zip(from..)
        {
            let mut has = BTreeSet::new();
            segment.postings(u32::try_from(place).unwrap_or(u32::MAX), |document, place| {
                let is_told = place < at(TextField::Description, 0);
                if is_told && part.has(document) && allowed.as_ref().is_none_or(|some| some.contains(&document)) {
                    has.insert(document);
                }
            });
            if !has.is_empty() {
                *counts.entry(term.to_owned()).or_default() += has.len();
            }
        }
    }
    let mut all: Vec<(usize, String)> = counts.into_iter().map(|(term, products)| (products, term)).collect();
    all.sort_by(|(products, term), (other_products, other)| other_products.cmp(products).then_with(|| term.cmp(other)));
    let whole = |term: String| before.iter().cloned().chain([term]).collect::<Vec<_>>().join(" ");
    all.into_iter().take(most).map(|(products, term)| Completion { text: whole(term), products }).collect()
}
