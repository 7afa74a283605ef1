//! Where goods are sent.

use kernel::{Country, Phone, has_link};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::DeliveryText;

/// Who gets the goods, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(description = "Who gets the goods, and where")]
pub struct DeliveryAddress {
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

impl DeliveryAddress {
    /// Whether its name may stand in a mail: 1 to 80 characters without a link, as names of users. Whoever gives it may name
    /// somebody else's mailbox beside it. What was stored before may be longer.
    pub fn can_be_greeted(&self) -> bool {
        let name = self.name.as_str();
        name.chars().count() <= 80 && !has_link(name)
    }
}
