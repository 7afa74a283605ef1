//! How a tenant takes orders.
//!
//! `ORDERS` / `SETTINGS`.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item};
use utoipa::ToSchema;

use crate::{Cart, CartError, MOST_QUANTITY, OrderPrefix};

/// A tenant's settings for orders, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderSettings {
    /// How long there is to pay an order before it expires.
    pub pay_within_minutes: PayWithin,
    /// What the numbers of orders begin with.
    pub number_prefix: OrderPrefix,
    /// Whether buyers may collect their goods.
    #[serde(default)]
    pub pickup: bool,
    /// How many of one article a buyer may have at once; as many as a cart holds where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_pieces: Option<MostPieces>,
    /// Raised by every change, from 1; 0 when nothing was ever set.
    pub version: u64,
}

/// How many minutes there are to pay: 5 to 43,200, which is 30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "How many minutes there are to pay", value_type = u32, minimum = 5, maximum = 43_200, example = 60)]
pub struct PayWithin(u32);

/// How many of one article: 1 to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schema(description = "How many of one article a buyer may have at once", value_type = u32, minimum = 1, maximum = 10_000, example = 10)]
pub struct MostPieces(u32);

impl Record for OrderSettings {
    const ROWS: &'static [&'static str] = &["ORDERS / SETTINGS"];
}

impl Default for PayWithin {
    /// An hour.
    fn default() -> Self {
        Self(60)
    }
}

impl PayWithin {
    /// As a span of time.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.0))
    }
}

impl TryFrom<u32> for PayWithin {
    type Error = &'static str;

    fn try_from(minutes: u32) -> Result<Self, Self::Error> {
        if (5..=43_200).contains(&minutes) { Ok(Self(minutes)) } else { Err("use 5 to 43200 minutes") }
    }
}

impl From<PayWithin> for u32 {
    fn from(minutes: PayWithin) -> Self {
        minutes.0
    }
}

impl TryFrom<u32> for MostPieces {
    type Error = &'static str;

    fn try_from(pieces: u32) -> Result<Self, Self::Error> {
        if (1..=MOST_QUANTITY).contains(&pieces) { Ok(Self(pieces)) } else { Err("use 1 to 10000 pieces") }
    }
}

impl From<MostPieces> for u32 {
    fn from(pieces: MostPieces) -> Self {
        pieces.0
    }
}

impl OrderSettings {
    /// `Ok` for a cart that wants no more of anything than a buyer may have.
    ///
    /// # Errors
    /// `Pieces`.
    pub fn must_suffice(&self, cart: &Cart) -> Result<(), CartError> {
        let Some(most) = self.most_pieces.map(u32::from) else { return Ok(()) };
        match cart.lines.iter().find(|line| line.quantity > most) {
            Some(line) => Err(CartError::Pieces { sku: line.sku.clone(), most }),
            None => Ok(()),
        }
    }

    /// Those of a tenant; the usual ones where nothing was set. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn read(table: &dyn Table, scope: TenantScope) -> Result<Self, TableError> {
        table.get(&key(scope)).await?.map_or_else(|| Ok(Self::default()), from_item)
    }

    /// Adds changed settings to a transaction, in the place of the version before them.
    ///
    /// # Errors
    /// `Corrupt` when they do not serialise.
    pub fn save(&self, transaction: &mut Transaction, scope: TenantScope) -> Result<Slot, TableError> {
        Ok(transaction.add(Write::put(key(scope), self)?.when(Condition::follows(self.version))))
    }
}

fn key(scope: TenantScope) -> Key {
    scope.key("ORDERS", "SETTINGS")
}
