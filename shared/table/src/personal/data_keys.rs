//! The data key of each tenant, under which personal attributes are sealed
//! (docs/decisions/0007-personal-data-is-sealed.md).
//!
//! A tenant's key is made once, by the key service, and stands wrapped in the tenant's own row `DATAKEY`: without the
//! key service nobody can use it, and when the row is gone nobody can read what was sealed with it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::SignedDuration;
use kernel::{Clock, Seal, Secret, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Condition, Key, Record, Table, TableError, TenantScope, Write, from_item};

/// The key service: wraps and unwraps the tenants' data keys, each only together with its tenant.
#[async_trait]
pub trait Kms: Send + Sync {
    /// A new data key for this tenant.
    ///
    /// # Errors
    /// `Unavailable` when the service does not answer, `Refused` when it says no.
    async fn generate(&self, tenant: TenantId) -> Result<NewDataKey, TableError>;

    /// The data key that was wrapped for this tenant.
    ///
    /// # Errors
    /// As [`Kms::generate`]; `Refused` also for what was wrapped for another tenant.
    async fn unwrap(&self, tenant: TenantId, wrapped: &[u8]) -> Result<Secret<[u8; 32]>, TableError>;
}

/// A data key, as the key service makes it.
#[derive(Debug)]
pub struct NewDataKey {
    /// The key itself.
    pub plain: Secret<[u8; 32]>,
    /// The key as only the service can open it.
    pub wrapped: Vec<u8>,
}

/// How long a key that was unwrapped is used: 5 minutes.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// How often it is used before it is unwrapped anew, however young it is.
const USES: u32 = 1 << 20;
/// Of how many tenants the keys are kept; who is seen beyond that takes the place of the one unwrapped first.
const TENANTS: usize = 1000;

/// A tenant's row.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WrappedKey {
    /// The wrapped key in base64.
    wrapped: String,
    created_at: Timestamp,
}

impl Record for WrappedKey {
    const ROWS: &'static [&'static str] = &["DATAKEY / DATAKEY"];
}

/// An unwrapped key.
pub(crate) struct DataKey {
    key: Seal,
    unwrapped_at: Timestamp,
    uses: AtomicU32,
}

/// A key that is not in the table yet, and the write that puts it there.
pub(crate) struct Unsaved {
    pub(crate) key: Arc<DataKey>,
    pub(crate) row: Write,
}

/// The keys of all tenants, each unwrapped when it is needed.
pub(crate) struct DataKeys {
    kms: Arc<dyn Kms>,
    clock: Arc<dyn Clock>,
    kept: Mutex<BTreeMap<TenantId, Arc<DataKey>>>,
}

impl DataKeys {
    pub(crate) fn new(kms: Arc<dyn Kms>, clock: Arc<dyn Clock>) -> Self {
        Self { kms, clock, kept: Mutex::default() }
    }

    /// The tenant's key. One round trip and one call of the key service, or none of either while the key is kept.
    pub(crate) async fn get(&self, table: &dyn Table, scope: TenantScope) -> Result<Option<Arc<DataKey>>, TableError> {
        if let Some(known) = self.known(scope) {
            return Ok(Some(known));
        }
        let Some(row) = table.get(&row_key(scope)).await? else { return Ok(None) };
        let record: WrappedKey = from_item(row)?;
        let wrapped = STANDARD_NO_PAD.decode(record.wrapped);
        let wrapped = wrapped.map_err(|_| TableError::Corrupt("a data key that is not base64".to_owned()))?;
        let plain = self.kms.unwrap(scope.tenant(), &wrapped).await?;
        let key = Arc::new(DataKey::new(&plain, self.now())?);
        self.keep(scope, Arc::clone(&key));
        Ok(Some(key))
    }

    /// A key for a tenant that has none. It counts once its row is written: [`DataKeys::keep`].
    pub(crate) async fn make(&self, scope: TenantScope) -> Result<Unsaved, TableError> {
        let made = self.kms.generate(scope.tenant()).await?;
        let record = WrappedKey { wrapped: STANDARD_NO_PAD.encode(&made.wrapped), created_at: self.now() };
        let row = Write::put(row_key(scope), &record)?.when(Condition::NotExists);
        Ok(Unsaved { key: Arc::new(DataKey::new(&made.plain, record.created_at)?), row })
    }

    pub(crate) fn keep(&self, scope: TenantScope, key: Arc<DataKey>) {
        let Ok(mut kept) = self.kept.lock() else { return };
        if kept.len() >= TENANTS && !kept.contains_key(&scope.tenant()) {
            let oldest = kept.iter().min_by_key(|(_, key)| key.unwrapped_at).map(|(tenant, _)| *tenant);
            oldest.and_then(|tenant| kept.remove(&tenant));
        }
        kept.insert(scope.tenant(), key);
    }

    fn known(&self, scope: TenantScope) -> Option<Arc<DataKey>> {
        let key = Arc::clone(self.kept.lock().ok()?.get(&scope.tenant())?);
        key.is_fresh(self.now()).then_some(key)
    }

    fn now(&self) -> Timestamp {
        self.clock.now().into()
    }
}

impl DataKey {
    fn new(plain: &Secret<[u8; 32]>, now: Timestamp) -> Result<Self, TableError> {
        let key = Seal::new(plain).map_err(|_| TableError::Refused("a data key that AES-256 cannot use".to_owned()))?;
        Ok(Self { key, unwrapped_at: now, uses: AtomicU32::new(0) })
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        (self.unwrapped_at..self.unwrapped_at.plus(KEPT)).contains(&now) && self.uses.load(Ordering::Relaxed) < USES
    }

    /// Nonce, ciphertext and tag of `bytes`, which open only with the same `place`.
    pub(crate) fn seal(&self, bytes: Vec<u8>, place: &str) -> Result<Vec<u8>, TableError> {
        self.uses.fetch_add(1, Ordering::Relaxed);
        self.key.close(bytes, place).map_err(|error| TableError::Refused(error.to_string()))
    }

    /// What was sealed for this `place`; `None` for anything else.
    pub(crate) fn open(&self, sealed: &[u8], place: &str) -> Option<Vec<u8>> {
        self.uses.fetch_add(1, Ordering::Relaxed);
        self.key.open(sealed, place).map(|plain| plain.to_vec())
    }
}

fn row_key(scope: TenantScope) -> Key {
    scope.key("DATAKEY", "DATAKEY")
}
