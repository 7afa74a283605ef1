//! Woken by the search work queue. The bus brings products that changed and SKUs that ran out or came back: each is laid over the
//! index at once. The agenda, and a message before it, bring indexes that changes are to be merged into, or that are to be built.
//!
//! Whoever hears of a product looks at it as it is now, so that events may come twice and in any order.

mod build_part;
mod follow_product;
mod made;
mod merge_changes;
mod reading;
#[cfg(test)]
mod tests;
mod turn;

use cloud::{Ctx, Function, event};
use events::{
    Consumer, Told,
    product::{ProductArchived, ProductDeleted, ProductPublished, ProductUpdated},
    stock::{StockBack, StockOut},
};
use search_index::SearchIndexError;
use table::{TableError, agenda::DueKind};

use follow_product::{follow_product, follow_sku};
use turn::take_turn;

/// Why the work was not done; its message comes again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SearchWorkError {
    /// The index, or one of the stores.
    #[error(transparent)]
    Index(#[from] SearchIndexError),
    /// The store failed, or holds what cannot be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The message is for another worker.
    #[error("{0} is no work on indexes")]
    Elsewhere(&'static str),
}

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    Consumer::default()
        .on(|ctx, Told { event, data }: Told<ProductUpdated>| async move {
            follow_product(&ctx, event.tenant_id, data.product_id).await
        })
        .on(|ctx, Told { event, data }: Told<ProductPublished>| async move {
            follow_product(&ctx, event.tenant_id, data.product_id).await
        })
        .on(|ctx, Told { event, data }: Told<ProductArchived>| async move {
            follow_product(&ctx, event.tenant_id, data.product_id).await
        })
        .on(|ctx, Told { event, data }: Told<ProductDeleted>| async move {
            follow_product(&ctx, event.tenant_id, data.product_id).await
        })
        .on(|ctx, Told { event, data }: Told<StockOut>| async move { follow_sku(&ctx, event.tenant_id, &data.sku).await })
        .on(|ctx, Told { event, data }: Told<StockBack>| async move { follow_sku(&ctx, event.tenant_id, &data.sku).await })
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::work(ctx, consumer(), |ctx, due| async move {
        if due.kind == DueKind::SearchIndexing {
            take_turn(&ctx, &due).await
        } else {
            Err(SearchWorkError::Elsewhere(due.kind.as_str()))
        }
    })
}
