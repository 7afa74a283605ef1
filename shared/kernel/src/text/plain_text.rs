//! Text without characters that nobody sees.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Letters and marks without a shape: what Unicode calls `Default_Ignorable_Code_Point` outside the category of format
/// characters (DerivedCoreProperties.txt). Two names that differ in them look the same.
const SHAPELESS: [std::ops::RangeInclusive<char>; 7] = [
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{ffa0}'..='\u{ffa0}',
];

/// The formats of texts on one line, as schemas name them, each with a pattern for what the rules below say, as far as a
/// pattern that every tool reads can say it: it takes some characters that the rules refuse, and refuses none that they take.
pub const LINES: [(&str, &str); 5] = [
    ("line", r"^[^\u0000-\u001f\u007f-\u009f]*$"),
    (
        "plain-line",
        r"^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff][^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    ),
    (
        "plain-line-without-addresses",
        r"^(?!.*://)[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff][^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    ),
    (
        "plain-line-without-links",
        r"^(?!.*(://|[wW]{3}[.]))[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff][^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    ),
    (
        "trimmed-plain-line",
        r"^[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]([^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff])?$",
    ),
];

/// Whether nobody sees the character, or it changes how others are seen: controls, line breaks of all kinds, zero-width
/// characters, overrides of the writing direction, tags, fillers, and what no font has (private and unassigned).
///
/// The joiners of emoji and of some Persian and Indic words are among them.
pub fn is_hidden(c: char) -> bool {
    let by_category = match c.general_category() {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::PrivateUse
        | GeneralCategory::Surrogate
        | GeneralCategory::Unassigned => true,
        GeneralCategory::UppercaseLetter
        | GeneralCategory::LowercaseLetter
        | GeneralCategory::TitlecaseLetter
        | GeneralCategory::ModifierLetter
        | GeneralCategory::OtherLetter
        | GeneralCategory::NonspacingMark
        | GeneralCategory::SpacingMark
        | GeneralCategory::EnclosingMark
        | GeneralCategory::DecimalNumber
        | GeneralCategory::LetterNumber
        | GeneralCategory::OtherNumber
        | GeneralCategory::ConnectorPunctuation
        | GeneralCategory::DashPunctuation
        | GeneralCategory::OpenPunctuation
        | GeneralCategory::ClosePunctuation
        | GeneralCategory::InitialPunctuation
        | GeneralCategory::FinalPunctuation
        | GeneralCategory::OtherPunctuation
        | GeneralCategory::MathSymbol
        | GeneralCategory::CurrencySymbol
        | GeneralCategory::ModifierSymbol
        | GeneralCategory::OtherSymbol
        | GeneralCategory::SpaceSeparator => false,
    };
    by_category || SHAPELESS.iter().any(|range| range.contains(&c)) || ('\u{e0100}'..='\u{e01ef}').contains(&c)
}

/// Whether a text is one line that shows all that it holds, and more than blanks.
pub fn is_plain_line(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace()) && !text.chars().any(is_hidden)
}

/// Whether a text is 1 to `most` characters on one line, without blanks around them and hidden ones.
pub fn fits_on_a_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && is_plain_line(text) && text.trim() == text
}

/// The text without the blanks around it, when that is 1 to `most` characters on one line, without hidden ones and `://`.
pub fn line_without_address(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    (fits_on_a_line(text, most) && !has_scheme(text)).then(|| text.to_owned())
}

/// Whether a text holds the beginning of an address with a scheme, which mail programs turn into a link.
pub fn has_scheme(text: &str) -> bool {
    text.contains("://")
}

/// Whether mail programs turn a part of a text into a link although it has no dotted name that anybody may bear.
pub fn has_link(text: &str) -> bool {
    has_scheme(text) || text.to_ascii_lowercase().contains("www.")
}

/// Whether a text is an address that a page can show an image from: `https://`, of up to 2,000 printable ASCII characters and without
/// a user name; on one's own machine (`localhost`, `127.0.0.1`) `http://` too.
pub fn is_image_address(text: &str) -> bool {
    let at_home = |rest: &&str| {
        let after = rest.strip_prefix("localhost").or_else(|| rest.strip_prefix("127.0.0.1"));
        after.is_some_and(|after| after.is_empty() || after.starts_with([':', '/', '?', '#']))
    };
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://").filter(at_home));
    let rest = rest.filter(|rest| rest.bytes().all(|b| b.is_ascii_graphic()));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    let is_port = (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 2_000 && is_host && is_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_are_plain() {
        for name in ["Budi", "Siti Nur'aini", "José", "Toko №1 (Jakarta)", "東京商店", "Ольга", "محمد", "ಕನ್ನಡ", "🙂"]
        {
            assert!(is_plain_line(name), "{name}");
        }
    }

    #[test]
    fn links_are_told_from_names() {
        for link in ["https://evil.example", "Claim at http://x", "a://b"] {
            assert!(has_scheme(link) && has_link(link), "{link}");
        }
        for link in ["www.evil.example", "see WWW.evil.example"] {
            assert!(!has_scheme(link) && has_link(link), "{link}");
        }
        for name in ["toko.id", "Budi S. Utomo", "Toko: Jaya // Abadi", "Awww"] {
            assert!(!has_link(name), "{name}");
        }
    }

    #[test]
    fn a_line_has_its_bounds() {
        assert!(fits_on_a_line("a", 1) && fits_on_a_line("Bu di", 5));
        for bad in ["", " ", " a", "a ", "a\n", "Bu\ndi", "abcdef"] {
            assert!(!fits_on_a_line(bad, 5), "{bad:?}");
        }
        assert_eq!(line_without_address(" a://b", 9), None);
        assert_eq!(line_without_address("  Budi ", 4).as_deref(), Some("Budi"));
        for bad in ["", "  ", "Budin", "Bu\ti", "a://"] {
            assert_eq!(line_without_address(bad, 4), None, "{bad:?}");
        }
    }

    #[test]
    fn what_nobody_sees_is_not() {
        for hidden in [
            '\0',
            '\n',
            '\r',
            '\t',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{3164}',
            '\u{e000}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{ffff}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{10ffff}',
        ] {
            assert!(!is_plain_line(&format!("Bu{hidden}di")), "U+{:04X}", u32::from(hidden));
        }
        for blank in ["", " ", "\u{a0}\u{3000}"] {
            assert!(!is_plain_line(blank), "{blank:?}");
        }
    }
}
