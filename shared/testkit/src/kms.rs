//! A key service in memory, which counts its calls and can be away.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use kernel::{Secret, TenantId};
use table::{Kms, NewDataKey, TableError};

/// A key service that lives as long as the test.
pub struct MemoryKms {
    key: RandomizedNonceKey,
    generated: AtomicU64,
    unwrapped: AtomicU64,
    away: AtomicBool,
}

impl Default for MemoryKms {
    #[expect(clippy::expect_used, reason = "a test that cannot start must stop")]
    fn default() -> Self {
        Self {
            key: RandomizedNonceKey::new(&AES_256_GCM, &random()).expect("an AES key"),
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
        let mut wrapped = plain.to_vec();
        let nonce = self.key.seal_in_place_append_tag(Aad::from(tenant.to_string()), &mut wrapped);
        let nonce = nonce.map_err(|_| TableError::Refused("not sealed".to_owned()))?;
        Ok(NewDataKey { plain: Secret::new(plain), wrapped: [nonce.as_ref().as_slice(), &wrapped].concat() })
    }

    async fn unwrap(&self, tenant: TenantId, wrapped: &[u8]) -> Result<Secret<[u8; 32]>, TableError> {
        self.answers()?;
        self.unwrapped.fetch_add(1, Ordering::SeqCst);
        let opened = wrapped.split_at_checked(NONCE_LEN).and_then(|(nonce, sealed)| {
            let (nonce, mut sealed) = (Nonce::try_assume_unique_for_key(nonce).ok()?, sealed.to_vec());
            let plain = self.key.open_in_place(nonce, Aad::from(tenant.to_string()), &mut sealed).ok()?;
            <[u8; 32]>::try_from(&*plain).ok()
        });
        opened.map(Secret::new).ok_or_else(|| TableError::Refused("wrapped for another tenant".to_owned()))
    }
}

#[expect(clippy::expect_used, reason = "a test without randomness must stop")]
fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).expect("randomness");
    bytes
}
