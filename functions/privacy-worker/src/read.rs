//! A turn of reading: some thousand rows, each as a line of its file, in an object for each file.

use cloud::Ctx;
use table::TenantScope;
use tenancy::{ExportPart, Span, TenantExport, WalkPurpose, Walker};

use crate::{
    PrivacyError,
    gather::{Gathered, gather},
};

/// Reads on.
pub(crate) async fn read(ctx: &Ctx, export: TenantExport, span: Span) -> Result<TenantExport, PrivacyError> {
    let mut walker =
        Walker::new(ctx.table(), TenantScope::new(export.tenant), (WalkPurpose::Export, span), export.position.clone());
    let Gathered { files, rows, ended } = gather(&mut walker, |_| true).await?;
    let mut parts = Vec::with_capacity(files.len());
    for (file, lines) in files {
        let object = format!("{}/{}", export.folder(), ctx.new_ulid());
        ctx.put_object(&object, "application/jsonl", lines).await?;
        parts.push(ExportPart { file: file.to_owned(), object });
    }
    let position = (!ended).then(|| walker.position().clone());
    Ok(export.read(position, parts, rows))
}
