//! A key service in memory, which counts its calls and can be away.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use aws_lc_rs::rand;
use kernel::{Seal, Secret, TenantId};
use table::{Kms, NewDataKey, TableError};

/// A key service that lives as long as the test.
pub struct MemoryKms {
    key: Seal,
    generated: AtomicU64,
    unwrapped: AtomicU64,
    away: AtomicBool,
}

impl Default for MemoryKms {
    #[expect(clippy::expect_used, reason = "a test that cannot start must stop")]
    fn default() -> Self {
        Self {
            key: Seal::new(&Secret::new(random())).expect("an AES key"),
            generated: AtomicU64::new(0),
            unwrapped: AtomicU64::new(0),
            away: AtomicBool::new(false),
        }
    }
}

impl MemoryKms {
    /// How many data keys it has made, and how often it has unwrapped one.
    pub fn calls(&self) -> (u64, u64) {
        (self.generated.load(Ordering::SeqCst), self.unwrapped.load(Ordering::SeqCst))
    }

    /// Whether it answers nobody.
    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn answers(&self) -> Result<(), TableError> {
        let away = self.away.load(Ordering::SeqCst);
        if away { Err(TableError::Unavailable("the key service is away".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl Kms for MemoryKms {
    async fn generate(&self, tenant: TenantId) -> Result<NewDataKey, TableError> {
        self.answers()?;
        self.generated.fetch_add(1, Ordering::SeqCst);
        let plain = random();
        let wrapped = self.key.close(plain.to_vec(), tenant.to_string());
        let wrapped = wrapped.map_err(|_| TableError::Refused("not sealed".to_owned()))?;
        Ok(NewDataKey { plain: Secret::new(plain), wrapped })
    }

    async fn unwrap(&self, tenant: TenantId, wrapped: &[u8]) -> Result<Secret<[u8; 32]>, TableError> {
        self.answers()?;
        self.unwrapped.fetch_add(1, Ordering::SeqCst);
        let opened = self.key.open(wrapped, tenant.to_string()).and_then(|plain| plain.as_slice().try_into().ok());
        opened.map(Secret::new).ok_or_else(|| TableError::Refused("wrapped for another tenant".to_owned()))
    }
}

#[expect(clippy::expect_used, reason = "a test without randomness must stop")]
fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("randomness");
    bytes
}
