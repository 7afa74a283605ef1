//! What the law keeps for ten years (Indonesia: law 6/1983 as changed by law 28/2007, article 28(11)) is copied into the
//! platform's archive: `kept/<tnt id>/` in the bucket. Rows are opened before, so that the tenant's data key can go.

use cloud::Ctx;
use serde_json::json;
use table::TenantScope;
use tenancy::{Tenant, TenantErasure, WalkPurpose, Walker};

use crate::{
    PrivacyError,
    erase::Turn,
    export::span,
    gather::{Gathered, gather, is_issued},
};

/// After how many documents a turn ends.
const DOCUMENTS: usize = 500;

/// Keeps whose books they are.
pub(crate) async fn keep_name(ctx: &Ctx, tenant: &Tenant, erasure: &TenantErasure) -> Result<(), PrivacyError> {
    let name = json!({ "id": tenant.id, "name": tenant.name, "slug": tenant.slug, "country": tenant.country,
        "currency": tenant.currency, "timezone": tenant.timezone, "signedUpAt": tenant.created_at,
        "erasedFrom": erasure.begun_at });
    let path = format!("{}/tenant.json", erasure.archive());
    Ok(ctx.put_object(&path, "application/json", name.to_string().into_bytes()).await?)
}

/// Copies some rows more, as lines of JSON: an object for each kind and turn.
pub(crate) async fn keep_books(ctx: &Ctx, erasure: &TenantErasure) -> Result<Turn, PrivacyError> {
    let walk = (WalkPurpose::Books, span(ctx, erasure.signed_up_at));
    let position = erasure.position.clone().unwrap_or_default();
    let mut walker = Walker::new(ctx.table(), TenantScope::new(erasure.tenant), walk, position);
    let Gathered { files, ended, .. } = gather(&mut walker, is_issued).await?;
    for (file, lines) in files {
        // A turn that is repeated writes the same lines to the same place.
        let path = format!("{}/{file}-{:06}.jsonl", erasure.archive(), erasure.version);
        ctx.put_object(&path, "application/jsonl", lines).await?;
    }
    Ok(if ended { Turn::Done(0) } else { Turn::Walked(walker.position().clone(), 0) })
}

/// Copies some documents more.
pub(crate) async fn keep_documents(ctx: &Ctx, erasure: &TenantErasure) -> Result<Turn, PrivacyError> {
    let folder = format!("tenants/{}", erasure.tenant);
    let mut paths = Vec::new();
    for of in ["credit-notes", "invoices"] {
        paths.extend(ctx.list_objects(&format!("{folder}/{of}")).await?);
    }
    paths.retain(|path| erasure.after_object.as_ref().is_none_or(|after| path > after));
    paths.sort_unstable();
    for path in paths.iter().take(DOCUMENTS) {
        let Some(bytes) = ctx.get_object(path).await? else { continue };
        let kept = format!("{}{}", erasure.archive(), path.strip_prefix(&folder).unwrap_or(path));
        ctx.put_object(&kept, "application/pdf", bytes).await?;
    }
    Ok(match paths.get(DOCUMENTS - 1) {
        Some(last) if paths.len() > DOCUMENTS => Turn::Handled(last.clone()),
        Some(_) | None => Turn::Done(0),
    })
}
