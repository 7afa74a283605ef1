//! What is written on an invoice by hand: the names of its lines, and what is said beneath them.

use kernel::{fits_on_a_line, is_plain_line};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a line is called: 1 to 200 characters on one line, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = InvoiceLineName, description = "What a line of an invoice is called, on one line",
    value_type = String, format = "trimmed-plain-line", min_length = 1, max_length = 200, example = "Workshop"
)]
pub struct LineName(String);

/// What is said beneath the lines: 1 to 500 characters, on as many lines as it takes, none of them hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    as = InvoiceMemo, description = "What is said beneath the lines of an invoice; line breaks are kept",
    value_type = String, min_length = 1, max_length = 500, example = "Thank you for coming!",
    pattern = r"^[^\s\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]([^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[^\s\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff])?$"
)]
pub struct Memo(String);

/// The text cannot stand on an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Of a line's name.
    #[error("use 1 to 200 characters on one line, without blanks around them and invisible ones")]
    Name,
    /// Of a memo.
    #[error("use 1 to 500 characters, without blanks around them and invisible ones other than line breaks")]
    Memo,
}

impl TryFrom<String> for LineName {
    type Error = WordsError;

    fn try_from(text: String) -> Result<Self, WordsError> {
        if fits_on_a_line(&text, 200) { Ok(Self(text)) } else { Err(WordsError::Name) }
    }
}

impl From<LineName> for String {
    fn from(name: LineName) -> Self {
        name.0
    }
}

impl Memo {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Memo {
    type Error = WordsError;

    fn try_from(text: String) -> Result<Self, WordsError> {
        let is_plain = |line: &str| line.bytes().all(|byte| byte == b' ') || is_plain_line(line);
        let is_visible = text.split('\n').all(is_plain);
        let fits = (1..=500).contains(&text.chars().count()) && is_visible && text.trim() == text;
        if fits { Ok(Self(text)) } else { Err(WordsError::Memo) }
    }
}

impl From<Memo> for String {
    fn from(memo: Memo) -> Self {
        memo.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_visible_line_and_memos_may_be_several() {
        let name = |text: &str| LineName::try_from(text.to_owned()).is_ok();
        let memo = |text: &str| Memo::try_from(text.to_owned()).is_ok();
        for good in ["a", "Konsultasi 12 jam", &"x".repeat(200)] {
            assert!(name(good) && memo(good), "{good}");
        }
        assert!(!name("two\nlines") && memo("two\nlines"));
        assert!(!name(&"x".repeat(201)) && memo(&"x".repeat(500)) && !memo(&"x".repeat(501)));
        for bad in ["", " ", " a", "a\n", "a\u{202e}b", "a\u{200b}b", "a\tb", "a\rb"] {
            assert!(!name(bad) && !memo(bad), "{bad:?}");
        }
    }
}
