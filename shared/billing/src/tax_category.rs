//! Which kind of goods or services a rate of a tax is for: one tax may have a rate of its own for each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a rate of a tax is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxCategory {
    /// What is no luxury: of PPN 12 % of 11/12 of the price (PMK 131/2024 article 3).
    #[default]
    Standard,
    /// Luxury goods: of PPN 12 % of the whole price (PMK 131/2024 article 2).
    Luxury,
}

impl TaxCategory {
    /// The name as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Luxury => "luxury",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(crate) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}
