//! Making, changing and deleting roles: nobody grants what they lack, and the built-in roles stay as they are.

use std::fmt;

use kernel::{Fault, FaultKind, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{Grants, Permission, Role, RoleBook, RoleDefinition, RoleName};

/// How many roles a tenant may make.
pub const MAX_CUSTOM_ROLES: usize = 50;
/// How many roles one user may hold: they travel in every access token.
pub const MAX_ROLES_OF_USER: usize = 20;

/// 1 to 100 permissions, sorted, each once.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug, ToSchema)]
#[serde(try_from = "Vec<Permission>")]
#[schema(description = "Permissions, each once", min_items = 1, max_items = 100)]
pub struct PermissionSet(Vec<Permission>);

impl PermissionSet {
    /// The permissions.
    pub fn as_slice(&self) -> &[Permission] {
        &self.0
    }
}

impl TryFrom<Vec<Permission>> for PermissionSet {
    type Error = &'static str;

    fn try_from(mut permissions: Vec<Permission>) -> Result<Self, Self::Error> {
        if !(1..=100).contains(&permissions.len()) {
            return Err("give 1 to 100 permissions");
        }
        permissions.sort();
        permissions.dedup();
        Ok(Self(permissions))
    }
}

impl fmt::Display for PermissionSet {
    /// With spaces between, as the audit trail has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(Permission::as_str).collect::<Vec<_>>().join(" "))
    }
}

/// What a role is for: up to 200 characters on one line.
#[derive(Clone, PartialEq, Eq, Deserialize, Debug, Default, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    description = "What a role is for: one line",
    value_type = String, format = "line", max_length = 200, example = "Takes payments at the counter"
)]
pub struct RoleDescription(String);

impl TryFrom<String> for RoleDescription {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let well_formed = text.chars().count() <= 200 && !text.chars().any(char::is_control);
        if well_formed { Ok(Self(text)) } else { Err("use up to 200 characters on one line") }
    }
}

/// Why roles cannot be changed as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// One of the three that every tenant has.
    #[error(
        "ADMIN, MANAGER and USER are the same in every organisation and cannot be changed; make a role of your own"
    )]
    BuiltIn,
    /// The name is taken.
    #[error("there is a role of this name already; change it or choose another name")]
    Exists,
    /// Whoever asks does not hold what the role grants.
    #[error("nobody gives or takes what they do not hold themselves; ask an administrator of your organisation")]
    Lacking,
    /// The caller has seen another version.
    #[error("this was changed since you read it; read it again, and send its version in If-Match")]
    Changed,
    /// No such role.
    #[error("nothing that you can see has this id or name")]
    NotFound,
    /// The tenant has as many as it may.
    #[error("an organisation has at most {MAX_CUSTOM_ROLES} roles of its own; delete one first")]
    TooMany,
    /// The user has as many as one may.
    #[error("a user has at most {MAX_ROLES_OF_USER} roles; take one away first")]
    TooManyHeld,
    /// Nobody but whoever imported the account has vouched for it.
    #[error(
        "this account was imported, and its owner has not set a password by mail since; invite the address instead"
    )]
    Imported,
    /// A role that is to be given does not exist.
    #[error("there is no such role; GET /api/v1/roles lists them")]
    Unknown,
}

impl Fault for RoleError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::BuiltIn | Self::Exists | Self::Imported | Self::TooMany | Self::TooManyHeld => FaultKind::Conflict,
            Self::Changed => FaultKind::Precondition,
            Self::Lacking => FaultKind::Forbidden,
            Self::NotFound => FaultKind::NotFound,
            Self::Unknown => FaultKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BuiltIn => "ROLE_BUILT_IN",
            Self::Changed => "PRECONDITION_FAILED",
            Self::Exists => "ROLE_EXISTS",
            Self::Imported => "ACCOUNT_IMPORTED",
            Self::Lacking => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::TooMany | Self::TooManyHeld => "TOO_MANY_ROLES",
            Self::Unknown => "UNKNOWN_ROLE",
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::BuiltIn | Self::Exists | Self::Imported | Self::TooMany | Self::TooManyHeld | Self::Unknown => true,
            Self::Changed | Self::Lacking | Self::NotFound => false,
        }
    }
}

