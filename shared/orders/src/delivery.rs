//! Where goods are sent.

use kernel::{Country, Phone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::DeliveryText;

/// Who gets the goods, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(description = "Who gets the goods, and where")]
pub struct Delivery {
    /// Who gets them.
    pub name: DeliveryText,
    /// Whom a carrier calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Street and number.
    pub line1: DeliveryText,
    /// Building, floor, district.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<DeliveryText>,
    /// The city.
    pub city: DeliveryText,
    /// Province or state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<DeliveryText>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<DeliveryText>,
    /// The country.
    pub country: Country,
}
