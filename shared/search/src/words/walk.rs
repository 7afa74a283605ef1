//! All words of a sorted list that are near to a written one, without looking at each: what no word with a beginning can be is
//! found out once for the beginning.

use crate::{index::texts::Texts, words::typo::Distances};

/// A word of the list, and how many typos it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Near {
    /// Its place in the list.
    pub(crate) term: u32,
    /// The typos.
    pub(crate) cost: u8,
}

/// The words within `most` typos of a written one, in the list's order. With `is_prefix`, those that have such a beginning.
pub(crate) fn near(terms: &Texts, written: &str, is_prefix: bool, most: u8) -> Vec<Near> {
    let letters: Vec<char> = written.chars().collect();
    let mut found = Vec::new();
    if letters.is_empty() {
        return found;
    }
    let mut rows = Distances::new(&letters);
    let mut before: &str = "";
    let mut place = 0;
    while let Some(term) = terms.get(place) {
        let shared = term.chars().zip(before.chars()).take_while(|(one, other)| one == other).count();
        rows.cut(shared);
        let first = u8::from(letters.first() != term.chars().next().as_ref());
        let limit = most.checked_sub(first);
        let mut dead = None;
        for (count, (start, letter)) in term.char_indices().enumerate() {
            if count >= shared {
                rows.push(letter);
                let is_over = |limit| rows.least() > limit && (!is_prefix || rows.best() > limit);
                if limit.is_none_or(is_over) {
                    dead = term.get(..start + letter.len_utf8());
                    break;
                }
            }
        }
        if let Some(beginning) = dead {
            before = beginning;
            place = terms.behind_all(place, beginning);
            continue;
        }
        let cost = if is_prefix { rows.best() } else { rows.end() };
        if limit.is_some_and(|limit| cost <= limit) {
            found.push(Near { term: u32::try_from(place).unwrap_or(u32::MAX), cost: cost.saturating_add(first) });
        }
        before = term;
        place += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::words::typo::typos;

    proptest! {
        #[test]
        fn the_walk_finds_what_a_look_at_each_word_finds(
            words in prop::collection::btree_set("[abé]{1,6}", 0..60), written in "[abé]{1,6}", is_prefix: bool, most in 0_u8..3,
        ) {
            let words: BTreeSet<String> = words;
            let terms: Texts = words.iter().map(String::as_str).collect();
            let found: Vec<(String, u8)> = near(&terms, &written, is_prefix, most)
                .into_iter()
                .map(|one| (terms.get(one.term as usize).unwrap().to_owned(), one.cost))
                .collect();
            let looked: Vec<(String, u8)> = words
                .iter()
                .filter_map(|word| typos(&written, word, is_prefix, most).map(|cost| (word.clone(), cost)))
                .collect();
            prop_assert_eq!(found, looked);
        }
    }
}
