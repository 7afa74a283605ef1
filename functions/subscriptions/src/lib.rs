//! Customers, plans, subscriptions and usage.

mod customers;
mod plans;
mod subscriptions;
mod usage;
#[cfg(test)]
mod world;

use std::sync::Arc;

use billing::PlanCache;
use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "subscriptions":
        customers { create_customer, list_customers, get_customer, update_customer, remove_customer_user },
        plans { list_plans },
        subscriptions { create_subscription, list_subscriptions, get_subscription },
        usage { record_usage, read_usage, read_api_usage },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<ApiUsageRead>(),
    NeededPermission::of::<CustomersRead>(),
    NeededPermission::of::<CustomersWrite>(),
    NeededPermission::of::<PlansRead>(),
    NeededPermission::of::<SubscriptionsRead>(),
    NeededPermission::of::<SubscriptionsWrite>(),
    NeededPermission::of::<UsageRead>(),
    NeededPermission::of::<UsageWrite>(),
];

/// A customer was made by staff or a server.
pub(crate) const CUSTOMER_CREATED: Action = Action::new("customer.created");
/// A customer was changed.
pub(crate) const CUSTOMER_UPDATED: Action = Action::new("customer.updated");
/// A user was taken off a customer.
pub(crate) const CUSTOMER_USER_REMOVED: Action = Action::new("customer.user_removed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[CUSTOMER_CREATED, CUSTOMER_UPDATED, CUSTOMER_USER_REMOVED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints().layer(axum::Extension(Arc::<PlanCache>::default())))
}

/// Reading how the API is called.
#[derive(Clone, Copy, Debug)]
pub struct ApiUsageRead;

impl Needs for ApiUsageRead {
    const PERMISSION: &'static str = "api_usage:read";
    const MEANING: &'static str = "See how often the API is called, and by whom";
}

/// Reading customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomersRead;

impl Needs for CustomersRead {
    const PERMISSION: &'static str = "customers:read";
    const MEANING: &'static str = "See customers";
}

/// Making and changing customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomersWrite;

impl Needs for CustomersWrite {
    const PERMISSION: &'static str = "customers:write";
    const MEANING: &'static str = "Make and change customers";
}

/// Reading plans.
#[derive(Clone, Copy, Debug)]
pub struct PlansRead;

impl Needs for PlansRead {
    const PERMISSION: &'static str = "plans:read";
    const MEANING: &'static str = "See the plans";
}

/// Reading subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsRead;

impl Needs for SubscriptionsRead {
    const PERMISSION: &'static str = "subscriptions:read";
    const MEANING: &'static str = "See subscriptions";
}

/// Making subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsWrite;

impl Needs for SubscriptionsWrite {
    const PERMISSION: &'static str = "subscriptions:write";
    const MEANING: &'static str = "Subscribe";
}

/// Reading usage.
#[derive(Clone, Copy, Debug)]
pub struct UsageRead;

impl Needs for UsageRead {
    const PERMISSION: &'static str = "usage:read";
    const MEANING: &'static str = "See usage";
}

/// Reporting usage.
#[derive(Clone, Copy, Debug)]
pub struct UsageWrite;

impl Needs for UsageWrite {
    const PERMISSION: &'static str = "usage:write";
    const MEANING: &'static str = "Report usage";
}
