//! What must hold, besides the probability, for anything to be done.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Comparison, FeatureName, FeatureValues, Probability, Real, Vote};

/// How many conditions a gate has at most.
pub const MOST_CONDITIONS: usize = 20;

/// What must hold of a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GateCondition {
    /// Which feature.
    pub feature: FeatureName,
    /// How it must compare.
    pub is: Comparison,
    /// With what.
    pub value: Real,
}

/// What must hold for anything to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskGate {
    /// Of the features, all of them.
    pub conditions: Vec<GateCondition>,
    /// How far apart the highest and the lowest vote are at most.
    pub max_spread: Option<Probability>,
}

/// What a gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateVerdict {
    /// All of it holds.
    Open,
    /// This feature is not as it must be, or not there: what is unknown does not hold.
    Closed(FeatureName),
    /// The votes are too far apart.
    Spread,
}

impl RiskGate {
    /// What it says of these features and votes.
    pub fn verdict(&self, features: &FeatureValues, votes: &[Vote]) -> GateVerdict {
        let fails =
            |one: &&GateCondition| features.get(&one.feature).is_none_or(|value| !one.is.holds(*value, one.value));
        if let Some(closed) = self.conditions.iter().find(fails) {
            return GateVerdict::Closed(closed.feature.clone());
        }
        let all = votes.iter().map(|vote| vote.probability.millionths());
        let spread = all.clone().max().unwrap_or(0) - all.min().unwrap_or(0);
        if self.max_spread.is_some_and(|most| spread > most.millionths()) {
            GateVerdict::Spread
        } else {
            GateVerdict::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_gate_opens_only_where_all_of_it_holds() {
        let features: FeatureValues = from_value(json!({ "spread": 1.5 })).unwrap();
        let condition = |feature: &str, is: &str, value: f64| {
            from_value::<GateCondition>(json!({ "feature": feature, "is": is, "value": value })).unwrap()
        };
        let votes: Vec<Vote> =
            [0.70, 0.55, 0.40].iter().map(|p| Vote::of(Probability::from_f64(*p).unwrap())).collect();
        let gate = |conditions, spread: Option<f64>| RiskGate {
            conditions,
            max_spread: spread.and_then(Probability::from_f64),
        };
        let verdict = |gate: RiskGate| gate.verdict(&features, &votes);
        assert_eq!(verdict(RiskGate::default()), GateVerdict::Open);
        assert_eq!(verdict(gate(vec![condition("spread", "at_most", 1.5)], Some(0.3))), GateVerdict::Open);
        assert_eq!(
            verdict(gate(vec![condition("spread", "below", 1.5)], None)),
            GateVerdict::Closed("spread".to_owned().try_into().unwrap())
        );
        assert_eq!(
            verdict(gate(vec![condition("news", "below", 1.5)], None)),
            GateVerdict::Closed("news".to_owned().try_into().unwrap())
        );
        assert_eq!(verdict(gate(vec![], Some(0.299_999))), GateVerdict::Spread);
        assert_eq!(gate(vec![], Some(0.0)).verdict(&features, &[]), GateVerdict::Open);
    }
}
