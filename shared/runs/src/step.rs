//! How one step of a run stands, as stored.

use ensemble::{Probability, Scored};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::RunStepName;

/// A step of a run, as stored: a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStep {
    /// Which one of the plan.
    pub step: RunStepName,
    /// Under which name its votes are scored.
    pub model: String,
    /// How it stands.
    pub state: StepState,
    /// How often its model answered.
    pub turns: u32,
    /// What its answers cost, in thousand-millionths of a dollar.
    pub cost_nano_usd: i64,
    /// What the call that is under way may cost at most.
    #[serde(default)]
    pub reserved_nano_usd: i64,
    /// How long its models took together, in milliseconds.
    pub latency_ms: u64,
    /// Which provider's model answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// How probable it holds it to be; none for what is no vote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<Probability>,
    /// What it said last.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub answer: Option<String>,
    /// When its model was first asked for the answer that is waited for: whoever asks for it again says so too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// When a claim of the call that is under way ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_until: Option<Timestamp>,
    /// When it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<RunStepFault>,
    /// Whether it came when nothing counted any more.
    #[serde(default)]
    pub late: bool,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a step stands")]
pub enum StepState {
    /// It waits for its turn.
    Waiting,
    /// Its model is being asked.
    Calling,
    /// It answered.
    Answered,
    /// It did not.
    Failed,
}

/// Why a step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "Why a step failed")]
pub enum RunStepFault {
    /// What is left of the run's budget, or of the tenant's month, is less than the call may cost.
    Budget,
    /// The tenant has used all AI interactions of its month.
    Quota,
    /// The agent may not cost more.
    AgentCost,
    /// The agent asked its model as often as it may.
    AgentSteps,
    /// The provider refused the call, or it is none that can be made.
    Refused,
    /// The provider did not answer, whatever was tried.
    Unavailable,
    /// It took too long.
    TimedOut,
    /// It said something that is no vote.
    NoProbability,
}

/// What came of a step's call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What it said; the last word of a step.
    pub outcome: Result<String, RunStepFault>,
    /// Whether it is to be a vote.
    pub is_voter: bool,
    /// Which provider's model answered.
    pub answered_by: Option<String>,
    /// What the call cost.
    pub cost_nano_usd: i64,
    /// How long it took.
    pub latency_ms: u64,
}

impl RunStep {
    /// One that waits.
    pub const fn waiting(step: RunStepName, model: String) -> Self {
        Self {
            step,
            model,
            state: StepState::Waiting,
            turns: 0,
            cost_nano_usd: 0,
            reserved_nano_usd: 0,
            latency_ms: 0,
            answered_by: None,
            probability: None,
            answer: None,
            asked_at: None,
            claimed_until: None,
            ended_at: None,
            fault: None,
            late: false,
            version: 1,
        }
    }

    /// A vote that was reckoned here.
    pub fn reckoned(step: RunStepName, model: String, probability: Probability, now: Timestamp) -> Self {
        Self {
            state: StepState::Answered,
            probability: Some(probability),
            ended_at: Some(now),
            ..Self::waiting(step, model)
        }
    }

    /// Whether nothing more comes of it.
    pub const fn is_settled(&self) -> bool {
        match self.state {
            StepState::Waiting | StepState::Calling => false,
            StepState::Answered | StepState::Failed => true,
        }
    }

    /// Whether its model may be asked now: nobody asks it, or whoever did died.
    pub fn is_free(&self, now: Timestamp) -> bool {
        match self.state {
            StepState::Waiting => true,
            StepState::Calling => self.claimed_until.is_none_or(|until| until <= now),
            StepState::Answered | StepState::Failed => false,
        }
    }

    /// What it may still cost, and has.
    pub const fn committed_nano_usd(&self) -> i64 {
        self.cost_nano_usd.saturating_add(self.reserved_nano_usd)
    }

    /// Claimed for a call that costs so much at most.
    #[must_use]
    pub fn claimed(&self, most_nano_usd: i64, (now, until): (Timestamp, Timestamp)) -> Self {
        Self {
            state: StepState::Calling,
            reserved_nano_usd: most_nano_usd,
            asked_at: self.asked_at.or(Some(now)),
            claimed_until: Some(until),
            ..self.changed()
        }
    }

    /// Behind a turn of an agent that goes on.
    #[must_use]
    pub fn turned(&self, cost_nano_usd: i64, latency_ms: u64) -> Self {
        Self { state: StepState::Waiting, ..self.paid(cost_nano_usd, latency_ms) }
    }

    /// At its end.
    #[must_use]
    pub fn ended(&self, answered: Answered, now: Timestamp) -> Self {
        let Answered { outcome, is_voter, answered_by, cost_nano_usd, latency_ms } = answered;
        let next = Self { ended_at: Some(now), answered_by, ..self.paid(cost_nano_usd, latency_ms) };
        match outcome {
            Err(fault) => Self { state: StepState::Failed, fault: Some(fault), turns: self.turns, ..next },
            Ok(answer) => {
                let probability = vote_of(&answer).filter(|_| is_voter);
                let is_none = is_voter && probability.is_none();
                let (state, fault) = if is_none {
                    (StepState::Failed, Some(RunStepFault::NoProbability))
                } else {
                    (StepState::Answered, None)
                };
                Self { state, fault, probability, answer: Some(answer), ..next }
            }
        }
    }

