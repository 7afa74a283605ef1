//! A document as XML, for another system's import.

use utoipa::ToSchema;

/// A document as XML, as the system that imports it wants it.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, content_media_type = "application/xml")]
pub struct Xml(pub String);
