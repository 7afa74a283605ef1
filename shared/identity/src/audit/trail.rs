//! The audit trail in the table: entries by day, listed by tenant, and the end of each day's chain.

use std::collections::BTreeSet;

use kernel::{AuditId, Timestamp};
use serde_json::json;
use table::{
    Condition, Key, Query, Record, Table, TableError, TenantScope, TransactError, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};
use ulid::Ulid;

use crate::audit::{
    Action, AuditEntry, ChainLink,
    chain::{Head, Inspection},
    day_of, entry_key, expires_at,
};

/// How many entries one transaction can chain: one write each, and one for the head.
pub const MAX_CHAINED: usize = table::MAX_WRITES - 1;
impl Record for Head {
    const ROWS: &'static [&'static str] = &["AUDITHEAD#{day} / AUDITHEAD"];
}

/// The trail of one tenant.
#[derive(Clone, Copy)]
pub struct AuditTrail<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only this action.
    pub action: Option<Action>,
    /// Only what this user or key did, by id; what they did as another user too.
    pub actor: Option<String>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

/// How many entries a turn of forgetting deletes at most.
const FORGOTTEN_AT_ONCE: usize = 5_000;
/// How many a transaction of it: each may be the last of its day, whose end goes too.
const FORGOTTEN_TOGETHER: u16 = 40;

impl AuditFilter {
    /// The filter, of entries from this instant on at most.
    #[must_use]
    pub fn kept_from(self, from: Option<Timestamp>) -> Self {
        Self { from: self.from.max(from), ..self }
    }

    fn admits(&self, entry: &AuditEntry) -> bool {
        self.action.as_ref().is_none_or(|action| *action == entry.action)
            && self.actor.as_ref().is_none_or(|actor| {
                let behind = entry.impersonator.map(|user| user.to_string());
                [entry.actor.id(), behind].into_iter().flatten().any(|id| id == *actor)
            })
    }

    /// The first and the last id that an entry of the wanted time can have: ids begin with their instant.
    fn ids(&self) -> (AuditId, AuditId) {
        let id = |millis: i64, random: u128| Ulid::from_parts(u64::try_from(millis).unwrap_or(0), random);
        let from = self.from.map_or(Ulid::nil(), |from| id(from.as_millis(), 0));
        let until = self.until.map_or(Ulid(u128::MAX), |until| id(until.as_millis() - 1, u128::MAX));
        (AuditId::new(from), AuditId::new(until))
    }
}

impl<'a> AuditTrail<'a> {
    /// The trail of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Entries, newest first. One round trip, or up to ten where a filter leaves few in a hundred. A page holds fewer
    /// entries than asked for, and yet is not the last, only where a filter leaves very few.
    pub async fn list(&self, filter: &AuditFilter, request: &PageRequest) -> Result<Listed<AuditEntry>, TableError> {
        let (first, latest) = filter.ids();
        if first > latest {
            return Ok(Listed { items: Vec::new(), last: None });
        }
        let query = Query::gsi1(self.scope.partition("AUDIT")).between(first.to_string(), latest.to_string());
        pages::page(self.table, query.descending(), request, |entry| filter.admits(entry)).await
    }

    /// Deletes the entries of before an instant, and the ends of their days' chains, for good; the instant is the beginning of a
    /// day in UTC. 5,000 at once: the rest the next time. One query and one transaction for each 40.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget_before(&self, before: Timestamp) -> Result<(), TableError> {
        let filter = AuditFilter { until: Some(before), ..AuditFilter::default() };
        let (first, latest) = filter.ids();
        let query = Query::gsi1(self.scope.partition("AUDIT")).between(first.to_string(), latest.to_string());
        let mut walk = pages::Walk::new(self.table, query.limit(FORGOTTEN_TOGETHER));
        let mut forgotten = 0;
        while forgotten < FORGOTTEN_AT_ONCE {
            let Some(rows) = walk.next().await? else { return Ok(()) };
            let entries = rows.into_iter().map(from_item).collect::<Result<Vec<AuditEntry>, _>>()?;
            // An entry may have got its id a moment before its own instant.
            let old: Vec<&AuditEntry> = entries.iter().filter(|entry| entry.at < before).collect();
            let days: BTreeSet<String> = old.iter().map(|entry| day_of(entry.at)).collect();
            let mut transaction = Transaction::new();
            for key in
                old.iter().map(|entry| entry_key(self.scope, entry)).chain(days.iter().map(|day| self.head_key(day)))
            {
                transaction.add(Write::delete(key));
            }
            forgotten += old.len();
            if !old.is_empty() {
                self.table.transact(transaction).await.map_err(|error| match error {
                    TransactError::Cancelled(cancelled) => TableError::Unavailable(cancelled.to_string()),
                    TransactError::Table(error) => error,
                })?;
            }
        }
        Ok(())
    }

    /// Looks at all entries of a day (`2026-11-21`), and at the end of their chain as it was before. One round trip, and
    /// one per megabyte of entries.
    pub async fn inspect(&self, day: &str) -> Result<(Option<Head>, Inspection), TableError> {
        let head = self.table.get(&self.head_key(day)).await?.map(from_item).transpose()?;
        let mut inspection = Inspection::default();
        let query = Query::partition(self.scope.partition(format_args!("AUDIT#{day}")));
        let mut walk = pages::Walk::new(self.table, query);
        while let Some(rows) = walk.next().await? {
            for row in rows {
                inspection.see(&from_item(row)?);
            }
        }
        Ok((head, inspection))
    }

    /// The end of a day's chain, and the entries as they are stored, of those given; one that is not there any more is
    /// left out. One round trip.
    pub async fn stored(
        &self,
        day: &str,
        entries: &[AuditEntry],
    ) -> Result<(Option<Head>, Vec<AuditEntry>), TableError> {
        let mut keys = vec![self.head_key(day)];
        keys.extend(entries.iter().map(|entry| entry_key(self.scope, entry)));
        let mut rows = self.table.batch_get(&keys).await?.into_iter();
        let head = rows.next().flatten().map(from_item).transpose()?;
        Ok((head, rows.flatten().map(from_item).collect::<Result<_, _>>()?))
    }

    /// The writes that give entries their places and move the day's end from `before` to `after`, together; they fail when
    /// any of the entries has its place already, or the end was moved by somebody else. At most [`MAX_CHAINED`] entries.
    pub fn chain(
        &self,
        day: &str,
        links: &[(&AuditEntry, ChainLink)],
        before: Option<&Head>,
        after: &Head,
    ) -> Result<Transaction, TableError> {
        let mut transaction = Transaction::new();
        for (entry, link) in links {
            let row = Write::update::<AuditEntry>(entry_key(self.scope, entry)).set("link", json!(link));
            transaction.add(row.when(Condition::Exists).when(Condition::Missing("link")));
        }
        let unchanged = before.map_or(Condition::NotExists, |head| Condition::VersionIs(head.version));
        let head = Head { version: before.map_or(1, |head| head.version + 1), ..after.clone() };
        let row = Write::put(self.head_key(day), &head)?.when(unchanged);
        transaction.add(match links.last() {
            Some((newest, _)) => row.set("ttl", expires_at(newest)),
            None => row,
        });
        Ok(transaction)
    }

    fn head_key(&self, day: &str) -> Key {
        self.scope.key(format_args!("AUDITHEAD#{day}"), "AUDITHEAD")
    }
}
