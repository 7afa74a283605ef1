//! What staff sees and does across the domains, each by the rules of its own domain and never beyond the tenant.

mod dashboard;
mod orders;
mod search;
mod users;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "admin":
        dashboard { get_admin_dashboard },
        users { list_admin_users, get_admin_user, replace_admin_user },
        orders { list_admin_orders },
        search { search_everything },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<AdminRead>(), NeededPermission::of::<AdminUsersWrite>()];

/// Orders were listed for staff.
pub(crate) const ADMIN_ORDERS_LISTED: Action = Action::new("admin.orders_listed");
/// Somebody searched in everything.
pub(crate) const ADMIN_SEARCHED: Action = Action::new("admin.searched");
/// A user was read by staff, with the customers that they act for.
pub(crate) const ADMIN_USER_READ: Action = Action::new("admin.user_read");
/// Roles and state of a user were set.
pub(crate) const ADMIN_USER_REPLACED: Action = Action::new("admin.user_replaced");
/// Users were listed for staff.
pub(crate) const ADMIN_USERS_LISTED: Action = Action::new("admin.users_listed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] =
    &[ADMIN_ORDERS_LISTED, ADMIN_SEARCHED, ADMIN_USER_READ, ADMIN_USER_REPLACED, ADMIN_USERS_LISTED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing what needs somebody, and finding anything of the organisation.
#[derive(Clone, Copy, Debug)]
pub struct AdminRead;

impl Needs for AdminRead {
    const PERMISSION: &'static str = "admin:read";
    const MEANING: &'static str =
        "See the dashboard, and find users, customers, orders, invoices and products of the whole organisation";
}

/// Setting roles and state of users at once.
#[derive(Clone, Copy, Debug)]
pub struct AdminUsersWrite;

impl Needs for AdminUsersWrite {
    const PERMISSION: &'static str = "admin:users";
    const MEANING: &'static str = "Set the roles and the state of users, up to what one holds oneself";
}
