//! `POST /api/v1/ai/agents`: a model with instructions, tools and bounds.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one transaction.

use std::collections::BTreeSet;

use axum::extract::State;
use kernel::AiAgentId;
use runs::{AgentTerms, AiAgent, AiAgents, ModelName, PromptText, RunName, ToolName};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    AGENT_CREATED, AiRunsWrite,
    agents::{
        agent_view::AiAgentView,
        terms::{checked, may_use},
    },
};

/// A new agent.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Scout", "model": "gpt-4o-mini", "instructions": "Find what speaks against it.",
    "tools": ["calculator", "get_product"], "maxSteps": 5, "maxCostNanoUsd": 50_000_000
}))]
pub struct CreateAiAgent {
    pub name: RunName,
    pub model: ModelName,
    /// What it is told whatever its task is.
    pub instructions: PromptText,
    /// The tools that it may use; none when left out. Whoever makes the agent, or begins a run with it, must be allowed what they read.
    #[serde(default)]
    #[schema(required = false)]
    pub tools: BTreeSet<ToolName>,
    /// How often it asks its model at most.
    #[schema(minimum = 1, maximum = 20, example = 5)]
    pub max_steps: u32,
    /// What a task may cost at most, in thousand-millionths of a dollar, up to ten dollars.
    #[schema(minimum = 1, maximum = 10_000_000_000_i64, example = 50_000_000)]
    pub max_cost_nano_usd: i64,
    /// How many tokens an answer has at most; 1,000 when left out.
    #[serde(default = "usual_tokens")]
    #[schema(required = false, minimum = 1, maximum = 32000, example = 500)]
    pub max_tokens: u32,
}

const fn usual_tokens() -> u32 {
    1_000
}

/// Create an agent
///
/// A run asks it for a task. Its model is told the tools that it may use, and asks for them; what it asks for besides is refused, and
/// recorded. It ends when its model asks for nothing more, or at one of its bounds.
#[utoipa::path(
    post, path = "/api/v1/ai/agents", responses((status = 201, body = Envelope<AiAgentView>))
)]
pub async fn create_ai_agent(
    State(api): State<Api>,
    caller: Caller<AiRunsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateAiAgent>,
) -> Result<Reply, Problem> {
    may_use(&caller, &body.tools)?;
    let terms = checked(AgentTerms {
        name: body.name,
        model: body.model,
        instructions: body.instructions,
        tools: body.tools,
        max_steps: body.max_steps,
        max_cost_nano_usd: body.max_cost_nano_usd,
        max_tokens: body.max_tokens,
    })?;
    let agent = AiAgent::new(AiAgentId::new(api.new_ulid()), terms, api.now());
    let mut transaction = Transaction::new();
    AiAgents::new(api.table(), caller.scope).save(&mut transaction, &agent)?;
    caller.entry(&api, &info, AGENT_CREATED).about(agent.id).insert(&mut transaction, caller.scope)?;
    let version = agent.version;
    let reply = Reply::created(&AiAgentView::from(agent))?.version(version);
    key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
#[path = "agent_tests.rs"]
mod tests;
