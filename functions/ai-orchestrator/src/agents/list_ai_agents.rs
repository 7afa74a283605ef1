//! `GET /api/v1/ai/agents`: the agents of a tenant.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one query.

use axum::extract::State;
use runs::AiAgents;
use web::{Api, Caller, PageOf, Pager, Problem, Reply};

use crate::{AiRunsRead, agents::agent_view::AiAgentView};

/// List agents
///
/// The newest first.
#[utoipa::path(get, path = "/api/v1/ai/agents", responses((status = 200, body = PageOf<AiAgentView>)))]
pub async fn list_ai_agents(
    State(api): State<Api>,
    caller: Caller<AiRunsRead>,
    pager: Pager,
) -> Result<Reply, Problem> {
    let page = AiAgents::new(api.table(), caller.scope).list(&pager.request()).await?;
    let rows = page.items.into_iter().map(AiAgentView::from).collect();
    Reply::page(rows, pager.info(&api, page.last)?)
}
