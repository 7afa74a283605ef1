//! `PATCH /api/v1/ai/agents/{id}`: other terms for the runs that begin from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the agent, one transaction; the last two again for every race that is lost.

use std::collections::BTreeSet;

use axum::extract::State;
use kernel::AiAgentId;
use runs::{AgentTerms, AiAgents, ModelName, PromptText, RunName, ToolName};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    AGENT_UPDATED, AiRunsWrite,
    agents::{
        agent_view::AiAgentView,
        terms::{checked, may_use},
    },
};

/// What changes; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "maxSteps": 8 }))]
pub struct UpdateAiAgent {
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = RunName, required = false)]
    pub name: Option<RunName>,
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = ModelName, required = false)]
    pub model: Option<ModelName>,
    /// What it is told whatever its task is.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = PromptText, required = false)]
    pub instructions: Option<PromptText>,
    /// The tools that it may use, all anew.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = BTreeSet<ToolName>, required = false)]
    pub tools: Option<BTreeSet<ToolName>>,
    /// How often it asks its model at most.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u32, required = false, minimum = 1, maximum = 20)]
    pub max_steps: Option<u32>,
    /// What a task may cost at most, in thousand-millionths of a dollar, up to ten dollars.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 10_000_000_000_i64)]
    pub max_cost_nano_usd: Option<i64>,
    /// How many tokens an answer has at most.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u32, required = false, minimum = 1, maximum = 32000)]
    pub max_tokens: Option<u32>,
}

impl UpdateAiAgent {
    fn of(self, old: AgentTerms) -> AgentTerms {
        AgentTerms {
            name: self.name.unwrap_or(old.name),
            model: self.model.unwrap_or(old.model),
            instructions: self.instructions.unwrap_or(old.instructions),
            tools: self.tools.unwrap_or(old.tools),
            max_steps: self.max_steps.unwrap_or(old.max_steps),
            max_cost_nano_usd: self.max_cost_nano_usd.unwrap_or(old.max_cost_nano_usd),
            max_tokens: self.max_tokens.unwrap_or(old.max_tokens),
        }
    }
}

/// Update an agent
///
/// Runs that began before go on with what held then.
#[utoipa::path(
    patch, path = "/api/v1/ai/agents/{id}",
    responses((status = 200, body = Envelope<AiAgentView>), (status = 409, description = "CONFLICT"))
)]
pub async fn update_ai_agent(
    State(api): State<Api>,
    caller: Caller<AiRunsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<AiAgentId>,
    Json(body): Json<UpdateAiAgent>,
) -> Result<Reply, Problem> {
    let agents = AiAgents::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = agents.get(id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(before.version)?;
        let terms = checked(body.clone().of(before.terms.clone()))?;
        // Of the tools that it has already, too: other instructions may make another use of them.
        may_use(&caller, &terms.tools)?;
        let mut transaction = Transaction::new();
        let agent = match before.changed(terms, api.now()) {
            None => before,
            Some(changed) => {
                agents.save(&mut transaction, &changed)?;
                caller.entry(&api, &info, AGENT_UPDATED).about(id).insert(&mut transaction, caller.scope)?;
                changed
            }
        };
        let version = agent.version;
        let reply = Reply::ok(&AiAgentView::from(agent))?.version(version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
