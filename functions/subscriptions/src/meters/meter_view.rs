//! A meter, as callers see one.

use billing::{Aggregation, Feature, Label, Meter};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that the tenant counts of what its customers use.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeterView {
    /// Its name in the API: what usage events call `feature`.
    pub key: Feature,
    /// Its name for people.
    pub name: Label,
    /// What one of it is.
    pub unit: Option<Label>,
    /// How the events of a period are counted.
    pub aggregation: Aggregation,
    /// When it was made.
    pub created_at: Timestamp,
}

impl From<Meter> for MeterView {
    fn from(meter: Meter) -> Self {
        let Meter { key, name, unit, aggregation, created_at } = meter;
        Self { key, name, unit, aggregation, created_at }
    }
}
