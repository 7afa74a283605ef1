//! The objects of an index: written once, never changed.

use cloud::Ctx;
use kernel::TenantId;
use search::{Built, IndexSegment, Manifest, SearchDocument, SegmentRef, paths};

use crate::SearchIndexError;

/// Stores a segment and what is shown of it. Two writes.
///
/// # Errors
/// Those of the store.
pub async fn store_segment(ctx: &Ctx, tenant: TenantId, built: Built) -> Result<SegmentRef, SearchIndexError> {
    let name = ctx.new_ulid().to_string();
    let products = u32::try_from(built.segment.len()).unwrap_or(u32::MAX);
    let (segment, shown) = (paths::segment(tenant, &name), paths::shown(tenant, &name));
    tokio::try_join!(
        ctx.put_object(&segment, "application/octet-stream", built.segment.to_bytes()),
        ctx.put_object(&shown, "application/octet-stream", built.shown),
    )?;
    Ok(SegmentRef { name, products, dead: Vec::new() })
}

/// Stores the list of a generation's segments, and says what it is called. One write.
///
/// # Errors
/// Those of the store.
pub async fn store_manifest(ctx: &Ctx, tenant: TenantId, manifest: &Manifest) -> Result<String, SearchIndexError> {
    let name = ctx.new_ulid().to_string();
    let path = paths::manifest(tenant, &name);
    let text = serde_json::to_vec(manifest).map_err(|source| unreadable(&path, source))?;
    ctx.put_object(&path, "application/json", text).await?;
    Ok(name)
}

/// The segments of a generation. One read.
///
/// # Errors
/// Those of the store; `Gone`, `Unreadable`.
pub async fn manifest(ctx: &Ctx, tenant: TenantId, name: &str) -> Result<Manifest, SearchIndexError> {
    let path = paths::manifest(tenant, name);
    serde_json::from_slice(&whole(ctx, &path).await?).map_err(|source| unreadable(&path, source))
}

/// A segment. One read.
///
/// # Errors
/// Those of the store; `Gone`, `Broken`.
pub async fn segment(ctx: &Ctx, tenant: TenantId, name: &str) -> Result<IndexSegment, SearchIndexError> {
    let path = paths::segment(tenant, name);
    let bytes = whole(ctx, &path).await?;
    IndexSegment::from_bytes(&bytes).map_err(|source| SearchIndexError::Broken { path, source })
}

/// All products of a segment that still count. Two reads.
///
/// # Errors
/// Those of the store; `Gone`, `Broken`, `Unreadable`.
pub async fn documents(ctx: &Ctx, tenant: TenantId, of: &SegmentRef) -> Result<Vec<SearchDocument>, SearchIndexError> {
    let path = paths::shown(tenant, &of.name);
    let (segment, shown) = tokio::try_join!(segment(ctx, tenant, &of.name), whole(ctx, &path))?;
    let mut documents = Vec::new();
    for place in (0..of.products).filter(|place| of.dead.binary_search(place).is_err()) {
        let part = segment.shown(place).and_then(|(start, end)| shown.get(start..end)).unwrap_or_default();
        documents.push(serde_json::from_slice(part).map_err(|source| unreadable(&path, source))?);
    }
    Ok(documents)
}

async fn whole(ctx: &Ctx, path: &str) -> Result<Vec<u8>, SearchIndexError> {
    ctx.get_object(path).await?.ok_or_else(|| SearchIndexError::Gone(path.to_owned()))
}

pub(crate) fn unreadable(path: &str, source: serde_json::Error) -> SearchIndexError {
    SearchIndexError::Unreadable { path: path.to_owned(), source }
}
