//! What others are told when a user's roles changed.

use events::user::UserRolesChanged;
use identity::User;

/// The event of a user whose roles are these from now on.
pub fn roles_changed(user: &User) -> UserRolesChanged {
    UserRolesChanged { user_id: user.id, roles: user.roles.iter().map(ToString::to_string).collect() }
}
