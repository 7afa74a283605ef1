//! Roles: the three that every tenant has, those that it makes itself, and what they grant together.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use kernel::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::{Permission, roles::permission::covers};

/// The name of a role that a tenant made: 2 to 40 of `A-Z0-9_`, beginning with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "The name of a role of your own",
    value_type = String, pattern = "^[A-Z][A-Z0-9_]{1,39}$", example = "CASHIER"
)]
pub struct RoleName(String);

/// The text is no name of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is named by 2 to 40 capital letters, digits and underscores, beginning with a letter")]
pub struct RoleNameError;

/// A role of a user. A *member* has a role beyond `User`; a tenant's customers have `User` alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// May do everything in the tenant.
    Admin,
    /// Runs the daily business: customers, subscriptions, invoices, payments.
    Manager,
    /// A customer of the tenant: sees and does what is their own.
    User,
    /// One that the tenant made.
    Custom(RoleName),
}

impl PartialSchema for Role {
    fn schema() -> RefOr<Schema> {
        let description = "`ADMIN`, `MANAGER`, `USER`, or a role of your own";
        let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
        text.pattern(Some("^[A-Z][A-Z0-9_]{1,39}$")).examples(["MANAGER"]).into()
    }
}

impl ToSchema for Role {}

/// How far a permission reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// Only what belongs to the caller.
    Own,
    /// Everything in the tenant.
    Tenant,
}

/// A role that a tenant made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct RoleDefinition {
    /// What it is for, up to 200 characters.
    #[serde(default)]
    pub description: String,
    /// What it grants, over everything in the tenant.
    pub permissions: Vec<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The version of the book that it was last changed in: a role that is made again under an old name never has the
    /// version of the one before. 0 in books that are older than versions.
    #[serde(default)]
    pub version: u64,
}

/// All roles that a tenant made, in one row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
pub struct RoleBook {
    /// By name.
    #[serde(default)]
    pub roles: BTreeMap<RoleName, RoleDefinition>,
    /// Raised by every change; 0 before the first.
    #[serde(default)]
    pub version: u64,
}

/// What a caller holds: resolved from the roles, and narrowed by the scopes of an API key and of a token made with it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grants {
    tenant: Vec<Permission>,
    own: &'static [&'static str],
}

impl Role {
    /// The roles that every tenant has.
    pub const BUILT_IN: [Self; 3] = [Self::Admin, Self::Manager, Self::User];

    /// What a built-in role grants over everything in the tenant; nothing for a custom one, which the book knows.
    pub const fn tenant_grants(&self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["*"],
            Self::Manager => &[
                "analytics:*",
                "api_usage:read",
                "billing:*",
                "customers:*",
                "files:*",
                "invitations:*",
                "invoices:*",
                "notifications:*",
                "orders:*",
                "payments:*",
                "plans:read",
                "products:*",
                "push:*",
                "refunds:*",
                "reviews:*",
                "roles:read",
                "shipments:*",
                "shipping:*",
                "shipping_quotes:*",
                "subscriptions:*",
                "suppressions:*",
                "telegram:*",
                "tenants:read",
                "usage:*",
                "users:read",
                "withdrawals:*",
            ],
            Self::User => &["plans:read", "products:read", "shipping_quotes:write"],
            Self::Custom(_) => &[],
        }
    }

    /// Grants over what is the user's own.
    pub const fn own_grants(&self) -> &'static [&'static str] {
        match self {
            Self::Admin | Self::Manager | Self::Custom(_) => &[],
            Self::User => &[
                "customers:read",
                "files:*",
                "invoices:read",
                "orders:*",
                "payments:*",
                "push:*",
                "reviews:read",
                "reviews:write",
                "shipments:read",
                "subscriptions:*",
                "telegram:*",
                "usage:read",
                "users:delete",
            ],
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
            Self::User => "USER",
            Self::Custom(name) => &name.0,
        }
    }

    /// What a built-in role is for; nothing for a custom one, which the book knows.
    pub const fn description(&self) -> &'static str {
        match self {
            Self::Admin => "May do everything in the organisation",
            Self::Manager => "Runs the daily business: customers, subscriptions, invoices, payments",
            Self::User => "A customer: sees and does what is their own",
            Self::Custom(_) => "",
        }
    }

    /// Whether somebody with these roles is a member of the tenant rather than one of its customers.
    pub fn is_member(roles: &[Self]) -> bool {
        roles.iter().any(|role| *role != Self::User)
    }
}

