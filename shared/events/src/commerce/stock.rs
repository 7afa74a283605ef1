//! Events about stock. A SKU has no version: its numbers change side by side, and `GET /api/v1/inventory/{sku}` says how it is.

use kernel::Sku;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Audience, Payload};

/// What is available of a SKU reached its low mark. Once for each crossing; where nothing is left by the same change, `stock.ran_out`
/// says so instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockLow {
    /// Which.
    pub sku: Sku,
}

/// A SKU can be bought no more: nothing is left, and as much is sold as may be before it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockOut {
    /// Which.
    pub sku: Sku,
}

/// A SKU that could not be bought can be bought again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StockBack {
    /// Which.
    pub sku: Sku,
}

impl Payload for StockLow {
    const NAME: &'static str = "stock.ran_low";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = Sku;

    fn subject(&self) -> Sku {
        self.sku.clone()
    }
}

impl Payload for StockOut {
    const NAME: &'static str = "stock.ran_out";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = Sku;

    fn subject(&self) -> Sku {
        self.sku.clone()
    }
}

impl Payload for StockBack {
    const NAME: &'static str = "stock.returned";
    const AUDIENCE: Audience = Audience::Public;
    type Subject = Sku;

    fn subject(&self) -> Sku {
        self.sku.clone()
    }
}
