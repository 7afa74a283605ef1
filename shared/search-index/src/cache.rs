//! What a process keeps of the indexes that it has read.

use std::sync::Arc;

use cloud::{Ctx, Loaded};
use search::{SearchIndex, SearchRows, Synonyms};
use table::TenantScope;

use crate::{SearchIndexError, Snapshot};

/// How often an index is read again that was replaced while it was loaded.
const TRIES: u8 = 5;

/// The indexes that a process has loaded.
#[derive(Debug)]
pub struct SearchCache;

impl SearchCache {
    /// A tenant's index as it is at this moment, and its synonyms. One read of both rows; where something changed since the last
    /// call, what did and one read more: a generation that was published in between has changes that are in no row any more.
    ///
    /// # Errors
    /// Those of the stores; `Gone` when it was replaced again and again while it was loaded.
    pub async fn snapshot(
        ctx: &Ctx,
        scope: TenantScope,
    ) -> Result<(Arc<Snapshot>, Option<SearchIndex>, Synonyms), SearchIndexError> {
        let cache = ctx.kept::<Loaded<Snapshot>>();
        let mut tries = TRIES;
        loop {
            let (index, synonyms) = SearchRows::new(ctx.table(), scope).head().await?;
            let Some(index) = index else { return Ok((Arc::new(Snapshot::empty(scope)), None, synonyms)) };
            let known = cache.get(scope.tenant()).unwrap_or_else(|| Arc::new(Snapshot::empty(scope)));
            if known.is_of(&index) {
                return Ok((known, Some(index), synonyms));
            }
            tries = tries.saturating_sub(1);
            match known.next(ctx, &index).await {
                Ok(next) => {
                    let present = SearchRows::new(ctx.table(), scope).index().await?;
                    if present.is_none_or(|present| present.manifest != index.manifest) {
                        if tries == 0 {
                            return Err(SearchIndexError::Outrun);
                        }
                        continue;
                    }
                    let next = Arc::new(next);
                    cache.put(scope.tenant(), Arc::clone(&next), next.size_bytes);
                    return Ok((next, Some(index), synonyms));
                }
                // A generation that was replaced half an hour ago was still being read, or the row is newer now.
                Err(SearchIndexError::Gone(path)) if tries > 0 => {
                    tracing::warn!(path, "an index was replaced while it was loaded");
                }
                Err(error) => return Err(error),
            }
        }
    }
}
