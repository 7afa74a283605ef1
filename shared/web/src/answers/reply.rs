//! Answers on the wire: the success envelope, as bytes that can be kept for replays.

use std::borrow::Cow;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{
    __dev::ComposeSchema,
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
    },
};

use crate::{Csv, Problem, ReportFormat, Xml};

/// `{"success":true,"data":…}`.
#[derive(Debug, Serialize)]
pub struct Envelope<T> {
    /// Always true.
    pub success: bool,
    /// What was asked for.
    pub data: T,
}

/// `{"success":true,"data":[…],"page":{…}}`.
#[derive(Debug, Serialize)]
pub struct PageOf<T> {
    /// Always true.
    pub success: bool,
    /// The rows.
    pub data: Vec<T>,
    /// Where the next page begins.
    pub page: PageInfo,
}

/// Where the next page begins.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageInfo {
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
    /// How many rows a page holds at most.
    pub limit: u16,
}

/// The fields that every success has, and its data.
fn envelope(data: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    let success = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    ObjectBuilder::new().property("success", success).required("success").property("data", data).required("data")
}

impl<T: ToSchema> ComposeSchema for Envelope<T> {
    /// Refers to the data's schema by its name; deriving would copy it.
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        envelope(Ref::from_schema_name(T::name())).into()
    }
}

impl<T: ToSchema> ToSchema for Envelope<T> {
    fn name() -> Cow<'static, str> {
        "Envelope".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> ComposeSchema for PageOf<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let rows = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        envelope(rows).property("page", Ref::from_schema_name(PageInfo::name())).required("page").into()
    }
}

impl<T: ToSchema> ToSchema for PageOf<T> {
    fn name() -> Cow<'static, str> {
        "PageOf".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
        schemas.push((PageInfo::name().into_owned(), PageInfo::schema()));
    }
}

/// A PDF document.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary, content_media_type = "application/pdf")]
pub struct Pdf(pub Vec<u8>);

/// A file, as it was sent.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct SentFile(pub Vec<u8>);

/// A finished answer: status, headers and bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    status: u16,
    content_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    public_seconds: Option<u32>,
    body: String,
    #[serde(skip)]
    replayed: bool,
}

impl Reply {
    /// 200 with data.
    pub fn ok(data: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::OK, &Envelope { success: true, data })
    }

    /// 201 with data.
    pub fn created(data: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::CREATED, &Envelope { success: true, data })
    }

    /// 202 with data.
    pub fn accepted(data: &impl Serialize) -> Result<Self, Problem> {
        Self::json(StatusCode::ACCEPTED, &Envelope { success: true, data })
    }

    /// 200 with one page of a list.
    pub fn page<T: Serialize>(rows: Vec<T>, page: PageInfo) -> Result<Self, Problem> {
        Self::json(StatusCode::OK, &PageOf { success: true, data: rows, page })
    }

    /// 200 with a table as CSV.
    pub fn csv(table: Csv) -> Self {
        let (content_type, body) = ("text/csv; charset=utf-8".to_owned(), table.into_text());
        Self { status: 200, content_type, etag: None, public_seconds: None, body, replayed: false }
    }

    /// 200 with a document as XML.
    pub fn xml(Xml(body): Xml) -> Self {
        let content_type = "application/xml; charset=utf-8".to_owned();
        Self { status: 200, content_type, etag: None, public_seconds: None, body, replayed: false }
    }

    /// 200 with a report as it was asked for: in the envelope, unless it is to be a table.
    ///
    /// # Errors
    /// The report does not serialise: a fault in the code.
    pub fn report<R: Serialize>(
        format: Option<ReportFormat>,
        report: &R,
        table: impl FnOnce(&R) -> Csv,
    ) -> Result<Self, Problem> {
        match format {
            Some(ReportFormat::Csv) => Ok(Self::csv(table(report))),
            Some(ReportFormat::Json) | None => Self::ok(report),
        }
    }

    /// 204: it is done, and there is nothing to say of it.
    pub fn done() -> Self {
        let (content_type, body) = (String::new(), String::new());
        Self { status: 204, content_type, etag: None, public_seconds: None, body, replayed: false }
    }

    /// JSON without the envelope, for documents of other people's shape such as JWKS.
    pub fn json(status: StatusCode, document: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_string(document)
            .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", error.to_string()))?;
        let content_type = "application/json; charset=utf-8".to_owned();
        Ok(Self { status: status.as_u16(), content_type, etag: None, public_seconds: None, body, replayed: false })
    }

    /// A refusal, to be given again.
    pub(crate) fn refusal(problem: &Problem, document: String) -> Self {
        Self {
            status: problem.status().as_u16(),
            content_type: Problem::CONTENT_TYPE.to_owned(),
            etag: None,
            public_seconds: None,
            body: document,
            replayed: false,
        }
    }

    /// Names the version of the single resource that is answered.
    pub fn version(mut self, version: u64) -> Self {
        self.etag = Some(format!("\"{version}\""));
        self
    }

    /// Lets anybody keep the answer for so many seconds: for documents that are the same for everybody. Without it no
    /// answer may be kept at all.
    pub const fn public_for(mut self, seconds: u32) -> Self {
        self.public_seconds = Some(seconds);
        self
    }

    /// Whether this answer was given to an earlier request, whose effect it tells of.
    pub const fn is_replay(&self) -> bool {
        self.replayed
    }

    /// How many bytes the body has.
    pub fn size_bytes(&self) -> usize {
        self.body.len()
    }

    /// The same answer, marked as given before.
    pub(crate) fn replayed(self) -> Self {
        Self { replayed: true, ..self }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        if !self.content_type.is_empty() {
            set(header::CONTENT_TYPE, &self.content_type);
        }
        if let Some(etag) = &self.etag {
            set(header::ETAG, etag);
        }
        if let Some(seconds) = self.public_seconds {
            set(header::CACHE_CONTROL, &format!("public, max-age={seconds}"));
        }
        if self.replayed {
            set(HeaderName::from_static("idempotent-replayed"), "true");
        }
        response
    }
}
