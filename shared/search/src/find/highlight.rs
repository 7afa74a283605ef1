//! Where in a text the words are that were searched for.

use crate::{SearchWords, words::token::tokens};

/// How many words an excerpt has.
const EXCERPT: usize = 30;
/// How many of them stand before the first hit.
const LEAD: usize = 6;

/// A piece of a text. All pieces one behind the other are the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedText {
    /// The piece.
    pub text: String,
    /// Whether it is what was searched for.
    pub is_hit: bool,
}

/// A text as pieces; empty where nothing of it was searched for.
pub fn marked(text: &str, words: &SearchWords) -> Vec<MarkedText> {
    let (mut pieces, mut end, mut is_found) = (Vec::new(), 0, false);
    for token in tokens(text) {
        if !words.0.iter().any(|word| word.fits(&token.word)) {
            continue;
        }
        is_found = true;
        piece(&mut pieces, text.get(end..token.start), false);
        piece(&mut pieces, text.get(token.start..token.end), true);
        end = token.end;
    }
    if is_found {
        piece(&mut pieces, text.get(end..), false);
    }
    pieces
}

/// A part of a long text around the first hit, as pieces; empty where there is none.
pub fn excerpt(text: &str, words: &SearchWords) -> Vec<MarkedText> {
    let all = tokens(text);
    let Some(hit) = all.iter().position(|token| words.0.iter().any(|word| word.fits(&token.word))) else {
        return Vec::new();
    };
    let first = hit.saturating_sub(LEAD);
    let last = (first + EXCERPT).min(all.len()) - 1;
    let start = if first == 0 { 0 } else { all.get(first).map_or(0, |token| token.start) };
    let end = if last + 1 == all.len() { text.len() } else { all.get(last).map_or(text.len(), |token| token.end) };
    marked(text.get(start..end).unwrap_or(text), words)
}

fn piece(pieces: &mut Vec<MarkedText>, text: Option<&str>, is_hit: bool) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(MarkedText { text: text.to_owned(), is_hit });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Synonyms;

    fn shown(pieces: &[MarkedText]) -> String {
        pieces.iter().map(|one| if one.is_hit { format!("[{}]", one.text) } else { one.text.clone() }).collect()
    }

    #[test]
    fn what_was_searched_for_is_marked_with_its_typos_and_accents() {
        let words = SearchWords::parse("headphnes cafe", &Synonyms::default());
        assert_eq!(shown(&marked("Headphones for the Café & more", &words)), "[Headphones] for the [Café] & more");
        assert_eq!(marked("A lamp", &words), []);
        let long = format!("{} cafe {}", "word ".repeat(50), "more ".repeat(50));
        let part = shown(&excerpt(&long, &words));
        assert!(part.contains("[cafe]") && part.split_whitespace().count() == EXCERPT, "{part}");
        assert_eq!(shown(&excerpt("cafe", &words)), "[cafe]");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text(text in "\\PC{0,60}", query in "\\PC{0,10}") {
            let pieces = marked(&text, &SearchWords::parse(&query, &Synonyms::default()));
            if !pieces.is_empty() {
                prop_assert_eq!(pieces.into_iter().map(|one| one.text).collect::<String>(), text);
            }
        }
    }
}
