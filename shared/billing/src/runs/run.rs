//! Billing runs that somebody asked for: how many subscriptions were due, and what became of each.
//!
//! `RUN#<id>` / `RUN` holds the counts; `RUN#<id>` / `S#<sub>` one subscription's outcome. `RUNS` / `NEWEST` names the
//! newest run, so that a tenant has one at a time. The first two change in one
//! transaction, so that a subscription counts once however often its message is delivered. That it was invoiced is
//! counted in the transaction of the invoice: no death between the two can make an invoice look like none.

use jiff::SignedDuration;
use kernel::{Money, RunId, SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{
    Cancelled, Condition, Item, Key, Query, Record, Slot, Table, TableError, TenantScope, TransactError, Transaction,
    Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest},
};
use utoipa::ToSchema;

use crate::{RunOutcome, RunSubscription};

/// A billing run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The id.
    pub id: RunId,
    /// What is due by this instant is billed.
    pub as_of: Timestamp,
    /// It foresees what would be billed, and bills nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
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

impl Record for Run {
    const ROWS: &'static [&'static str] = &["RUN#{run} / RUN"];
}

impl Record for NewestRun {
    const ROWS: &'static [&'static str] = &["RUNS / NEWEST"];
}

impl Record for Noted {
    const ROWS: &'static [&'static str] = &["RUN#{run} / S#{subscription}"];
}

/// Whether a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Subscriptions are being found or billed.
    Running,
    /// Each subscription that was due has an outcome.
    Done,
}

/// How one delivery of the work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is left to do.
    Well,
    /// Something is left, and the message comes again: the code of the error.
    Badly(&'static str),
}

/// How invoices of one subscription are counted in a run, as far as its row is known.
#[derive(Clone, Copy, Debug)]
pub struct RunTally {
    run: RunId,
    subscription: SubscriptionId,
    noted: Noted,
}

/// The row of one subscription in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    outcome: RunOutcome,
    /// How many invoices were issued for it in this run.
    #[serde(default)]
    invoices: u32,
}

/// Which run of the tenant is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewestRun {
    run_id: RunId,
}

/// The newest run of a tenant, as it was read before another is begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Newest(Option<NewestRun>, Option<Run>);

/// The billing runs of one tenant.
#[derive(Clone, Copy)]
pub struct Runs<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// How long a run counts as under way: its work is sent out once, and what then became of it may never be noted.
const OPEN_AT_MOST: SignedDuration = SignedDuration::from_hours(1);

/// How long the start of a run may take.
const START_IS_LOST_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// How many subscriptions are noted in one transaction, beside the run itself.
const NOTED_AT_ONCE: usize = table::MAX_WRITES - 1;

impl Run {
    /// A run that has just been asked for.
    pub const fn new(id: RunId, as_of: Timestamp, now: Timestamp) -> Self {
        Self { id, as_of, dry_run: false, created_at: now, found_at: None, due: 0, invoiced: 0, failed: 0, skipped: 0 }
    }

    /// The same, which foresees what would be billed.
    #[must_use]
    pub const fn dry(self) -> Self {
        Self { dry_run: true, ..self }
    }

    /// Whether it is over.
    pub fn status(&self) -> RunStatus {
        let all_done = self.invoiced + self.failed + self.skipped >= self.due;
        if self.found_at.is_some() && all_done { RunStatus::Done } else { RunStatus::Running }
    }
}

impl Newest {
    /// The run beside which no other begins: it is not done, and not older than an hour, after which one that died is over.
    pub fn open(&self, now: Timestamp) -> Option<&Run> {
        let is_open = |run: &&Run| run.status() == RunStatus::Running && now < run.created_at.plus(OPEN_AT_MOST);
        self.1.as_ref().filter(is_open)
    }
}

