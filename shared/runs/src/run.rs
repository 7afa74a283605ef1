//! A run, as stored: its plan, what is known, and what came of it.

use std::collections::BTreeMap;

use ensemble::{AiDecision, FeatureValues, Vote, VoteWeight, WhyHeld, combine, decide};
use jiff::SignedDuration;
use kernel::{AiAgentId, AiRunId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AgentTerms, AiRunError, PlanStep, RunInput, RunName, RunPlan, RunStep, RunStepName};

/// The longest that a run takes.
pub const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(24);
/// For how long a run is known.
pub(crate) const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A run, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiRun {
    /// Its id.
    pub id: AiRunId,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<RunName>,
    /// What it does.
    pub plan: RunPlan,
    /// The agents that it asks, as they were when it began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<RunAgent>,
    /// What is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub features: FeatureValues,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub input: Option<RunInput>,
    /// What each model's vote weighs by its record, as it was when the run began.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stacked: BTreeMap<String, VoteWeight>,
    /// What it may cost at most, in thousand-millionths of a dollar.
    pub budget_nano_usd: i64,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// What comes then or later does not count.
    pub deadline_at: Timestamp,
    /// How it stands.
    pub status: AiRunStatus,
    /// What it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<AiDecision>,
    /// When it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AiRunOutcome>,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// An agent of a run, as it was when the run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunAgent {
    /// Which.
    pub id: AiAgentId,
    /// What it is.
    pub terms: AgentTerms,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "How a run stands")]
pub enum AiRunStatus {
    /// Its steps are being done.
    Running,
    /// It came to its end.
    Done,
    /// Somebody ended it.
    Cancelled,
}

/// What truly happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiRunOutcome {
    /// Whether what the votes are about happened.
    pub happened: bool,
    /// When that was said.
    pub at: Timestamp,
}

/// A run that is about to begin.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// Its id.
    pub id: AiRunId,
    /// What it is called.
    pub name: Option<RunName>,
    /// What it does; without faults.
    pub plan: RunPlan,
    /// The agents that it asks.
    pub agents: Vec<RunAgent>,
    /// What is known.
    pub features: FeatureValues,
    /// What it is about.
    pub input: Option<RunInput>,
    /// What each model's vote weighs by its record.
    pub stacked: BTreeMap<String, VoteWeight>,
    /// What it may cost at most.
    pub budget_nano_usd: i64,
    /// Who asks for it.
    pub requested_by: UserId,
    /// What comes then or later does not count.
    pub deadline_at: Timestamp,
}

impl AiRun {
    /// A new one with its steps. What is reckoned here is answered at once; where that is all, the run is over.
    pub fn begun(new: NewRun, now: Timestamp) -> (Self, Vec<RunStep>) {
        let steps: Vec<RunStep> = new.plan.steps.iter().map(|step| first(step, &new.features, now)).collect();
        let run = Self {
            id: new.id,
            name: new.name,
            plan: new.plan,
            agents: new.agents,
            features: new.features,
            input: new.input,
            stacked: new.stacked,
            budget_nano_usd: new.budget_nano_usd,
            requested_by: new.requested_by,
            created_at: now,
            deadline_at: new.deadline_at,
            status: AiRunStatus::Running,
            decision: None,
            ended_at: None,
            outcome: None,
            version: 1,
        };
        let is_over = run.is_over(&steps, now);
        let run = if is_over { Self { version: 1, ..run.ended(&steps, now) } } else { run };
        (run, steps)
    }

    /// Whether it is being done.
    pub fn is_running(&self) -> bool {
        self.status == AiRunStatus::Running
    }

    /// Whether a run that is being done has come to its end: each step is settled, or the deadline is there.
    pub fn is_over(&self, steps: &[RunStep], now: Timestamp) -> bool {
        now >= self.deadline_at || steps.iter().all(RunStep::is_settled)
    }

    /// At its end, with what the votes come to that came in time.
    #[must_use]
    pub fn ended(&self, steps: &[RunStep], now: Timestamp) -> Self {
        let next = Self { status: AiRunStatus::Done, ended_at: Some(now), ..self.changed() };
        Self { decision: self.judged(steps), ..next }
    }

