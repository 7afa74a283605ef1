//! A body that is a file: bounded, of one of the kinds that people may send, and what it says that it is.

pub(crate) mod csv;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{HeaderMap, StatusCode, header};
use kernel::FileKind;
use utoipa::openapi::{
    Content, KnownFormat, RefOr, Required, SchemaFormat,
    path::Operation,
    request_body::RequestBodyBuilder,
    schema::{ObjectBuilder, Type},
};

use super::body::{is_plain, unsupported};
use crate::{Argument, Problem, RawBody};

/// The most bytes of a file: as base64 it fits the 6 MB that a Lambda function is called with.
pub(crate) const MAX_FILE: usize = 4 * 1024 * 1024;

/// A file, as it was sent. Always the last argument.
#[derive(Clone, Debug)]
pub struct FileBody {
    /// What it is, by its content.
    pub kind: FileKind,
    /// All of it.
    pub bytes: Bytes,
}

impl Argument for FileBody {
    fn describe(operation: &mut Operation, _: &str) {
        let mut body = RequestBodyBuilder::new().required(Some(Required::True));
        for kind in FileKind::ALL {
            let schema = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
                .content_media_type(kind.media_type())
                .max_length(Some(MAX_FILE));
            body = body.content(kind.media_type(), Content::new(Some(schema)));
        }
        operation.request_body = Some(RefOr::T(body.build()));
    }
}

impl<S: Sync> FromRequest<S> for FileBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, _) = request.into_parts();
        let RawBody(bytes) = RawBody::from_request_parts(&mut parts, state).await?;
        is_plain(&parts.headers)?;
        let Some(named) = named(&parts.headers) else {
            return Err(unsupported("send the file as Content-Type: image/jpeg, image/png or application/pdf"));
        };
        if bytes.is_empty() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "INVALID_BODY", "the file is empty"));
        }
        if FileKind::of_content(&bytes) != Some(named) {
            return Err(unsupported("the file is not of the kind that its Content-Type says"));
        }
        Ok(Self { kind: named, bytes })
    }
}

/// The kind that the only `Content-Type` names.
pub(crate) fn named(headers: &HeaderMap) -> Option<FileKind> {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let only = given.next().filter(|_| given.next().is_none())?;
    FileKind::of_media_type(only.to_str().ok()?)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const PDF: &[u8] = b"%PDF-1.7";

    async fn sent(headers: &[(&str, &str)], bytes: &'static [u8]) -> Result<FileKind, (u16, &'static str)> {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(RawBody(Bytes::from_static(bytes)));
        let file = FileBody::from_request(request, &()).await;
        file.map(|file| file.kind).map_err(|problem| (problem.status().as_u16(), problem.code()))
    }

    #[tokio::test]
    async fn a_file_is_taken_where_its_content_is_what_its_header_says() {
        let unsupported = Err((415, "UNSUPPORTED_MEDIA_TYPE"));
        let pdf = ("content-type", "application/pdf");
        assert_eq!(sent(&[pdf], PDF).await, Ok(FileKind::Pdf));
        assert_eq!(sent(&[("content-type", "Application/PDF; name=a.html")], PDF).await, Ok(FileKind::Pdf));
        assert_eq!(sent(&[("content-type", "image/png")], PDF).await, unsupported);
        assert_eq!(sent(&[("content-type", "text/html")], PDF).await, unsupported);
        assert_eq!(sent(&[], PDF).await, unsupported);
        assert_eq!(sent(&[pdf, pdf], PDF).await, unsupported, "which of them holds?");
        assert_eq!(sent(&[pdf, ("content-encoding", "gzip")], PDF).await, unsupported, "as long as it likes inside");
        assert_eq!(sent(&[pdf], b"").await, Err((400, "INVALID_BODY")));
    }

    #[test]
    fn the_document_names_each_kind_with_its_size() {
        let mut operation = Operation::default();
        FileBody::describe(&mut operation, "");
        let body = serde_json::to_value(operation.request_body).unwrap();
        let schema = &body["content"]["image/png"]["schema"];
        assert_eq!((&schema["format"], &schema["maxLength"]), (&"binary".into(), &4_194_304.into()));
        assert_eq!(body["content"].as_object().unwrap().len(), FileKind::ALL.len());
    }
}