impl<'a> Runs<'a> {
    /// The runs of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The newest run. One round trip, one more where there is one.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn newest(&self) -> Result<Newest, TableError> {
        let named: Option<NewestRun> = self.table.get(&newest_key(self.scope)).await?.map(from_item).transpose()?;
        let run = match named {
            Some(NewestRun { run_id }) => self.get(run_id).await?,
            None => None,
        };
        Ok(Newest(named, run))
    }

    /// Adds the writes of a new run, of which one fails when another has begun since the newest was read. Until all of it
    /// is found it is on the agenda itself, so that a start that was lost is made up for.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(
        transaction: &mut Transaction,
        scope: TenantScope,
        run: &Run,
        newest: &Newest,
    ) -> Result<Slot, TableError> {
        let unchanged = match &newest.0 {
            Some(before) => Condition::Equals("runId", before.run_id.to_string().into()),
            None => Condition::NotExists,
        };
        transaction.add(Write::put(newest_key(scope), &NewestRun { run_id: run.id })?.when(unchanged));
        let listed = scope.gsi1("RUN", format_args!("{}#{}", run.created_at, run.id));
        let row = Write::put(key(scope, run.id), run)?.gsi1(listed).when(Condition::NotExists);
        let lost_at = run.created_at.plus(START_IS_LOST_AFTER);
        agenda::set(transaction, scope, DueKind::BillingRun, run.id, lost_at)?;
        Ok(transaction.add(row))
    }

    /// One by its id.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: RunId) -> Result<Option<Run>, TableError> {
        self.table.get(&key(self.scope, id)).await?.map(from_item).transpose()
    }

    /// Newest first. The index may lag by a moment.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<Run>, TableError> {
        let query = Query::gsi1(self.scope.partition("RUN")).descending();
        pages::page(self.table, query, request, |_: &Run| true).await
    }

    /// A page of the subscriptions of a run.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn subscriptions(
        &self,
        id: RunId,
        only: Option<RunOutcome>,
        request: &PageRequest,
    ) -> Result<Listed<RunSubscription>, TableError> {
        let keep = |one: &RunSubscription| only.is_none_or(|only| one.outcome == only);
        pages::page(self.table, self.outcomes(id), request, keep).await
    }

    /// All subscriptions of a run. One query for each megabyte, which are some 5,000.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn all_subscriptions(&self, id: RunId) -> Result<Vec<RunSubscription>, TableError> {
        pages::readable(self.table, self.outcomes(id)).await
    }

    fn outcomes(&self, id: RunId) -> Query {
        Query::partition(self.scope.partition(format_args!("RUN#{id}"))).begins_with("S#")
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
                let run = Write::update::<Run>(key(self.scope, id)).when(Condition::Exists);
                transaction.add(run.add("due", i64::try_from(waiting.len()).unwrap_or(i64::MAX)));
                let slots: Vec<_> = waiting
                    .iter()
                    .map(|sub| {
                        let row = Write::update::<Noted>(outcome_key(self.scope, id, *sub)).set("outcome", "due");
                        let row = row.set("subscription", sub.to_string());
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
        let found = Write::update::<Run>(key(self.scope, id)).set("foundAt", now.to_string());
        let mut transaction = Transaction::new();
        transaction.add(found.when(Condition::Exists));
        agenda::clear(&mut transaction, self.scope, DueKind::BillingRun, id);
        match self.table.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(TableError::Corrupt(format!("no billing run {id}"))),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    /// Notes what a dry run foresees of a subscription: once, or after a failure.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn foresee(&self, tally: RunTally, invoices: u32, total: Option<Money>) -> Result<(), TableError> {
        let to = if invoices == 0 { RunOutcome::Skipped } else { RunOutcome::Invoiced };
        let step = Step { to, invoices: invoices.into(), total, reason: None };
        let is_open = |noted: Noted| matches!(noted.outcome, RunOutcome::Due | RunOutcome::Failed);
        self.note(tally, |noted| is_open(noted).then_some(step)).await
    }

    /// Notes how a delivery of the work ended; what invoices it issued is counted already.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settle(&self, tally: RunTally, ended: Ended) -> Result<(), TableError> {
        let step = |to| Step { to, invoices: 0, total: None, reason: ended.reason() };
        self.note(tally, |noted| noted.after(ended).map(step)).await
    }

    /// Moves a subscription's row by what it says: nothing where `next` wants nothing, or the run does not know it.
    async fn note(&self, mut tally: RunTally, next: impl Fn(Noted) -> Option<Step>) -> Result<(), TableError> {
        while let Some(step) = next(tally.noted) {
            let mut transaction = Transaction::new();
            let slot = tally.add(self.scope, step, &mut transaction);
            match self.table.transact(transaction).await {
                Ok(()) => return Ok(()),
                Err(TransactError::Cancelled(cancelled)) => match tally.corrected(slot, &cancelled)? {
                    Some(corrected) => tally = corrected,
                    None => return Ok(()),
                },
                Err(TransactError::Table(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

impl RunTally {
    /// Of a subscription that was found due; whatever else its row says, the first write tells.
    pub const fn new(run: RunId, subscription: SubscriptionId) -> Self {
        Self { run, subscription, noted: Noted { outcome: RunOutcome::Due, invoices: 0 } }
    }

    /// Adds the writes that count an invoice: two, to its own transaction. The slot is that of the write that fails when
    /// the row says something else.
    pub fn count(&self, scope: TenantScope, total: Money, transaction: &mut Transaction) -> Slot {
        let step = Step { to: RunOutcome::Invoiced, invoices: 1, total: Some(total), reason: None };
        self.add(scope, step, transaction)
    }

    /// The tally after the transaction of [`RunTally::count`] went through.
    #[must_use]
    pub const fn counted(self) -> Self {
        let noted = Noted { outcome: RunOutcome::Invoiced, invoices: self.noted.invoices.saturating_add(1) };
        Self { noted, ..self }
    }

    /// The tally as the row is, after a transaction was cancelled in `slot`; none when the run does not know the
    /// subscription.
    ///
    /// # Errors
    /// `Corrupt` for a row that cannot be read.
    pub fn corrected(self, slot: Slot, cancelled: &Cancelled) -> Result<Option<Self>, TableError> {
        let row: Option<Item> = cancelled.failed(slot).and_then(|failed| failed.current.clone());
        let noted = row.map(from_item).transpose()?;
        Ok(noted.map(|noted| Self { noted, ..self }))
    }

    /// Moves the row from what is noted to what it becomes, and the run's counts with it.
    fn add(&self, scope: TenantScope, step: Step, transaction: &mut Transaction) -> Slot {
        let (from, to) = (self.noted.outcome, step.to);
        let mut row =
            Write::update::<Noted>(outcome_key(scope, self.run, self.subscription)).set("outcome", to.as_str());
        row = row.add("invoices", step.invoices).when(Condition::Equals("outcome", from.as_str().into()));
        if let Some(total) = step.total {
            row = row.add("total", total.minor()).set("currency", total.currency().to_string());
        }
        if let Some(reason) = step.reason {
            row = row.set("reason", reason);
        }
        let slot = transaction.add(row);
        if from != to {
            let run = Write::update::<Run>(key(scope, self.run)).add(to.as_str(), 1);
            // What is due stays due in the run's counts: they say how many were found.
            transaction.add(if from == RunOutcome::Due { run } else { run.add(from.as_str(), -1) });
        }
        slot
    }
}

/// What is noted of a subscription next.
#[derive(Clone, Copy)]
struct Step {
    to: RunOutcome,
    invoices: i64,
    total: Option<Money>,
    reason: Option<&'static str>,
}

impl Ended {
    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Well => None,
            Self::Badly(reason) => Some(reason),
        }
    }
}

impl Noted {
    /// What the row says after a delivery ended so; none when it stays as it is.
    const fn after(self, ended: Ended) -> Option<RunOutcome> {
        match (ended, self.outcome) {
            (Ended::Badly(_), RunOutcome::Due | RunOutcome::Invoiced) => Some(RunOutcome::Failed),
            // What failed before is done: by an earlier try of this run, or by somebody else.
            (Ended::Well, RunOutcome::Failed) if self.invoices > 0 => Some(RunOutcome::Invoiced),
            (Ended::Well, RunOutcome::Due | RunOutcome::Failed) => Some(RunOutcome::Skipped),
            (Ended::Badly(_), RunOutcome::Failed | RunOutcome::Skipped)
            | (Ended::Well, RunOutcome::Invoiced | RunOutcome::Skipped) => None,
        }
    }
}

fn key(scope: TenantScope, id: RunId) -> Key {
    scope.key(format_args!("RUN#{id}"), "RUN")
}

fn newest_key(scope: TenantScope) -> Key {
    scope.key("RUNS", "NEWEST")
}

fn outcome_key(scope: TenantScope, id: RunId, subscription: SubscriptionId) -> Key {
    scope.key(format_args!("RUN#{id}"), format_args!("S#{subscription}"))
}
