//! Permissions: `resource:action`, and the wildcards that grants may use.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a role grants: `invoices:read`, every action on a resource `invoices:*`, or everything in the tenant `*`.
/// Segments match whole: `invoices:*` covers `invoices:read` and neither `invoices` nor `invoices_archive:read`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "`resource:action`, every action on a resource `resource:*`, or everything in the tenant `*`",
    value_type = String, pattern = r"^(\*|[a-z_]+:(\*|[a-z_]+))$", max_length = 60, example = "invoices:read"
)]
pub struct Permission(String);

/// The text is not `resource:action`, `resource:*` or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a permission is resource:action, resource:* or *, in lower-case letters and underscores, 60 at most")]
pub struct PermissionError;

/// The longest permission: all roles of a tenant must fit into one row.
const MAX_LENGTH: usize = 60;

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
        if well_formed && !is_platform && text.len() <= MAX_LENGTH {
            Ok(Self(text.to_owned()))
        } else {
            Err(PermissionError)
        }
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

impl Permission {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Everything of the platform: held by its administrators, grantable to nobody.
    pub(crate) fn platform() -> Self {
        Self("platform:*".to_owned())
    }

    /// Whether whoever holds this holds `needed` too: `invoices:*` covers `invoices:read` and itself.
    pub fn covers(&self, needed: &str) -> bool {
        covers(&self.0, needed)
    }
}

/// Whether a grant such as `invoices:*` covers a needed permission such as `invoices:read`. `*` is everything of a
/// tenant: never what is the platform's.
pub(crate) fn covers(grant: &str, needed: &str) -> bool {
    grant == needed || (grant == "*" && !needed.starts_with("platform:")) || {
        let resource = grant.strip_suffix(":*");
        resource.is_some_and(|resource| needed.split_once(':').is_some_and(|(wanted, _)| wanted == resource))
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
            &format!("product:{}", "a".repeat(53)),
        ] {
            assert!(bad.parse::<Permission>().is_err(), "{bad}");
        }
    }

    #[test]
    fn everything_of_a_tenant_is_nothing_of_the_platform() {
        assert!(!covers("*", "platform:read"));
        assert!(covers("platform:*", "platform:read"));
    }
}
