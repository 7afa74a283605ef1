//! One probability of several votes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Probability, Thresholds, TradeAction, Vote, VoteWeight, WhyHeld, number::ONE};

/// How votes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How votes become one")]
pub enum EnsembleRule {
    /// The mean of the probabilities, each times its weight.
    WeightedMean,
    /// Each vote is for buying, selling or holding, and most of them win; a tie holds.
    Majority,
    /// The middle one; of an even number, the mean of the two in the middle.
    Median,
    /// The mean of the probabilities, each times what its model's recent record is worth.
    Stacked,
}

/// What votes come to together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combined {
    /// This probability.
    Probability(Probability),
    /// What most of them are for, and their mean.
    Majority(TradeAction, Probability),
    /// Nothing can be done, because of this.
    Held(WhyHeld),
}

/// What votes come to, where at least `quorum` of them are there. A majority is counted by what each of them alone would be for.
pub fn combine(rule: EnsembleRule, votes: &[Vote], quorum: usize, thresholds: Thresholds) -> Combined {
    if votes.is_empty() || votes.len() < quorum {
        return Combined::Held(WhyHeld::Quorum);
    }
    let mean = |weight: fn(&Vote) -> VoteWeight| mean(votes.iter().map(|vote| (vote.probability, weight(vote))));
    match rule {
        EnsembleRule::WeightedMean => {
            mean(|vote| vote.weight).map_or(Combined::Held(WhyHeld::NoWeight), Combined::Probability)
        }
        EnsembleRule::Stacked => {
            mean(|vote| vote.stacked).map_or(Combined::Held(WhyHeld::NoWeight), Combined::Probability)
        }
        EnsembleRule::Median => Combined::Probability(median(votes)),
        EnsembleRule::Majority => {
            let count = |action| votes.iter().filter(|vote| thresholds.action(vote.probability) == action).count();
            let most = [TradeAction::Buy, TradeAction::Sell, TradeAction::Hold].map(|action| (count(action), action));
            let best = most.iter().map(|(count, _)| *count).max().unwrap_or(0);
            let mut winners = most.iter().filter(|(count, _)| *count == best).map(|(_, action)| *action);
            match (winners.next(), winners.next()) {
                (Some(winner), None) => {
                    Combined::Majority(winner, mean(|_| VoteWeight::ONE).unwrap_or(Probability::HALF))
                }
                (Some(_) | None, _) => Combined::Held(WhyHeld::Tie),
            }
        }
    }
}

/// The weighted mean, rounded half up; none where nothing weighs anything.
fn mean(votes: impl Iterator<Item = (Probability, VoteWeight)>) -> Option<Probability> {
    let (sum, weights) = votes.fold((0_u128, 0_u128), |(sum, weights), (probability, weight)| {
        let weight = u128::from(weight.millionths());
        (sum + weight * u128::from(probability.millionths()), weights + weight)
    });
    let mean = (sum + weights / 2).checked_div(weights)?;
    Some(Probability::from_millionths(u64::try_from(mean).unwrap_or(u64::MAX)))
}

