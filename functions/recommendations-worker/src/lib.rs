//! Woken by the recommendation work queue. The bus brings orders that were paid, whose goods the buyer has from then on, and people who
//! were erased. The agenda, and a message before it, bring models that are to be made, and nights in which one is.

mod begin_tonight;
mod forget;
mod make_model;
mod note_order;
mod sweep;
#[cfg(test)]
mod tests;

use cloud::{Ctx, Function, PortError, event};
use events::Consumer;
use recommend::{NoteError, RecommenderRows};
use table::{TableError, TransactError, Transaction, agenda::DueKind};

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecommendationWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Behaviour was not noted.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The store of objects failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// Another worker was faster.
    #[error("the training is another worker's")]
    Outrun,
    /// The training stopped half-way.
    #[error("a training broke off: {0}")]
    Broken(#[from] tokio::task::JoinError),
    /// The message is for another worker.
    #[error("{0} is no work on recommendations")]
    Elsewhere(&'static str),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default().on(note_order::note_order).on(forget::forget_customer).on(forget::forget_user)
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::work(ctx, consumer(), |ctx, due| async move {
        if due.kind != DueKind::RecommendationTraining {
            return Err(RecommendationWorkError::Elsewhere(due.kind.as_str()));
        }
        if RecommenderRows::is_nightly(&due) {
            begin_tonight::begin_tonight(&ctx, &due).await
        } else {
            make_model::make_model(&ctx, &due).await
        }
    })
}

/// Commits what nobody else may have changed meanwhile.
pub(crate) async fn commit(ctx: &Ctx, transaction: Transaction) -> Result<(), RecommendationWorkError> {
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(RecommendationWorkError::Outrun),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
