//! What staff sees and does across the domains, each by the rules of its own domain and never beyond the tenant.

mod analytics;
mod dashboard;
mod dead_letters;
mod impersonations;
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
        analytics { get_admin_analytics },
        users { list_admin_users, get_admin_user, replace_admin_user },
        orders { list_admin_orders },
        search { search_everything },
        impersonations { create_impersonation, list_impersonations, end_impersonation },
        dead_letters { list_dead_letter_queues, list_dead_letters, redrive_dead_letters, delete_dead_letter },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<AdminImpersonate>(),
    NeededPermission::of::<AdminRead>(),
    NeededPermission::of::<AdminUsersWrite>(),
    NeededPermission::of::<DeadLettersRead>(),
    NeededPermission::of::<DeadLettersWrite>(),
];

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

/// A dead letter was taken away.
pub(crate) const DEAD_LETTER_DELETED: Action = Action::new("dead_letter.deleted");
/// Dead letters were sent again.
pub(crate) const DEAD_LETTERS_REDRIVEN: Action = Action::new("dead_letters.redriven");
/// Staff acts as a user no more, before its time.
pub(crate) const IMPERSONATION_ENDED: Action = Action::new("impersonation.ended");
/// Staff acts as a user.
pub(crate) const IMPERSONATION_STARTED: Action = Action::new("impersonation.started");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    ADMIN_ORDERS_LISTED,
    ADMIN_SEARCHED,
    ADMIN_USER_READ,
    ADMIN_USER_REPLACED,
    ADMIN_USERS_LISTED,
    DEAD_LETTER_DELETED,
    DEAD_LETTERS_REDRIVEN,
    IMPERSONATION_ENDED,
    IMPERSONATION_STARTED,
];

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

/// Acting as a user.
#[derive(Clone, Copy, Debug)]
pub struct AdminImpersonate;

impl Needs for AdminImpersonate {
    const PERMISSION: &'static str = "admin:impersonate";
    const MEANING: &'static str = "Act for a quarter of an hour as a user who may do less than oneself";
    const WHILE_IMPERSONATED: bool = false;
}

/// Setting roles and state of users at once.
#[derive(Clone, Copy, Debug)]
pub struct AdminUsersWrite;

impl Needs for AdminUsersWrite {
    const PERMISSION: &'static str = "admin:users";
    const MEANING: &'static str = "Set the roles and the state of users, up to what one holds oneself";
    const WHILE_IMPERSONATED: bool = false;
}

/// Seeing what the queues gave up, of all tenants: the platform's operators alone.
#[derive(Clone, Copy, Debug)]
pub struct DeadLettersRead;

impl Needs for DeadLettersRead {
    const PERMISSION: &'static str = "platform:dead_letters";
    const MEANING: &'static str = "See the messages that queues gave up, of all tenants";
    const WHILE_IMPERSONATED: bool = false;
}

/// Sending it again, and taking it away.
#[derive(Clone, Copy, Debug)]
pub struct DeadLettersWrite;

impl Needs for DeadLettersWrite {
    const PERMISSION: &'static str = "platform:redrive";
    const MEANING: &'static str = "Send messages again that queues gave up, and take them away";
    const WHILE_IMPERSONATED: bool = false;
}
