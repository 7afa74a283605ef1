//! What is to be done.

use serde::{Deserialize, Serialize};

use crate::{Combined, GateVerdict, Probability, Thresholds, TradeAction, WhyHeld};

/// What is to be done, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiDecision {
    /// What.
    pub action: TradeAction,
    /// How probable it is, where there were enough votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<Probability>,
    /// Why nothing is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<WhyHeld>,
}

impl AiDecision {
    /// Nothing is to be done.
    pub const fn held(by: WhyHeld, probability: Option<Probability>) -> Self {
        Self { action: TradeAction::Hold, probability, held_by: Some(by) }
    }
}

/// What is to be done of votes, behind a gate. Whatever is unknown holds.
pub fn decide(combined: Combined, gate: &GateVerdict, thresholds: Thresholds) -> AiDecision {
    let (action, probability) = match combined {
        Combined::Held(reason) => return AiDecision::held(reason, None),
        Combined::Probability(probability) => (thresholds.action(probability), probability),
        Combined::Majority(action, probability) => (action, probability),
    };
    match (gate, action) {
        (GateVerdict::Closed(_), _) => AiDecision::held(WhyHeld::Gate, Some(probability)),
        (GateVerdict::Spread, _) => AiDecision::held(WhyHeld::Spread, Some(probability)),
        (GateVerdict::Open, TradeAction::Hold) => AiDecision::held(WhyHeld::Undecided, Some(probability)),
        (GateVerdict::Open, TradeAction::Buy | TradeAction::Sell) => {
            AiDecision { action, probability: Some(probability), held_by: None }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_in_and_everything_unknown_holds() {
        let p = |number: f64| Probability::from_f64(number).unwrap();
        let thresholds = Thresholds { buy_at: p(0.55), sell_at: p(0.45) };
        let of = |number, gate: &GateVerdict| decide(Combined::Probability(p(number)), gate, thresholds);
        assert_eq!(
            of(0.55, &GateVerdict::Open),
            AiDecision { action: TradeAction::Buy, probability: Some(p(0.55)), held_by: None }
        );
        assert_eq!(of(0.45, &GateVerdict::Open).action, TradeAction::Sell);
        assert_eq!(of(0.549_999, &GateVerdict::Open).held_by, Some(WhyHeld::Undecided));
        assert_eq!(of(0.9, &GateVerdict::Spread), AiDecision::held(WhyHeld::Spread, Some(p(0.9))));
        let closed = GateVerdict::Closed("spread".to_owned().try_into().unwrap());
        assert_eq!(of(0.9, &closed).held_by, Some(WhyHeld::Gate));
        let quorum = decide(Combined::Held(WhyHeld::Quorum), &GateVerdict::Open, thresholds);
        assert_eq!(quorum, AiDecision::held(WhyHeld::Quorum, None));
        assert_eq!(
            decide(Combined::Majority(TradeAction::Sell, p(0.5)), &GateVerdict::Open, thresholds).action,
            TradeAction::Sell
        );
    }
}
