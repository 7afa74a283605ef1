//! Objects of models that nobody reads any more, and rows of models that are too many, go.

use cloud::Ctx;
use recommend::{RecommenderRows, paths};
use table::{TenantScope, Transaction};

use crate::{RecommendationWorkError, commit};

/// Deletes them. One list, one read of the state after it, so that a model that is being made is known; one call for each object
/// that goes; one query and one transaction for rows.
pub(crate) async fn sweep(ctx: &Ctx, scope: TenantScope) -> Result<(), RecommendationWorkError> {
    let found = ctx.list_objects(&paths::folder(scope.tenant())).await?;
    let rows = RecommenderRows::new(ctx.table(), scope);
    let (state, now) = (rows.state().await?, ctx.now());
    for path in found {
        if paths::model_of(&path).is_some_and(|model| !state.names(model, now)) {
            ctx.delete_object(&path).await?;
        }
    }
    let surplus = rows.surplus().await?;
    let mut transaction = Transaction::new();
    for model in surplus.into_iter().filter(|model| !state.names(*model, now)).take(table::MAX_WRITES) {
        rows.delete_model(&mut transaction, model);
    }
    if transaction.is_empty() {
        return Ok(());
    }
    commit(ctx, transaction).await
}
