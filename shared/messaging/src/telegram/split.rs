//! A text as messages that Telegram takes: 4,096 characters each, counted in UTF-16 units of what is seen once the markup is
//! read (<https://core.telegram.org/bots/api#sendmessage>, <https://core.telegram.org/api/entities>).

/// The longest message, UTF-16 units.
pub const MESSAGE: usize = 4096;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// In `MarkdownV2`.
    pub markdown: String,
    /// What is seen of it.
    pub plain: String,
}

/// One thing in a text: what is written, and what is seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    raw: String,
    seen: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Seen,
    /// Begins an entity, or ends it.
    Mark(&'static str),
}

/// What begins and ends entities; the longer ones first. An underscore, 5F, by itself would look like an error code.
const MARKS: [&str; 7] = ["```", "\u{5f}\u{5f}", "||", "*", "\u{5f}", "~", "`"];
/// What must have a backslash before it to be seen.
const RESERVED: &str = "_*[]()~`>#+-=|{}.!";

/// A text in `MarkdownV2` as messages, cut between paragraphs where that can be, else between lines, words or characters. An
/// entity that is cut goes on in the next message; a link is cut nowhere. Of a text that Telegram could not read either, the
/// characters as they stand, escaped.
pub fn parts(markdown: &str) -> Vec<Part> {
    parts_within(markdown, MESSAGE)
}

fn parts_within(markdown: &str, most: usize) -> Vec<Part> {
    let cut = |tokens: Option<Vec<Token>>| {
        let parts = packed(&tokens?, most);
        // Marks that come to stand side by side may be read as others.
        parts.iter().all(|part| seen(&part.markdown).as_ref() == Some(&part.plain)).then_some(parts)
    };
    cut(tokens(markdown)).unwrap_or_else(|| packed(&plain_tokens(markdown), most))
}

/// What a reader sees of a text in `MarkdownV2`; `None` when it is none.
fn seen(markdown: &str) -> Option<String> {
    Some(tokens(markdown)?.iter().map(|token| token.seen.as_str()).collect())
}

fn plain_tokens(text: &str) -> Vec<Token> {
    let token = |c: char| Token {
        raw: crate::rendering::escape::markdown(&c.to_string()),
        seen: c.to_string(),
        kind: Kind::Seen,
    };
    text.chars().map(token).collect()
}

/// `None` for a text that is no `MarkdownV2`.
fn tokens(markdown: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut open: Vec<&'static str> = Vec::new();
    let mut rest = markdown;
    let mut begins_line = true;
    while let Some(first) = rest.chars().next() {
        let in_code = open.last().is_some_and(|mark| mark.starts_with('`'));
        let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark));
        let mark = mark.filter(|mark| !in_code || open.last() == Some(mark));
        let (length, seen, kind) = if first == '\\' {
            let escaped = rest.chars().nth(1).filter(char::is_ascii)?;
            (1 + escaped.len_utf8(), escaped.to_string(), Kind::Seen)
        } else if let Some(mark) = mark {
            if open.last() == Some(&mark) {
                open.pop();
            } else if open.contains(&mark) {
                return None;
            } else {
                open.push(mark);
            }
            (mark.len(), String::new(), Kind::Mark(mark))
        } else if in_code {
            (first.len_utf8(), first.to_string(), Kind::Seen)
        } else if first == '[' {
            let (length, label) = link(rest)?;
            (length, label, Kind::Seen)
        } else if first == '>' && begins_line {
            (1, String::new(), Kind::Seen)
        } else if RESERVED.contains(first) {
            return None;
        } else {
            (first.len_utf8(), first.to_string(), Kind::Seen)
        };
        let (raw, after) = rest.split_at_checked(length)?;
        begins_line = first == '\n';
        tokens.push(Token { raw: raw.to_owned(), seen, kind });
        rest = after;
    }
    open.is_empty().then_some(tokens)
}

/// How long the link is that a text begins with, and what is seen of it: `[label](address)`, without entities in the label.
fn link(text: &str) -> Option<(usize, String)> {
    let (label, seen) = until(text.get(1..)?, ']')?;
    let address = text.get(1 + label..)?.strip_prefix('(')?;
    let (address, _) = until(address, ')')?;
    Some((1 + label + 1 + address, seen))
}

/// How long a text is with the first `end` that has no backslash before it, and what is seen before that.
fn until(text: &str, end: char) -> Option<(usize, String)> {
    let mut seen = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => seen.push(letters.next()?.1),
            _ if letter == end => return Some((at + letter.len_utf8(), seen)),
            _ => seen.push(letter),
        }
    }
    None
}

fn packed(tokens: &[Token], most: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Vec<&'static str> = Vec::new();
    let mut rest = tokens;
    loop {
        // Telegram takes the space around a message away.
        let blank = rest.iter().take_while(|token| token.kind == Kind::Seen && token.seen.trim().is_empty()).count();
        rest = rest.get(blank..).unwrap_or_default();
        if rest.is_empty() {
            return parts;
        }
        let (now, later) = rest.split_at_checked(end(rest, most)).unwrap_or((rest, &[]));
        rest = later;
        parts.extend(Some(written(now, &mut open)).filter(|part| !part.plain.is_empty()));
    }
}

