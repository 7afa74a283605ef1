//! What a sweep sees of the agenda: pages of the due-work index, and claims.

use jiff::SignedDuration;
use kernel::Timestamp;
use serde_json::Value;

use super::{Due, DueKind, DueRow, SORT, place, spread};
use crate::{
    Condition, DUE_SHARDS, Item, OperatorScope, Query, Table, TableError, TenantScope, Write, WriteError, pages::Listed,
};

/// Work as the index lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDue {
    /// The work.
    pub due: Due,
    /// How often it was claimed since it became due.
    tries: u32,
    /// The sort key under which it was found.
    sort: String,
}

/// Who has the work now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// This sweep: it sends the message.
    Won,
    /// Another sweep, or a worker, was faster.
    Lost,
}

/// What of the index is looked at: one of its shards, up to an instant.
#[derive(Clone, Copy, Debug)]
pub struct ShardUntil {
    /// Which shard.
    pub shard: u8,
    /// Until when, this instant too.
    pub until: Timestamp,
}

/// How long a claim hides a row at first, and at most.
const FIRST_LEASE: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_LEASE: SignedDuration = SignedDuration::from_hours(24);

/// One page of at most `limit` of what a shard lists until an instant, oldest first. One round trip. Rows that were
/// claimed are listed at the end of their lease. The index may lag: a row may be listed a moment after it was moved.
///
/// # Errors
/// Those of the table.
pub async fn page(
    operator: OperatorScope,
    table: &dyn Table,
    asked: ShardUntil,
    limit: u16,
    after: Option<Item>,
) -> Result<Listed<ListedDue>, TableError> {
    // `~` sorts behind everything that follows an instant, so that what is due at this very one is in.
    let query = Query::gsi2(operator.due_partition(asked.shard))
        .at_most(format!("{}#~", asked.until))
        .limit(limit)
        .after(after);
    let page = table.query(query).await?;
    // A row of another version of the code, during a roll-out, must not hold up the others.
    let parsed = page.items.iter().map(ListedDue::parse);
    let listed = parsed.filter_map(|one| one.inspect_err(|error| tracing::error!(%error, "due work left alone")).ok());
    Ok(Listed { items: listed.collect(), last: page.last })
}

/// Takes work for this sweep: it is listed again at the end of the lease. One round trip.
///
/// # Errors
/// Those of the table.
pub async fn claim(table: &dyn Table, listed: &ListedDue, now: Timestamp) -> Result<Claim, TableError> {
    let ListedDue { due, tries, sort } = listed;
    let tries = tries.saturating_add(1);
    let place = place(due.scope(), &due.id, now.plus(lease(tries)), due.at, tries);
    let write = Write::update::<DueRow>(due.key()).gsi2(place).when(Condition::Equals("GSI2SK", sort.as_str().into()));
    match table.write(write).await {
        Ok(_) => Ok(Claim::Won),
        Err(WriteError::ConditionFailed { .. }) => Ok(Claim::Lost),
        Err(WriteError::Table(error)) => Err(error),
    }
}

/// The shard that lists this work.
pub fn shard(due: &Due) -> u8 {
    // The remainder is below 8, so that nothing is cut off.
    u8::try_from(spread(due.scope(), &due.id) % u128::from(DUE_SHARDS)).unwrap_or(0)
}

/// How long work waits for its worker after it was sent for the `tries`th time: 1, 2, 4, 8, 16, then 24 hours.
pub fn lease(tries: u32) -> SignedDuration {
    let doubled = 2_i32.saturating_pow(tries.saturating_sub(1));
    FIRST_LEASE.saturating_mul(doubled).min(LONGEST_LEASE)
}

impl ListedDue {
    fn parse(item: &Item) -> Result<Self, TableError> {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let unknown = || TableError::Corrupt(format!("unknown due work: {} {}", text("PK"), text("GSI2SK")));
        let scope = TenantScope::of_row(item).ok_or_else(unknown)?;
        // T#<tenant>#DUE#<kind>#<id>
        let mut key = text("PK").splitn(5, '#').skip(2);
        let (Some(SORT), Some(kind), Some(id)) = (key.next(), key.next(), key.next()) else { return Err(unknown()) };
        // <listed at>#<due at>#<tries>
        let mut sort = text("GSI2SK").split('#').skip(1);
        let at = sort.next().and_then(|at| at.parse().ok()).ok_or_else(unknown)?;
        let tries = sort.next().and_then(|tries| tries.parse().ok()).ok_or_else(unknown)?;
        let kind = DueKind::parse(kind).ok_or_else(unknown)?;
        let due = Due { tenant_id: scope.tenant(), kind, id: id.to_owned(), at };
        Ok(Self { due, tries, sort: text("GSI2SK").to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_lease_doubles_up_to_a_day() {
        let hours: Vec<i64> = (0..9).map(|tries| lease(tries).as_hours()).collect();
        assert_eq!(hours, [1, 1, 2, 4, 8, 16, 24, 24, 24]);
        assert_eq!(lease(u32::MAX).as_hours(), 24);
    }

    #[test]
    fn rows_of_another_version_are_told_apart() {
        let row = |pk: &str, sort: &str| -> Item {
            serde_json::from_value(serde_json::json!({ "PK": pk, "GSI2SK": sort })).unwrap()
        };
        let pk = "T#tnt_00000000000000000000000001#DUE#billing_run#run_2";
        let sort = "2026-12-01T01:00:00.000Z#2026-12-01T00:00:00.000Z#1";
        let listed = ListedDue::parse(&row(pk, sort)).unwrap();
        assert_eq!((listed.due.at, listed.tries, listed.due.id.as_str()), (at("2026-12-01T00:00:00Z"), 1, "run_2"));
        for (pk, sort) in [
            ("T#tnt_00000000000000000000000001#DUE#moon_phase#run_2", sort),
            ("T#tnt_00000000000000000000000001#SUB#sub_2", sort),
            ("DUE#billing_run#run_2", sort),
            (pk, "2026-12-01T01:00:00.000Z"),
            (pk, "2026-12-01T01:00:00.000Z#soon#1"),
            (pk, "2026-12-01T01:00:00.000Z#2026-12-01T00:00:00.000Z#often"),
        ] {
            assert!(matches!(ListedDue::parse(&row(pk, sort)), Err(TableError::Corrupt(_))), "{pk} {sort}");
        }
    }
}
