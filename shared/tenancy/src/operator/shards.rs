//! How what the operator counts is spread.

use kernel::TenantId;
use table::{Key, TenantScope};

/// Over how many partitions the census is spread.
pub(crate) const SHARDS: u8 = 8;

/// A row of the census in the shard of a tenant.
pub(crate) fn key(platform: TenantScope, tenant: TenantId, sort: &str) -> Key {
    let shard = u128::from(tenant.ulid()) % u128::from(SHARDS);
    platform.key(format_args!("CENSUS#{shard}"), sort)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(crate) const fn is_nothing(number: &i64) -> bool {
    *number == 0
}
