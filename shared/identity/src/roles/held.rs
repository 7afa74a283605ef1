//! Giving roles to a user and taking them away.

use kernel::TenantId;

use crate::{Grants, Role, RoleBook, RoleError, User, roles::role_change::MAX_ROLES_OF_USER};

impl RoleBook {
    /// `Ok` when whoever holds `by` may give and take these roles: each exists, and they hold all that it grants over the
    /// tenant. What USER grants over one's own things is everybody's who registers, and needs nothing.
    ///
    /// # Errors
    /// `Unknown`, `Lacking`.
    pub fn may_hand_out(&self, tenant: TenantId, roles: &[Role], by: &Grants) -> Result<(), RoleError> {
        if roles.iter().any(|role| self.permissions_of(role).is_none()) {
            return Err(RoleError::Unknown);
        }
        // All that they grant, which for an administrator of the platform is more than the role says.
        if by.cover(&self.grants(tenant, roles)) { Ok(()) } else { Err(RoleError::Lacking) }
    }

    /// `Ok` when whoever holds `by` may take this role from a user. One that was deleted grants nothing, and whoever may
    /// take roles may take it.
    ///
    /// # Errors
    /// `Unknown`, `Lacking`.
    pub fn may_take(&self, tenant: TenantId, from: &User, role: &Role, by: &Grants) -> Result<(), RoleError> {
        if from.roles.contains(role) && self.permissions_of(role).is_none() {
            return Ok(());
        }
        self.may_hand_out(tenant, std::slice::from_ref(role), by)
    }
}

impl User {
    /// `Ok` where a role may be given to this account without its owner's doing. Whoever imported it may know its password,
    /// so what a role grants over the tenant is for its owner to accept by mail.
    ///
    /// # Errors
    /// `Imported`.
    pub fn may_be_given(&self, role: &Role) -> Result<(), RoleError> {
        if self.imported && Role::is_member(std::slice::from_ref(role)) { Err(RoleError::Imported) } else { Ok(()) }
    }

    /// The user with these roles too; `None` when they have them all.
    ///
    /// # Errors
    /// `TooManyHeld`.
    pub fn given(&self, roles: &[Role]) -> Result<Option<Self>, RoleError> {
        let mut all = self.roles.clone();
        for role in roles {
            if !all.contains(role) {
                all.push(role.clone());
            }
        }
        if all.len() == self.roles.len() {
            return Ok(None);
        }
        if all.len() > MAX_ROLES_OF_USER { Err(RoleError::TooManyHeld) } else { Ok(Some(self.with_roles(all))) }
    }

    /// The user without a role; `None` when they do not have it. Everybody keeps at least USER: who loses the last role
    /// is a customer from then on.
    pub fn without(&self, role: &Role) -> Option<Self> {
        let mut left: Vec<Role> = self.roles.iter().filter(|held| *held != role).cloned().collect();
        if left.is_empty() {
            left.push(Role::User);
        }
        (left != self.roles).then(|| self.with_roles(left))
    }

    fn with_roles(&self, roles: Vec<Role>) -> Self {
        Self { roles, version: self.version + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    fn user(roles: &[&str]) -> User {
        serde_json::from_value(serde_json::json!({
            "id": "usr_00000000000000000000000001", "email": "budi@example.com", "username": "budi", "roles": roles,
            "status": "active", "authGen": 0, "createdAt": "2026-11-21T00:00:00.000Z", "version": 1,
        }))
        .unwrap()
    }

    #[test]
    fn roles_are_added_once_and_the_last_one_leaves_a_customer() {
        let budi = user(&["USER"]);
        let both = budi.given(&[Role::Manager, Role::User, Role::Manager]).unwrap().unwrap();
        assert_eq!((both.roles.as_slice(), both.version), (&[Role::User, Role::Manager][..], 2));
        assert_eq!(both.given(&[Role::Manager]), Ok(None));
        assert_eq!(both.without(&Role::Admin), None);
        assert_eq!(both.without(&Role::Manager).unwrap().roles, [Role::User]);
        assert_eq!(user(&["ADMIN"]).without(&Role::Admin).unwrap().roles, [Role::User]);
        assert_eq!(budi.without(&Role::User), None);
        let many: Vec<Role> = (0..20).map(|n| format!("R_{n}").parse().unwrap()).collect();
        assert_eq!(budi.given(&many), Err(RoleError::TooManyHeld));
    }

    #[test]
    fn who_hands_a_role_out_holds_all_that_it_grants() {
        let book: RoleBook = serde_json::from_value(serde_json::json!({"version": 1, "roles": {
            "ALL": {"permissions": ["*"], "createdAt": "2026-11-21T00:00:00.000Z",
                "updatedAt": "2026-11-21T00:00:00.000Z"}}}))
        .unwrap();
        let tenant = TenantId::new(Ulid(1));
        let all: Role = "ALL".parse().unwrap();
        let may = |tenant, by: &[Role], role: &Role| {
            book.may_hand_out(tenant, std::slice::from_ref(role), &book.grants(tenant, by))
        };
        assert_eq!(may(tenant, &[Role::Manager], &Role::Manager), Ok(()));
        assert_eq!(may(tenant, &[Role::Manager], &Role::User), Ok(()));
        assert_eq!(may(tenant, &[Role::Manager], &Role::Admin), Err(RoleError::Lacking));
        assert_eq!(may(tenant, &[Role::Manager], &all), Err(RoleError::Lacking));
        assert_eq!(may(tenant, std::slice::from_ref(&all), &Role::Admin), Ok(()));
        assert_eq!(may(tenant, &[Role::Admin], &"GONE".parse().unwrap()), Err(RoleError::Unknown));
        let gone: Role = "GONE".parse().unwrap();
        let manager = book.grants(tenant, &[Role::Manager]);
        assert_eq!(book.may_take(tenant, &user(&["GONE"]), &gone, &manager), Ok(()), "it grants nothing");
        assert_eq!(book.may_take(tenant, &user(&["USER"]), &gone, &manager), Err(RoleError::Unknown));
        assert_eq!(book.may_take(tenant, &user(&["ADMIN"]), &Role::Admin, &manager), Err(RoleError::Lacking));
        // In tenant zero an administrator holds the platform, which no role of its own can.
        assert_eq!(may(TenantId::PLATFORM, &[all], &Role::Admin), Err(RoleError::Lacking));
        assert_eq!(may(TenantId::PLATFORM, &[Role::Admin], &Role::Admin), Ok(()));
    }
}
