//! The due-work index (GSI2): what must be done when, across all tenants.

use std::fmt::Display;

use kernel::{RunId, SubscriptionId, TenantId, Timestamp};
use serde_json::Value;
use table::{Item, OperatorScope, Query, Sorted, Table, TableError, TenantScope};
use ulid::Ulid;

/// Something that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// Whose it is.
    pub tenant: TenantId,
    /// What it is.
    pub thing: DueThing,
}

/// What can be due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueThing {
    /// A subscription whose period is over.
    Subscription(SubscriptionId),
    /// A billing run whose start was lost.
    Run(RunId),
}

/// One page of what is due at `as_of` in a shard, oldest first, and where the next page begins. A row may be listed a
/// moment longer than it is due: whoever does the work must look again.
///
/// # Errors
/// Those of the table.
pub async fn due(
    operator: OperatorScope,
    table: &dyn Table,
    shard: u8,
    as_of: Timestamp,
    after: Option<Item>,
) -> Result<(Vec<Due>, Option<Item>), TableError> {
    // `~` sorts behind every id, so that what is due at this very instant is in.
    let query = Query::gsi2(operator.due_partition(shard)).at_most(format!("{as_of}#~")).after(after);
    let page = table.query(query).await?;
    // A row of another version of the code, during a roll-out, must not hold up everybody's billing.
    let parsed = page.items.iter().map(parse);
    let due = parsed.filter_map(|due| due.inspect_err(|error| tracing::error!(%error, "due work left alone")).ok());
    Ok((due.collect(), page.last))
}

/// Where a thing with this id is listed. The last bits of the id, which are random, choose the shard.
pub(crate) fn place(scope: TenantScope, at: Timestamp, spread: Ulid, id: impl Display) -> Sorted {
    Sorted::due(spread.0, format!("{at}#{}#{id}", scope.tenant()))
}

fn parse(item: &Item) -> Result<Due, TableError> {
    let sort = item.get("GSI2SK").and_then(Value::as_str).unwrap_or_default();
    let mut parts = sort.split('#').skip(1);
    let tenant = parts.next().and_then(|tenant| tenant.parse().ok());
    let id = parts.next().unwrap_or_default();
    let subscription = id.parse().map(DueThing::Subscription);
    match (tenant, subscription.or_else(|_| id.parse().map(DueThing::Run))) {
        (Some(tenant), Ok(thing)) => Ok(Due { tenant, thing }),
        (_, _) => Err(TableError::Corrupt(format!("unknown due work: {sort}"))),
    }
}
