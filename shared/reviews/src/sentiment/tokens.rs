//! A text as its words: without the punctuation around them, with emoji as what they are called.

use super::lexicon::name_of;

/// The words of a text, and what else of it counts.
#[derive(Debug)]
pub(super) struct Tokens {
    /// As written, without punctuation around them.
    pub(super) words: Vec<String>,
    /// The same in small letters.
    pub(super) small: Vec<String>,
    /// Whether a phrase ends with the word at that place: behind it is a mark such as a comma, or the line's end.
    pub(super) ends: Vec<bool>,
    /// Whether some words are all in capitals, and others are not.
    pub(super) has_shouts: bool,
    /// How many `!` there are.
    pub(super) exclamations: usize,
    /// How many `?` there are.
    pub(super) questions: usize,
}

impl Tokens {
    /// Those of a text.
    pub(super) fn of(text: &str) -> Self {
        let text = named(text);
        let (mut words, mut ends) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let mut tokens = line.split_whitespace().peekable();
            while let Some(token) = tokens.next() {
                words.push(bare(token).to_owned());
                ends.push(tokens.peek().is_none() || ends_phrase(token));
            }
        }
        let shouted = words.iter().filter(|word| is_shouted(word)).count();
        Self {
            small: words.iter().map(|word| word.to_lowercase()).collect(),
            has_shouts: shouted > 0 && shouted < words.len(),
            words,
            ends,
            exclamations: text.matches('!').count(),
            questions: text.matches('?').count(),
        }
    }

    /// Whether the word at a place is all in capitals where others are not.
    pub(super) fn is_shouted(&self, at: usize) -> bool {
        self.has_shouts && self.words.get(at).is_some_and(|word| is_shouted(word))
    }

    /// The word at a place, in small letters; nothing where there is none.
    pub(super) fn small(&self, at: usize) -> &str {
        self.small.get(at).map_or("", String::as_str)
    }

    /// So many words from a place on, if there are so many.
    pub(super) fn phrase(&self, from: usize, count: usize) -> Option<&[String]> {
        self.small.get(from..from.checked_add(count)?)
    }
}

/// With the names of emoji in their places.
fn named(text: &str) -> String {
    let (mut named, mut behind_blank) = (String::with_capacity(text.len()), true);
    for letter in text.chars() {
        if let Some(name) = name_of(letter) {
            if !behind_blank {
                named.push(' ');
            }
            named.push_str(name);
            behind_blank = false;
        } else {
            named.push(letter);
            behind_blank = letter == ' ';
        }
    }
    named
}

/// Whether a mark behind a word, or one that stands alone, ends a phrase.
fn ends_phrase(token: &str) -> bool {
    let last = token.trim_end_matches(['"', '\'', '*', '_']).chars().next_back();
    let is_mark = last.is_some_and(|letter| ",;.!?:)…，。、；！？".contains(letter));
    is_mark || ["-", "--", "–", "—", "/", "|"].contains(&token)
}

/// Without the punctuation around it; as it is where hardly anything would be left: then it is a smiley.
fn bare(token: &str) -> &str {
    let bare = token.trim_matches(|letter: char| letter.is_ascii_punctuation());
    if bare.chars().count() <= 2 { token } else { bare }
}

/// Whether all letters that have a size are capitals, and there is one.
fn is_shouted(word: &str) -> bool {
    word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}
