//! Permissions and the roles that grant them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What a role grants: `invoices:read`, every action on a resource `invoices:*`, or everything in the tenant `*`.
/// Segments match whole: `invoices:*` covers `invoices:read` and neither `invoices` nor `invoices_archive:read`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(String);

/// The text is not `resource:action`, `resource:*` or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a permission is resource:action, resource:* or *, in lower-case letters and underscores")]
pub struct PermissionError;

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let well_formed = text == "*"
            || text
                .split_once(':')
                .is_some_and(|(resource, action)| is_word(resource) && (action == "*" || is_word(action)));
        // The operator's permissions live elsewhere and can be granted to nobody.
        let is_platform = text.starts_with("platform:");
        if well_formed && !is_platform { Ok(Self(text.to_owned())) } else { Err(PermissionError) }
    }
}

impl TryFrom<String> for Permission {
    type Error = PermissionError;

    fn try_from(text: String) -> Result<Self, PermissionError> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.0
    }
}

/// Whether a grant such as `invoices:*` covers a needed permission such as `invoices:read`.
fn covers(grant: &str, needed: &str) -> bool {
    grant == "*" || grant == needed || {
        let resource = grant.strip_suffix(":*");
        resource.is_some_and(|resource| needed.split_once(':').is_some_and(|(wanted, _)| wanted == resource))
    }
}

/// The default roles of a tenant. A *member* has a role beyond `User`; a tenant's customers have `User` alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// May do everything in the tenant.
    Admin,
    /// Runs the daily business: customers, subscriptions, invoices, payments.
    Manager,
    /// A customer of the tenant: sees and does what is their own.
    User,
}

/// How far a permission reaches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// Only what belongs to the caller.
    Own,
    /// Everything in the tenant.
    Tenant,
}

impl Role {
    /// Grants over everything in the tenant.
    const fn tenant_grants(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["*"],
            Self::Manager => &[
                "billing:*",
                "invoices:*",
                "payments:*",
                "plans:read",
                "profile:*",
                "subscriptions:*",
                "telegram:*",
                "tenants:read",
                "usage:*",
                "users:read",
            ],
            Self::User => &["plans:read", "tenants:read"],
        }
    }

    /// Grants over what is the caller's own.
    const fn own_grants(self) -> &'static [&'static str] {
        match self {
            Self::Admin | Self::Manager => &[],
            Self::User => &["invoices:read", "payments:*", "profile:*", "subscriptions:*", "telegram:*", "usage:*"],
        }
    }

    /// How far roles together reach with a permission; `None` when none of them grants it.
    pub fn reach(roles: &[Self], needed: &str) -> Option<Reach> {
        let grants = |set: fn(Self) -> &'static [&'static str]| {
            roles.iter().any(|role| set(*role).iter().any(|grant| covers(grant, needed)))
        };
        if grants(Self::tenant_grants) {
            Some(Reach::Tenant)
        } else if grants(Self::own_grants) {
            Some(Reach::Own)
        } else {
            None
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
            Self::User => "USER",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_match_whole() {
        assert!(covers("product:*", "product:read"));
        assert!(covers("*", "product:read"));
        assert!(covers("product:read", "product:read"));
        for (grant, needed) in [
            ("product:*", "products:read"),
            ("product:*", "product"),
            ("product:read", "product:write"),
            ("pro", "product:read"),
        ] {
            assert!(!covers(grant, needed), "{grant} {needed}");
        }
    }

    #[test]
    fn only_the_grammar_parses() {
        for good in ["*", "product:*", "product:read", "api_keys:read"] {
            assert!(good.parse::<Permission>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "product",
            "product:",
            ":*",
            "pro*",
            "*:read",
            "PRODUCT:*",
            "product:*:x",
            "platform:*",
            "platform:read",
        ] {
            assert!(bad.parse::<Permission>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_built_in_grant_is_a_permission() {
        for role in [Role::Admin, Role::Manager, Role::User] {
            for grant in role.tenant_grants().iter().chain(role.own_grants()) {
                assert!(grant.parse::<Permission>().is_ok(), "{role} {grant}");
            }
        }
    }

    #[test]
    fn customers_reach_their_own_and_admins_everything() {
        assert_eq!(Role::reach(&[Role::User], "invoices:read"), Some(Reach::Own));
        assert_eq!(Role::reach(&[Role::User], "invoices:write"), None);
        assert_eq!(Role::reach(&[Role::User, Role::Manager], "invoices:read"), Some(Reach::Tenant));
        assert_eq!(Role::reach(&[Role::Admin], "anything:at_all"), Some(Reach::Tenant));
        assert_eq!(Role::reach(&[], "plans:read"), None);
    }
}
