//! Runs of several models that come to a decision.
//!
//! A [`RunPlan`] names steps: models that are reckoned here, models of providers, and agents; each may wait for others, so that they
//! make a graph without circles. What they say becomes a decision by the plan's [`EnsemblePlan`]. An [`AiRun`] is one such plan at work,
//! with a budget and a deadline; each of its steps is a row of its own ([`RunStep`]), so that several can be answered at once.
//!
//! A step of a provider's model is claimed before it is called and saved after it, each under the version that was read: whoever dies
//! in between leaves a claim that ends, and whoever takes the step up then asks by the same request id. Nothing counts that comes
//! behind the deadline, or when the run is over.

mod agent;
mod calculator;
mod ending;
mod error;
#[cfg(test)]
mod golden;
mod plan;
mod repo;
mod run;
mod scores;
mod step;
mod tools;
mod words;

pub use agent::{AgentTerms, AgentTurn, AiAgent, MOST_AGENT_STEPS, ToolUse, ToolVerdict};
pub use calculator::{CalculatorError, calculate};
pub use ending::{end, end_if_over, send_next, tell};
pub use error::AiRunError;
pub use plan::{EnsemblePlan, MOST_RUN_STEPS, PlanStep, RunGate, RunPlan, RunPlanFault};
pub use repo::{AiAgents, AiRuns, KnownRun, ModelScores};
pub use run::{AiRun, AiRunOutcome, AiRunStatus, LONGEST_RUN, NewRun, RunAgent};
pub use scores::ScoredModel;
pub use step::{Answered, RunStep, RunStepFault, StepState, vote_of};
pub use tools::ToolName;
pub use words::{ModelName, PromptText, RunInput, RunName, RunStepName};
