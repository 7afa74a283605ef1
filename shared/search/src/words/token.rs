//! A text as words: lower case, without accents, cut where something is neither a letter nor a digit.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// How many letters of a word count; the rest is cut off.
const LONGEST: usize = 40;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word as it is compared.
    pub word: String,
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The words of a text, in its order. Chinese and Japanese are written without spaces: each of their characters is a word.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut open: Option<Token> = None;
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        if stands_alone(letter) {
            found.extend(open.take());
            found.push(Token { word: folded(letter).collect(), start, end });
        } else if letter.is_alphanumeric() {
            let token = open.get_or_insert_with(|| Token { word: String::new(), start, end });
            token.word.extend(folded(letter));
            token.end = end;
        } else if let (true, Some(token)) = (is_combining_mark(letter), &mut open) {
            token.end = end;
        } else if !matches!(letter, '\'' | '’') {
            // `men's` is one word.
            found.extend(open.take());
        }
    }
    found.extend(open);
    for token in &mut found {
        if let Some((cut, _)) = token.word.char_indices().nth(LONGEST) {
            token.word.truncate(cut);
        }
    }
    found.retain(|token| !token.word.is_empty());
    found
}

/// The letters of a whole code without anything between them, so that `AB-12` is found as `ab12`.
pub fn joined(code: &str) -> String {
    code.chars().filter(|letter| letter.is_alphanumeric()).flat_map(folded).take(LONGEST).collect()
}

fn folded(letter: char) -> impl Iterator<Item = char> {
    let plain = letter.nfkd().filter(|part| !is_combining_mark(*part));
    plain.flat_map(char::to_lowercase).filter(|part| part.is_alphanumeric())
}

fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn words_are_compared_without_case_accents_and_signs() {
        assert_eq!(words("Café  crème, 250 g"), ["cafe", "creme", "250", "g"]);
        assert_eq!(words("Cafe\u{301}"), ["cafe"]);
        assert_eq!(words("Men's T-Shirt"), ["mens", "t", "shirt"]);
        assert_eq!(words("baju-baju"), ["baju", "baju"]);
        assert_eq!(words("東京 shirt"), ["東", "京", "shirt"]);
        assert_eq!(words("ﬁne ＡＢ１"), ["fine", "ab1"]);
        assert_eq!(words(" -- "), [""; 0]);
        assert_eq!(joined("AB-12/x"), "ab12x");
    }

    proptest! {
        #[test]
        fn a_word_is_where_it_says_and_comes_out_of_itself(text in "\\PC{0,40}") {
            for token in tokens(&text) {
                prop_assert!(text.get(token.start..token.end).is_some());
                prop_assert!(token.word.chars().count() <= LONGEST);
                let again = words(&token.word);
                prop_assert!(again.concat() == token.word, "{:?}", again);
            }
        }
    }
}
