//! What somebody wrote, as words.

use crate::{
    Synonyms,
    words::{
        stem::stem,
        stop::is_stop_word,
        token::tokens,
        typo::{allowed, typos},
    },
};

/// How many words are searched for; the others are left out.
const MOST_WORDS: usize = 10;

/// The words that are searched for, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchWords(pub(crate) Vec<WantedWord>);

/// A word that is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedWord {
    pub(crate) text: String,
    /// Whether it may go on: the last one may not be written to its end yet.
    pub(crate) is_prefix: bool,
    /// How many typos it may have.
    pub(crate) typos: u8,
    pub(crate) stem: String,
    pub(crate) synonyms: Vec<String>,
}

impl SearchWords {
    /// The words of a text. The last one also stands for words that begin so, unless a blank follows. Stop words count only
    /// where there is nothing else.
    pub fn parse(text: &str, synonyms: &Synonyms) -> Self {
        let found = tokens(text);
        let ends_open = !text.ends_with(char::is_whitespace);
        let last = found.len().saturating_sub(1);
        let says =
            |(place, word): &(usize, &String)| !is_stop_word(word) || (*place == last && ends_open && found.len() == 1);
        let numbered = || found.iter().map(|token| &token.word).enumerate();
        let mut kept: Vec<(usize, &String)> = numbered().filter(says).collect();
        if kept.is_empty() {
            kept = numbered().collect();
        }
        let word = |(place, word): (usize, &String)| WantedWord {
            text: word.clone(),
            is_prefix: ends_open && place == last,
            typos: allowed(word),
            stem: stem(word),
            synonyms: synonyms.of(word),
        };
        Self(kept.into_iter().take(MOST_WORDS).map(word).collect())
    }

    /// The words without the first one, and which that is; `None` where it is the only one.
    pub fn without_first(&self) -> Option<(String, Self)> {
        let (first, rest) = self.0.split_first()?;
        (!rest.is_empty()).then(|| (first.text.clone(), Self(rest.to_vec())))
    }

    /// Whether nothing is searched for: all products are hits.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl WantedWord {
    /// Whether a word of a text is a hit.
    pub(crate) fn fits(&self, word: &str) -> bool {
        typos(&self.text, word, self.is_prefix, self.typos).is_some()
            || stem(word) == self.stem
            || self.synonyms.iter().any(|one| one == word || stem(one) == stem(word))
    }
}
