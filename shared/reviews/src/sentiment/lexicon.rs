//! What words are worth, and what emoji are called: data in `lexicon/`, whose README says where it comes from.

use std::{collections::BTreeMap, sync::LazyLock};

const ENGLISH: &str = include_str!("../../lexicon/english.tsv");
const INDONESIAN: &str = include_str!("../../lexicon/indonesian.tsv");
const EMOJI: &str = include_str!("../../lexicon/emoji.tsv");

static WORDS: LazyLock<BTreeMap<&'static str, f64>> = LazyLock::new(|| {
    // An English word keeps what it is worth.
    let lines = INDONESIAN.lines().chain(ENGLISH.lines()).filter_map(|line| line.split_once('\t'));
    lines.filter_map(|(word, worth)| Some((word, worth.parse().ok()?))).collect()
});

static NAMES: LazyLock<BTreeMap<char, &'static str>> = LazyLock::new(|| {
    let lines = EMOJI.lines().filter_map(|line| line.split_once('\t'));
    lines.filter_map(|(emoji, name)| Some((emoji.chars().next()?, name))).collect()
});

/// What a word is worth by itself, from -4 to 4. The word is in small letters.
pub(super) fn worth(word: &str) -> Option<f64> {
    WORDS.get(word).copied()
}

/// What an emoji is called in English.
pub(super) fn name_of(emoji: char) -> Option<&'static str> {
    NAMES.get(&emoji).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sentiment::modifiers;

    fn words(file: &'static str) -> BTreeSet<&'static str> {
        file.lines().map(|line| line.split_once('\t').unwrap().0).collect()
    }

    #[test]
    fn every_line_is_a_word_and_what_it_is_worth() {
        for line in ENGLISH.lines().chain(INDONESIAN.lines()) {
            let (word, worth) = line.split_once('\t').unwrap();
            let worth: f64 = worth.parse().unwrap();
            assert!((-4.0..=4.0).contains(&worth) && word == word.to_lowercase(), "{line}");
        }
        assert_eq!(words(ENGLISH).len(), ENGLISH.lines().count());
        assert_eq!(words(INDONESIAN).len(), INDONESIAN.lines().count());
        assert!(words(INDONESIAN).len() >= 250 && EMOJI.lines().all(|line| line.contains('\t')));
    }

    /// English text is judged as if there were no Indonesian.
    #[test]
    fn no_indonesian_word_means_something_in_english() {
        assert_eq!(words(ENGLISH).intersection(&words(INDONESIAN)).count(), 0);
        let turns = |word: &str| modifiers::negates(word) || modifiers::negates_in_phrase(word);
        let means_nothing =
            |word: &&str| modifiers::degree(word).is_none() && !turns(word) && !modifiers::begins_phrase(word);
        assert!(words(INDONESIAN).iter().all(means_nothing));
    }
}
