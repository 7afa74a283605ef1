//! What is shown of hits.

use std::{collections::BTreeMap, ops::Range};

use cloud::Ctx;
use futures::future::try_join_all;
use search::{Hit, SearchDocument, paths};

use crate::{SearchIndexError, Snapshot, objects::unreadable};

/// The products of these hits, in their order. One read of each segment that has some of them, of those bytes alone, all at once;
/// products that changed are at hand.
///
/// # Errors
/// Those of the store; `Gone`, `Unreadable`.
pub async fn shown(ctx: &Ctx, snapshot: &Snapshot, hits: &[Hit]) -> Result<Vec<SearchDocument>, SearchIndexError> {
    let mut wanted: BTreeMap<usize, Vec<(usize, Range<u64>)>> = BTreeMap::new();
    let mut documents: BTreeMap<usize, SearchDocument> = BTreeMap::new();
    for (number, hit) in hits.iter().enumerate() {
        let Some((_, segment)) = snapshot.segment(hit.part) else {
            let changed = snapshot.changed.get(hit.place as usize);
            documents.extend(changed.map(|one| (number, one.clone())));
            continue;
        };
        if let Some((start, end)) = segment.shown(hit.place) {
            let bytes = |place| u64::try_from(place).unwrap_or(u64::MAX);
            wanted.entry(hit.part).or_default().push((number, bytes(start)..bytes(end)));
        }
    }
    let reads = wanted.into_iter().filter_map(|(part, of)| snapshot.segment(part).map(|(segment, _)| (segment, of)));
    let reads = reads.map(|(segment, of)| async move {
        let path = paths::shown(snapshot.scope.tenant(), &segment.name);
        let (numbers, ranges): (Vec<usize>, Vec<Range<u64>>) = of.into_iter().unzip();
        let parts = ctx.get_parts(&path, &ranges).await?.ok_or_else(|| SearchIndexError::Gone(path.clone()))?;
        let read = |part: Vec<u8>| serde_json::from_slice(&part).map_err(|source| unreadable(&path, source));
        let read: Vec<SearchDocument> = parts.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok::<_, SearchIndexError>(numbers.into_iter().zip(read).collect::<Vec<_>>())
    });
    documents.extend(try_join_all(reads).await?.into_iter().flatten());
    Ok(documents.into_values().collect())
}
