//! One turn of an import.
//!
//! A turn goes on behind the parts that are done, and does so many more. Each part ends in a transaction of its own, which counts
//! it as done: a death anywhere loses nothing, and nothing is done twice. Who finds that another turn runs beside it leaves the
//! rest to that one. The next turn is on the agenda, and its message is sent at once. Round trips: one read of the import, one
//! object, one query of the categories, those of each part, one write of the agenda and one message.

use catalogue::{Categories, ProductImport, ProductImports, ProductSheet};
use cloud::{Ctx, Queue};
use kernel::ProductImportId;
use serde_json::json;
use table::{
    TransactError, Transaction,
    agenda::{self, Due},
};

use crate::{
    CatalogWorkError,
    imports::do_part::{ImportWork, do_part},
};

/// How many parts a turn does: some seconds of work.
pub(crate) const PARTS_A_TURN: usize = 100;

/// Does a turn of the import that is due.
pub(crate) async fn continue_import(ctx: Ctx, due: Due) -> Result<(), CatalogWorkError> {
    let (scope, id) = (due.scope(), due.thing::<ProductImportId>()?);
    let imports = ProductImports::new(ctx.table(), scope);
    let Some(import) = imports.get(id).await?.filter(|import| import.ended_at.is_none()) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let file = ctx.get_object(&imports.file(id)).await?;
    // It could be read when it came.
    let Some(sheet) = file.and_then(|bytes| ProductSheet::read(&bytes).ok()) else {
        return stop(&ctx, imports, &import, &due).await;
    };
    let tree = Categories::new(ctx.table(), scope).tree().await?;
    let mut work = ImportWork { ctx: &ctx, scope, import, tree };
    let first = usize::try_from(work.import.parts).unwrap_or(usize::MAX);
    for part in sheet.parts().skip(first).take(PARTS_A_TURN) {
        if !do_part(&mut work, part).await? {
            return Ok(());
        }
    }
    if work.import.ended_at.is_some() {
        return Ok(());
    }
    let next = Due { at: ctx.now(), ..due.clone() };
    agenda::postpone(ctx.table(), &due, next.at).await?;
    if let Err(error) = ctx.ports().queues.send(Queue::CatalogWork, &[json!(next)]).await {
        tracing::warn!(%error, import.id = %id, "the next turn of an import was not sent; the agenda makes up for it");
    }
    Ok(())
}

/// Ends an import whose file is gone.
async fn stop(
    ctx: &Ctx,
    imports: ProductImports<'_>,
    import: &ProductImport,
    due: &Due,
) -> Result<(), CatalogWorkError> {
    tracing::warn!(import.id = %import.id, "the file of an import is gone");
    let mut transaction = Transaction::new();
    imports.save(&mut transaction, &import.stopped(ctx.now()))?;
    agenda::clear(&mut transaction, due.scope(), due.kind, &due.id);
    match ctx.table().transact(transaction).await {
        // Another turn did the rest, or stopped it.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