/// How many tokens the next message has; one at least.
fn end(tokens: &[Token], most: usize) -> usize {
    let (mut width, mut at_line, mut at_paragraph, mut at_word) = (0, 0, 0, 0);
    let mut last_seen = "";
    for (place, token) in tokens.iter().enumerate() {
        width += token.seen.encode_utf16().count();
        if width > most {
            // A message is at least half full, unless it cannot be cut otherwise.
            let early = |cut: &usize| *cut > 0 && *cut >= place / 2;
            let cut = [at_paragraph, at_line, at_word].into_iter().find(early);
            return cut.unwrap_or_else(|| place.max(1));
        }
        match token.seen.as_str() {
            "\n" if last_seen == "\n" => at_paragraph = place + 1,
            "\n" => at_line = place + 1,
            " " => at_word = place + 1,
            _ => {}
        }
        if token.kind == Kind::Seen {
            last_seen = &token.seen;
        }
    }
    tokens.len()
}

/// Tokens as a message: entities that were open go on in it, and end with it.
fn written(tokens: &[Token], open: &mut Vec<&'static str>) -> Part {
    let mut markdown: String = open.concat();
    // A space before the end would be taken away.
    let trailing = tokens.iter().rev().take_while(|token| token.kind == Kind::Seen && token.seen.trim().is_empty());
    let (shown, _) = tokens.split_at_checked(tokens.len() - trailing.count()).unwrap_or((tokens, &[]));
    for token in shown {
        markdown.push_str(&token.raw);
        if let Kind::Mark(mark) = token.kind {
            if open.last() == Some(&mark) {
                open.pop();
            } else {
                open.push(mark);
            }
        }
    }
    markdown.extend(open.iter().rev().copied());
    Part { markdown, plain: shown.iter().map(|token| token.seen.as_str()).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rendering::escape;

    fn texts(markdown: &str, most: usize) -> Vec<String> {
        parts_within(markdown, most).into_iter().map(|part| part.markdown).collect()
    }

    #[test]
    fn a_text_is_cut_between_paragraphs_lines_and_words() {
        assert_eq!(texts("one two\nthree\n\nfour five", 14), ["one two\nthree", "four five"]);
        assert_eq!(texts("one two\nthree four", 14), ["one two", "three four"]);
        assert_eq!(texts("one two three four", 14), ["one two three", "four"]);
        assert_eq!(texts("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(texts("short", 14), ["short"]);
        assert_eq!(texts(" \n ", 14), Vec::<String>::new());
    }

    #[test]
    fn what_is_seen_is_counted_in_utf_16() {
        // A backslash is not seen, and a face is two units.
        assert_eq!(texts(r"a\.b\.c\.", 6), [r"a\.b\.c\."]);
        assert_eq!(texts("😀😀😀", 4), ["😀😀", "😀"]);
        assert_eq!(texts("[a b c](https://x.id/?a_long_address)", 6), ["[a b c](https://x.id/?a_long_address)"]);
        let exact = "x".repeat(MESSAGE);
        assert_eq!((parts(&exact).len(), parts(&format!("{exact}x")).len()), (1, 2));
    }

    #[test]
    fn entities_go_on_in_the_next_message() {
        assert_eq!(texts("*one two three*", 8), ["*one two*", "*three*"]);
        assert_eq!(texts("*_one two_ three*", 8), ["*_one two_*", "*three*"]);
        assert_eq!(texts("`a.b c*d`", 4), ["`a.b`", "`c*d`"]);
    }

    #[test]
    fn what_telegram_could_not_read_goes_as_it_stands() {
        for bad in ["*open", "Rp 10.000", "[x", "[x](y", "*_a*_", r"end\"] {
            let parts = parts(bad);
            assert_eq!((parts.len(), parts[0].plain.as_str()), (1, bad));
            assert_eq!(parts[0].markdown, escape::markdown(bad));
        }
    }

    proptest! {
        /// Nothing is lost but space between messages, every message is readable and none is too long.
        #[test]
        fn messages_add_up_to_the_text(text in "[a-z .!_*😀\n]{0,80}", bold in any::<bool>(), most in 2_usize..20) {
            let escaped = escape::markdown(&text);
            let markdown = if bold && !text.trim().is_empty() { format!("*{escaped}*") } else { escaped };
            let parts = parts_within(&markdown, most);
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            let joined: String = parts.iter().map(|part| part.plain.as_str()).collect();
            prop_assert_eq!(bare(&joined), bare(&text));
            for part in parts {
                prop_assert!(part.plain.encode_utf16().count() <= most, "{:?}", part);
                prop_assert_eq!(seen(&part.markdown), Some(part.plain));
            }
        }
    }
}
