//! Models that are reckoned in this process: the same features give the same probability, at no cost.
#![expect(clippy::float_arithmetic, reason = "a logistic function is of real numbers; its answer is whole millionths")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Comparison, FeatureName, FeatureValues, Probability, Real};

/// How many features there are at most.
pub const MOST_FEATURES: usize = 100;

/// What each feature weighs, by its name.
pub type LogisticWeights = BTreeMap<FeatureName, Real>;

/// A model of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
#[schema(description = "A model that is reckoned at once, of the features alone")]
pub enum LocalModel {
    /// A logistic regression.
    Logistic(#[schema(inline)] Logistic),
    /// The first of several clauses that holds.
    Rules(#[schema(inline)] RuleSet),
}

/// A logistic regression: `1 / (1 + e^-(intercept + the sum of weight x feature))`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Logistic {
    /// What is added whatever the features are; 0 when left out.
    #[serde(default)]
    #[schema(required = false)]
    pub intercept: Real,
    /// What each feature weighs; others do not count.
    #[schema(value_type = BTreeMap<String, f64>, example = json!({ "rsi14": 0.04 }))]
    pub weights: LogisticWeights,
}

/// Clauses, of which the first that holds says the probability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleSet {
    /// Up to 50.
    #[schema(max_items = 50)]
    pub clauses: Vec<RuleClause>,
    /// Where none holds.
    pub otherwise: Probability,
}

/// One clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleClause {
    /// Which feature.
    pub feature: FeatureName,
    /// How it compares.
    pub is: Comparison,
    /// With what.
    pub value: Real,
    /// How probable it is then.
    pub probability: Probability,
}

/// A feature that a model needs and nobody gave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no feature {}", .0.as_str())]
pub struct MissingFeature(pub FeatureName);

impl LocalModel {
    /// What the model says.
    ///
    /// # Errors
    /// A feature is missing.
    pub fn probability(&self, features: &FeatureValues) -> Result<Probability, MissingFeature> {
        match self {
            Self::Logistic(model) => model.probability(features),
            Self::Rules(rules) => rules.probability(features),
        }
    }

    /// The first feature that it needs and that is not there.
    pub fn missing(&self, features: &FeatureValues) -> Option<MissingFeature> {
        let named: Vec<&FeatureName> = match self {
            Self::Logistic(model) => model.weights.keys().collect(),
            Self::Rules(rules) => rules.clauses.iter().map(|clause| &clause.feature).collect(),
        };
        named.into_iter().find(|name| !features.contains_key(*name)).cloned().map(MissingFeature)
    }

    /// How many parts it has.
    pub fn size(&self) -> usize {
        match self {
            Self::Logistic(model) => model.weights.len(),
            Self::Rules(rules) => rules.clauses.len(),
        }
    }
}

impl Logistic {
    fn probability(&self, features: &FeatureValues) -> Result<Probability, MissingFeature> {
        let mut sum = self.intercept.as_f64();
        for (name, weight) in &self.weights {
            let value = features.get(name).ok_or_else(|| MissingFeature(name.clone()))?;
            sum += weight.as_f64() * value.as_f64();
        }
        // The sum is finite, and so is this: between 0 and 1.
        Ok(Probability::from_f64(1.0 / (1.0 + (-sum).exp())).unwrap_or(Probability::HALF))
    }
}

impl RuleSet {
    fn probability(&self, features: &FeatureValues) -> Result<Probability, MissingFeature> {
        for clause in &self.clauses {
            let value = features.get(&clause.feature).ok_or_else(|| MissingFeature(clause.feature.clone()))?;
            if clause.is.holds(*value, clause.value) {
                return Ok(clause.probability);
            }
        }
        Ok(self.otherwise)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn features() -> FeatureValues {
        from_value(json!({ "rsi": 70, "trend": -0.5 })).unwrap()
    }

    fn says(model: serde_json::Value) -> Result<u32, String> {
        let model: LocalModel = from_value(model).unwrap();
        model.probability(&features()).map(Probability::millionths).map_err(|error| error.to_string())
    }

    #[test]
    fn a_logistic_regression_is_as_the_formula_says() {
        // 1 / (1 + e^-0) and 1 / (1 + e^-2), to six decimals.
        assert_eq!(says(json!({ "kind": "logistic", "weights": {} })), Ok(500_000));
        assert_eq!(
            says(json!({ "kind": "logistic", "intercept": -1, "weights": { "rsi": 0.05, "trend": 1 } })),
            Ok(880_797)
        );
        assert_eq!(says(json!({ "kind": "logistic", "weights": { "rsi": 1_000_000_000 } })), Ok(1_000_000));
        assert_eq!(says(json!({ "kind": "logistic", "weights": { "rsi": -1_000_000_000 } })), Ok(0));
        let missing = says(json!({ "kind": "logistic", "weights": { "volume": 1 } }));
        assert_eq!(missing, Err("there is no feature volume".to_owned()));
    }

    #[test]
    fn the_first_clause_that_holds_says_the_probability() {
        let clause = |is: &str, value: i64, probability: f64| json!({ "feature": "rsi", "is": is, "value": value, "probability": probability });
        let rules = |clauses: Vec<serde_json::Value>| json!({ "kind": "rules", "clauses": clauses, "otherwise": 0.5 });
        assert_eq!(
            says(rules(vec![clause("above", 70, 0.1), clause("at_least", 70, 0.2), clause("below", 99, 0.3)])),
            Ok(200_000)
        );
        assert_eq!(says(rules(vec![clause("below", 70, 0.1), clause("at_most", 69, 0.2)])), Ok(500_000));
        let model: LocalModel = from_value(rules(vec![])).unwrap();
        assert_eq!((model.missing(&features()), model.size()), (None, 0));
    }
}
