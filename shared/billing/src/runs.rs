//! Billing runs that somebody asked for: how many subscriptions were due, and what became of each.
//!
//! `RUN#<id>` / `RUN` holds the counts; `RUN#<id>` / `S#<sub>` one subscription's outcome. Both change in one
//! transaction, so that a subscription counts once however often its message is delivered.

use jiff::SignedDuration;
use kernel::{RunId, SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Condition, Key, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError, from_item, to_item,
};

use crate::due;

/// A billing run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The id.
    pub id: RunId,
    /// What is due by this instant is billed.
    pub as_of: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When all due subscriptions had been found; none while they are looked for.
    pub found_at: Option<Timestamp>,
    /// How many were due.
    pub due: u32,
    /// How many of them got their invoices.
    pub invoiced: u32,
    /// How many of them could not be invoiced; a later try may still do it.
    pub failed: u32,
    /// How many of them were found invoiced already, or not due after all.
    pub skipped: u32,
}

/// Whether a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Subscriptions are being found or billed.
    Running,
    /// Each subscription that was due has an outcome.
    Done,
}

/// What became of one subscription of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// At least one invoice was issued.
    Invoiced,
    /// It went wrong.
    Failed,
    /// There was nothing to do.
    Skipped,
}

/// The billing runs of one tenant.
#[derive(Clone, Copy)]
pub struct Runs<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// How long the start of a run may take.
const START_IS_LOST_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// How many subscriptions are noted in one transaction, beside the run itself.
const NOTED_AT_ONCE: usize = table::MAX_WRITES - 1;

impl Run {
    /// A run that has just been asked for.
    pub const fn new(id: RunId, as_of: Timestamp, now: Timestamp) -> Self {
        Self { id, as_of, created_at: now, found_at: None, due: 0, invoiced: 0, failed: 0, skipped: 0 }
    }

    /// Whether it is over.
    pub fn status(&self) -> RunStatus {
        let all_done = self.invoiced + self.failed + self.skipped >= self.due;
        if self.found_at.is_some() && all_done { RunStatus::Done } else { RunStatus::Running }
    }
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Invoiced => "invoiced",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl<'a> Runs<'a> {
    /// The runs of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The write that adds a run. Until all of it is found it is due work itself, so that a start that was lost is made
    /// up for by a later cycle.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(scope: TenantScope, run: &Run) -> Result<Write, TableError> {
        let listed = scope.gsi1("RUN", format_args!("{}#{}", run.created_at, run.id));
        let made_up_for = due::place(scope, run.created_at.plus(START_IS_LOST_AFTER), run.id.ulid(), run.id);
        let write = Write::put(key(scope, run.id), to_item(run)?).gsi1(listed).gsi2(made_up_for);
        Ok(write.when(Condition::NotExists))
    }

    /// One by its id.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: RunId) -> Result<Option<Run>, TableError> {
        self.table.get(&key(self.scope, id)).await?.map(from_item).transpose()
    }

    /// Notes subscriptions as due in a run, each once.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn note_due(&self, id: RunId, subscriptions: &[SubscriptionId]) -> Result<(), TableError> {
        for chunk in subscriptions.chunks(NOTED_AT_ONCE) {
            let mut waiting = chunk.to_vec();
            while !waiting.is_empty() {
                let mut transaction = Transaction::new();
                let run = Write::update(key(self.scope, id)).when(Condition::Exists);
                transaction.add(run.add("due", i64::try_from(waiting.len()).unwrap_or(i64::MAX)));
                let slots: Vec<_> = waiting
                    .iter()
                    .map(|sub| {
                        let row = Write::update(outcome_key(self.scope, id, *sub)).set("outcome", "due");
                        (*sub, transaction.add(row.when(Condition::NotExists)))
                    })
                    .collect();
                waiting = match self.table.transact(transaction).await {
                    Ok(()) => Vec::new(),
                    Err(TransactError::Cancelled(cancelled)) => {
                        let new = slots.into_iter().filter(|(_, slot)| cancelled.failed(*slot).is_none());
                        let new: Vec<_> = new.map(|(sub, _)| sub).collect();
                        // Nothing noted before means that it was the run itself that is not there.
                        if new.len() == waiting.len() {
                            return Err(TableError::Corrupt(format!("no billing run {id}")));
                        }
                        new
                    }
                    Err(TransactError::Table(error)) => return Err(error),
                };
            }
        }
        Ok(())
    }

    /// Notes that all due subscriptions have been found.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when there is no such run.
    pub async fn found_all(&self, id: RunId, now: Timestamp) -> Result<(), TableError> {
        let found = Write::update(key(self.scope, id)).set("foundAt", now.to_string()).without_gsi2();
        let write = found.when(Condition::Exists);
        match self.table.write(write).await {
            Ok(_) => Ok(()),
            Err(WriteError::ConditionFailed { .. }) => Err(TableError::Corrupt(format!("no billing run {id}"))),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Notes what became of a subscription. The first outcome stands, except that a failure gives way to a later one.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settle(&self, id: RunId, subscription: SubscriptionId, outcome: Outcome) -> Result<(), TableError> {
        if self.settle_from("due", id, subscription, outcome).await? || outcome == Outcome::Failed {
            return Ok(());
        }
        self.settle_from(Outcome::Failed.as_str(), id, subscription, outcome).await.map(drop)
    }

    async fn settle_from(
        &self,
        from: &'static str,
        id: RunId,
        subscription: SubscriptionId,
        outcome: Outcome,
    ) -> Result<bool, TableError> {
        let mut transaction = Transaction::new();
        let row = Write::update(outcome_key(self.scope, id, subscription)).set("outcome", outcome.as_str());
        transaction.add(row.when(Condition::Equals("outcome", from.into())));
        let run = Write::update(key(self.scope, id)).add(outcome.as_str(), 1);
        let was_failed = from == Outcome::Failed.as_str();
        transaction.add(if was_failed { run.add(from, -1) } else { run });
        match self.table.transact(transaction).await {
            Ok(()) => Ok(true),
            Err(TransactError::Cancelled(_)) => Ok(false),
            Err(TransactError::Table(error)) => Err(error),
        }
    }
}

fn key(scope: TenantScope, id: RunId) -> Key {
    scope.key(format_args!("RUN#{id}"), "RUN")
}

fn outcome_key(scope: TenantScope, id: RunId, subscription: SubscriptionId) -> Key {
    scope.key(format_args!("RUN#{id}"), format_args!("S#{subscription}"))
}
