//! What a process keeps of the indexes that it has read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use cloud::Ctx;
use kernel::TenantId;
use search::{SearchIndex, SearchRows, Synonyms};
use table::TenantScope;

use crate::{SearchIndexError, Snapshot};

/// How much of a process's memory indexes take, about.
const MOST_BYTES: usize = 400_000_000;
/// How often an index is read again that was replaced while it was loaded.
const TRIES: u8 = 5;

/// The indexes that a process has loaded; those that were asked for longest ago go first.
#[derive(Default)]
pub struct SearchCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_tenant: BTreeMap<TenantId, (u64, Arc<Snapshot>)>,
    asked: u64,
}

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
        let cache = ctx.kept::<Self>();
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
                    cache.put(scope.tenant(), &next);
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

    fn get(&self, tenant: TenantId) -> Option<Arc<Snapshot>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        let (last, snapshot) = kept.by_tenant.get_mut(&tenant)?;
        *last = asked;
        Some(Arc::clone(snapshot))
    }

    fn put(&self, tenant: TenantId, snapshot: &Arc<Snapshot>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.asked += 1;
        let asked = kept.asked;
        kept.by_tenant.insert(tenant, (asked, Arc::clone(snapshot)));
        let size = |kept: &Kept| kept.by_tenant.values().map(|(_, one)| one.size_bytes).sum::<usize>();
        while kept.by_tenant.len() > 1 && size(&kept) > MOST_BYTES {
            let oldest = kept.by_tenant.iter().min_by_key(|(_, (last, _))| *last).map(|(tenant, _)| *tenant);
            let Some(oldest) = oldest else { break };
            kept.by_tenant.remove(&oldest);
        }
    }
}