    /// The same, behind the end of its run.
    #[must_use]
    pub fn too_late(self) -> Self {
        Self { late: true, ..self }
    }

    /// Failed before anything was asked.
    #[must_use]
    pub fn failed(&self, fault: RunStepFault, now: Timestamp) -> Self {
        Self {
            state: StepState::Failed,
            fault: Some(fault),
            reserved_nano_usd: 0,
            asked_at: None,
            claimed_until: None,
            ended_at: Some(now),
            ..self.changed()
        }
    }

    /// Its vote, where it came before the deadline.
    pub fn vote(&self, deadline: Timestamp) -> Option<Probability> {
        let in_time = self.state == StepState::Answered && !self.late && self.ended_at.is_some_and(|at| at < deadline);
        self.probability.filter(|_| in_time)
    }

    /// Its vote, held against what happened.
    pub fn scored(&self, deadline: Timestamp, happened: bool) -> Option<Scored> {
        self.vote(deadline).map(|probability| Scored { probability, happened })
    }

    fn paid(&self, cost_nano_usd: i64, latency_ms: u64) -> Self {
        Self {
            turns: self.turns.saturating_add(1),
            cost_nano_usd: self.cost_nano_usd.saturating_add(cost_nano_usd),
            reserved_nano_usd: 0,
            latency_ms: self.latency_ms.saturating_add(latency_ms),
            asked_at: None,
            claimed_until: None,
            ..self.changed()
        }
    }

    fn changed(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

/// What an answer says that is a vote.
#[derive(Deserialize)]
struct VoteSaid {
    probability: Probability,
}

/// The vote that an answer is: the `probability` of a JSON object in it, or the answer as a whole where it is a number.
pub fn vote_of(answer: &str) -> Option<Probability> {
    let answer = answer.trim();
    if let Ok(number) = serde_json::from_str::<Probability>(answer) {
        return Some(number);
    }
    // Models wrap their JSON into prose and fences; the first object that says a probability is meant.
    answer.match_indices('{').take(20).find_map(|(start, _)| {
        let mut values = serde_json::Deserializer::from_str(answer.get(start..)?).into_iter::<VoteSaid>();
        values.next()?.ok().map(|said| said.probability)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-12-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_vote_is_found_in_what_models_say() {
        for (answer, vote) in [
            (r#"{"probability": 0.7, "reason": "up"}"#, Some(700_000)),
            ("```json\n{\"probability\": 1}\n```", Some(1_000_000)),
            ("I think {so}: {\"probability\": 0.25} as {\"probability\": 0.9} was before", Some(250_000)),
            ("0.55", Some(550_000)),
            (" 0 ", Some(0)),
            (r#"{"probability": 1.7}"#, None),
            (r#"{"probability": "0.7"}"#, None),
            ("buy!", None),
            ("", None),
            ("70", None),
        ] {
            assert_eq!(vote_of(answer).map(Probability::millionths), vote, "{answer}");
        }
    }

    #[test]
    fn a_claim_ends_and_what_it_reserved_goes_with_the_answer() {
        let step = RunStep::waiting("a".to_owned().try_into().unwrap(), "gpt".to_owned());
        let until = "2026-12-01T00:01:00Z".parse().unwrap();
        let claimed = step.claimed(500, (now(), until));
        assert!(!claimed.is_free(now()) && claimed.is_free(until));
        assert_eq!(claimed.committed_nano_usd(), 500);
        let turned = claimed.turned(120, 30);
        assert_eq!((turned.committed_nano_usd(), turned.turns, turned.state), (120, 1, StepState::Waiting));
        let said = |outcome| Answered { outcome, is_voter: true, answered_by: None, cost_nano_usd: 80, latency_ms: 20 };
        let ended = turned.claimed(500, (now(), until)).ended(said(Ok("0.6".to_owned())), now());
        assert_eq!((ended.committed_nano_usd(), ended.latency_ms, ended.turns), (200, 50, 2));
        assert_eq!(ended.vote(until).map(Probability::millionths), Some(600_000));
        assert_eq!(ended.vote(now()), None, "the deadline itself is too late");
        assert_eq!(ended.too_late().vote(until), None);
        let silent = turned.ended(said(Ok("no idea".to_owned())), now());
        assert_eq!(
            (silent.state, silent.fault, silent.vote(until)),
            (StepState::Failed, Some(RunStepFault::NoProbability), None)
        );
        let failed = turned.ended(said(Err(RunStepFault::TimedOut)), now());
        assert_eq!((failed.fault, failed.turns, failed.cost_nano_usd), (Some(RunStepFault::TimedOut), 1, 200));
        assert!(failed.is_settled() && !failed.is_free(until));
    }
}
