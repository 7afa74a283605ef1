//! What is blacked out in prompts and answers before they are logged.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many patterns a tenant has.
pub const MOST_PATTERNS: usize = 20;
/// The longest pattern, in bytes.
const LONGEST: usize = 200;
/// How much memory one compiled pattern may take.
const SIZE: usize = 64 * 1024;
/// What stands in the place of what is blacked out.
const BLACK: &str = "[redacted]";

/// A regular expression without backreferences or look-around, at most 200 bytes; it takes time in proportion to the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, max_length = 200, example = "[0-9]{16}")]
pub struct RedactionPattern(String);

/// The text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use a regular expression without backreferences and look-around that matches some text, at most 200 bytes")]
pub struct RedactionPatternError;

fn compiled(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).size_limit(SIZE).dfa_size_limit(SIZE).build().ok()
}

impl TryFrom<String> for RedactionPattern {
    type Error = RedactionPatternError;

    fn try_from(text: String) -> Result<Self, RedactionPatternError> {
        let bounded = !text.is_empty() && text.len() <= LONGEST;
        // What matches nothing at all would stand between all letters.
        let says = bounded && compiled(&text).is_some_and(|regex| !regex.is_match(""));
        if says { Ok(Self(text)) } else { Err(RedactionPatternError) }
    }
}

impl From<RedactionPattern> for String {
    fn from(pattern: RedactionPattern) -> Self {
        pattern.0
    }
}

/// Patterns, ready for use.
#[derive(Clone, Debug, Default)]
pub struct Redaction(Vec<Regex>);

impl Redaction {
    /// Of these patterns; one that a later release does not compile hides all that it is asked about.
    pub fn new(patterns: &[RedactionPattern]) -> Self {
        let any = || Regex::new("(?s).+").ok();
        Self(patterns.iter().filter_map(|pattern| compiled(&pattern.0).or_else(any)).collect())
    }

    /// The text without what any pattern matches.
    pub fn of(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, regex| regex.replace_all(&text, BLACK).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_is_blacked_out() {
        let patterns = ["[0-9]{4,}", "(?i)budi"].map(|text| RedactionPattern::try_from(text.to_owned()).unwrap());
        let redaction = Redaction::new(&patterns);
        assert_eq!(redaction.of("Budi pays 1234567 for 12"), "[redacted] pays [redacted] for 12");
        assert_eq!(Redaction::default().of("as it is"), "as it is");
    }

    #[test]
    fn a_pattern_is_bounded_and_says_something() {
        for bad in ["", "(", "a*", r"(a)\1", "(?=a)", &"a".repeat(201), "[a-z]{1000}{1000}"] {
            assert!(RedactionPattern::try_from((*bad).to_owned()).is_err(), "{bad}");
        }
    }
}