/// What is new about a role; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct RolePatch {
    /// The version that the caller has seen, if they say so.
    pub seen: Option<u64>,
    /// What it is for.
    pub description: Option<RoleDescription>,
    /// What it grants.
    pub permissions: Option<PermissionSet>,
}

impl RoleBook {
    /// The book with one more role.
    ///
    /// # Errors
    /// `Lacking`, `Exists`, `TooMany`.
    pub fn with_new(
        mut self,
        name: RoleName,
        description: RoleDescription,
        permissions: PermissionSet,
        by: &Grants,
        now: Timestamp,
    ) -> Result<Self, RoleError> {
        if !by.may_grant(permissions.as_slice()) {
            return Err(RoleError::Lacking);
        }
        let taken = Role::BUILT_IN.iter().any(|role| role.as_str() == name.as_str()) || self.roles.contains_key(&name);
        if taken {
            return Err(RoleError::Exists);
        }
        if self.roles.len() >= MAX_CUSTOM_ROLES {
            return Err(RoleError::TooMany);
        }
        let role = RoleDefinition {
            description: description.0,
            permissions: permissions.0,
            created_at: now,
            updated_at: now,
            version: self.version + 1,
        };
        self.roles.insert(name, role);
        Ok(self.next())
    }

    /// The book with a role changed, or the same book when that changes nothing. Whoever changes it must hold what it
    /// grants, before and after.
    ///
    /// # Errors
    /// `BuiltIn`, `NotFound`, `Lacking`, `Changed`.
    pub fn with_changed(
        mut self,
        role: &Role,
        patch: RolePatch,
        by: &Grants,
        now: Timestamp,
    ) -> Result<Self, RoleError> {
        let version = self.version + 1;
        let old = self.roles.get_mut(custom(role)?).ok_or(RoleError::NotFound)?;
        let permissions = patch.permissions.map_or_else(|| old.permissions.clone(), |permissions| permissions.0);
        if !(by.may_grant(&old.permissions) && by.may_grant(&permissions)) {
            return Err(RoleError::Lacking);
        }
        if patch.seen.is_some_and(|seen| seen != old.version) {
            return Err(RoleError::Changed);
        }
        let description = patch.description.map_or_else(|| old.description.clone(), |description| description.0);
        if old.description == description && old.permissions == permissions {
            return Ok(self);
        }
        *old = RoleDefinition { description, permissions, created_at: old.created_at, updated_at: now, version };
        Ok(self.next())
    }

    /// The book without a role. Who has it keeps its name, which from now on grants nothing.
    ///
    /// # Errors
    /// `BuiltIn`, `NotFound`, `Lacking`.
    pub fn without(mut self, role: &Role, by: &Grants) -> Result<Self, RoleError> {
        let old = self.roles.remove(custom(role)?).ok_or(RoleError::NotFound)?;
        if by.may_grant(&old.permissions) { Ok(self.next()) } else { Err(RoleError::Lacking) }
    }

    fn next(self) -> Self {
        Self { version: self.version + 1, ..self }
    }
}

fn custom(role: &Role) -> Result<&RoleName, RoleError> {
    match role {
        Role::Custom(name) => Ok(name),
        Role::Admin | Role::Manager | Role::User => Err(RoleError::BuiltIn),
    }
}

