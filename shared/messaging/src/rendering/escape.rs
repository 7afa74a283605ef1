//! Making text harmless in each channel's markup.

/// Characters that Telegram's `MarkdownV2` gives a meaning.
const MARKDOWN_SPECIAL: &str = r"_*[]()~`>#+-=|{}.!\";

/// Text inside Telegram's `MarkdownV2`.
pub fn markdown(text: &str) -> String {
    with_backslashes(text, |c| MARKDOWN_SPECIAL.contains(c))
}

/// Text inside a code span or block of Telegram's `MarkdownV2`.
pub fn markdown_code(text: &str) -> String {
    with_backslashes(text, |c| c == '`' || c == '\\')
}

/// The address of a link in Telegram's `MarkdownV2`.
pub fn markdown_url(text: &str) -> String {
    with_backslashes(text, |c| c == ')' || c == '\\')
}

fn with_backslashes(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        if is_special(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Text in one line: whatever could begin a new line or header, or turn the reading direction, becomes a space.
pub fn one_line(text: &str) -> String {
    let breaks = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let spaced: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use kernel::escape_html;
    use proptest::prelude::*;

    use super::*;

    /// What others make of the same text: python-telegram-bot 22.8 (`escape_markdown`, version 2) by the rules of
    /// <https://core.telegram.org/bots/api#markdownv2-style>, and Python's `html.escape`.
    #[test]
    fn the_vectors_come_out() {
        for (text, escaped) in [
            ("Total: Rp 10.000,50 (lunas!)", r"Total: Rp 10\.000,50 \(lunas\!\)"),
            (r"a_b*c[d](e)~f`g>h#i+j-k=l|m{n}o.p!q\r", r"a\_b\*c\[d\]\(e\)\~f\`g\>h\#i\+j\-k\=l\|m\{n\}o\.p\!q\\r"),
            ("snake_case & <b>", r"snake\_case & <b\>"),
        ] {
            assert_eq!(markdown(text), escaped);
        }
        assert_eq!(markdown_code(r"a`b\c.d"), r"a\`b\\c.d");
        assert_eq!(markdown_url(r"https://x.id/a_(b)?q=1\"), r"https://x.id/a_(b\)?q=1\\");
        assert_eq!(escape_html(r#"Tom & <b>"x"</b>"#), "Tom &amp; &lt;b&gt;&quot;x&quot;&lt;/b&gt;");
    }

    /// What Telegram shows of escaped text: a backslash before a special character gives that character; a special
    /// character without one is markup.
    fn shown(escaped: &str) -> Option<String> {
        let mut text = String::new();
        let mut chars = escaped.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => text.push(chars.next()?),
                c if MARKDOWN_SPECIAL.contains(c) => return None,
                c => text.push(c),
            }
        }
        Some(text)
    }

    proptest! {
        #[test]
        fn escaped_text_is_shown_as_it_was(text in any::<String>()) {
            prop_assert_eq!(shown(&markdown(&text)), Some(text));
        }

        #[test]
        fn nothing_in_html_or_a_subject_can_break_out(text in any::<String>()) {
            let escaped = escape_html(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
            let line = one_line(&text);
            prop_assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{:?}", line);
        }
    }
}
