//! Refusals in S3's shape.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::random;

/// Why something is not taken or given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    AccessDenied(String),
    EntityTooLarge,
    EntityTooSmall,
    Internal(String),
    InvalidAccessKeyId,
    InvalidArgument(&'static str),
    InvalidPolicyDocument(&'static str),
    MalformedPost(&'static str),
    NoSuchKey,
    NotAForm,
    SignatureDoesNotMatch,
}

impl Refusal {
    fn parts(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Self::AccessDenied(why) => (StatusCode::FORBIDDEN, "AccessDenied", why),
            Self::EntityTooLarge => {
                let why = "Your proposed upload exceeds the maximum allowed size";
                (StatusCode::BAD_REQUEST, "EntityTooLarge", why)
            }
            Self::EntityTooSmall => {
                let why = "Your proposed upload is smaller than the minimum allowed size";
                (StatusCode::BAD_REQUEST, "EntityTooSmall", why)
            }
            Self::Internal(why) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError", why),
            Self::InvalidAccessKeyId => {
                let why = "The AWS Access Key Id you provided does not exist in our records.";
                (StatusCode::FORBIDDEN, "InvalidAccessKeyId", why)
            }
            Self::InvalidArgument(why) => (StatusCode::BAD_REQUEST, "InvalidArgument", why),
            Self::InvalidPolicyDocument(why) => (StatusCode::BAD_REQUEST, "InvalidPolicyDocument", why),
            Self::MalformedPost(why) => (StatusCode::BAD_REQUEST, "MalformedPOSTRequest", why),
            Self::NoSuchKey => (StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist."),
            Self::NotAForm => {
                let why = "Bucket POST must be of the enclosure-type multipart/form-data";
                (StatusCode::PRECONDITION_FAILED, "PreconditionFailed", why)
            }
            Self::SignatureDoesNotMatch => {
                let why = "The request signature we calculated does not match the signature you provided.";
                (StatusCode::FORBIDDEN, "SignatureDoesNotMatch", why)
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, why) = self.parts();
        let why = why.replace('&', "&amp;").replace('<', "&lt;");
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{why}</Message>\
             <RequestId>{}</RequestId><HostId>local</HostId></Error>",
            random::letters_and_digits(16)
        );
        (status, [(header::CONTENT_TYPE, "application/xml")], text).into_response()
    }
}
