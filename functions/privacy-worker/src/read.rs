//! A turn of reading: some thousand rows, each as a line of its file, in an object for each file.

use cloud::Ctx;
use table::{Item, OperatorScope, TenantScope};
use tenancy::{ExportPart, Span, TenantExport, WalkPurpose, Walker};

use crate::{
    PrivacyError,
    gather::{Gathered, gather, is_issued},
};

/// Reads on.
pub(crate) async fn read(ctx: &Ctx, export: TenantExport, span: Span) -> Result<TenantExport, PrivacyError> {
    let mut walker =
        Walker::new(ctx.table(), TenantScope::new(export.tenant), (WalkPurpose::Export, span), export.position.clone());
    let Gathered { files, rows, ended } = gather(&mut walker, is_for_the_tenant).await?;
    let mut parts = Vec::with_capacity(files.len());
    for (file, lines) in files {
        let object = format!("{}/{}", export.folder(), ctx.new_ulid());
        ctx.put_object(&object, "application/jsonl", lines).await?;
        parts.push(ExportPart { file, object });
    }
    let position = (!ended).then(|| walker.position().clone());
    Ok(export.read(position, parts, rows))
}

/// What the platform has drafted and not issued is its own still. A tenant's own drafts are the tenant's.
fn is_for_the_tenant(row: &Item) -> bool {
    let books = OperatorScope::assume("a draft of the platform's is no bill yet").platform();
    let is_in_books = TenantScope::of_row(row) == Some(books);
    !is_in_books || is_issued(row)
}
