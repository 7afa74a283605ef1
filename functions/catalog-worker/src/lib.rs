//! Woken by the catalog work queue: what happens to products by themselves, and files of products, in turns.

mod announce_product;
mod export_products;
mod imports;

use cloud::{Ctx, Function, PortError, event};
use table::{
    TableError,
    agenda::{Due, DueKind},
};

use announce_product::announce_product;
use export_products::export_products;
use imports::continue_import::continue_import;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogWorkError {
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store of objects failed.
    #[error(transparent)]
    Objects(#[from] PortError),
    /// Others were faster every time.
    #[error("the product kept changing")]
    Outrun,
    /// The message is for another worker.
    #[error("{0} is no work on products")]
    Elsewhere(&'static str),
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::queue(ctx, |ctx, due: Due| async move {
        if due.kind == DueKind::ProductPublication {
            announce_product(ctx, due).await
        } else if due.kind == DueKind::ProductImport {
            continue_import(ctx, due).await
        } else if due.kind == DueKind::ProductExport {
            export_products(ctx, due).await
        } else {
            Err(CatalogWorkError::Elsewhere(due.kind.as_str()))
        }
    })
}
