//! A night has come: what people did during the day is learnt from. While a training runs, the night waits for its end.
//!
//! Round trips: one read of the state, one transaction, one message, one write of the agenda.

use cloud::{Ctx, Queue};
use jiff::SignedDuration;
use kernel::RecommendationModelId;
use recommend::{RecommendationModel, RecommenderRows};
use serde_json::json;
use table::{
    Transaction,
    agenda::{self, Due},
};

use crate::{RecommendationWorkError, commit};

/// For how long a night waits for a training that runs.
const WAITS: SignedDuration = SignedDuration::from_mins(10);

/// Begins the training of the night. Who dies after it begins another one when the night comes again, which makes the same model.
pub(crate) async fn begin_tonight(ctx: &Ctx, due: &Due) -> Result<(), RecommendationWorkError> {
    let rows = RecommenderRows::new(ctx.table(), due.scope());
    let now = ctx.now();
    let model = RecommendationModel::queued(RecommendationModelId::new(ctx.new_ulid()), now);
    let Some(state) = rows.state().await?.begun(model.id) else {
        return Ok(agenda::postpone(ctx.table(), due, now.plus(WAITS)).await?);
    };
    let mut transaction = Transaction::new();
    rows.begin(&mut transaction, &state, &model)?;
    commit(ctx, transaction).await?;
    if let Err(error) = ctx.ports().queues.send(Queue::RecommendationWork, &[json!(rows.due(model.id, now))]).await {
        tracing::warn!(%error, "a training was not told of; the agenda makes up for it");
    }
    Ok(agenda::finish(ctx.table(), due).await?)
}
