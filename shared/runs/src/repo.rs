//! Where runs, agents and scores are kept.
//!
//! `AIRUN#<run>` has `RUN`, the run, `STEP#<step>`, each of its steps, and `TURN#<step>#<number>`, each turn of an agent; all of it goes
//! by itself after 90 days. The runs of a tenant are listed by their time in GSI1. `AIAGENTS` / `AGENT#<agent>` is an agent, and `AISCORES` /
//! `MODEL#<model>` the record of a model.

use std::collections::{BTreeMap, BTreeSet};

use ensemble::VoteWeight;
use futures::future::try_join;
use kernel::{AiAgentId, AiRunId};
use serde_json::json;
use table::{
    Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item,
    pages::{self, Listed, PageRequest},
};

use crate::{AgentTurn, AiAgent, AiRun, RunStep, RunStepName, ScoredModel, run::KNOWN};

impl Record for AiRun {
    const ROWS: &'static [&'static str] = &["AIRUN#{run} / RUN"];
    const FREE: &'static [&'static str] = &["features", "stacked", "weights"];
}

impl Record for RunStep {
    const ROWS: &'static [&'static str] = &["AIRUN#{run} / STEP#{step}"];
}

impl Record for AgentTurn {
    const ROWS: &'static [&'static str] = &["AIRUN#{run} / TURN#{step}#{number}"];
}

impl Record for AiAgent {
    const ROWS: &'static [&'static str] = &["AIAGENTS / AGENT#{agent}"];
}

impl Record for ScoredModel {
    const ROWS: &'static [&'static str] = &["AISCORES / MODEL#{model}"];
}

/// A run with its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRun {
    /// The run.
    pub run: AiRun,
    /// Its steps, in the order of its plan.
    pub steps: Vec<RunStep>,
}

/// The runs of one tenant.
#[derive(Clone, Copy)]
pub struct AiRuns<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// The agents of one tenant.
#[derive(Clone, Copy)]
pub struct AiAgents<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

/// The records of one tenant's models.
#[derive(Clone, Copy)]
pub struct ModelScores<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> AiRuns<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One with its steps. One round trip of two reads.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: AiRunId) -> Result<Option<KnownRun>, TableError> {
        let steps = Query::partition(self.partition(id)).begins_with("STEP#");
        let (run, steps) =
            try_join(self.table.get(&self.key(id, "RUN")), pages::all::<RunStep>(self.table, steps)).await?;
        let Some(run) = run.map(from_item::<AiRun>).transpose()? else { return Ok(None) };
        let place = |step: &RunStep| run.plan.steps.iter().position(|planned| *planned.name() == step.step);
        let mut steps = steps;
        steps.sort_by_key(place);
        Ok(Some(KnownRun { run, steps }))
    }

    /// Those of the tenant, newest first. The list may lag by a moment. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<AiRun>, TableError> {
        let query = Query::gsi1(self.scope.partition("AIRUN")).descending();
        pages::page(self.table, query, request, |_: &AiRun| true).await
    }

    /// The turns of an agent in a run, the first ones first. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn turns(&self, id: AiRunId, step: &RunStepName) -> Result<Vec<AgentTurn>, TableError> {
        let prefix = format!("TURN#{}#", step.as_str());
        pages::all(self.table, Query::partition(self.partition(id)).begins_with(prefix)).await
    }

    /// Adds a run to a transaction, or its next version. The slot is that of what fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, run: &AiRun) -> Result<Slot, TableError> {
        let place = self.scope.gsi1("AIRUN", format_args!("{}#{}", run.created_at, run.id));
        let row = Write::put(self.key(run.id, "RUN"), run)?.gsi1(place).ttl(run.created_at.plus(KNOWN));
        Ok(transaction.add(row.when(Condition::follows(run.version))))
    }

    /// Adds a step of a run to a transaction, or its next version. The slot is that of what fails when another came first.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_step(&self, transaction: &mut Transaction, run: &AiRun, step: &RunStep) -> Result<Slot, TableError> {
        let row = Write::put(self.key(run.id, format!("STEP#{}", step.step.as_str())), step)?;
        let row = row.ttl(run.created_at.plus(KNOWN)).when(Condition::follows(step.version));
        Ok(transaction.add(row))
    }

    /// Adds a turn of an agent to a transaction; it must not be there yet.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert_turn(
        &self,
        transaction: &mut Transaction,
        run: &AiRun,
        turn: &AgentTurn,
    ) -> Result<Slot, TableError> {
        let place = format!("TURN#{}#{:03}", turn.step.as_str(), turn.number);
        let row = Write::put(self.key(run.id, place), turn)?.ttl(run.created_at.plus(KNOWN));
        Ok(transaction.add(row.when(Condition::NotExists)))
    }

    /// Adds to a transaction that the run is being done; the slot fails when it is over.
    pub fn check_runs(&self, transaction: &mut Transaction, id: AiRunId) -> Slot {
        transaction.add(Write::check(self.key(id, "RUN")).when(Condition::Equals("status", json!("running"))))
    }

    fn partition(&self, id: AiRunId) -> table::Partition {
        self.scope.partition(format_args!("AIRUN#{id}"))
    }

    fn key(&self, id: AiRunId, sort: impl std::fmt::Display) -> Key {
        self.scope.key(format_args!("AIRUN#{id}"), sort)
    }
}

