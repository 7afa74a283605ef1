//! Payments and what their providers call back.

mod card_token;
mod charging;
mod create_owed_payment;
mod create_payment;
mod get_owed_payment;
mod get_payment;
mod hearing;
mod list_owed_payments;
mod list_payments;
mod owed;
mod payment_view;
mod receive_midtrans_notification;
mod record;
#[cfg(test)]
mod scripted;
mod sync_owed_payment;
mod sync_payment;

use cloud::{Ctx, Function};
use web::{Endpoints, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "payments":
        create_payment,
        create_owed_payment,
        list_owed_payments,
        get_owed_payment,
        sync_owed_payment,
        list_payments,
        get_payment,
        sync_payment,
        receive_midtrans_notification,
    )
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Reading the tenant, and what it pays.
#[derive(Clone, Copy, Debug)]
pub struct TenantsRead;

impl Needs for TenantsRead {
    const PERMISSION: &'static str = "tenants:read";
}

/// Changing the tenant, and paying what it owes.
#[derive(Clone, Copy, Debug)]
pub struct TenantsWrite;

impl Needs for TenantsWrite {
    const PERMISSION: &'static str = "tenants:write";
}

/// Reading payments.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsRead;

impl Needs for PaymentsRead {
    const PERMISSION: &'static str = "payments:read";
}

/// Making payments.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsWrite;

impl Needs for PaymentsWrite {
    const PERMISSION: &'static str = "payments:write";
}
