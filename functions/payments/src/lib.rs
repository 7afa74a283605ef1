//! Payments and what their providers call back.

mod owed_payments;
mod pay_page;
mod payments;
mod webhooks;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use web::{Endpoints, NeededPermission, Needs, PlanAccess, WhileSuspended};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "payments":
        payments { create_payment, list_payments, get_payment, sync_payment },
        owed_payments { create_owed_payment, list_owed_payments, get_owed_payment, sync_owed_payment },
        pay_page { get_pay_page, submit_pay_page },
        webhooks { receive_midtrans_notification },
    )
    .asking(PERMISSIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<TenantsRead>(),
    NeededPermission::of::<TenantsWrite>(),
    NeededPermission::of::<PaymentsRead>(),
    NeededPermission::of::<PaymentsWrite>(),
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Reading the tenant, and what it pays.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
    const MEANING: &'static str = "See the tenant and its settings";
}

/// Changing the tenant, and paying what it owes.
#[derive(Clone, Copy, Debug)]
pub struct TenantsWrite;

impl Needs for TenantsWrite {
    const PERMISSION: &'static str = "tenants:write";
    const MEANING: &'static str = "Change the tenant's settings";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Everything;
}

/// Reading payments.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsRead;

impl Needs for PaymentsRead {
    const PERMISSION: &'static str = "payments:read";
    const MEANING: &'static str = "See payments";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Making payments.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsWrite;

impl Needs for PaymentsWrite {
    const PERMISSION: &'static str = "payments:write";
    const MEANING: &'static str = "Pay, cancel and check payments";
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::Everything;
    const ACCESS: PlanAccess = PlanAccess::Basic;
}
