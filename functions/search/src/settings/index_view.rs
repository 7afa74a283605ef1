//! An index, as it is shown.

use kernel::Timestamp;
use search::SearchIndex;
use serde::Serialize;
use utoipa::ToSchema;

/// The index of a tenant's products.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchIndexView {
    pub status: SearchIndexStatus,
    /// How many products the present generation has.
    #[schema(example = 1200)]
    pub products: u64,
    /// About how many changes lie over it, to be merged into the next one. They are found already.
    #[schema(example = 3)]
    pub pending_changes: u64,
    /// When the present generation was written; null before the first.
    pub written_at: Option<Timestamp>,
    /// When all of it was last built anew; null where that never was.
    pub built_at: Option<Timestamp>,
    /// Since when it is to be built anew; null where it is not.
    pub building_since: Option<Timestamp>,
}

/// How an index stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(
    description = "How an index stands: nothing was ever put on sale, all of it is being built, or it follows the products"
)]
pub enum SearchIndexStatus {
    /// There is none: nothing was ever put on sale.
    Empty,
    /// All of it is being built. What there was is found meanwhile.
    Building,
    /// It follows the products.
    Ready,
}

impl SearchIndexView {
    pub(crate) fn of(index: Option<&SearchIndex>) -> Self {
        let building_since = index.and_then(|index| index.building.as_ref()).map(|building| building.requested_at);
        let status = match (index, building_since) {
            (None, _) => SearchIndexStatus::Empty,
            (Some(_), Some(_)) => SearchIndexStatus::Building,
            (Some(_), None) => SearchIndexStatus::Ready,
        };
        Self {
            status,
            products: index.map_or(0, |index| index.products),
            pending_changes: index.map_or(0, |index| index.pending),
            written_at: index.and_then(|index| index.written_at),
            built_at: index.and_then(|index| index.built_at),
            building_since,
        }
    }
}
