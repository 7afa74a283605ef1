//! `DELETE /api/v1/ai/agents/{id}`: an agent is gone; runs that ask it go on.
//!
//! Round trips: as `PATCH`.

use axum::extract::State;
use kernel::AiAgentId;
use runs::AiAgents;
use serde::Serialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{AGENT_DELETED, AiRunsWrite};

/// An agent that is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiAgentDeleted {
    pub id: AiAgentId,
    /// Always true.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete an agent
///
/// Runs that ask it go on with what held when they began. Its votes stay in the scoreboard.
#[utoipa::path(
    delete, path = "/api/v1/ai/agents/{id}",
    responses((status = 200, body = Envelope<AiAgentDeleted>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_ai_agent(
    State(api): State<Api>,
    caller: Caller<AiRunsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<AiAgentId>,
) -> Result<Reply, Problem> {
    let agents = AiAgents::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = agents.get(id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(before.version)?;
        let mut transaction = Transaction::new();
        agents.delete(&mut transaction, &before);
        caller.entry(&api, &info, AGENT_DELETED).about(id).insert(&mut transaction, caller.scope)?;
        let reply = Reply::ok(&AiAgentDeleted { id, deleted: true })?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
