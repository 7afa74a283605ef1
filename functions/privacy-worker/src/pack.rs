//! The last turn: all parts and all files of the tenant become one archive.
//!
//! It holds one part or file and what is on its way to the store at a time. It is not resumed: a turn that dies begins again.

use cloud::{Ctx, ObjectWriter};
use tenancy::{ExportPart, StorageMark, TenantExport};

use crate::{PrivacyError, archive::Archive};

/// What the archive begins with.
const README: &str = "All that Ruko has of your organisation.\n\n\
    Each file that ends in .jsonl holds one kind of rows, a JSON object on each line. The folder files/ holds your documents: \
    invoices, credit notes and proofs of transfers. Passwords, keys and other secrets are left out.\n\n\
    The rows were read one after the other while the service went on, so a change during the export may be in one file and not \
    yet in another.\n";

/// Makes the archive.
pub(crate) async fn pack(ctx: &Ctx, export: TenantExport) -> Result<TenantExport, PrivacyError> {
    let place = format!("{}/{}.zip", export.folder(), ctx.new_ulid());
    let mut archive = Archive::default();
    let mut object = ctx.begin_object(&place, "application/zip").await?;
    archive.begin("README.txt")?;
    archive.write(README.as_bytes())?;
    archive.end()?;
    for (file, parts) in by_file(&export.parts) {
        archive.begin(&format!("{file}.jsonl"))?;
        for part in parts {
            let lines = ctx.get_object(&part.object).await?;
            let lines = lines.ok_or_else(|| PrivacyError::PartGone(part.object.clone()))?;
            archive.write(&lines)?;
            send(&mut archive, &mut object).await?;
        }
        archive.end()?;
    }
    let folder = format!("tenants/{}", export.tenant);
    let mut files = ctx.list_objects(&folder).await?;
    // What the platform wrote to try the store says nothing.
    let mark = StorageMark::of(export.tenant).path;
    files.retain(|path| *path != mark);
    files.sort_unstable();
    for path in files {
        // One that was taken away since is in no archive.
        let Some(bytes) = ctx.get_object(&path).await? else { continue };
        archive.begin(&format!("files{}", path.strip_prefix(&folder).unwrap_or(&path)))?;
        archive.write(&bytes)?;
        archive.end()?;
        send(&mut archive, &mut object).await?;
    }
    archive.finish()?;
    send(&mut archive, &mut object).await?;
    let size_bytes = object.finish().await?;
    Ok(export.packed(place, size_bytes, ctx.now()))
}

async fn send(archive: &mut Archive, object: &mut ObjectWriter) -> Result<(), PrivacyError> {
    Ok(object.write(&archive.take()).await?)
}

/// The parts of each file, in the order in which files were first read.
fn by_file(parts: &[ExportPart]) -> Vec<(&str, Vec<&ExportPart>)> {
    let mut files: Vec<(&str, Vec<&ExportPart>)> = Vec::new();
    for part in parts {
        match files.iter_mut().find(|(file, _)| *file == part.file) {
            Some((_, parts)) => parts.push(part),
            None => files.push((&part.file, vec![part])),
        }
    }
    files
}
