//! An agent, as it is shown.

use std::collections::BTreeSet;

use kernel::{AiAgentId, Timestamp};
use runs::{AgentTerms, AiAgent, ModelName, PromptText, RunName, ToolName};
use serde::Serialize;
use utoipa::ToSchema;

/// An agent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiAgentView {
    pub id: AiAgentId,
    pub name: RunName,
    pub model: ModelName,
    /// What it is told whatever its task is.
    pub instructions: PromptText,
    /// The tools that it may use.
    pub tools: BTreeSet<ToolName>,
    /// How often it asks its model at most.
    #[schema(example = 5)]
    pub max_steps: u32,
    /// What a task may cost at most, in thousand-millionths of a dollar.
    #[schema(example = 50_000_000)]
    pub max_cost_nano_usd: i64,
    /// How many tokens an answer has at most.
    #[schema(example = 500)]
    pub max_tokens: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<AiAgent> for AiAgentView {
    fn from(agent: AiAgent) -> Self {
        let AiAgent { id, terms, created_at, updated_at, version: _ } = agent;
        let AgentTerms { name, model, instructions, tools, max_steps, max_cost_nano_usd, max_tokens } = terms;
        Self { id, name, model, instructions, tools, max_steps, max_cost_nano_usd, max_tokens, created_at, updated_at }
    }
}