fn median(votes: &[Vote]) -> Probability {
    let mut all: Vec<u32> = votes.iter().map(|vote| vote.probability.millionths()).collect();
    all.sort_unstable();
    let middle = all.len() / 2;
    let upper = all.get(middle).copied().unwrap_or(0);
    let lower =
        if all.len().is_multiple_of(2) { all.get(middle.wrapping_sub(1)).copied().unwrap_or(upper) } else { upper };
    debug_assert!(i64::from(upper) <= ONE, "a probability is at most one");
    Probability::from_millionths(u64::from(lower + upper).div_ceil(2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn p(number: f64) -> Probability {
        Probability::from_f64(number).unwrap()
    }

    fn votes(numbers: &[(f64, u64)]) -> Vec<Vote> {
        numbers
            .iter()
            .map(|(number, weight)| Vote { weight: VoteWeight::from_millionths(*weight), ..Vote::of(p(*number)) })
            .collect()
    }

    fn thresholds() -> Thresholds {
        Thresholds { buy_at: p(0.55), sell_at: p(0.45) }
    }

    /// Worked case T34: .70, .55 and .40 with weights .5, .3 and .2 are .595, which buys at .55; one of three is no quorum.
    #[test]
    fn ai_t34_three_votes_buy_and_one_alone_holds() {
        let three = votes(&[(0.70, 500_000), (0.55, 300_000), (0.40, 200_000)]);
        let combined = combine(EnsembleRule::WeightedMean, &three, 2, thresholds());
        assert_eq!(combined, Combined::Probability(p(0.595)));
        assert_eq!(thresholds().action(p(0.595)), TradeAction::Buy);
        assert_eq!(combine(EnsembleRule::WeightedMean, &three[..1], 2, thresholds()), Combined::Held(WhyHeld::Quorum));
        assert_eq!(combine(EnsembleRule::Median, &three, 2, thresholds()), Combined::Probability(p(0.55)));
        assert_eq!(
            combine(EnsembleRule::Majority, &three, 2, thresholds()),
            Combined::Majority(TradeAction::Buy, p(0.55))
        );
    }

    #[test]
    fn a_tie_holds() {
        let two = votes(&[(0.9, 1), (0.1, 1)]);
        assert_eq!(combine(EnsembleRule::Majority, &two, 2, thresholds()), Combined::Held(WhyHeld::Tie));
        let three = votes(&[(0.9, 1), (0.1, 1), (0.5, 1)]);
        assert_eq!(combine(EnsembleRule::Majority, &three, 2, thresholds()), Combined::Held(WhyHeld::Tie));
        let hold = votes(&[(0.9, 1), (0.5, 1), (0.5, 1)]);
        assert_eq!(
            combine(EnsembleRule::Majority, &hold, 2, thresholds()),
            Combined::Majority(TradeAction::Hold, p(0.633_333))
        );
    }

    #[test]
    fn nothing_comes_of_votes_that_weigh_nothing_and_of_none() {
        let none = votes(&[(0.9, 0), (0.8, 0)]);
        assert_eq!(combine(EnsembleRule::WeightedMean, &none, 2, thresholds()), Combined::Held(WhyHeld::NoWeight));
        for rule in [EnsembleRule::WeightedMean, EnsembleRule::Majority, EnsembleRule::Median, EnsembleRule::Stacked] {
            assert_eq!(combine(rule, &[], 0, thresholds()), Combined::Held(WhyHeld::Quorum));
        }
        assert_eq!(
            combine(EnsembleRule::Median, &votes(&[(0.2, 1), (0.4, 1)]), 2, thresholds()),
            Combined::Probability(p(0.3))
        );
        let stacked = [
            Vote { stacked: VoteWeight::from_millionths(3), ..Vote::of(p(0.8)) },
            Vote { stacked: VoteWeight::from_millionths(1), ..Vote::of(p(0.4)) },
        ];
        assert_eq!(combine(EnsembleRule::Stacked, &stacked, 2, thresholds()), Combined::Probability(p(0.7)));
    }

    proptest! {
        #[test]
        fn what_votes_come_to_lies_between_them(numbers in prop::collection::vec((0_u64..=1_000_000, 0_u64..=1_000_000_000), 1..20)) {
            let all: Vec<Vote> = numbers.iter().map(|(number, weight)| Vote {
                weight: VoteWeight::from_millionths(*weight), ..Vote::of(Probability::from_millionths(*number))
            }).collect();
            let (low, high) = (all.iter().map(|v| v.probability).min().unwrap(), all.iter().map(|v| v.probability).max().unwrap());
            for rule in [EnsembleRule::WeightedMean, EnsembleRule::Median, EnsembleRule::Stacked] {
                match combine(rule, &all, 1, thresholds()) {
                    Combined::Probability(one) => prop_assert!(low <= one && one <= high),
                    other @ (Combined::Majority(..) | Combined::Held(_)) => prop_assert_eq!(other, Combined::Held(WhyHeld::NoWeight)),
                }
            }
            let mut turned = all.clone();
            turned.reverse();
            for rule in [EnsembleRule::WeightedMean, EnsembleRule::Median, EnsembleRule::Stacked, EnsembleRule::Majority] {
                prop_assert_eq!(combine(rule, &all, 1, thresholds()), combine(rule, &turned, 1, thresholds()));
            }
        }
    }
}
