//! A plan as a caller names it.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::{PlanKey, PlanState};

/// A plan by its key. Which plans there are decides, not how the text is written: a slip is answered with the key that was
/// meant.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "A plan by its key",
    value_type = String, min_length = 1, max_length = 40, example = "PREMIUM"
)]
pub struct AskedPlan(String);

impl TryFrom<String> for AskedPlan {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if (1..=40).contains(&text.chars().count()) { Ok(Self(text)) } else { Err("use the key of a plan") }
    }
}

impl From<PlanKey> for AskedPlan {
    fn from(key: PlanKey) -> Self {
        Self(key.to_string())
    }
}

impl AskedPlan {
    /// The key, when the text can be one.
    pub fn key(&self) -> Option<PlanKey> {
        self.0.parse().ok()
    }

    /// What to tell a caller when none of these plans is meant. Those that are sold no more are not named.
    pub fn unknown(&self, there_are: &[PlanState]) -> String {
        let keys: Vec<String> = there_are
            .iter()
            .filter(|state| state.archived_at.is_none())
            .map(|state| state.plan.key.to_string())
            .collect();
        match kernel::nearest(&self.0, keys.iter().map(String::as_str)) {
            Some(meant) => format!("there is no plan of this key; did you mean {meant}?"),
            None if keys.is_empty() => "there are no plans yet".to_owned(),
            None => format!("there is no plan of this key; use one of {}", keys.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_slip_is_answered_with_the_key_that_was_meant() {
        let state = |key, archived_at| PlanState { plan: samples::plan(key), archived_at };
        let now = samples::at("2026-11-21T01:00:00Z");
        let plans = [state("BASIC", None), state("FREE", Some(now)), state("PREMIUM", None)];
        let told = |text: &str| AskedPlan::try_from(text.to_owned()).unwrap().unknown(&plans);
        assert_eq!(told("premium"), "there is no plan of this key; did you mean PREMIUM?");
        assert_eq!(told("gold"), "there is no plan of this key; use one of BASIC, PREMIUM");
        assert_eq!(AskedPlan::from(plans[0].plan.key.clone()).unknown(&[]), "there are no plans yet");
    }

    #[test]
    fn any_text_may_be_meant_for_a_key() {
        let key = |text: &str| AskedPlan::try_from(text.to_owned()).unwrap().key();
        assert_eq!((key("PREMIUM"), key("premium"), key("é")), ("PREMIUM".parse().ok(), None, None));
        assert!(AskedPlan::try_from(String::new()).is_err() && AskedPlan::try_from("x".repeat(41)).is_err());
    }
}
