//! What is on in a tenant, as callers give and see it.

use serde::{Deserialize, Serialize};
use tenancy::{FeatureFlag, Features, Parts};
use utoipa::ToSchema;

/// What is on in a tenant: parts of the platform, and flags of the tenant's own software.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FeatureSettings {
    /// Parts of the platform; each is on when left out.
    pub parts: Parts,
    /// The tenant's own, 100 at most; an answer has them in the order of their keys.
    #[schema(max_items = 100)]
    pub flags: Vec<FeatureFlag>,
}

impl From<&Features> for FeatureSettings {
    fn from(features: &Features) -> Self {
        Self { parts: features.parts, flags: features.flags.clone() }
    }
}

impl From<FeatureSettings> for Features {
    fn from(FeatureSettings { parts, flags }: FeatureSettings) -> Self {
        Self { parts, flags }
    }
}
