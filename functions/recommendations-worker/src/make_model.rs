//! A model is made: all behaviour is read, learnt from, and the model stored; then one transaction says whether it is served.
//!
//! Readers have what was served before until then. A worker has the training to itself for longer than it runs; another that comes
//! meanwhile waits. Whoever dies leaves an object at most, which the next attempt writes again or a sweep deletes. Round trips: one
//! read of state and model, one transaction; one read of the settings, one query for each megabyte of behaviour; a write of the model's row, one
//! of the object, one transaction; those of the sweep.

use cloud::Ctx;
use kernel::{RecommendationModelId, TenantId};
use recommend::{
    Behaviours, Lesson, LessonBook, MOST_EVENTS, RecommendationModel, RecommendationSettings, RecommenderRows,
    RecommenderState, SHARDS, Serves, Taken, paths, train,
};
use table::{
    TableError, TenantScope, Transaction,
    agenda::{self, Due, DueKind},
};

use crate::{RecommendationWorkError, commit, sweep::sweep};

/// How far a training is when it begins, and when all behaviour is read.
const BEGUN: u8 = 5;
const READ: u8 = 50;

/// Makes a model, unless that is over.
pub(crate) async fn make_model(ctx: &Ctx, due: &Due) -> Result<(), RecommendationWorkError> {
    let (scope, now, id) = (due.scope(), ctx.now(), due.thing::<RecommendationModelId>()?);
    let rows = RecommenderRows::new(ctx.table(), scope);
    let (state, model) = rows.state_and_model(id).await?;
    let Some(model) = model else { return Ok(agenda::finish(ctx.table(), due).await?) };
    let taken = match state.taken(id, &ctx.new_ulid().to_string(), now) {
        Taken::Free(taken) => *taken,
        Taken::Busy(until) => return Ok(agenda::postpone(ctx.table(), due, until).await?),
        Taken::Over => return Ok(agenda::finish(ctx.table(), due).await?),
        Taken::GivenUp(state) => {
            tracing::error!(model.id = %id, "a training failed again and again");
            return end(ctx, scope, (&state, &model.failed(now))).await;
        }
    };
    let begun = model.at(BEGUN);
    let mut transaction = Transaction::new();
    rows.save_state(&mut transaction, &taken)?;
    rows.save_model(&mut transaction, &begun)?;
    commit(ctx, transaction).await?;

    let lesson = lesson(ctx, scope).await?;
    let read = begun.at(READ);
    let mut transaction = Transaction::new();
    rows.save_model(&mut transaction, &read)?;
    commit(ctx, transaction).await?;

    let trained = tokio::task::spawn_blocking(move || train(&lesson, now)).await?;
    store(ctx, scope.tenant(), (id, trained.model.to_bytes())).await?;
    let serves = if trained.refusal.is_some() { Serves::Popularity } else { Serves::Everything };
    let ended = ctx.now();
    // From here on readers have it, if they are to.
    end(ctx, scope, (&taken.ended(serves, ended), &trained.told(&read, ended))).await?;
    if let Err(error) = sweep(ctx, scope).await {
        tracing::warn!(%error, "old models were not swept; the next training does it");
    }
    Ok(())
}

/// All behaviour that is kept for long enough.
async fn lesson(ctx: &Ctx, scope: TenantScope) -> Result<Lesson, TableError> {
    let settings = RecommendationSettings::read(ctx.table(), scope).await?;
    let since = settings.retention_days.before(ctx.now());
    let (behaviours, mut book) = (Behaviours::new(ctx.table(), scope), LessonBook::default());
    for shard in 0..SHARDS {
        let mut walk = behaviours.walk(shard);
        while let Some(rows) = walk.next().await? {
            for row in rows.into_iter().filter_map(Behaviours::read) {
                if !book.add(&row, since) {
                    tracing::warn!(most = MOST_EVENTS, "a training leaves out what is too much");
                    return Ok(book.closed());
                }
            }
        }
    }
    Ok(book.closed())
}

async fn store(
    ctx: &Ctx,
    tenant: TenantId,
    (id, bytes): (RecommendationModelId, Vec<u8>),
) -> Result<(), RecommendationWorkError> {
    Ok(ctx.put_object(&paths::model(tenant, id), "application/octet-stream", bytes).await?)
}

/// Ends the training, and takes it off the agenda.
async fn end(
    ctx: &Ctx,
    scope: TenantScope,
    (state, model): (&RecommenderState, &RecommendationModel),
) -> Result<(), RecommendationWorkError> {
    let rows = RecommenderRows::new(ctx.table(), scope);
    let mut transaction = Transaction::new();
    rows.save_state(&mut transaction, state)?;
    rows.save_model(&mut transaction, model)?;
    agenda::clear(&mut transaction, scope, DueKind::RecommendationTraining, model.id);
    commit(ctx, transaction).await
}
