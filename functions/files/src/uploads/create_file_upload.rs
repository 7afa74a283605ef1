//! `POST /api/v1/files/upload`: room for a file, and where to send its bytes.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! for a customer one read of how many files they have, up to three reads of how much is stored, one transaction of the file, its
//! place on the agenda, the room for it, the audit entry and the idempotency row; the last three again for every race that is lost.

use std::collections::BTreeMap;

use axum::extract::State;
use cloud::{UploadForm, UploadTerms};
use files::{
    ContentHash, FileName, FileType, FileVisibility, MOST_OF_CUSTOMER, MOST_OPEN_OF_CUSTOMER, NewFile, StoredFile,
    StoredFileError, StoredFiles, UPLOAD_LASTS, quarantine_path,
};
use identity::Reach;
use kernel::{EventId, FileId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use tenancy::limits::{KeptFiles, LimitCause};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{FILE_CREATED, FilesWrite, files::file_view::FileView};

/// A file that is to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "name": "Kain batik.jpg", "contentType": "image/jpeg", "sizeBytes": 48_213 }))]
pub struct CreateFileUpload {
    pub name: FileName,
    pub content_type: FileType,
    /// How many bytes it has, exactly: up to 100 MiB, for a customer 10 MiB.
    #[schema(minimum = 1, maximum = 104_857_600, example = 48_213)]
    pub size_bytes: u64,
    /// If given, a file with other bytes is rejected.
    pub sha256: Option<ContentHash>,
    /// `private` when left out; only members may show a file to all.
    #[serde(default)]
    pub visibility: FileVisibility,
}

/// Where to send the bytes: a form to be posted as `multipart/form-data`, whose last field is `file` with the bytes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileForm {
    /// Where to post it.
    #[schema(format = "uri", example = "https://bucket.s3.ap-southeast-3.amazonaws.com")]
    pub url: String,
    /// The fields, as they are; they stand before `file`.
    pub fields: BTreeMap<String, String>,
    /// Until when the upload may begin: a quarter of an hour.
    pub expires_at: Timestamp,
}

/// A file that may be sent now.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileUploadView {
    pub file: FileView,
    pub upload: FileForm,
}

impl FileForm {
    fn new(form: UploadForm, expires_at: Timestamp) -> Self {
        let fields = form.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { url: form.url, fields, expires_at }
    }
}

/// Create a file upload
///
/// Takes room of the organisation's storage for the file, and says where its bytes go: post them as a form straight into the
/// bucket, within a quarter of an hour. What came is looked at within seconds; then the file is `ready`, or `rejected` and why.
#[utoipa::path(
    post, path = "/api/v1/files/upload",
    responses(
        (status = 201, body = Envelope<FileUploadView>),
        (status = 409, description = "STORAGE_LIMIT_REACHED; FILE_LIMIT: a customer has 100 files, or 10 or 50 MiB on their way; CONFLICT"),
        (status = 422, description = "FILE_SIZE; FILE_NOT_PUBLIC: only pictures can be")
    )
)]
pub async fn create_file_upload(
    State(api): State<Api>,
    caller: Caller<FilesWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateFileUpload>,
) -> Result<Reply, Problem> {
    match body.visibility {
        FileVisibility::Private => {}
        FileVisibility::Tenant | FileVisibility::Public => caller.must_reach_all()?,
    }
    let stored = StoredFiles::new(api.table(), caller.scope);
    let owner = (caller.reach == Reach::Own).then_some(caller.user);
    let new = NewFile {
        id: FileId::new(api.new_ulid()),
        tenant_id: caller.tenant(),
        name: body.name,
        content_type: body.content_type,
        size_bytes: body.size_bytes,
        sha256: body.sha256,
        visibility: body.visibility,
        owner,
        created_by: caller.user,
    };
    let now = api.now();
    let file = StoredFile::promised(new, now)?;
    let (path, expires_at) = (quarantine_path(file.tenant_id, file.id), now.plus(UPLOAD_LASTS));
    let content_type = file.content_type.media_type();
    let terms = UploadTerms { path: &path, content_type, size_bytes: file.size_bytes, expires_at };
    let upload = FileForm::new(api.upload_form(terms).await?, expires_at);
    let reply = Reply::created(&FileUploadView { file: FileView::of(&file, &api), upload })?;
    let kept = KeptFiles::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        if let Some(owner) = owner
            && !stored.count_of(owner).await?.has_room(file.size_bytes)
        {
            return Err(StoredFileError::TooMany { most: MOST_OF_CUSTOMER, open: MOST_OPEN_OF_CUSTOMER }.into());
        }
        let mut transaction = Transaction::new();
        if let Some(keeping) = kept.reserve(&path, file.size_bytes, now).await? {
            let cause = LimitCause { event: EventId::new(api.new_ulid()), cause: (&info).into() };
            kept.insert(&mut transaction, &keeping, cause)?;
        }
        stored.save(&mut transaction, None, &file)?;
        let entry = caller.entry(&api, &info, FILE_CREATED).about(file.id);
        entry.with("contentType", content_type).insert(&mut transaction, caller.scope)?;
        Ok(key.try_commit(&api, transaction, reply.clone()).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}

#[cfg(test)]
#[path = "create_file_upload_tests.rs"]
mod tests;
