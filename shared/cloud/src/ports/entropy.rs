//! Where randomness comes from.

use kernel::Timestamp;
use ulid::Ulid;

/// A source of random bytes for ids, salts and tokens.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's, through the cryptographic library's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        if aws_lc_rs::rand::fill(buffer).is_err() {
            // A token made without randomness could be guessed: better no function than that.
            tracing::error!("the random generator failed");
            std::process::abort();
        }
    }
}

/// A ULID of this instant: ids sort by when they were made.
pub(crate) fn ulid(now: Timestamp, entropy: &dyn Entropy) -> Ulid {
    let mut random = [0_u8; 16];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    Ulid::from_parts(millis, u128::from_be_bytes(random))
}
