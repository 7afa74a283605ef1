//! `GET /api/v1/ai/agents/{id}`: one agent.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use axum::extract::State;
use kernel::AiAgentId;
use runs::AiAgents;
use web::{Api, Caller, Envelope, Id, Problem, Reply};

use crate::{AiRunsRead, agents::agent_view::AiAgentView};

/// Get an agent
#[utoipa::path(get, path = "/api/v1/ai/agents/{id}", responses((status = 200, body = Envelope<AiAgentView>)))]
pub async fn get_ai_agent(
    State(api): State<Api>,
    caller: Caller<AiRunsRead>,
    Id(id): Id<AiAgentId>,
) -> Result<Reply, Problem> {
    let agent = AiAgents::new(api.table(), caller.scope).get(id).await?.ok_or_else(Problem::not_found)?;
    let version = agent.version;
    Ok(Reply::ok(&AiAgentView::from(agent))?.version(version))
}
