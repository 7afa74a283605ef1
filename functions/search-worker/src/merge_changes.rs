//! Changes become a segment. What they take the place of counts no more in the segments that it is in; segments of which less than
//! half is left, and small ones, are written anew together with the changes: so that there are few, and little is written.
//!
//! Round trips: one query of the changes, one read of the manifest, one of each segment, one more of each that is written anew, two
//! writes for each 5,000 products.

use std::collections::BTreeMap;

use cloud::Ctx;
use futures::future::try_join_all;
use kernel::ProductId;
use search::{Manifest, SearchDocument, SearchIndex, SearchRows, SegmentRef, build};
use search_index::{SearchIndexError, objects};
use table::TenantScope;

use crate::{
    SearchWorkError,
    made::{Made, SEGMENT},
};

/// The generation behind the present one.
pub(crate) async fn merge_changes(ctx: &Ctx, scope: TenantScope, taken: &SearchIndex) -> Result<Made, SearchWorkError> {
    let tenant = scope.tenant();
    let changes = SearchRows::new(ctx.table(), scope).changes().await?;
    // Those of the present epoch came after the index was taken; the next turn has them.
    let merged: Vec<_> = changes.into_iter().filter(|change| change.epoch < taken.epoch).collect();
    if merged.is_empty() {
        return Ok(Made::Nothing);
    }
    let ids: Vec<ProductId> = merged.iter().map(|change| change.product_id).collect();
    let Manifest { segments } = match &taken.manifest {
        Some(name) => objects::manifest(ctx, tenant, name).await?,
        None => Manifest::default(),
    };
    let ids = &ids;
    let marked = segments.into_iter().map(|of| async move {
        let segment = objects::segment(ctx, tenant, &of.name).await?;
        let mut dead: Vec<u32> =
            of.dead.iter().copied().chain(ids.iter().filter_map(|id| segment.place(*id))).collect();
        dead.sort_unstable();
        dead.dedup();
        Ok::<_, SearchIndexError>(SegmentRef { dead, ..of })
    });
    let marked = try_join_all(marked).await?;
    let (mut kept, small): (Vec<_>, Vec<_>) = marked.into_iter().partition(|of| of.living() as usize >= SEGMENT / 2);
    let small = try_join_all(small.iter().map(|of| objects::documents(ctx, tenant, of))).await?;
    let changed = merged.iter().filter_map(|change| change.document.clone());
    let all: BTreeMap<ProductId, SearchDocument> =
        small.into_iter().flatten().chain(changed).map(|document| (document.id, document)).collect();
    let all: Vec<SearchDocument> = all.into_values().collect();
    for part in all.chunks(SEGMENT) {
        kept.push(objects::store_segment(ctx, tenant, build(part.to_vec())).await?);
    }
    Ok(Made::Generation(kept, merged))
}
