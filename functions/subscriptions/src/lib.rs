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
use web::{Endpoints, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "subscriptions":
        customers { create_customer, list_customers, get_customer, update_customer, remove_customer_user },
        plans { list_plans },
        subscriptions { create_subscription, list_subscriptions, get_subscription },
        usage { record_usage, read_usage, read_api_usage },
    )
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints().layer(axum::Extension(Arc::<PlanCache>::default())))
}

/// Reading how the API is called.
#[derive(Clone, Copy, Debug)]
pub struct ApiUsageRead;

impl Needs for ApiUsageRead {
    const PERMISSION: &'static str = "api_usage:read";
}

/// Reading customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomersRead;

impl Needs for CustomersRead {
    const PERMISSION: &'static str = "customers:read";
}

/// Making and changing customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomersWrite;

impl Needs for CustomersWrite {
    const PERMISSION: &'static str = "customers:write";
}

/// Reading plans.
#[derive(Clone, Copy, Debug)]
pub struct PlansRead;

impl Needs for PlansRead {
    const PERMISSION: &'static str = "plans:read";
}

/// Reading subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsRead;

impl Needs for SubscriptionsRead {
    const PERMISSION: &'static str = "subscriptions:read";
}

/// Making subscriptions.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionsWrite;

impl Needs for SubscriptionsWrite {
    const PERMISSION: &'static str = "subscriptions:write";
}

/// Reading usage.
#[derive(Clone, Copy, Debug)]
pub struct UsageRead;

impl Needs for UsageRead {
    const PERMISSION: &'static str = "usage:read";
}

/// Reporting usage.
#[derive(Clone, Copy, Debug)]
pub struct UsageWrite;

impl Needs for UsageWrite {
    const PERMISSION: &'static str = "usage:write";
}
