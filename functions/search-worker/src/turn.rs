//! One turn of the writer of an index. It takes the index for itself; another that comes meanwhile waits for the end of that.
//!
//! Round trips: one read of the index, one write that takes it; those of the turn; one write; a write for
//! each change that was merged, a count of those that are left, one write; one read and one write of the agenda.

use cloud::Ctx;
use search::{Manifest, SearchIndex, SearchRows};
use search_index::{MERGED_AFTER, SearchIndexError, objects, sweep, wake};
use table::{
    Race, TenantScope, TransactError, Transaction,
    agenda::{self, Due},
    until_settled,
};

use crate::{SearchWorkError, build_part::build_part, made::Made, merge_changes::merge_changes};

/// Takes a turn.
pub(crate) async fn take_turn(ctx: &Ctx, due: &Due) -> Result<(), SearchWorkError> {
    let (scope, now) = (due.scope(), ctx.now());
    let rows = SearchRows::new(ctx.table(), scope);
    let Some(index) = rows.index().await? else { return Ok(agenda::finish(ctx.table(), due).await?) };
    let Some(taken) = index.taken(&ctx.new_ulid().to_string(), now) else {
        let until = index.lease.map_or(now, |lease| lease.until);
        return Ok(agenda::postpone(ctx.table(), due, until).await?);
    };
    let mut transaction = Transaction::new();
    rows.save_index(&mut transaction, &taken)?;
    commit(ctx, transaction).await?;

    let made = if taken.building.is_some() {
        build_part(ctx, scope, &taken).await?
    } else {
        merge_changes(ctx, scope, &taken).await?
    };
    let (next, merged) = match made {
        Made::Part(part) => (*part, Vec::new()),
        Made::Generation(segments, merged) => {
            let manifest = Manifest { segments };
            let name = objects::store_manifest(ctx, scope.tenant(), &manifest).await?;
            (taken.published(name, &manifest.segments, ctx.now()), merged)
        }
        Made::Nothing => (taken.let_go(), Vec::new()),
    };
    let mut transaction = Transaction::new();
    rows.save_index(&mut transaction, &next)?;
    commit(ctx, transaction).await?;
    // From here on readers have the generation; the changes over it say the same as it does.
    for change in &merged {
        rows.forget(change).await?;
    }
    if next.building.is_none() {
        count_changes(&rows).await?;
        let_go(ctx, &rows, &taken).await?;
    }
    if let Err(error) = sweep(ctx, scope, &next).await {
        tracing::warn!(%error, "old objects of an index were not swept; the next turn does it");
    }
    go_on(ctx, scope, (due, taken.building.is_some())).await
}

/// Counts what lies over the index now. While changes come one upon the other it stays at what it was at most: the next turn counts.
async fn count_changes(rows: &SearchRows<'_>) -> Result<(), SearchWorkError> {
    const TRIES: u8 = 5;
    for _ in 0..TRIES {
        if rows.count_changes().await? {
            return Ok(());
        }
    }
    tracing::info!("the changes over an index are counted in the next turn");
    Ok(())
}

/// Ends the turn, unless it is another's already.
async fn let_go(ctx: &Ctx, rows: &SearchRows<'_>, taken: &SearchIndex) -> Result<(), SearchWorkError> {
    let holder = |index: &SearchIndex| index.lease.as_ref().map(|lease| lease.holder.clone());
    until_settled(
        || SearchWorkError::from(SearchIndexError::Outrun),
        || async {
            let held = rows.index().await?.filter(|index| holder(index) == holder(taken));
            let Some(index) = held.filter(|index| index.lease.is_some()) else { return Ok(Race::Settled(())) };
            let mut transaction = Transaction::new();
            rows.save_index(&mut transaction, &index.let_go())?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(())),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// The next turn: at once while the index is being built, later for changes that came meanwhile. One that came
/// during a building set nothing on the agenda, so that one turn more looks for it.
async fn go_on(ctx: &Ctx, scope: TenantScope, (due, was_building): (&Due, bool)) -> Result<(), SearchWorkError> {
    let index = SearchRows::new(ctx.table(), scope).index().await?;
    if index.as_ref().is_some_and(|index| index.building.is_some()) {
        agenda::postpone(ctx.table(), due, ctx.now()).await?;
        wake(ctx, scope).await;
    } else if was_building || index.is_some_and(|index| index.pending > 0) {
        agenda::postpone(ctx.table(), due, ctx.now().plus(MERGED_AFTER)).await?;
    } else {
        agenda::finish(ctx.table(), due).await?;
    }
    Ok(())
}

async fn commit(ctx: &Ctx, transaction: Transaction) -> Result<(), SearchWorkError> {
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        // Somebody asked for a building, or another writer began.
        Err(TransactError::Cancelled(_)) => Err(SearchIndexError::Outrun.into()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
