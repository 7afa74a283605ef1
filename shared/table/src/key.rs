//! Keys, and the scopes that alone can make them.

use std::fmt::{self, Display};

use kernel::TenantId;

/// The primary key of a row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    /// The partition half, which always begins `T#<tenant>#`.
    pub fn pk(&self) -> &str {
        &self.pk
    }

    /// The sort half.
    pub fn sk(&self) -> &str {
        &self.sk
    }
}

/// A partition of the table or of an index, to be queried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Partition(pub(crate) String);

/// A place in an index: partition and sort value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sorted {
    pub(crate) partition: String,
    pub(crate) sort: String,
}

/// Everything that belongs to one tenant. Handlers get theirs from the caller's token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TenantScope(TenantId);

impl TenantScope {
    /// The scope of `tenant`. The id must come from a verified token, a stored row or an event of ours, never from
    /// a client's text.
    pub const fn new(tenant: TenantId) -> Self {
        Self(tenant)
    }

    /// Whose scope this is.
    pub const fn tenant(self) -> TenantId {
        self.0
    }

    /// A row of this tenant: partition `T#<tenant>#<rest>`, sort key as given.
    pub fn key(self, rest: impl Display, sort: impl Display) -> Key {
        Key { pk: self.prefixed(rest), sk: sort.to_string() }
    }

    /// A partition of this tenant.
    pub fn partition(self, rest: impl Display) -> Partition {
        Partition(self.prefixed(rest))
    }

    /// A place in the listing index (GSI1) of this tenant.
    pub fn gsi1(self, rest: impl Display, sort: impl Display) -> Sorted {
        Sorted { partition: self.prefixed(rest), sort: sort.to_string() }
    }

    /// The `#` after the id ends it: `T#tnt_1#` can never be read as the beginning of another tenant's prefix.
    fn prefixed(self, rest: impl Display) -> String {
        format!("T#{}#{rest}", self.0)
    }
}

impl Display for TenantScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many partitions the due-work index is spread over, so that one busy hour does not heat one partition.
pub const DUE_SHARDS: u8 = 8;

/// Work across all tenants: due work, and the global names of tenant sign-up. Few functions may hold one.
#[derive(Clone, Copy, Debug)]
pub struct OperatorScope {
    _made_by_assume: (),
}

impl OperatorScope {
    /// Takes the operator's view; the reason is for the reader of the call.
    pub const fn assume(_reason: &'static str) -> Self {
        Self { _made_by_assume: () }
    }

    /// One shard of the due-work index (GSI2).
    pub fn due_partition(self, shard: u8) -> Partition {
        Partition(due_partition(shard))
    }

    /// A globally unique name, such as a tenant's slug, kept under tenant zero.
    pub fn global_name(self, kind: &str, name: impl Display) -> Key {
        TenantScope::new(TenantId::PLATFORM).key(format_args!("NAME#{kind}#{name}"), "NAME")
    }

    /// Rows that belong to no tenant, such as counters per IP address, kept under tenant zero.
    pub const fn platform(self) -> TenantScope {
        TenantScope::new(TenantId::PLATFORM)
    }
}

impl Sorted {
    /// A place in the due-work index (GSI2): `spread` picks one of the shards, `sort` begins with the instant.
    pub fn due(spread: u128, sort: impl Display) -> Self {
        // The remainder is below 8, so the cast cannot cut anything off.
        let shard = u8::try_from(spread % u128::from(DUE_SHARDS)).unwrap_or(0);
        Self { partition: due_partition(shard), sort: sort.to_string() }
    }
}

fn due_partition(shard: u8) -> String {
    format!("DUE#{shard}")
}

/// The attributes that belong to keys and indexes rather than to records.
pub(crate) const KEY_ATTRIBUTES: [&str; 9] =
    ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK", "GSI3PK", "GSI3SK", "ttl"];

pub(crate) fn is_key_attribute(name: &str) -> bool {
    KEY_ATTRIBUTES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_scope_begins_with_its_tenant() {
        let scope = TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let key = scope.key("INV#inv_1", "INVOICE");
        assert_eq!(key.pk(), "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#INV#inv_1");
        assert_eq!(key.sk(), "INVOICE");
        assert_eq!(scope.partition("INV").0, "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#INV");
        assert_eq!(scope.gsi1("INV", "x").partition, "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#INV");
    }

    #[test]
    fn due_work_is_spread_over_the_shards() {
        assert_eq!(Sorted::due(17, "2026").partition, "DUE#1");
        assert_eq!(OperatorScope::assume("test").due_partition(1).0, "DUE#1");
    }
}
