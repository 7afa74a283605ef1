//! Keys, and the scopes that alone can make them.

use std::fmt::{self, Display};

use kernel::TenantId;

use crate::Item;

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

    /// The scope of a row, as a stream shows it; `None` for what is no row of ours.
    pub fn of_row(row: &Item) -> Option<Self> {
        let (tenant, _) = row.get("PK")?.as_str()?.strip_prefix("T#")?.split_once('#')?;
        tenant.parse().ok().map(Self)
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

/// Whether an attribute belongs to keys, indexes or expiry rather than to the record.
pub fn is_key_attribute(name: &str) -> bool {
    KEY_ATTRIBUTES.contains(&name)
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use proptest::prelude::*;
    use ulid::Ulid;

    use super::*;

    #[test]
    fn every_key_of_a_scope_begins_with_its_tenant() {
        let scope = TenantScope::new("tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap());
        let key = scope.key("INV#inv_1", "INVOICE");
        assert_eq!(key.pk(), "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#INV#inv_1");
        assert_eq!(key.sk(), "INVOICE");
        assert_eq!(scope.partition("INV").0, "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#INV");
        assert_eq!(scope.gsi1("INV", "x").partition, "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X#INV");
        let row = |pk: &str| [("PK".to_owned(), serde_json::json!(pk))].into_iter().collect::<Item>();
        assert_eq!(TenantScope::of_row(&row(key.pk())), Some(scope));
        for other in ["DUE#1", "T#tnt_1#X", "T#tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X"] {
            assert_eq!(TenantScope::of_row(&row(other)), None, "{other}");
        }
    }

    #[test]
    fn due_work_is_spread_over_the_shards() {
        assert_eq!(Sorted::due(17, "2026").partition, "DUE#1");
        assert_eq!(OperatorScope::assume("test").due_partition(1).0, "DUE#1");
    }

    /// Tenants that are easy to mix up: neighbours, extremes, and any others.
    fn two_tenants() -> impl Strategy<Value = (TenantScope, TenantScope)> {
        let ulid = prop_oneof![Just(0), Just(u128::MAX), any::<u128>()];
        let pair = (ulid, prop_oneof![Just(1), Just(32), Just(1 << 80), 1..u128::MAX]);
        pair.prop_map(|(one, apart)| {
            let scope = |number| TenantScope::new(TenantId::new(Ulid::from(number)));
            (scope(one), scope(one.wrapping_add(apart)))
        })
    }

    /// Texts that try to look like keys, and any others.
    fn rest() -> impl Strategy<Value = String> {
        prop_oneof!["[T#tnt_0-9A-Z]{0,40}", "\\PC{0,20}", "T#tnt_[0-7][0-9A-HJKMNP-TV-Z]{25}#.{0,9}"]
    }

    proptest! {
        #[test]
        fn tenants_neither_collide_nor_contain_one_another(
            (one, two) in two_tenants(),
            (rest_one, sort_one, rest_two, sort_two) in (rest(), rest(), rest(), rest()),
        ) {
            let (a, b) = (one.key(&rest_one, &sort_one), two.key(&rest_two, &sort_two));
            prop_assert_ne!(a.pk(), b.pk());
            // What a policy grants, or a query on a prefix finds, is the tenant's own: nobody's prefix begins a key of
            // another, whatever the rests say.
            let prefix = one.key("", "");
            prop_assert!(a.pk().starts_with(prefix.pk()) && prefix.pk().ends_with('#'));
            prop_assert!(!b.pk().starts_with(prefix.pk()), "{} begins with {}", b.pk(), prefix.pk());
            prop_assert!(!a.pk().starts_with(b.pk()) && !b.pk().starts_with(a.pk()));
            prop_assert_ne!(one.partition(&rest_one).0, two.partition(&rest_two).0);
            prop_assert_ne!(one.gsi1(&rest_one, "").partition, two.gsi1(&rest_two, "").partition);
            // The operator's index cannot be a tenant's partition, and its global names are the platform's.
            let due = Sorted::due(u128::from(one.tenant().ulid()), "").partition;
            prop_assert!(!due.starts_with("T#") && !a.pk().starts_with(&due));
            let name = OperatorScope::assume("test").global_name("slug", &rest_one);
            prop_assert!(name.pk().starts_with(TenantScope::new(TenantId::PLATFORM).key("", "").pk()));
        }

        #[test]
        fn within_a_tenant_keys_are_as_different_as_what_they_were_made_of(
            (one, _) in two_tenants(), (a, b, sort_a, sort_b) in (rest(), rest(), rest(), rest()),
        ) {
            prop_assert_eq!(one.key(&a, &sort_a) == one.key(&b, &sort_b), (&a, &sort_a) == (&b, &sort_b));
        }
    }
}
