//! A body that is a CSV file: bounded, and what its header says that it is.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{HeaderMap, StatusCode, header};
use utoipa::openapi::{
    Content, KnownFormat, RefOr, Required, SchemaFormat,
    path::Operation,
    request_body::RequestBodyBuilder,
    schema::{ObjectBuilder, Type},
};

use super::MAX_FILE;
use crate::{
    Argument, Problem, RawBody,
    requests::body::{is_plain, unsupported},
};

/// The media type of CSV (RFC 7111).
pub(crate) const CSV: &str = "text/csv";

/// A CSV file, as it was sent. Always the last argument.
#[derive(Clone, Debug)]
pub struct CsvFile(pub Bytes);

impl Argument for CsvFile {
    fn describe(operation: &mut Operation, _: &str) {
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .content_media_type(CSV)
            .max_length(Some(MAX_FILE))
            .examples(["slug,title,sku,price_IDR\nbatik-shirt,Batik shirt,TEE-M,120000\n"]);
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        operation.request_body = Some(RefOr::T(body.content(CSV, Content::new(Some(schema))).build()));
    }
}

impl<S: Sync> FromRequest<S> for CsvFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, _) = request.into_parts();
        let RawBody(bytes) = RawBody::from_request_parts(&mut parts, state).await?;
        is_plain(&parts.headers)?;
        if !is_csv(&parts.headers) {
            return Err(unsupported("send the file as Content-Type: text/csv"));
        }
        if bytes.is_empty() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "INVALID_BODY", "the file is empty"));
        }
        Ok(Self(bytes))
    }
}

/// Whether the only `Content-Type` is CSV, with whatever parameters: the text itself says whether it is UTF-8.
pub(crate) fn is_csv(headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let only = given.next().filter(|_| given.next().is_none()).and_then(|value| value.to_str().ok());
    only.and_then(|text| text.split(';').next()).is_some_and(|name| name.trim().eq_ignore_ascii_case(CSV))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn sent(headers: &[(&str, &str)], bytes: &'static [u8]) -> Result<usize, (u16, &'static str)> {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(RawBody(Bytes::from_static(bytes)));
        let file = CsvFile::from_request(request, &()).await;
        file.map(|CsvFile(bytes)| bytes.len()).map_err(|problem| (problem.status().as_u16(), problem.code()))
    }

    #[tokio::test]
    async fn only_csv_is_taken_and_only_as_it_is() {
        let unsupported = Err((415, "UNSUPPORTED_MEDIA_TYPE"));
        let csv = ("content-type", "text/csv");
        assert_eq!(sent(&[csv], b"a,b").await, Ok(3));
        assert_eq!(sent(&[("content-type", "Text/CSV; charset=utf-8; header=present")], b"a").await, Ok(1));
        for headers in [
            &[][..],
            &[("content-type", "application/json")],
            &[("content-type", "text/plain")],
            &[csv, csv],
            &[csv, ("content-encoding", "gzip")],
        ] {
            assert_eq!(sent(headers, b"a").await, unsupported, "{headers:?}");
        }
        assert_eq!(sent(&[csv], b"").await, Err((400, "INVALID_BODY")));
    }
}