    /// Ended by somebody; nothing is to be done.
    ///
    /// # Errors
    /// `Over`.
    pub fn cancelled(&self, now: Timestamp) -> Result<Self, AiRunError> {
        if !self.is_running() {
            return Err(AiRunError::Over);
        }
        let decision = self.plan.ensemble.as_ref().map(|_| AiDecision::held(WhyHeld::Cancelled, None));
        Ok(Self { status: AiRunStatus::Cancelled, ended_at: Some(now), decision, ..self.changed() })
    }

    /// What the votes that came in time come to; nothing where the plan decides nothing.
    pub fn judged(&self, steps: &[RunStep]) -> Option<AiDecision> {
        let ensemble = self.plan.ensemble.as_ref()?;
        let voters = self.plan.voters();
        let votes: Vec<Vote> = voters
            .into_iter()
            .filter_map(|planned| {
                let step = steps.iter().find(|step| step.step == *planned.name())?;
                let stacked = self.stacked.get(&step.model).copied().unwrap_or_default();
                Some(Vote { probability: step.vote(self.deadline_at)?, weight: planned.weight(), stacked })
            })
            .collect();
        let combined = combine(ensemble.rule, &votes, self.plan.quorum(), ensemble.thresholds());
        let gate = ensemble.gate().verdict(&self.features, &votes);
        Some(decide(combined, &gate, ensemble.thresholds()))
    }

    /// With what happened; none where that is known already.
    ///
    /// # Errors
    /// `Running`, `NothingToScore`, `OutcomeKnown`.
    pub fn with_outcome(&self, happened: bool, now: Timestamp) -> Result<Option<Self>, AiRunError> {
        match (self.status, &self.plan.ensemble, self.outcome) {
            (AiRunStatus::Running, ..) => Err(AiRunError::Running),
            (AiRunStatus::Cancelled, ..) | (AiRunStatus::Done, None, _) => Err(AiRunError::NothingToScore),
            (AiRunStatus::Done, Some(_), Some(known)) if known.happened == happened => Ok(None),
            (AiRunStatus::Done, Some(_), Some(_)) => Err(AiRunError::OutcomeKnown),
            (AiRunStatus::Done, Some(_), None) => {
                Ok(Some(Self { outcome: Some(AiRunOutcome { happened, at: now }), ..self.changed() }))
            }
        }
    }

    /// The same in another version: what a claim of its steps is held against.
    #[must_use]
    pub fn touched(&self) -> Self {
        self.changed()
    }

    /// What is left of its budget beside these steps.
    pub fn left_nano_usd(&self, steps: &[RunStep]) -> i64 {
        let committed = steps.iter().map(RunStep::committed_nano_usd).fold(0, i64::saturating_add);
        self.budget_nano_usd.saturating_sub(committed)
    }

    /// The steps that can be taken up now: nobody is at them, and all that they wait for is settled.
    pub fn ready<'a>(&'a self, steps: &'a [RunStep], now: Timestamp) -> Vec<(&'a PlanStep, &'a RunStep)> {
        let is_settled = |name: &RunStepName| steps.iter().any(|step| step.step == *name && step.is_settled());
        let planned = |step: &'a RunStep| self.plan.step(&step.step).map(|planned| (planned, step));
        let is_ready =
            |(planned, step): &(&PlanStep, &RunStep)| step.is_free(now) && planned.after().iter().all(is_settled);
        steps.iter().filter_map(planned).filter(is_ready).collect()
    }

    /// The terms of an agent of it.
    pub fn agent(&self, id: AiAgentId) -> Option<&AgentTerms> {
        self.agents.iter().find(|agent| agent.id == id).map(|agent| &agent.terms)
    }

    /// Whether the vote of this step counts.
    pub fn is_voter(&self, step: &PlanStep) -> bool {
        self.plan.voters().iter().any(|voter| voter.name() == step.name())
    }

    fn changed(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

/// A step at the beginning.
fn first(step: &PlanStep, features: &FeatureValues, now: Timestamp) -> RunStep {
    let (name, model) = (step.name().clone(), step.scored_as());
    match step {
        PlanStep::Local { model: local, .. } => match local.probability(features) {
            Ok(probability) => RunStep::reckoned(name, model, probability, now),
            // The plan was checked against these features.
            Err(_missing) => RunStep::waiting(name, model).failed(crate::RunStepFault::Refused, now),
        },
        PlanStep::Model { .. } | PlanStep::Agent { .. } => RunStep::waiting(name, model),
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
pub(crate) mod tests;
