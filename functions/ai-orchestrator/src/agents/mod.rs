//! Agents.

mod agent_view;
pub(crate) mod create_ai_agent;
pub(crate) mod delete_ai_agent;
pub(crate) mod get_ai_agent;
pub(crate) mod list_ai_agents;
pub(crate) mod terms;
pub(crate) mod update_ai_agent;
