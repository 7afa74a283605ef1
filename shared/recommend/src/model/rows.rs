//! Where models are told of: `RECOMMEND` has `STATE`, and `MODEL#<model>` for each.

use kernel::{RecommendationModelId, Timestamp};
use table::{
    Condition, Key, Query, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, Due, DueKind},
    from_item, get_rows,
    pages::{self, Listed, PageRequest},
};

use crate::{RecommendationModel, RecommenderState, model::state::NIGHTLY};

/// How many models are told of; the oldest go.
pub const MOST_MODELS: usize = 50;

/// The rows of one tenant.
#[derive(Clone, Copy)]
pub struct RecommenderRows<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> RecommenderRows<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// What is served and what is being made. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn state(&self) -> Result<RecommenderState, TableError> {
        let row = self.table.get(&self.state_key()).await?;
        row.map_or_else(|| Ok(RecommenderState::default()), from_item)
    }

    /// A model. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn model(&self, id: RecommendationModelId) -> Result<Option<RecommendationModel>, TableError> {
        self.table.get(&self.model_key(id)).await?.map(from_item).transpose()
    }

    /// A model beside what is served. One read of both.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn state_and_model(
        &self,
        id: RecommendationModelId,
    ) -> Result<(RecommenderState, Option<RecommendationModel>), TableError> {
        let [state, model] = get_rows(self.table, [self.state_key(), self.model_key(id)]).await?;
        let state = state.map(from_item).transpose()?.unwrap_or_default();
        Ok((state, model.map(from_item).transpose()?))
    }

    /// Models, newest first. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn models(&self, request: &PageRequest) -> Result<Listed<RecommendationModel>, TableError> {
        pages::page(self.table, self.all_models().descending(), request, |_| true).await
    }

    /// Models that are too many, oldest first. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn surplus(&self) -> Result<Vec<RecommendationModelId>, TableError> {
        let all: Vec<RecommendationModel> = pages::readable(self.table, self.all_models()).await?;
        let surplus = all.len().saturating_sub(MOST_MODELS);
        Ok(all.into_iter().take(surplus).map(|model| model.id).collect())
    }

    /// Adds the beginning of a training to a transaction: its model, the state after it, and its place on the agenda.
    ///
    /// # Errors
    /// `Corrupt` when a row does not serialise.
    pub fn begin(
        &self,
        transaction: &mut Transaction,
        state: &RecommenderState,
        model: &RecommendationModel,
    ) -> Result<Slot, TableError> {
        let slot = self.save_state(transaction, state)?;
        self.save_model(transaction, model)?;
        agenda::set(transaction, self.scope, DueKind::RecommendationTraining, model.id, model.requested_at)?;
        Ok(slot)
    }

    /// Adds the state in its next version.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_state(&self, transaction: &mut Transaction, state: &RecommenderState) -> Result<Slot, TableError> {
        let row = Write::put(self.state_key(), state)?.when(Condition::follows(state.version));
        Ok(transaction.add(row))
    }

    /// Adds a model in its next version.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save_model(&self, transaction: &mut Transaction, model: &RecommendationModel) -> Result<Slot, TableError> {
        let row = Write::put(self.model_key(model.id), model)?.when(Condition::follows(model.version));
        Ok(transaction.add(row))
    }

    /// Takes what is told of a model away.
    pub fn delete_model(&self, transaction: &mut Transaction, id: RecommendationModelId) -> Slot {
        transaction.add(Write::delete(self.model_key(id)))
    }

    /// The message about a training, as the agenda sends it too.
    pub fn due(&self, id: RecommendationModelId, at: Timestamp) -> Due {
        let kind = DueKind::RecommendationTraining;
        Due { tenant_id: self.scope.tenant(), kind, id: id.to_string(), at }
    }

    /// Whether work is that of a night, and not of a training that was begun.
    pub fn is_nightly(due: &Due) -> bool {
        due.id == NIGHTLY
    }

    fn all_models(&self) -> Query {
        Query::partition(self.scope.partition("RECOMMEND")).begins_with("MODEL#")
    }

    fn state_key(&self) -> Key {
        self.scope.key("RECOMMEND", "STATE")
    }

    fn model_key(&self, id: RecommendationModelId) -> Key {
        self.scope.key("RECOMMEND", format_args!("MODEL#{id}"))
    }
}
