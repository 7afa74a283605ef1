//! Agents: a model with instructions, tools that it may use, and bounds.

use std::collections::BTreeSet;

use kernel::{AiAgentId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ModelName, PromptText, RunName, RunStepName, ToolName};

/// How many turns an agent takes at most.
pub const MOST_AGENT_STEPS: u32 = 20;

/// An agent, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiAgent {
    /// Its id.
    pub id: AiAgentId,
    /// What it is.
    pub terms: AgentTerms,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Raised by every change, from 1.
    pub version: u64,
}

/// What an agent is. A run keeps those that held when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentTerms {
    /// What it is called.
    pub name: RunName,
    /// Which model it asks.
    pub model: ModelName,
    /// What it is told whatever its task is.
    pub instructions: PromptText,
    /// The tools that it may use.
    pub tools: BTreeSet<ToolName>,
    /// How often it asks its model at most, from 1 to 20.
    pub max_steps: u32,
    /// What a task may cost at most, in thousand-millionths of a dollar.
    pub max_cost_nano_usd: i64,
    /// How many tokens an answer has at most.
    pub max_tokens: u32,
}

/// One turn of an agent: what its model said, and what came of the tools that it asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentTurn {
    /// Of which step.
    pub step: RunStepName,
    /// The how manieth, from 1.
    pub number: u32,
    /// What the model said beside its wishes.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "table::personal")]
    pub text: Option<String>,
    /// The tools that it asked for, in order.
    #[serde(default, with = "table::personal")]
    pub tools: Vec<ToolUse>,
    /// What the turn cost, in thousand-millionths of a dollar.
    pub cost_nano_usd: i64,
    /// How long the model took, in milliseconds.
    pub latency_ms: u64,
    /// When it was done.
    pub at: Timestamp,
}

/// One tool that a model asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolUse {
    /// The model's id of the wish.
    pub call_id: String,
    /// What it named.
    pub tool: String,
    /// The arguments, as the model wrote them.
    pub arguments: String,
    /// What the provider wants back with it, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
    /// What came of it.
    pub verdict: ToolVerdict,
    /// What the model is told.
    pub result: String,
}

/// What came of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "What came of a tool that a model asked for")]
pub enum ToolVerdict {
    /// It was done.
    Done,
    /// The arguments are wrong, or what they name is not there.
    Failed,
    /// The agent may not use it, or there is no such tool.
    Refused,
}

impl AiAgent {
    /// A new one.
    pub const fn new(id: AiAgentId, terms: AgentTerms, now: Timestamp) -> Self {
        Self { id, terms, created_at: now, updated_at: now, version: 1 }
    }

    /// The same on other terms; none when they are as they were.
    pub fn changed(&self, terms: AgentTerms, now: Timestamp) -> Option<Self> {
        (terms != self.terms).then(|| Self { terms, updated_at: now, version: self.version + 1, ..self.clone() })
    }
}

impl AgentTerms {
    /// The tool of this name, where the agent may use it.
    pub fn allowed(&self, name: &str) -> Option<ToolName> {
        ToolName::parse(name).filter(|tool| self.tools.contains(tool))
    }
}
