//! Where behaviour is kept: `BEHAVIOUR#<shard>` has `<shopper>#BOUGHT` and `<shopper>#SEEN`, so that eight
//! queries read everybody's.

use kernel::Timestamp;
use table::{
    Condition, Item, Key, Query, Race, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError,
    agenda::{self, DueKind},
    from_item, get_rows,
    pages::{self, Walk},
    until_settled,
};

use crate::{
    BehaviourEvent, BehaviourTally, RetentionDays, Shopper,
    behaviour::{
        kept::{Behaviour, Shelf},
        night::next_night,
    },
    model::state::NIGHTLY,
};

/// Over how many partitions the shoppers of a tenant are spread.
pub const SHARDS: u8 = 8;

/// Why behaviour was not noted.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// The store failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Others were faster every time, or the customer is not as it was read.
    #[error("the behaviour kept changing")]
    Outrun,
}

/// What is to be noted.
#[derive(Clone, Copy, Debug)]
pub struct Noting<'a> {
    /// Whose.
    pub shopper: Shopper,
    /// What they did.
    pub events: &'a [BehaviourEvent],
    /// How long it is kept.
    pub retention: RetentionDays,
    /// The present.
    pub now: Timestamp,
}

/// The behaviour of the people of one tenant.
#[derive(Clone, Copy)]
pub struct Behaviours<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Behaviours<'a> {
    /// That of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// All that is kept of a shopper. One read of both rows.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(&self, shopper: Shopper) -> Result<Vec<Behaviour>, TableError> {
        Ok(self.both(shopper).await?.into_iter().flatten().collect())
    }

    /// In the order of [`Shelf::BOTH`].
    async fn both(&self, shopper: Shopper) -> Result<[Option<Behaviour>; 2], TableError> {
        let [bought, seen] = get_rows(self.table, Shelf::BOTH.map(|shelf| self.key(shopper, shelf))).await?;
        Ok([bought.map(from_item).transpose()?, seen.map(from_item).transpose()?])
    }

    /// The walk over one part of everybody's behaviour.
    pub fn walk(&self, shard: u8) -> Walk<'a> {
        Walk::new(self.table, Query::partition(self.scope.partition(format_args!("BEHAVIOUR#{shard}"))))
    }

    /// A row of such a walk; none for one that this release cannot read.
    pub fn read(row: Item) -> Option<Behaviour> {
        pages::read(row)
    }

    /// Keeps what somebody did: each event once, however often and in which order they come. `guard` adds what must be true besides. One
    /// read; where something is new one transaction, and with the first of a night one write of the agenda before it.
    ///
    /// # Errors
    /// Those of the table; `Outrun`.
    pub async fn note(
        &self,
        noting: Noting<'_>,
        guard: impl Fn(&mut Transaction),
    ) -> Result<BehaviourTally, NoteError> {
        let Noting { shopper, events, retention, now } = noting;
        let window = (retention.before(now), now);
        until_settled(
            || NoteError::Outrun,
            || async {
                let known = self.both(shopper).await?;
                let (mut transaction, mut tally, mut is_first) = (Transaction::new(), BehaviourTally::default(), true);
                guard(&mut transaction);
                let checks = transaction.len();
                for (shelf, before) in Shelf::BOTH.into_iter().zip(known) {
                    let new: Vec<BehaviourEvent> =
                        events.iter().filter(|event| Shelf::of(event.kind) == shelf).cloned().collect();
                    if let Some(before) = &before {
                        let tenant = self.scope.tenant();
                        is_first &= next_night(tenant, before.updated_at) != next_night(tenant, now);
                    }
                    if new.is_empty() {
                        continue;
                    }
                    let before = before.unwrap_or_else(|| Behaviour::none(shopper, now));
                    let (after, counted) = before.with(shelf, &new, window);
                    tally.accepted += counted.accepted;
                    tally.duplicates += counted.duplicates;
                    if let Some(after) = after {
                        transaction.add(self.row(shelf, &after, retention)?);
                    }
                }
                if transaction.len() == checks {
                    return Ok(Race::Settled(tally));
                }
                // Before the rows: who dies in between leaves a training that finds nothing new.
                if is_first {
                    self.wake_tonight(now).await?;
                }
                match self.table.transact(transaction).await {
                    Ok(()) => Ok(Race::Settled(tally)),
                    Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                    Err(TransactError::Table(error)) => Err(error.into()),
                }
            },
        )
        .await
    }

    /// Takes all of a shopper's behaviour away. One transaction.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn forget(&self, shopper: Shopper) -> Result<(), TableError> {
        let mut transaction = Transaction::new();
        for shelf in Shelf::BOTH {
            transaction.add(Write::delete(self.key(shopper, shelf)));
        }
        match self.table.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(TableError::Unavailable("two at once wrote one row".into())),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    fn row(&self, shelf: Shelf, after: &Behaviour, retention: RetentionDays) -> Result<Write, TableError> {
        let row = Write::put(self.key(after.shopper, shelf), after)?.when(Condition::follows(after.version));
        let is_kept = match after.shopper {
            // What they bought is never recommended to them again.
            Shopper::Customer(_) | Shopper::User(_) => shelf == Shelf::Bought,
            Shopper::Visitor(_) => false,
        };
        Ok(if is_kept { row } else { row.ttl(after.updated_at.plus(retention.duration())) })
    }

    async fn wake_tonight(&self, now: Timestamp) -> Result<(), TableError> {
        let at = next_night(self.scope.tenant(), now);
        let due = |transaction: &mut Transaction| {
            agenda::set(transaction, self.scope, DueKind::RecommendationTraining, NIGHTLY, at)
        };
        // One that is there stays: it is due within a day, or was a moment ago and waits for its sweep.
        match self.table.write(Write::alone(due)?.when(Condition::NotExists)).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    fn key(&self, shopper: Shopper, shelf: Shelf) -> Key {
        let shard = shopper.shard(SHARDS);
        self.scope.key(format_args!("BEHAVIOUR#{shard}"), format_args!("{shopper}#{}", shelf.name()))
    }
}
