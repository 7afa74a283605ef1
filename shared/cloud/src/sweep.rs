//! Sends what is due to the queues of its kinds.
//!
//! Round trips: one query per shard and page, all shards beside one another; for each row that is due one claim, and one
//! call per ten messages. A sweep holds one page per shard in memory, however much is due, and stops at its deadline: the
//! next one goes on. Two sweeps at once send each message once, as each row is claimed before it is sent; a sweep that dies
//! between the two leaves the row to the end of its lease.

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, future::join_all, stream};
use kernel::TenantId;
use serde_json::{Value, json};
use table::{
    DUE_SHARDS, Item, OperatorScope, TableError,
    agenda::{self, Claim, Due, DueKind, ListedDue, ShardUntil},
};
use tokio::time::Instant;

use crate::{Ctx, PortError, Queue};

/// Why a sweep did not end well; the next one makes up for it.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A queue failed.
    #[error(transparent)]
    Queue(#[from] PortError),
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Swept {
    /// How many messages were sent.
    pub sent: usize,
    /// Whether the deadline came first, so that more may be due.
    pub is_cut_short: bool,
}

/// How many rows a shard looks at before it sends. Each ten messages are a call, and all calls of a hand-over run at once,
/// each over a connection of its own: eight shards then hold 64, where a month's end would want a thousand and Lambda has
/// 1,024 file descriptors.
const PAGE: u16 = 80;
/// How many claims a shard makes at once.
const CLAIMS: usize = 8;

/// Sends what is due of these kinds, oldest first in each shard, for at most this long. When a shard fails, the others go
/// on; the first failure is the answer.
///
/// # Errors
/// Those of the table and the queues.
pub async fn sweep(ctx: &Ctx, kinds: &[DueKind], at_most: Duration) -> Result<Swept, SweepError> {
    let until = Instant::now() + at_most;
    let shards = join_all((0..DUE_SHARDS).map(|shard| sweep_shard(ctx, kinds, shard, until))).await;
    let mut all = Swept::default();
    for shard in shards {
        let shard = shard?;
        all.sent += shard.sent;
        all.is_cut_short |= shard.is_cut_short;
    }
    Ok(all)
}

async fn sweep_shard(ctx: &Ctx, kinds: &[DueKind], shard: u8, until: Instant) -> Result<Swept, SweepError> {
    let operator = OperatorScope::assume("due work of all tenants is found in one index");
    let (mut after, mut swept): (Option<Item>, _) = (None, Swept::default());
    loop {
        if Instant::now() >= until {
            return Ok(Swept { is_cut_short: true, ..swept });
        }
        let asked = ShardUntil { shard, until: ctx.now() };
        let listed = agenda::page(operator, ctx.table(), asked, PAGE, after).await?;
        let wanted = listed.items.into_iter().filter(|one| kinds.contains(&one.due.kind));
        swept.sent += send(ctx, claimed(ctx, first_of_each(wanted)).await?).await?;
        after = listed.last;
        if after.is_none() {
            return Ok(swept);
        }
    }
}

/// Without what is due of a thing after something else of it on the same page: that waits for the next sweep. Over pages and
/// sweeps the two may still be in the queue at once, where no order is kept: what is done of the later one while the earlier
/// is not must be right too, or fail and come again.
fn first_of_each(listed: impl Iterator<Item = ListedDue>) -> Vec<ListedDue> {
    let mut seen: BTreeSet<(TenantId, String)> = BTreeSet::new();
    listed.filter(|one| seen.insert((one.due.tenant_id, one.due.id.clone()))).collect()
}

/// Those that no other sweep has claimed, in their order.
async fn claimed(ctx: &Ctx, listed: Vec<ListedDue>) -> Result<Vec<Due>, TableError> {
    let claims = stream::iter(listed).map(|one| async move {
        let claim = agenda::claim(ctx.table(), &one, ctx.now()).await?;
        Ok((claim == Claim::Won).then_some(one.due))
    });
    // All of them are waited for: what was claimed beside a failure must still be sent.
    let claims: Vec<Result<Option<Due>, TableError>> = claims.buffered(CLAIMS).collect().await;
    let (mut won, mut failure) = (Vec::with_capacity(claims.len()), None);
    for claim in claims {
        match claim {
            Ok(due) => won.extend(due),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if won.is_empty() => Err(error),
        Some(error) => {
            tracing::warn!(%error, "some due work could not be claimed; a later sweep does it");
            Ok(won)
        }
        None => Ok(won),
    }
}

/// Sends to each queue; one that fails does not keep the others from theirs.
async fn send(ctx: &Ctx, work: Vec<Due>) -> Result<usize, PortError> {
    let (mut sent, mut failure) = (0, None);
    let queues: BTreeSet<Queue> = work.iter().map(|due| Queue::of(due.kind)).collect();
    for queue in queues {
        let messages: Vec<Value> =
            work.iter().filter(|due| Queue::of(due.kind) == queue).map(|due| json!(due)).collect();
        match ctx.ports().queues.send(queue, &messages).await {
            Ok(()) => sent += messages.len(),
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(sent), Err)
}
