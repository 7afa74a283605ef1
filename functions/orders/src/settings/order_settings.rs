//! The settings for orders, as staff gives and sees them.

use orders::{MostPieces, OrderPrefix, OrderSettings, PayWithin};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How orders are taken. What is left out goes back to its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ReplaceOrderSettings)]
pub struct OrderSettingsBody {
    /// How many minutes there are to pay an order before it expires; 60 when left out.
    pub pay_within_minutes: Option<PayWithin>,
    /// What order numbers begin with; `ORD` when left out.
    pub number_prefix: Option<OrderPrefix>,
    /// Whether buyers may collect their goods; not, when left out.
    pub pickup: Option<bool>,
    /// How many of one article a buyer may have at once, at the checkout and in an order; as many as a cart holds when left out.
    pub most_pieces: Option<MostPieces>,
}

/// How orders are taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrderSettings)]
pub struct OrderSettingsView {
    /// How many minutes there are to pay an order before it expires.
    pub pay_within_minutes: PayWithin,
    /// What order numbers begin with.
    pub number_prefix: OrderPrefix,
    /// Whether buyers may collect their goods.
    pub pickup: bool,
    /// How many of one article a buyer may have at once; null for as many as a cart holds.
    pub most_pieces: Option<MostPieces>,
}

impl OrderSettingsBody {
    /// The settings after the version before.
    pub(crate) fn after(self, version: u64) -> OrderSettings {
        OrderSettings {
            pay_within_minutes: self.pay_within_minutes.unwrap_or_default(),
            number_prefix: self.number_prefix.unwrap_or_default(),
            pickup: self.pickup.unwrap_or_default(),
            most_pieces: self.most_pieces,
            version: version + 1,
        }
    }
}

impl From<&OrderSettings> for OrderSettingsView {
    fn from(settings: &OrderSettings) -> Self {
        let OrderSettings { pay_within_minutes, number_prefix, pickup, most_pieces, .. } = settings.clone();
        Self { pay_within_minutes, number_prefix, pickup, most_pieces }
    }
}
