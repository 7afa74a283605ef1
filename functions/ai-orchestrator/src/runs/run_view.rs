//! A run, as it is shown.

use std::collections::BTreeMap;

use ensemble::{AiDecision, Probability, TradeAction, WhyHeld};
use kernel::{AiRunId, Timestamp, UserId};
use runs::{
    AgentTurn, AiRun, AiRunStatus, EnsemblePlan, KnownRun, PlanStep, RunInput, RunName, RunStep, RunStepFault,
    RunStepName, StepState, ToolVerdict,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A run, with all that came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiRunView {
    #[serde(flatten)]
    pub run: AiRunSummary,
    /// What the models were told that it is about.
    pub input: Option<RunInput>,
    /// What was known.
    #[schema(value_type = BTreeMap<String, f64>, example = json!({ "rsi14": 62.5 }))]
    pub features: BTreeMap<String, ensemble::Real>,
    /// Its plan.
    pub plan: Vec<PlanStep>,
    /// How votes become a decision.
    pub ensemble: Option<EnsemblePlan>,
    /// What came of each step, in the order of the plan.
    pub steps: Vec<RunStepView>,
    /// What its answers cost so far, in thousand-millionths of a dollar.
    #[schema(example = 2_500)]
    pub cost_nano_usd: i64,
}

/// A run, as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiRunSummary {
    pub id: AiRunId,
    pub name: Option<RunName>,
    /// In a list, a run whose deadline is there may be `running` for a moment.
    pub status: AiRunStatus,
    /// What is to be done; null while it is running, and where the plan decides nothing.
    pub decision: Option<AiDecisionView>,
    /// What happened; null until somebody said it.
    pub outcome: Option<RunOutcomeView>,
    /// What it may cost at most, in thousand-millionths of a dollar.
    #[schema(example = 100_000_000)]
    pub budget_nano_usd: i64,
    /// Who asked for it.
    pub requested_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// What comes then or later does not count.
    pub deadline_at: Timestamp,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
}

/// What is to be done.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiDecisionView {
    pub action: TradeAction,
    /// How probable it is; null where too few votes came.
    pub probability: Option<Probability>,
    /// Why nothing is to be done; null where something is.
    pub held_by: Option<WhyHeld>,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunOutcomeView {
    /// Whether what the votes are about happened.
    #[schema(example = true)]
    pub happened: bool,
    /// When that was said.
    pub at: Timestamp,
}

/// What came of a step.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunStepView {
    pub id: RunStepName,
    /// Under which name its votes are scored.
    #[schema(example = "gpt-4o-mini")]
    pub model: String,
    pub state: StepState,
    /// How probable it holds it to be; null for what is no vote.
    pub probability: Option<Probability>,
    /// What it said.
    #[schema(example = "{\"probability\": 0.7}")]
    pub answer: Option<String>,
    /// Which provider's model answered.
    #[schema(example = "openai/gpt-4o-mini")]
    pub answered_by: Option<String>,
    /// Why it failed; null where it did not.
    pub fault: Option<RunStepFault>,
    /// Whether it came when nothing counted any more.
    #[schema(example = false)]
    pub late: bool,
    /// How often its model answered.
    #[schema(example = 1)]
    pub turns: u32,
    /// What its answers cost, in thousand-millionths of a dollar.
    #[schema(example = 2_500)]
    pub cost_nano_usd: i64,
    /// How long its models took together, in milliseconds.
    #[schema(example = 640)]
    pub latency_ms: u64,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
    /// The turns of an agent before its last one.
    pub agent_turns: Vec<AgentTurnView>,
}

/// A turn of an agent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentTurnView {
    /// The how manieth, from 1.
    #[schema(example = 1)]
    pub number: u32,
    /// What its model said beside its wishes.
    #[schema(example = "I look at the product.")]
    pub text: Option<String>,
    /// The tools that it asked for.
    pub tools: Vec<ToolUseView>,
    /// What the turn cost, in thousand-millionths of a dollar.
    #[schema(example = 2_500)]
    pub cost_nano_usd: i64,
    /// How long the model took, in milliseconds.
    #[schema(example = 640)]
    pub latency_ms: u64,
    /// When it was done.
    pub at: Timestamp,
}

/// A tool that a model asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToolUseView {
    /// What it named.
    #[schema(example = "calculator")]
    pub tool: String,
    /// The arguments, as the model wrote them.
    #[schema(example = "{\"expression\": \"1 + 1\"}")]
    pub arguments: String,
    pub verdict: ToolVerdict,
    /// What the model was told.
    #[schema(example = "2")]
    pub result: String,
}

impl From<AiDecision> for AiDecisionView {
    fn from(AiDecision { action, probability, held_by }: AiDecision) -> Self {
        Self { action, probability, held_by }
    }
}

impl From<&AiRun> for AiRunSummary {
    fn from(run: &AiRun) -> Self {
        Self {
            id: run.id,
            name: run.name.clone(),
            status: run.status,
            decision: run.decision.map(AiDecisionView::from),
            outcome: run.outcome.map(|outcome| RunOutcomeView { happened: outcome.happened, at: outcome.at }),
            budget_nano_usd: run.budget_nano_usd,
            requested_by: run.requested_by,
            created_at: run.created_at,
            deadline_at: run.deadline_at,
            ended_at: run.ended_at,
        }
    }
}

impl AiRunView {
    /// A run with the turns of its agents.
    pub(crate) fn of(known: KnownRun, turns: &[AgentTurn]) -> Self {
        let KnownRun { run, steps } = known;
        let summary = AiRunSummary::from(&run);
        let cost_nano_usd = steps.iter().map(|step| step.cost_nano_usd).fold(0, i64::saturating_add);
        Self {
            run: summary,
            input: run.input,
            features: run.features.into_iter().map(|(name, value)| (String::from(name), value)).collect(),
            plan: run.plan.steps,
            ensemble: run.plan.ensemble,
            steps: steps.into_iter().map(|step| RunStepView::of(step, turns)).collect(),
            cost_nano_usd,
        }
    }
}

impl RunStepView {
    fn of(step: RunStep, turns: &[AgentTurn]) -> Self {
        let agent_turns = turns.iter().filter(|turn| turn.step == step.step).map(AgentTurnView::from).collect();
        Self {
            id: step.step,
            model: step.model,
            state: step.state,
            probability: step.probability,
            answer: step.answer,
            answered_by: step.answered_by,
            fault: step.fault,
            late: step.late,
            turns: step.turns,
            cost_nano_usd: step.cost_nano_usd,
            latency_ms: step.latency_ms,
            ended_at: step.ended_at,
            agent_turns,
        }
    }
}

impl From<&AgentTurn> for AgentTurnView {
    fn from(turn: &AgentTurn) -> Self {
        let tools = turn.tools.iter().cloned().map(|used| ToolUseView {
            tool: used.tool,
            arguments: used.arguments,
            verdict: used.verdict,
            result: used.result,
        });
        Self {
            number: turn.number,
            text: turn.text.clone(),
            tools: tools.collect(),
            cost_nano_usd: turn.cost_nano_usd,
            latency_ms: turn.latency_ms,
            at: turn.at,
        }
    }
}
