//! Who says what sending costs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Through whom goods are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "rajaongkir")]
pub enum ShippingCarrier {
    /// The tenant itself, at the rates of its zones.
    Own,
    /// The couriers of Indonesia, by RajaOngkir: rates and tracking; the tenant hands parcels in itself.
    #[serde(rename = "rajaongkir")]
    RajaOngkir,
    /// The carriers of the world, by EasyPost: rates, labels and tracking.
    #[serde(rename = "easypost")]
    EasyPost,
}

/// The text names no carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown carrier: use own, rajaongkir or easypost")]
pub struct UnknownCarrier;

impl ShippingCarrier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Own, Self::RajaOngkir, Self::EasyPost];

    /// The name as stored and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::RajaOngkir => "rajaongkir",
            Self::EasyPost => "easypost",
        }
    }

    /// Whether its labels are bought here.
    pub const fn sells_labels(self) -> bool {
        match self {
            Self::Own | Self::RajaOngkir => false,
            Self::EasyPost => true,
        }
    }
}

impl fmt::Display for ShippingCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ShippingCarrier {
    type Err = UnknownCarrier;

    fn from_str(text: &str) -> Result<Self, UnknownCarrier> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(UnknownCarrier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_carrier_is_read_back_from_its_name() {
        for carrier in ShippingCarrier::ALL {
            assert_eq!(carrier.to_string().parse(), Ok(carrier));
            assert_eq!(serde_json::to_value(carrier).unwrap(), carrier.as_str());
        }
        assert_eq!("pigeon".parse::<ShippingCarrier>(), Err(UnknownCarrier));
    }
}
