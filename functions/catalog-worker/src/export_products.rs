//! A file of all products, in one go: a death anywhere repeats it, and changes nothing else.
//!
//! Round trips: one read of the export, one query of the list of products beside one of the categories, one query for each product,
//! 16 at a time, one object, one transaction of two writes.

use catalogue::{Categories, MOST_EXPORTED, ProductExportState, ProductExports, Products, written};
use cloud::Ctx;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::ProductExportId;
use table::{
    TableError, TransactError, Transaction,
    agenda::{self, Due},
};

use crate::CatalogWorkError;

/// How many products are read at once.
const AT_ONCE: usize = 16;

/// Makes the file, unless it is made.
pub(crate) async fn export_products(ctx: Ctx, due: Due) -> Result<(), CatalogWorkError> {
    let (scope, id) = (due.scope(), due.thing::<ProductExportId>()?);
    let exports = ProductExports::new(ctx.table(), scope);
    let Some(export) = exports.get(id).await?.filter(|export| export.state == ProductExportState::Running) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    let (products, categories) = (Products::new(ctx.table(), scope), Categories::new(ctx.table(), scope));
    let (ids, tree) = tokio::try_join!(products.ids(MOST_EXPORTED), categories.tree())?;
    let ended = if ids.len() > MOST_EXPORTED {
        export.failed(ctx.now())
    } else {
        let read = stream::iter(ids).map(|id| async move { products.get(id).await }).buffered(AT_ONCE);
        // One that was deleted in between is in no file.
        let all: Vec<_> = read.try_filter_map(async |found| Ok::<_, TableError>(found)).try_collect().await?;
        let text = written(&all, &tree, ctx.now()).map_err(|error| TableError::Corrupt(error.to_string()))?;
        let size_bytes = text.len();
        ctx.put_object(&exports.file(id), "text/csv", text.into_bytes()).await?;
        export.made(all.len(), size_bytes, ctx.now())
    };
    let mut transaction = Transaction::new();
    exports.save(&mut transaction, &ended)?;
    agenda::clear(&mut transaction, scope, due.kind, &due.id);
    match ctx.table().transact(transaction).await {
        // Somebody else made it meanwhile.
        Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}
