//! `GET /api/v1/files/download/{id}`: a link to a file's bytes, or to a smaller picture of it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read.

use std::time::Duration;

use axum::extract::State;
use cloud::DownloadTerms;
use files::{StoredFile, StoredFileError, StoredFiles, VariantSize, disposition, home_path, variant_path};
use jiff::SignedDuration;
use kernel::{FileId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Id, Problem, QueryString, Reply};

use crate::{FilesRead, files::sight::seen};

/// How long a link works: five minutes.
const LASTS: Duration = Duration::from_mins(5);

/// Which picture of the file.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FileDownloadQuery {
    /// A smaller picture; the file itself when left out.
    pub variant: Option<VariantSize>,
}

/// Where the bytes are for a moment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileLink {
    /// Whoever has it can fetch the bytes until then.
    #[schema(
        format = "uri",
        example = "https://bucket.s3.ap-southeast-3.amazonaws.com/tenants/t/files/f/h/original?X-Amz-Signature=s"
    )]
    pub url: String,
    /// When the link ends: after five minutes.
    pub expires_at: Timestamp,
}

/// Download a file
///
/// The answer has a link to the bytes that works for five minutes. Pictures may be shown in a page; everything else is saved
/// under the file's id: links are kept in many logs, so that its name is not in it.
#[utoipa::path(
    get, path = "/api/v1/files/download/{id}",
    responses(
        (status = 200, body = Envelope<FileLink>), (status = 404, description = "FILE_VARIANT_UNKNOWN"),
        (status = 409, description = "FILE_NOT_READY")
    )
)]
pub async fn download_file(
    State(api): State<Api>,
    caller: Caller<FilesRead>,
    Id(id): Id<FileId>,
    QueryString(query): QueryString<FileDownloadQuery>,
) -> Result<Reply, Problem> {
    let file = seen(&caller, StoredFiles::new(api.table(), caller.scope).get(id).await?)?;
    let url = link_to(&api, &file, query.variant).await?;
    let expires_at = api.now().plus(SignedDuration::try_from(LASTS).unwrap_or(SignedDuration::ZERO));
    Reply::ok(&FileLink { url, expires_at })
}

/// A link to a file's bytes, or to a smaller picture of it, that works for [`LASTS`].
pub(crate) async fn link_to(api: &Api, file: &StoredFile, variant: Option<VariantSize>) -> Result<String, Problem> {
    let kept = file.fetched()?;
    let (path, kind) = match variant {
        None => (home_path(&kept.home), file.content_type),
        Some(size) => {
            let made = kept.variants.iter().find(|variant| variant.size == size).ok_or(StoredFileError::NoVariant)?;
            (variant_path(&kept.home, size), made.content_type)
        }
    };
    let disposition = disposition(file.id, kind);
    let terms = DownloadTerms { path: &path, content_type: kind.sent_as(), disposition: &disposition, lasts: LASTS };
    Ok(api.download_link(terms).await?)
}
