//! Objects that no generation names any more.

use std::collections::BTreeSet;

use cloud::Ctx;
use kernel::Timestamp;
use search::{Manifest, SearchIndex, paths};
use table::TenantScope;
use ulid::Ulid;

use crate::{SearchIndexError, objects};

/// Deletes what neither the present generation, nor one that readers may still be loading, nor a building names, and what is older
/// than an hour: a writer may be about to name what is younger. One list, one read of each former manifest, one call for each
/// object that goes.
///
/// # Errors
/// Those of the store.
pub async fn sweep(ctx: &Ctx, scope: TenantScope, index: &SearchIndex) -> Result<usize, SearchIndexError> {
    let tenant = scope.tenant();
    let mut named: BTreeSet<String> = BTreeSet::new();
    let building = index.building.iter().flat_map(|one| &one.segments).map(|one| one.name.clone());
    named.extend(building);
    let former = index.former.iter().map(|one| &one.manifest);
    for name in index.manifest.iter().chain(former) {
        let segments = match objects::manifest(ctx, tenant, name).await {
            Ok(Manifest { segments }) => segments,
            // A former one may be gone; what it named is then named by nobody.
            Err(SearchIndexError::Gone(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        named.insert(name.clone());
        named.extend(segments.into_iter().map(|one| one.name));
    }
    let mut swept = 0;
    for path in ctx.list_objects(&paths::folder(tenant)).await? {
        let name = path.rsplit('/').next().and_then(|file| file.split('.').next()).unwrap_or_default();
        let made = Ulid::from_string(name).ok().and_then(|ulid| i64::try_from(ulid.timestamp_ms()).ok());
        let made = made.and_then(|millis| Timestamp::from_millis(millis).ok());
        let is_old = made.is_some_and(|made| made.plus(paths::ORPHAN) < ctx.now());
        if is_old && !named.contains(name) {
            ctx.delete_object(&path).await?;
            swept += 1;
        }
    }
    Ok(swept)
}
