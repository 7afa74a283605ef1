//! The texts of plans and agents.

use kernel::fits_on_a_line;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a step is called in its plan: 1 to 40 of `a-z 0-9 _ -`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a step is called in its plan", value_type = String, pattern = "^[a-z][a-z0-9_-]{0,39}$",
    example = "trend"
)]
pub struct RunStepName(String);

/// A model, as its provider or the tenant's settings call it: 1 to 100 of `A-Z a-z 0-9 . _ : / @ -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A model, as it is named to `POST /ai/chat/completions`", value_type = String,
    pattern = "^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$", example = "gpt-4o-mini"
)]
pub struct ModelName(String);

/// What a run or an agent is called: 1 to 100 characters on a line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What it is called", value_type = String, format = "trimmed-plain-line", min_length = 1,
    max_length = 100, example = "EURUSD, one hour"
)]
pub struct RunName(String);

/// What a model is told: 1 to 8,000 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a model is told", value_type = String, min_length = 1, max_length = 8000,
    example = "How probable is it that the price is higher in an hour?"
)]
pub struct PromptText(String);

/// What a run is about, told to every model of a provider: 1 to 20,000 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What a run is about", value_type = String, min_length = 1, max_length = 20000,
    example = "The central bank kept its rate."
)]
pub struct RunInput(String);

macro_rules! text {
    ($name:ident, $fits:expr, $help:literal) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err($help) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

text!(
    RunStepName,
    |text| {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        (1..=40).contains(&text.len())
            && text.bytes().all(fits)
            && text.starts_with(|first: char| first.is_ascii_lowercase())
    },
    "use 1 to 40 of a-z, 0-9, _ and -, beginning with a letter"
);
text!(
    ModelName,
    |text| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._:/@-".contains(&b);
        (1..=100).contains(&text.len())
            && text.bytes().all(fits)
            && text.starts_with(|first: char| first.is_ascii_alphanumeric())
    },
    "use 1 to 100 of A-Z, a-z, 0-9, ., _, :, /, @ and -, beginning with a letter or digit"
);
text!(RunName, |text| fits_on_a_line(text, 100), "use 1 to 100 characters on one line");
text!(PromptText, |text| fits_in(text, 8_000), "use 1 to 8000 characters, none of them a control");
text!(RunInput, |text| fits_in(text, 20_000), "use 1 to 20000 characters, none of them a control");

/// Whether there is something in a text that is not too long. People read it nowhere, so that what is hidden in it may stay.
fn fits_in(text: &str, most: usize) -> bool {
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    !text.trim().is_empty() && text.chars().count() <= most && text.chars().all(is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_keys_and_texts_are_bounded() {
        let step = |text: &str| RunStepName::try_from(text.to_owned()).is_ok();
        assert!(step("trend-1_a") && !step("") && !step("1a") && !step("A") && !step("a#b") && !step(&"a".repeat(41)));
        let model = |text: &str| ModelName::try_from(text.to_owned()).is_ok();
        assert!(model("meta-llama/Llama-3.1:8b@x") && !model("") && !model("a b") && !model("a#b") && !model("/a"));
        let prompt = |text: &str| PromptText::try_from(text.to_owned()).is_ok();
        assert!(prompt("two\nlines") && !prompt(" \n ") && !prompt("a\u{0}") && !prompt(&"a".repeat(8_001)));
        assert!(RunInput::try_from("ä".repeat(20_000)).is_ok() && RunInput::try_from("a".repeat(20_001)).is_err());
    }
}
