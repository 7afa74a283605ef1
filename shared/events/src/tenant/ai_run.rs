//! Events about runs of several models. What they were told, and said, is not in them.

use kernel::AiRunId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// A run came to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiRunEnded {
    /// Which run.
    pub run_id: AiRunId,
    /// `done` or `cancelled`.
    pub status: String,
    /// What is to be done: `buy`, `sell` or `hold`; null where the run decides nothing.
    pub action: Option<String>,
    /// How probable it is, in millionths; null where too few votes came.
    pub probability_millionths: Option<u32>,
    /// Why nothing is to be done; null where something is.
    pub held_by: Option<String>,
    /// What its answers cost until then, in thousand-millionths of a dollar.
    pub cost_nano_usd: i64,
}

impl Payload for AiRunEnded {
    const NAME: &'static str = "ai_run.ended";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = AiRunId;

    fn subject(&self) -> AiRunId {
        self.run_id
    }
}