#[cfg(test)]
mod tests {
    use kernel::TenantId;
    use ulid::Ulid;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T01:00:00Z".parse().unwrap()
    }

    fn name(text: &str) -> RoleName {
        text.parse().unwrap()
    }

    fn set(texts: &[&str]) -> PermissionSet {
        let permissions: Vec<Permission> = texts.iter().map(|text| text.parse().unwrap()).collect();
        permissions.try_into().unwrap()
    }

    fn holding(roles: &[Role]) -> Grants {
        RoleBook::default().grants(TenantId::new(Ulid(1)), roles)
    }

    fn book(names: &[&str], permissions: &[&str]) -> RoleBook {
        let admin = holding(&[Role::Admin]);
        names.iter().fold(RoleBook::default(), |book, text| {
            book.with_new(name(text), RoleDescription::default(), set(permissions), &admin, now()).unwrap()
        })
    }

    #[test]
    fn nobody_makes_changes_or_deletes_a_role_that_grants_what_they_lack() {
        let (admin, manager) = (holding(&[Role::Admin]), holding(&[Role::Manager]));
        let new = |by: &Grants, permissions: &[&str]| {
            RoleBook::default().with_new(name("CLERK"), RoleDescription::default(), set(permissions), by, now())
        };
        assert_eq!(new(&admin, &["*"]).unwrap().version, 1);
        assert!(new(&manager, &["invoices:read", "usage:*"]).is_ok());
        for lacking in [&["*"][..], &["users:*"], &["invoices:read", "users:roles"]] {
            assert_eq!(new(&manager, lacking), Err(RoleError::Lacking), "{lacking:?}");
        }
        let clerk = "CLERK".parse().unwrap();
        let strong = book(&["CLERK"], &["users:*"]);
        let weaker = || RolePatch { permissions: Some(set(&["usage:read"])), ..RolePatch::default() };
        assert_eq!(strong.clone().with_changed(&clerk, weaker(), &manager, now()), Err(RoleError::Lacking));
        assert_eq!(strong.clone().without(&clerk, &manager), Err(RoleError::Lacking));
        let changed = strong.with_changed(&clerk, weaker(), &admin, now()).unwrap();
        assert_eq!((changed.version, changed.permissions_of(&clerk)), (2, Some(set(&["usage:read"]).0)));
        assert_eq!(changed.clone().with_changed(&clerk, weaker(), &manager, now()), Ok(changed.clone()), "as it was");
        assert_eq!(changed.without(&clerk, &manager).unwrap().roles.len(), 0);
    }

    #[test]
    fn built_in_taken_missing_and_too_many_roles_are_told_apart() {
        let admin = holding(&[Role::Admin]);
        let full = book(
            &(0..50).map(|n| format!("R_{n}")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
            &["*"],
        );
        let new =
            |text: &str| full.clone().with_new(name(text), RoleDescription::default(), set(&["*"]), &admin, now());
        assert_eq!(new("ADMIN"), Err(RoleError::Exists));
        assert_eq!(new("R_7"), Err(RoleError::Exists));
        assert_eq!(new("R_50"), Err(RoleError::TooMany));
        let patch = |role: &str| full.clone().with_changed(&role.parse().unwrap(), RolePatch::default(), &admin, now());
        assert_eq!(patch("MANAGER"), Err(RoleError::BuiltIn));
        assert_eq!(patch("NONE"), Err(RoleError::NotFound));
        assert_eq!(full.clone().without(&Role::User, &admin), Err(RoleError::BuiltIn));
        assert_eq!(full.without(&"NONE".parse().unwrap(), &admin), Err(RoleError::NotFound));
    }

    #[test]
    fn permissions_are_a_bounded_set() {
        assert_eq!(set(&["b:x", "a:x", "b:x"]).as_slice().len(), 2);
        assert!(PermissionSet::try_from(Vec::new()).is_err());
        let many: Vec<Permission> = vec!["a:x".parse().unwrap(); 101];
        assert!(PermissionSet::try_from(many).is_err());
        assert!(RoleDescription::try_from("a\nb".to_owned()).is_err());
        assert!(RoleDescription::try_from("ü".repeat(201)).is_err());
    }
}
