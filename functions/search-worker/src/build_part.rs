//! A part of a building: the next products in the order of their ids become a segment. Behind the last one the segments are the next
//! generation.
//!
//! What changed since the building began lies over it. Changes from before are in what was read, and go with the end of it. Round
//! trips: one query for each 2,000 products or so, those of [`standing`] for each of the part, 16 at a time, two writes of objects.

use catalogue::Products;
use cloud::Ctx;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::ProductId;
use search::{SearchDocument, SearchIndex, SearchRows, build};
use search_index::{ProductStanding, objects};
use table::TenantScope;

use crate::{
    SearchWorkError,
    made::{Made, SEGMENT},
    reading::standing,
};

/// How many products are read at once.
const AT_ONCE: usize = 16;
/// How many products an index has at most, the oldest ones first.
const MOST_PRODUCTS: usize = 250_000;

/// The next part of the building, or the generation that it ends with.
pub(crate) async fn build_part(ctx: &Ctx, scope: TenantScope, taken: &SearchIndex) -> Result<Made, SearchWorkError> {
    let Some(building) = &taken.building else { return Ok(Made::Nothing) };
    let mut ids = Products::new(ctx.table(), scope).ids(MOST_PRODUCTS).await?;
    ids.sort_unstable();
    let of_part: Vec<ProductId> =
        ids.into_iter().filter(|id| building.after.is_none_or(|after| after < *id)).take(SEGMENT).collect();
    let Some(last) = of_part.last().copied() else {
        let since = building.since.unwrap_or(taken.epoch);
        let changes = SearchRows::new(ctx.table(), scope).changes().await?;
        let merged = changes.into_iter().filter(|change| change.epoch < since).collect();
        return Ok(Made::Generation(building.segments.clone(), merged));
    };
    let reads = stream::iter(of_part).map(|id| async move { standing(ctx, scope, id).await }).buffered(AT_ONCE);
    let found: Vec<SearchDocument> = reads
        .try_filter_map(async |standing| {
            Ok(match standing {
                ProductStanding::Found(document) => Some(*document),
                ProductStanding::Hidden | ProductStanding::NeverThere => None,
            })
        })
        .try_collect()
        .await?;
    let segment =
        if found.is_empty() { None } else { Some(objects::store_segment(ctx, scope.tenant(), build(found)).await?) };
    Ok(Made::Part(Box::new(taken.built_on(segment, last))))
}
