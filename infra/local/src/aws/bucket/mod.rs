//! The bucket as callers without credentials of their own see it: forms that were signed for them (`POST /<bucket>`), and links
//! (`GET /<bucket>/<key>`). Functions write and read the same folder past it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

mod form;
mod link;
mod notice;
mod policy;
mod refusal;
mod signature;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use md5::{Digest as _, Md5};

use super::Aws;
use crate::{random, template::NoticeDef};
use form::Form;
use refusal::Refusal;

/// What the bucket is called.
pub(crate) const NAME: &str = "ruko-local";
/// The largest form, in bytes: somewhat more than the largest file that anybody may send.
const MOST_BYTES: usize = 110 * 1024 * 1024;

/// The bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Where its objects are.
    pub(crate) folder: PathBuf,
    /// Who is told of which.
    pub(crate) notices: Vec<NoticeDef>,
}

/// Where a bucket at this endpoint is reached.
pub(crate) fn url(endpoint: &str) -> String {
    format!("{endpoint}/{NAME}")
}

/// The routes of the bucket.
pub(super) fn router() -> Router<Arc<Aws>> {
    Router::new()
        .route("/ruko-local", post(take_form))
        .route("/ruko-local/", post(take_form))
        .route("/ruko-local/{*key}", get(give_object))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}

async fn take_form(State(aws): State<Arc<Aws>>, headers: HeaderMap, body: Bytes) -> Response {
    answered(stored(&aws, &headers, &body).await)
}

async fn give_object(State(aws): State<Arc<Aws>>, headers: HeaderMap, uri: Uri) -> Response {
    answered(fetched(&aws, &headers, &uri).await)
}

/// Every page may read what the bucket answers: only who has a signature gets more than a refusal.
fn answered(answer: Result<Response, Refusal>) -> Response {
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::SERVER, HeaderValue::from_static("AmazonS3"));
    response
}

/// Stores what a form holds, as its policy allows it, and tells of it.
async fn stored(aws: &Aws, headers: &HeaderMap, body: &Bytes) -> Result<Response, Refusal> {
    let form = Form::read(headers, body)?;
    let key = form.key()?;
    policy::check(&form, aws.clock.now())?;
    let file = aws.bucket.place(&key).ok_or(Refusal::InvalidArgument("the key is no path of this bucket"))?;
    write(&aws.bucket.folder, &file, &form.file).await.map_err(|error| Refusal::Internal(error.to_string()))?;
    let etag = random::hex(&Md5::digest(&form.file));
    let version = random::letters_and_digits(32);
    aws.bucket.tell(aws, &notice::Stored { key: &key, size: form.file.len(), etag: &etag, version: &version });
    let status = match form.field("success_action_status").unwrap_or("204") {
        "200" => StatusCode::OK,
        "201" => StatusCode::CREATED,
        _ => StatusCode::NO_CONTENT,
    };
    let location = format!("{}/{key}", url(&aws.base_url));
    let shown = if status == StatusCode::CREATED {
        let text = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location><Bucket>{NAME}</Bucket>\
             <Key>{}</Key><ETag>\"{etag}\"</ETag></PostResponse>",
            text(&location),
            text(&key)
        )
    } else {
        String::new()
    };
    let mut response = (status, shown).into_response();
    let named = [("etag", format!("\"{etag}\"")), ("x-amz-version-id", version), ("location", location)];
    for (name, value) in named {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// Gives an object to whoever has a link to it.
async fn fetched(aws: &Aws, headers: &HeaderMap, uri: &Uri) -> Result<Response, Refusal> {
    let key = link::opened(headers, uri, aws.clock.now())?;
    let file = aws.bucket.place(&key).ok_or(Refusal::NoSuchKey)?;
    let bytes = tokio::fs::read(&file).await.map_err(|_| Refusal::NoSuchKey)?;
    let etag = random::hex(&Md5::digest(&bytes));
    let mut response = Response::new(Body::from(bytes));
    let said = |name: &str| link::parameter(uri, name).and_then(|value| value.parse().ok());
    let headers = response.headers_mut();
    let octets = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, said("response-content-type").unwrap_or(octets));
    if let Some(value) = said("response-content-disposition") {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    if let Ok(value) = format!("\"{etag}\"").parse() {
        headers.insert(header::ETAG, value);
    }
    Ok(response)
}

/// An object is there whole or not at all.
async fn write(folder: &Path, file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let arriving = folder.with_file_name("arriving");
    tokio::fs::create_dir_all(&arriving).await?;
    if let Some(parent) = file.parent() {
        tokio::fs::create_dir_all(parent).await?;
    }
    let draft = arriving.join(random::uuid());
    tokio::fs::write(&draft, bytes).await?;
    tokio::fs::rename(&draft, file).await
}

impl Bucket {
    /// The file of a key; `None` for one that leads out of the folder.
    fn place(&self, key: &str) -> Option<PathBuf> {
        let is_safe = key.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']));
        is_safe.then(|| self.folder.join(key))
    }
}

#[cfg(test)]
mod tests;