impl RoleBook {
    /// What roles grant together in a tenant. A role that is no longer in the book grants nothing.
    pub fn grants(&self, tenant: TenantId, roles: &[Role]) -> Grants {
        let mut grants = Grants::default();
        for role in roles {
            grants.tenant.extend(self.permissions_of(role).unwrap_or_default());
            if !role.own_grants().is_empty() {
                grants.own = role.own_grants();
            }
        }
        if tenant == TenantId::PLATFORM && roles.contains(&Role::Admin) {
            // The operator: an administrator of tenant zero. This permission does not parse, so that no role has it.
            grants.tenant.push(Permission::platform());
        }
        grants
    }

    /// What one role grants over everything in the tenant; `None` when there is no such role.
    pub fn permissions_of(&self, role: &Role) -> Option<Vec<Permission>> {
        match role {
            Role::Custom(name) => self.roles.get(name).map(|role| role.permissions.clone()),
            Role::Admin | Role::Manager | Role::User => {
                Some(role.tenant_grants().iter().filter_map(|grant| grant.parse().ok()).collect())
            }
        }
    }
}

impl Grants {
    /// How far these reach with a permission; `None` when nothing grants it.
    pub fn reach(&self, needed: &str) -> Option<Reach> {
        if self.tenant.iter().any(|grant| grant.covers(needed)) {
            Some(Reach::Tenant)
        } else if self.own.iter().any(|grant| covers(grant, needed)) {
            Some(Reach::Own)
        } else {
            None
        }
    }

    /// Whether all of `wanted`, wildcards too, are held over the whole tenant: nobody grants what they lack.
    pub fn may_grant(&self, wanted: &[Permission]) -> bool {
        wanted.iter().all(|permission| self.reach(permission.as_str()) == Some(Reach::Tenant))
    }

    /// Whether all that `other` grants over the tenant is held.
    pub(crate) fn cover(&self, other: &Self) -> bool {
        self.may_grant(&other.tenant)
    }

    /// These, as far as the scopes of a key allow: `*` within `invoices:*` is `invoices:*`, and the reverse. What is
    /// somebody's own is nothing for a key, behind which no person stands.
    pub fn within(&self, scopes: &[Permission]) -> Self {
        let pairs = self.tenant.iter().flat_map(|grant| scopes.iter().map(move |scope| (grant, scope)));
        let shared: BTreeSet<&Permission> = pairs
            .filter_map(|(grant, scope)| match (grant.covers(scope.as_str()), scope.covers(grant.as_str())) {
                (true, _) => Some(scope),
                (false, true) => Some(grant),
                (false, false) => None,
            })
            .collect();
        Self { tenant: shared.into_iter().cloned().collect(), own: &[] }
    }

    /// All that is held over the whole tenant, wildcards as they are.
    pub fn over_tenant(&self) -> &[Permission] {
        &self.tenant
    }
}

impl RoleName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleName {
    type Err = RoleNameError;

    fn from_str(text: &str) -> Result<Self, RoleNameError> {
        let well_formed = (2..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(RoleNameError) }
    }
}

impl TryFrom<String> for RoleName {
    type Error = RoleNameError;

    fn try_from(text: String) -> Result<Self, RoleNameError> {
        text.parse()
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}

impl FromStr for Role {
    type Err = RoleNameError;

    fn from_str(text: &str) -> Result<Self, RoleNameError> {
        match Self::BUILT_IN.into_iter().find(|role| role.as_str() == text) {
            Some(role) => Ok(role),
            None => text.parse().map(Self::Custom),
        }
    }
}

impl TryFrom<String> for Role {
    type Error = RoleNameError;

    fn try_from(text: String) -> Result<Self, RoleNameError> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.as_str().to_owned()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn tenant() -> TenantId {
        TenantId::new(Ulid(1))
    }

    fn grants(roles: &[Role]) -> Grants {
        RoleBook::default().grants(tenant(), roles)
    }

    fn permissions(texts: &[&str]) -> Vec<Permission> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn every_built_in_grant_is_a_permission() {
        for role in Role::BUILT_IN {
            for grant in role.tenant_grants().iter().chain(role.own_grants()) {
                assert!(grant.parse::<Permission>().is_ok(), "{role} {grant}");
            }
        }
    }

