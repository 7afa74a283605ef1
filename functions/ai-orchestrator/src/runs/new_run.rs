//! What somebody asks for, as a run that can begin.

use std::collections::BTreeSet;

use ensemble::{EnsembleRule, FeatureValues, MOST_FEATURES};
use jiff::SignedDuration;
use kernel::{AiRunId, Timestamp};
use runs::{AiAgents, EnsemblePlan, LONGEST_RUN, ModelScores, NewRun, PlanStep, RunAgent, RunInput, RunName, RunPlan};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Api, Caller, Problem};

use crate::{AiRunsWrite, agents::terms::may_use};

/// What a run may cost at most, in thousand-millionths of a dollar: a hundred dollars.
const MOST_BUDGET: i64 = 100_000_000_000;
/// How many bytes of texts a run has at most, so that it fits into a row.
const MOST_BYTES: usize = 200_000;

/// A new run.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "name": "EURUSD, one hour", "features": { "rsi14": 62.5, "spread": 1.2 },
    "steps": [
        { "kind": "local", "id": "trend", "model": { "kind": "logistic", "intercept": -1, "weights": { "rsi14": 0.03 } } },
        { "kind": "local", "id": "rule", "model": { "kind": "rules", "otherwise": 0.5, "clauses": [
            { "feature": "rsi14", "is": "above", "value": 60, "probability": 0.6 }
        ] } }
    ],
    "ensemble": {
        "rule": "weighted_mean", "quorum": 2, "buyAt": 0.55, "sellAt": 0.45,
        "gate": { "conditions": [{ "feature": "spread", "is": "at_most", "value": 2 }] }
    }
}))]
pub struct CreateAiRun {
    pub name: Option<RunName>,
    /// What is known, up to 100 numbers by their names; nothing when left out.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, f64>, required = false, example = json!({ "rsi14": 62.5 }))]
    pub features: FeatureValues,
    /// What it is about, told to every model of a provider and every agent.
    pub input: Option<RunInput>,
    /// What is done, 1 to 16 steps.
    #[schema(min_items = 1, max_items = 16)]
    pub steps: Vec<PlanStep>,
    /// How the votes of the steps become a decision; without it nothing is decided, and what the steps said is all.
    pub ensemble: Option<EnsemblePlan>,
    /// What it may cost at most, in thousand-millionths of a dollar, up to a hundred dollars; a tenth of a dollar when left out. Each
    /// call is made only where the most that it can cost is left.
    #[serde(default = "usual_budget")]
    #[schema(required = false, minimum = 0, maximum = 100_000_000_000_i64, example = 100_000_000)]
    pub budget_nano_usd: i64,
    /// Within how many seconds votes count, up to a day; a minute when left out.
    #[serde(default = "usual_seconds")]
    #[schema(required = false, minimum = 1, maximum = 86400, example = 60)]
    pub deadline_seconds: u32,
}

const fn usual_budget() -> i64 {
    100_000_000
}

const fn usual_seconds() -> u32 {
    60
}

/// The run that a body asks for. Up to two round trips: of its agents, and of how good its models were where votes are stacked.
///
/// # Errors
/// 422 with the place of each value at fault; 404 for an agent that is not there; 403 for a tool that the caller may not use.
pub(crate) async fn new_run(
    api: &Api,
    caller: &Caller<AiRunsWrite>,
    body: CreateAiRun,
    now: Timestamp,
) -> Result<NewRun, Problem> {
    let size = sizes(&body);
    let (name, features, input) = (body.name, body.features, body.input);
    let plan = RunPlan { steps: body.steps, ensemble: body.ensemble };
    let mut problem = Problem::unacceptable();
    for fault in plan.faults(&features) {
        problem = problem.with_error(&fault.pointer, "INVALID_VALUE", fault.detail);
    }
    if features.len() > MOST_FEATURES {
        problem = problem.with_error("/features", "INVALID_VALUE", format!("send up to {MOST_FEATURES} features"));
    }
    if !(0..=MOST_BUDGET).contains(&body.budget_nano_usd) {
        problem = problem.with_error("/budgetNanoUsd", "INVALID_VALUE", format!("use 0 to {MOST_BUDGET}"));
    }
    let longest = LONGEST_RUN.as_secs();
    if !(1..=longest).contains(&i64::from(body.deadline_seconds)) {
        problem = problem.with_error("/deadlineSeconds", "INVALID_VALUE", format!("use 1 to {longest}"));
    }
    if size > MOST_BYTES {
        problem =
            problem.with_error("/steps", "INVALID_LENGTH", format!("the texts of a run have up to {MOST_BYTES} bytes"));
    }
    if !problem.errors().is_empty() {
        return Err(problem);
    }
    let agents = agents(api, caller, &plan).await?;
    let is_stacked = plan.ensemble.as_ref().is_some_and(|ensemble| ensemble.rule == EnsembleRule::Stacked);
    let models: BTreeSet<String> =
        if is_stacked { plan.voters().into_iter().map(PlanStep::scored_as).collect() } else { BTreeSet::new() };
    let stacked = ModelScores::new(api.table(), caller.scope).weights(&models).await?;
    Ok(NewRun {
        id: AiRunId::new(api.new_ulid()),
        name,
        plan,
        agents,
        features,
        input,
        stacked,
        budget_nano_usd: body.budget_nano_usd,
        requested_by: caller.user,
        deadline_at: now.plus(SignedDuration::from_secs(i64::from(body.deadline_seconds))),
    })
}

async fn agents(api: &Api, caller: &Caller<AiRunsWrite>, plan: &RunPlan) -> Result<Vec<RunAgent>, Problem> {
    let named = plan.agents();
    let found = AiAgents::new(api.table(), caller.scope).get_all(named.keys().copied()).await?;
    if let Some((_, place)) = named.iter().find(|(id, _)| found.iter().all(|agent| agent.id != **id)) {
        return Err(Problem::not_found().named_at(&format!("/steps/{place}/agentId")));
    }
    let bytes: usize = found.iter().map(|agent| agent.terms.instructions.as_str().len()).sum();
    if bytes > MOST_BYTES / 2 {
        let detail = "the instructions of its agents are too long together";
        return Err(Problem::invalid("/steps", "INVALID_LENGTH", detail));
    }
    for agent in &found {
        may_use(caller, &agent.terms.tools)?;
    }
    Ok(found.into_iter().map(|agent| RunAgent { id: agent.id, terms: agent.terms }).collect())
}

/// How many bytes the texts of a run have.
fn sizes(body: &CreateAiRun) -> usize {
    let of = |step: &PlanStep| match step {
        PlanStep::Local { model, .. } => model.size() * 100,
        PlanStep::Model { instructions: text, .. } | PlanStep::Agent { task: text, .. } => text.as_str().len(),
    };
    body.steps.iter().map(of).sum::<usize>() + body.input.as_ref().map_or(0, |input| input.as_str().len())
}