impl<'a> AiAgents<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// One. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: AiAgentId) -> Result<Option<AiAgent>, TableError> {
        self.table.get(&self.key(id)).await?.map(from_item).transpose()
    }

    /// Several, as far as they are there. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_all(&self, ids: impl IntoIterator<Item = AiAgentId>) -> Result<Vec<AiAgent>, TableError> {
        let keys: Vec<Key> = ids.into_iter().map(|id| self.key(id)).collect();
        if keys.is_empty() { Ok(Vec::new()) } else { pages::all_of(self.table, &keys).await }
    }

    /// All of them, the newest first. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<AiAgent>, TableError> {
        let query = Query::partition(self.scope.partition("AIAGENTS")).begins_with("AGENT#").descending();
        pages::page(self.table, query, request, |_: &AiAgent| true).await
    }

    /// Adds an agent to a transaction, or its next version.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, agent: &AiAgent) -> Result<Slot, TableError> {
        let row = Write::put(self.key(agent.id), agent)?;
        Ok(transaction.add(row.when(Condition::follows(agent.version))))
    }

    /// Takes an agent away, in the version that was read. Runs that ask it go on.
    pub fn delete(&self, transaction: &mut Transaction, agent: &AiAgent) -> Slot {
        transaction.add(Write::delete(self.key(agent.id)).when(Condition::VersionIs(agent.version)))
    }

    fn key(&self, id: AiAgentId) -> Key {
        self.scope.key("AIAGENTS", format_args!("AGENT#{id}"))
    }
}

impl<'a> ModelScores<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// All of them, by the names of the models. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(&self, request: &PageRequest) -> Result<Listed<ScoredModel>, TableError> {
        let query = Query::partition(self.scope.partition("AISCORES")).begins_with("MODEL#");
        pages::page(self.table, query, request, |_: &ScoredModel| true).await
    }

    /// Those of these models that are known. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn of(&self, models: &BTreeSet<String>) -> Result<Vec<ScoredModel>, TableError> {
        let keys: Vec<Key> = models.iter().map(|model| self.key(model)).collect();
        if keys.is_empty() { Ok(Vec::new()) } else { pages::all_of(self.table, &keys).await }
    }

    /// What a vote of each of these models weighs where votes are stacked. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn weights(&self, models: &BTreeSet<String>) -> Result<BTreeMap<String, VoteWeight>, TableError> {
        let known = self.of(models).await?;
        let unknown = ensemble::ModelScore::default().weight();
        let weight = |model: &String| {
            let known = known.iter().find(|one| one.model == *model);
            (model.clone(), known.map_or(unknown, |one| one.score.weight()))
        };
        Ok(models.iter().map(weight).collect())
    }

    /// Adds the next version of a record to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(&self, transaction: &mut Transaction, scored: &ScoredModel) -> Result<Slot, TableError> {
        let row = Write::put(self.key(&scored.model), scored)?;
        Ok(transaction.add(row.when(Condition::follows(scored.version))))
    }

    fn key(&self, model: &str) -> Key {
        self.scope.key("AISCORES", format_args!("MODEL#{model}"))
    }
}

#[cfg(test)]
#[path = "repo_tests.rs"]
mod tests;
