//! An answer that tells nothing.

use serde::Serialize;
use utoipa::ToSchema;

/// The request was taken. Whether anything comes of it is told by mail, to who has the address.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Always `accepted`.
    #[schema(example = "accepted")]
    pub status: &'static str,
}

impl Default for Accepted {
    fn default() -> Self {
        Self { status: "accepted" }
    }
}
