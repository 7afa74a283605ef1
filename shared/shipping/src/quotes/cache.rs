//! What RajaOngkir answered, kept so that few calls are made: its plans count them by the day.
//!
//! `SHIPRATE#<hash>` / `RATES` are the rates between two places at a weight, for 24 hours; `SHIPPLACE#<hash>` / `PLACE` is its
//! number of a place, for 30 days. That there is no such place, or that no courier goes there, is kept for an hour. What is too old is not used, whether or not the store has deleted it.

use std::sync::Arc;

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use table::{Key, Record, Table, TenantScope, Write, WriteError, from_item};

use crate::{CarrierRate, digest::sha256_hex};

const RATES_FOR: SignedDuration = SignedDuration::from_hours(24);
const PLACE_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long it is kept that there is nothing.
const NOTHING_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Rates that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CachedRates {
    pub(crate) rates: Vec<CarrierRate>,
    pub(crate) expires_at: Timestamp,
}

/// The number of a place; none where it knows no such place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CachedPlace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<u64>,
    pub(crate) expires_at: Timestamp,
}

impl Record for CachedRates {
    const ROWS: &'static [&'static str] = &["SHIPRATE#{hash} / RATES"];
}

impl Record for CachedPlace {
    const ROWS: &'static [&'static str] = &["SHIPPLACE#{hash} / PLACE"];
}

/// What a tenant's carrier answered before.
#[derive(Clone)]
pub struct RateCache {
    table: Arc<dyn Table>,
    scope: TenantScope,
}

impl RateCache {
    /// That of the tenant of `scope`.
    pub const fn new(table: Arc<dyn Table>, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    pub(crate) async fn rates(&self, of: &str, now: Timestamp) -> Option<Vec<CarrierRate>> {
        let kept: CachedRates = self.read(self.rates_key(of)).await?;
        (now < kept.expires_at).then_some(kept.rates)
    }

    pub(crate) async fn keep_rates(&self, of: &str, rates: &[CarrierRate], now: Timestamp) {
        let kept_for = if rates.is_empty() { NOTHING_FOR } else { RATES_FOR };
        let kept = CachedRates { rates: rates.to_vec(), expires_at: now.plus(kept_for) };
        self.write(self.rates_key(of), &kept, kept.expires_at).await;
    }

    /// What is known of a place: its number, or that it has none.
    pub(crate) async fn place(&self, of: &str, now: Timestamp) -> Option<Option<u64>> {
        let kept: CachedPlace = self.read(self.place_key(of)).await?;
        (now < kept.expires_at).then_some(kept.place)
    }

    pub(crate) async fn keep_place(&self, of: &str, place: Option<u64>, now: Timestamp) {
        let kept_for = if place.is_some() { PLACE_FOR } else { NOTHING_FOR };
        let kept = CachedPlace { place, expires_at: now.plus(kept_for) };
        self.write(self.place_key(of), &kept, kept.expires_at).await;
    }

    /// A failure of the cache is a miss.
    async fn read<T: DeserializeOwned>(&self, key: Key) -> Option<T> {
        let row = self.table.get(&key).await.and_then(|row| row.map(from_item).transpose());
        row.inspect_err(|error| tracing::warn!(%error, "cached rates were not read")).ok()?
    }

    async fn write<R: Record>(&self, key: Key, row: &R, until: Timestamp) {
        let write = Write::put(key, row).map(|write| write.ttl(until));
        let written = match write {
            Ok(write) => match self.table.write(write).await {
                Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
                Err(WriteError::Table(error)) => Err(error),
            },
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "rates were not cached");
        }
    }

    fn rates_key(&self, of: &str) -> Key {
        self.scope.key(format_args!("SHIPRATE#{}", sha256_hex(of.as_bytes())), "RATES")
    }

    fn place_key(&self, of: &str) -> Key {
        self.scope.key(format_args!("SHIPPLACE#{}", sha256_hex(of.as_bytes())), "PLACE")
    }
}
