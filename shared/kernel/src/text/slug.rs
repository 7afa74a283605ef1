//! Slugs: the short names of tenants in URLs and headers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use utoipa::ToSchema;

/// 3 to 40 of `a-z0-9-`, beginning with a letter, not ending in or doubling a hyphen, and not a reserved word.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A short name that stands in addresses: lower-case letters, digits and single hyphens",
    value_type = String, pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length = 3, max_length = 40, example = "toko-sinar"
)]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Wrong characters or length.
    #[error("use 3 to 40 of a-z, 0-9 and single hyphens, beginning with a letter")]
    Malformed,
    /// A name that the platform keeps for itself.
    #[error("this name is reserved; choose another")]
    Reserved,
}

/// Names that would be taken for a part of the platform, or of a path that takes a tenant's name.
const RESERVED: [&str; 13] = [
    "admin", "api", "app", "auth", "billing", "current", "docs", "mail", "operator", "ruko", "status", "support", "www",
];

/// Latin letters that Unicode does not take apart into a plain letter and marks, as they are commonly written without.
const PLAIN: [(char, &str); 13] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ł', "l"),
    ('ŋ', "ng"),
    ('ŧ', "t"),
    ('ə', "e"),
];

impl Slug {
    /// The slug of tenant zero, which no sign-up can take.
    pub fn platform() -> Self {
        Self("platform".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug made of a display name: Latin letters without their marks, digits kept, the rest becomes single hyphens.
    /// Other scripts are not spelled in Latin letters: how a name is read depends on its language.
    ///
    /// # Errors
    /// As `parse`, when too little is left.
    pub fn from_name(name: &str) -> Result<Self, SlugError> {
        hyphenated(name, 40).parse()
    }
}

/// The Latin letters, without their marks, and the digits of a name, in lower case; whatever is between them is one hyphen. At
/// most so many characters, and none for a name in another script: how it is read depends on its language.
pub fn hyphenated(name: &str, most: usize) -> String {
    let mut text = String::new();
    for c in name.nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        if let Some((_, plain)) = PLAIN.iter().find(|(letter, _)| *letter == c) {
            text.push_str(plain);
        } else if c.is_ascii_alphanumeric() {
            text.push(c);
        } else if !text.is_empty() && !text.ends_with('-') {
            text.push('-');
        }
    }
    // All of it is ASCII.
    text.truncate(most);
    text.truncate(text.trim_end_matches('-').len());
    text
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let well_formed = (3..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && !text.contains("--");
        if !well_formed {
            return Err(SlugError::Malformed);
        }
        if text == "platform" || RESERVED.contains(&text) {
            return Err(SlugError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    /// Stored slugs come back through here, so the platform's own is let through.
    fn try_from(text: String) -> Result<Self, SlugError> {
        if text == "platform" { Ok(Self::platform()) } else { text.parse() }
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_short_plain_words() {
        assert_eq!("toko-budi".parse::<Slug>().unwrap().as_str(), "toko-budi");
        for bad in ["", "ab", "1ab", "A-b", "a--b", "ab-", "a#b", "tökö", &"a".repeat(41)] {
            assert_eq!(bad.parse::<Slug>(), Err(SlugError::Malformed), "{bad}");
        }
        assert_eq!("platform".parse::<Slug>(), Err(SlugError::Reserved));
        for part_of_a_path in ["api", "current"] {
            assert_eq!(part_of_a_path.parse::<Slug>(), Err(SlugError::Reserved));
        }
    }

    #[test]
    fn a_name_gives_a_slug_when_enough_is_left() {
        assert_eq!(Slug::from_name("Toko  Budi & Sons!").unwrap().as_str(), "toko-budi-sons");
        assert_eq!(Slug::from_name("東京"), Err(SlugError::Malformed));
        assert_eq!(Slug::from_name("Current"), Err(SlugError::Reserved));
    }

    #[test]
    fn the_slug_of_a_name_keeps_its_letters_without_their_marks() {
        for (name, slug) in [
            ("Tóko Büdi", "toko-budi"),
            ("To\u{301}ko Bu\u{308}di", "toko-budi"),
            ("Łódź Straße Smørrebrød", "lodz-strasse-smorrebrod"),
            ("Đặng Văn ĐẶNG", "dang-van-dang"),
            ("İstanbul Kafe", "istanbul-kafe"),
            ("Ｔｏｋｏ ﬁlm №5", "toko-film-no5"),
            ("Café 東京", "cafe"),
            ("abcdefghijklmnopqrstuvwxyzabcdefghijklm \u{df}", "abcdefghijklmnopqrstuvwxyzabcdefghijklm"),
        ] {
            assert_eq!(Slug::from_name(name).unwrap().as_str(), slug, "{name}");
        }
    }
}
