//! Words that mean the same in a shop.

use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use crate::words::{stem::stem, token::tokens};

/// How many groups a tenant has.
pub const MOST_GROUPS: usize = 200;

/// A word among synonyms: a single one, of letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A single word of letters and digits, which is compared without case and accents",
    value_type = String, min_length = 1, max_length = 40, pattern = r"^[^\s!-&(-/:-@\[-`{-~]+$", example = "sneaker"
)]
pub struct SynonymWord(String);

impl TryFrom<String> for SynonymWord {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_short = (1..=40).contains(&text.chars().count());
        match tokens(&text).as_slice() {
            [only] if is_short && !text.contains(char::is_whitespace) => Ok(Self(only.word.clone())),
            _ => Err("use a single word of up to 40 letters and digits"),
        }
    }
}

impl From<SynonymWord> for String {
    fn from(word: SynonymWord) -> Self {
        word.0
    }
}

/// The synonyms of a tenant, as stored. Who searches for a word of a group finds what has another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Synonyms {
    /// Words that mean the same.
    pub groups: Vec<Vec<SynonymWord>>,
    /// Raised by every change, from 1; 0 where there were never any.
    pub version: u64,
}

impl Record for Synonyms {
    const ROWS: &'static [&'static str] = &["SEARCH / SYNONYMS"];
}

impl Synonyms {
    /// What else is searched for with a word, or with another form of it.
    pub(crate) fn of(&self, word: &str) -> Vec<String> {
        let form = stem(word);
        let has = |group: &&Vec<SynonymWord>| group.iter().any(|one| one.0 == word || stem(&one.0) == form);
        let others = self.groups.iter().filter(has).flatten().map(|one| one.0.clone()).filter(|one| one != word);
        let mut others: Vec<String> = others.collect();
        others.sort_unstable();
        others.dedup();
        others
    }
}
