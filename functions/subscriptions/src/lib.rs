//! Customers, plans, subscriptions and usage, and what they add up to.

mod analytics;
#[cfg(test)]
mod call_limit_tests;
mod changes;
mod coupons;
mod customers;
mod entitlements;
#[cfg(test)]
mod limits_tests;
mod meters;
mod plans;
mod subscriptions;
mod usage;
#[cfg(test)]
mod world;

use std::sync::Arc;

use billing::PlanCache;
use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "subscriptions":
        analytics { get_subscription_analytics },
        coupons { create_coupon, list_coupons, apply_coupon, remove_coupon },
        customers {
            create_customer, list_customers, get_customer, get_customer_balance, update_customer, erase_customer,
            remove_customer_user,
        },
        entitlements { get_entitlements, check_entitlement },
        meters { create_meter, list_meters },
        plans { create_plan, list_plans, get_plan, create_plan_version, archive_plan },
        subscriptions { create_subscription, list_subscriptions, get_subscription },
        changes {
            change_subscription, preview_subscription_change, cancel_subscription, reactivate_subscription,
            pause_subscription, resume_subscription,
        },
        usage { record_usage, import_usage, create_usage_amendment, read_usage, read_api_usage },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<ApiUsageRead>(),
    NeededPermission::of::<BillingRead>(),
    NeededPermission::of::<CustomersDelete>(),
    NeededPermission::of::<CustomersRead>(),
    NeededPermission::of::<CustomersWrite>(),
    NeededPermission::of::<PlansRead>(),
    NeededPermission::of::<PlansWrite>(),
    NeededPermission::of::<SubscriptionsRead>(),
    NeededPermission::of::<SubscriptionsWrite>(),
    NeededPermission::of::<UsageRead>(),
    NeededPermission::of::<UsageWrite>(),
];

/// A coupon was made.
pub(crate) const COUPON_CREATED: Action = Action::new("coupon.created");
/// A subscription took a coupon.
pub(crate) const COUPON_APPLIED: Action = Action::new("coupon.applied");
/// A subscription lost a coupon.
pub(crate) const COUPON_REMOVED: Action = Action::new("coupon.removed");

/// A customer was made by staff or a server.
pub(crate) const CUSTOMER_CREATED: Action = Action::new("customer.created");
/// What says who a customer is was erased.
pub(crate) const CUSTOMER_ERASED: Action = Action::new("customer.erased");
/// A customer was changed.
pub(crate) const CUSTOMER_UPDATED: Action = Action::new("customer.updated");
/// Staff read about a customer, where the tenant keeps rules that ask for a record of it.
pub(crate) const CUSTOMER_READ: Action = Action::new("customer.read");
/// Staff read a list of customers, likewise.
pub(crate) const CUSTOMERS_LISTED: Action = Action::new("customers.listed");
/// A user was taken off a customer.
pub(crate) const CUSTOMER_USER_REMOVED: Action = Action::new("customer.user_removed");

/// A meter was made.
pub(crate) const METER_CREATED: Action = Action::new("meter.created");
/// A plan is sold no more.
pub(crate) const PLAN_ARCHIVED: Action = Action::new("plan.archived");
/// A plan was made, or the next version of one.
pub(crate) const PLAN_CREATED: Action = Action::new("plan.created");

/// A subscription will end with its period, or has ended.
pub(crate) const SUBSCRIPTION_CANCELLED: Action = Action::new("subscription.cancelled");
/// A subscription has another plan, interval or quantity, or will.
pub(crate) const SUBSCRIPTION_CHANGED: Action = Action::new("subscription.changed");
/// What was to change was taken back.
pub(crate) const SUBSCRIPTION_REACTIVATED: Action = Action::new("subscription.reactivated");
/// A subscription was stopped for a while.
pub(crate) const SUBSCRIPTION_PAUSED: Action = Action::new("subscription.paused");
/// A subscription goes on after a pause.
pub(crate) const SUBSCRIPTION_RESUMED: Action = Action::new("subscription.resumed");
/// A usage event was taken back.
pub(crate) const USAGE_AMENDED: Action = Action::new("usage.amended");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    COUPON_APPLIED,
    COUPON_CREATED,
    COUPON_REMOVED,
    CUSTOMERS_LISTED,
    CUSTOMER_CREATED,
    CUSTOMER_ERASED,
    CUSTOMER_READ,
    CUSTOMER_UPDATED,
    CUSTOMER_USER_REMOVED,
    METER_CREATED,
    PLAN_ARCHIVED,
    PLAN_CREATED,
    SUBSCRIPTION_CANCELLED,
    SUBSCRIPTION_CHANGED,
    SUBSCRIPTION_PAUSED,
    SUBSCRIPTION_REACTIVATED,
    SUBSCRIPTION_RESUMED,
    USAGE_AMENDED,
];

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

/// Reading what subscriptions bring.
#[derive(Clone, Copy, Debug)]
pub struct BillingRead;

impl Needs for BillingRead {
    const PERMISSION: &'static str = "billing:read";
    const MEANING: &'static str = "See billing runs, reports and settings";
    // Whoever looks at what a limit costs looks here too.
    const PAST_CALL_LIMIT: bool = true;
}

/// Erasing customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomersDelete;

impl Needs for CustomersDelete {
    const PERMISSION: &'static str = "customers:delete";
    const MEANING: &'static str = "Erase customers for whom nobody acts";
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomersRead;

impl Needs for CustomersRead {
    const PERMISSION: &'static str = "customers:read";
    const MEANING: &'static str = "See customers";
    const ACCESS: PlanAccess = PlanAccess::Basic;
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
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Making plans, meters and coupons.
#[derive(Clone, Copy, Debug)]
pub struct PlansWrite;

impl Needs for PlansWrite {
    const PERMISSION: &'static str = "plans:write";
    const MEANING: &'static str = "Make plans, meters and coupons, and archive plans";
}

/// Reading subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsRead;

impl Needs for SubscriptionsRead {
    const PERMISSION: &'static str = "subscriptions:read";
    const MEANING: &'static str = "See subscriptions";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Making subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsWrite;

impl Needs for SubscriptionsWrite {
    const PERMISSION: &'static str = "subscriptions:write";
    const MEANING: &'static str = "Subscribe";
    const ACCESS: PlanAccess = PlanAccess::Basic;
    const WHILE_IMPERSONATED: bool = false;
}

/// Reading usage.
#[derive(Clone, Copy, Debug)]
pub struct UsageRead;

impl Needs for UsageRead {
    const PERMISSION: &'static str = "usage:read";
    const MEANING: &'static str = "See usage";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Reporting usage.
#[derive(Clone, Copy, Debug)]
pub struct UsageWrite;

impl Needs for UsageWrite {
    const PERMISSION: &'static str = "usage:write";
    const MEANING: &'static str = "Report usage";
}
