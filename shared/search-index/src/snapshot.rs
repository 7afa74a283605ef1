//! An index at one moment: a generation with the changes since.

use std::{collections::BTreeMap, sync::Arc};

use cloud::Ctx;
use futures::future::try_join_all;
use search::{IndexPart, IndexSegment, SearchDocument, SearchIndex, SearchRows, SegmentRef, build};
use table::TenantScope;

use crate::{SearchIndexError, objects};

/// An index at one moment. It never changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Which tenant's.
    pub scope: TenantScope,
    /// What is searched: the segments, and behind them the changes.
    pub parts: Vec<IndexPart>,
    /// The generation; none before the first.
    pub(crate) manifest: Option<String>,
    /// The state of the changes.
    pub(crate) state: (u64, u64),
    /// The segments of the parts but the last.
    segments: Arc<Vec<(SegmentRef, Arc<IndexSegment>)>>,
    /// What is shown of the last part.
    pub(crate) changed: Vec<SearchDocument>,
    /// About how many bytes all of it takes in memory.
    pub size_bytes: usize,
}

impl Snapshot {
    /// What there is before the first generation.
    pub(crate) fn empty(scope: TenantScope) -> Self {
        let segments = Arc::default();
        Self { scope, parts: Vec::new(), manifest: None, state: (0, 0), segments, changed: Vec::new(), size_bytes: 0 }
    }

    /// Whether it is what the row says.
    pub(crate) fn is_of(&self, index: &SearchIndex) -> bool {
        self.manifest == index.manifest && self.state == (index.epoch, index.changes)
    }

    /// The index as the row says it is, with all of `self` that still holds. One query of the changes; with another generation one
    /// read of its manifest, and one of each segment that is new, all at once.
    pub(crate) async fn next(&self, ctx: &Ctx, index: &SearchIndex) -> Result<Self, SearchIndexError> {
        let rows = SearchRows::new(ctx.table(), self.scope);
        let changes = async { rows.changes().await.map_err(SearchIndexError::from) };
        let (segments, changes) = tokio::try_join!(self.segments_of(ctx, index), changes)?;
        let ids: Vec<_> = changes.iter().map(|change| change.product_id).collect();
        let mut parts: Vec<IndexPart> = Vec::with_capacity(segments.len() + 1);
        for (of, segment) in segments.iter() {
            let mut part = IndexPart::new(Arc::clone(segment)).without(&ids);
            of.dead.iter().for_each(|place| part.hide_place(*place));
            parts.push(part);
        }
        let documents: BTreeMap<_, _> =
            changes.into_iter().filter_map(|change| change.document).map(|one| (one.id, one)).collect();
        let changed: Vec<SearchDocument> = documents.into_values().collect();
        parts.push(IndexPart::new(Arc::new(build(changed.clone()).segment)));
        let (manifest, state) = (index.manifest.clone(), (index.epoch, index.changes));
        let size_bytes = parts.iter().map(|part| part.segment.size_bytes()).sum::<usize>()
            + segments.iter().map(|(of, _)| 4 * of.dead.len() + of.products as usize / 8).sum::<usize>()
            + changed.iter().map(SearchDocument::size_bytes).sum::<usize>();
        Ok(Self { scope: self.scope, parts, manifest, state, segments, changed, size_bytes })
    }

    async fn segments_of(
        &self,
        ctx: &Ctx,
        index: &SearchIndex,
    ) -> Result<Arc<Vec<(SegmentRef, Arc<IndexSegment>)>>, SearchIndexError> {
        if self.manifest == index.manifest {
            return Ok(Arc::clone(&self.segments));
        }
        let Some(name) = &index.manifest else { return Ok(Arc::default()) };
        let tenant = self.scope.tenant();
        let manifest = objects::manifest(ctx, tenant, name).await?;
        let load = manifest.segments.into_iter().map(|of| async move {
            let known =
                self.segments.iter().find(|(one, _)| one.name == of.name).map(|(_, segment)| Arc::clone(segment));
            let segment = match known {
                Some(segment) => segment,
                None => Arc::new(objects::segment(ctx, tenant, &of.name).await?),
            };
            Ok::<_, SearchIndexError>((of, segment))
        });
        try_join_all(load).await.map(Arc::new)
    }

    /// The segment of a part, and its name; none for the changes.
    pub(crate) fn segment(&self, part: usize) -> Option<&(SegmentRef, Arc<IndexSegment>)> {
        self.segments.get(part)
    }
}
