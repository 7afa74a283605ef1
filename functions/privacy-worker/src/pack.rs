//! The last turn: all parts and all files of the tenant become one archive.
//!
//! It holds one part or some files and what is on its way to the store at a time, and for each file of the archive its name and
//! where it is. It is not resumed: a turn that dies begins again.

use cloud::Ctx;
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{CreditNoteId, InvoiceId};
use serde::{Deserialize, de::DeserializeOwned};
use table::{OperatorScope, TableError};
use tenancy::{ExportPart, StorageMark, TenantExport};

use crate::{PrivacyError, archive::Archive, gather::BILLED};

/// What the archive begins with.
const README: &str = "All that Ruko has of your organisation.\n\n\
    Each file that ends in .jsonl holds one kind of rows, a JSON object on each line. The folder files/ holds your documents: \
    invoices, credit notes, proofs of transfers and the files that were sent. The folder billed/ holds what Ruko billed you and what \
    you paid for it: rows, and in billed/files/ the documents. Passwords, keys and other secrets are left out.\n\n\
    The rows were read one after the other while the service went on, so a change during the export may be in one file and not \
    yet in another.\n";

/// How many objects are read ahead while the archive is written: a store answers one at a time in tens of milliseconds.
const AHEAD: usize = 16;

/// Makes the archive.
pub(crate) async fn pack(ctx: &Ctx, export: TenantExport) -> Result<TenantExport, PrivacyError> {
    let place = format!("{}/{}.zip", export.folder(), ctx.new_ulid());
    let mut archive = Archive::new();
    let mut object = ctx.begin_object(&place, "application/zip").await?;
    let mut readme = archive.text("README.txt")?;
    readme.write(README.as_bytes())?;
    readme.end()?;
    let mut billed = Vec::new();
    for (name, parts) in by_file(&export.parts) {
        let mut file = archive.text(&format!("{name}.jsonl"))?;
        for part in parts {
            let lines = ctx.get_object(&part.object).await?;
            let lines = lines.ok_or_else(|| PrivacyError::PartGone(part.object.clone()))?;
            file.write(&lines)?;
            object.write(&file.take()).await?;
            billed.extend(documents_of(name, &lines)?);
        }
        file.end()?;
    }
    let folder = format!("tenants/{}", export.tenant);
    let mut paths = ctx.list_objects(&folder).await?;
    // What the platform wrote to try the store says nothing.
    let mark = StorageMark::of(export.tenant).path;
    // The index by which products are found, and models of what is recommended, are made of rows again, and their files are large.
    let made = [format!("{folder}/search/"), format!("{folder}/recommend/")];
    paths.retain(|path| *path != mark && !made.iter().any(|made| path.starts_with(made)));
    paths.sort_unstable();
    let uploads = format!("{folder}/files/");
    let (sent, paths): (Vec<String>, Vec<String>) = paths.into_iter().partition(|path| path.starts_with(&uploads));
    let named = paths.into_iter().map(|path| {
        let name = format!("files{}", path.strip_prefix(&folder).unwrap_or(&path));
        (path, name)
    });
    let mut documents = stream::iter(named.chain(billed))
        .map(|(path, name)| async move { ctx.get_object(&path).await.map(|bytes| (name, bytes)) })
        .buffered(AHEAD);
    while let Some((name, bytes)) = documents.try_next().await? {
        // One that was taken away since, or never made, is in no archive.
        let Some(bytes) = bytes else { continue };
        let mut file = archive.document(&name)?;
        file.write(&bytes)?;
        file.end()?;
        object.write(&archive.take()).await?;
    }
    // These may be large: one at a time, and a piece of it. What was made of them is left out.
    for path in sent.iter().filter(|path| path.ends_with("/original")) {
        let Some(pieces) = ctx.read_object(path).await? else { continue };
        let mut pieces = std::pin::pin!(pieces);
        let mut file = archive.document(&format!("files{}", path.strip_prefix(&folder).unwrap_or(path)))?;
        while let Some(piece) = pieces.try_next().await? {
            file.write(&piece)?;
            object.write(&file.take()).await?;
        }
        file.end()?;
    }
    object.write(&archive.finish()?).await?;
    let size_bytes = object.finish().await?;
    Ok(export.packed(place, size_bytes, ctx.now()))
}

/// A row of which the id is known.
#[derive(Deserialize)]
struct Identified<I> {
    id: I,
}

/// Which documents may have been made of the rows of a part, where the platform keeps them, and their names in the archive; none of
/// what is not of the platform's books.
fn documents_of(file: &str, lines: &[u8]) -> Result<Vec<(String, String)>, TableError> {
    let books = OperatorScope::assume("a tenant takes away what the platform billed it").platform().tenant();
    let paths: Vec<String> = match file.strip_prefix(BILLED) {
        Some("/invoices") => {
            let all = |id| {
                let made = [billing::pdf_path, billing::paid_pdf_path, billing::void_pdf_path, billing::receipt_path];
                made.map(|path| path(books, id))
            };
            ids::<InvoiceId>(lines)?.into_iter().flat_map(all).collect()
        }
        Some("/credit-notes") => {
            ids::<CreditNoteId>(lines)?.into_iter().map(|id| billing::credit_note_path(books, id)).collect()
        }
        Some(_) | None => Vec::new(),
    };
    let folder = format!("tenants/{books}");
    let named = |path: String| {
        let name = format!("{BILLED}/files{}", path.strip_prefix(&folder).unwrap_or(&path));
        (path, name)
    };
    Ok(paths.into_iter().map(named).collect())
}

fn ids<I: DeserializeOwned>(lines: &[u8]) -> Result<Vec<I>, TableError> {
    let rows = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let read = |line| serde_json::from_slice::<Identified<I>>(line).map(|row| row.id);
    rows.map(read).collect::<Result<_, _>>().map_err(|error| TableError::Corrupt(error.to_string()))
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
