//! Who may see a file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who may see a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(
    description = "Who may see a file: whoever sent it and the members of the organisation; all its customers too; or everybody who \
                   has its address, which only pictures can be for"
)]
pub enum FileVisibility {
    /// Members, and the customer who sent it.
    #[default]
    Private,
    /// Everybody who is signed in to the organisation.
    Tenant,
    /// Everybody: a picture in a shop or on a page.
    Public,
}