    #[test]
    fn customers_reach_their_own_and_admins_everything() {
        assert_eq!(grants(&[Role::User]).reach("invoices:read"), Some(Reach::Own));
        assert_eq!(grants(&[Role::User]).reach("invoices:write"), None);
        assert_eq!(grants(&[Role::User]).reach("usage:write"), None, "usage is the tenant's servers' to report");
        assert_eq!(grants(&[Role::User]).reach("withdrawals:write"), None, "nobody pays out to themselves");
        assert_eq!(grants(&[Role::Manager]).reach("withdrawals:write"), Some(Reach::Tenant));
        assert_eq!(grants(&[Role::User, Role::Manager]).reach("invoices:read"), Some(Reach::Tenant));
        assert_eq!(grants(&[Role::Admin]).reach("anything:at_all"), Some(Reach::Tenant));
        assert_eq!(grants(&[]).reach("plans:read"), None);
    }

    #[test]
    fn the_platform_is_reached_by_its_own_administrators_alone() {
        assert_eq!(grants(&[Role::Admin]).reach("platform:read"), None);
        let operator = RoleBook::default().grants(TenantId::PLATFORM, &[Role::Admin]);
        assert_eq!(operator.reach("platform:read"), Some(Reach::Tenant));
        assert_eq!(RoleBook::default().grants(TenantId::PLATFORM, &[Role::Manager]).reach("platform:read"), None);
    }

    #[test]
    fn roles_of_the_book_grant_while_they_are_in_it() {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        let clerk = RoleDefinition {
            description: String::new(),
            permissions: permissions(&["invoices:*"]),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let role: Role = "CLERK".parse().unwrap();
        let book = RoleBook { roles: [("CLERK".parse().unwrap(), clerk)].into_iter().collect(), version: 1 };
        assert_eq!(book.grants(tenant(), std::slice::from_ref(&role)).reach("invoices:read"), Some(Reach::Tenant));
        assert_eq!(RoleBook::default().grants(tenant(), &[role]).reach("invoices:read"), None);
    }

    #[test]
    fn nobody_grants_what_they_lack() {
        let manager = grants(&[Role::Manager]);
        assert!(manager.may_grant(&permissions(&["invoices:read", "invoices:*"])));
        assert!(!manager.may_grant(&permissions(&["invoices:read", "api_keys:write"])));
        assert!(!manager.may_grant(&permissions(&["*"])));
        assert!(!manager.may_grant(&permissions(&["users:*"])), "a wildcard is more than one action");
        assert!(!grants(&[Role::User]).may_grant(&permissions(&["invoices:read"])), "one's own is not the tenant's");
        assert!(grants(&[Role::Admin]).may_grant(&permissions(&["*"])));
    }

    #[test]
    fn a_key_holds_what_its_scopes_and_its_maker_share() {
        let key = grants(&[Role::Manager]).within(&permissions(&["invoices:read", "api_keys:*"]));
        assert_eq!(key.reach("invoices:read"), Some(Reach::Tenant));
        assert_eq!(key.reach("invoices:write"), None);
        assert_eq!(key.reach("api_keys:read"), None, "the maker lacks it");
        assert_eq!(grants(&[Role::User]).within(&permissions(&["*"])).reach("invoices:read"), None, "only one's own");
        let platform = RoleBook::default().grants(TenantId::PLATFORM, &[Role::Admin]).within(&permissions(&["*"]));
        assert_eq!(platform.reach("platform:read"), None, "no key is an operator");
    }

    #[test]
    fn scopes_narrow_and_narrow_again() {
        let held = |grants: &Grants| grants.over_tenant().iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>();
        let key = grants(&[Role::Admin]).within(&permissions(&["invoices:*", "users:read"]));
        assert_eq!(held(&key), ["invoices:*", "users:read"]);
        assert_eq!(held(&key.within(&permissions(&["invoices:read", "users:*"]))), ["invoices:read", "users:read"]);
        assert_eq!(held(&key.within(&permissions(&["*"]))), ["invoices:*", "users:read"], "more is not given back");
        let demoted = grants(&[Role::Manager]).within(&permissions(&["*"]));
        assert!(held(&demoted).contains(&"invoices:*".to_owned()) && !held(&demoted).contains(&"*".to_owned()));
    }

    #[test]
    fn names_are_capitals() {
        assert_eq!("ADMIN".parse::<Role>().unwrap(), Role::Admin);
        assert_eq!("CLERK_2".parse::<Role>().unwrap().to_string(), "CLERK_2");
        for bad in ["", "A", "admin", "2ND", "A B", "A-B", &"A".repeat(41)] {
            assert!(bad.parse::<Role>().is_err(), "{bad}");
        }
    }
}
