//! The nightly schedule: one message for each tenant, to this worker's own queue.
//!
//! Round trips: one query, and one call per ten tenants. What is not on the first page is left to a message of its own, so
//! that no number of tenants takes longer than the function may.

use cloud::{Ctx, Queue};
use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use table::OperatorScope;
use tenancy::Tenants;

use crate::{TenantWorkError, usage::recount_tenant::Recount};

/// How many messages are handed over at once: each ten are a call over a connection of its own.
const SENT_AT_ONCE: usize = 500;

/// The nightly schedule fired.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Recounts {
    /// When, as the scheduler writes it: of a message that waited it says which night is meant.
    pub(crate) scheduled_time: Timestamp,
    /// From which tenant on; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<TenantId>,
}

/// Sends a message for each tenant but the platform. Twice is as once, for so is what the messages do.
pub(crate) async fn start_recounts(ctx: Ctx, asked: Recounts) -> Result<(), TenantWorkError> {
    let operator = OperatorScope::assume("every tenant's counts are compared with what there is");
    let page = Tenants::new(ctx.table()).ids_from(operator, asked.from, None).await?;
    let last = page.items.last().copied().filter(|last| page.last.is_some() && Some(*last) != asked.from);
    let tenants = page.items.into_iter().filter(|id| *id != TenantId::PLATFORM);
    let mut work: Vec<Value> = tenants.map(|id| json!(Recount { recount: id, at: asked.scheduled_time })).collect();
    tracing::info!(sent = work.len(), is_all = last.is_none(), "recounts of tenants sent out");
    // The last one of the page is sent once more with the rest.
    work.extend(last.map(|from| json!(Recounts { scheduled_time: asked.scheduled_time, from: Some(from) })));
    for part in work.chunks(SENT_AT_ONCE) {
        ctx.ports().queues.send(Queue::TenantWork, part).await?;
    }
    Ok(())
}
