//! Payments and what their providers call back.

mod booking;
mod card_token;
mod create_payment;
mod get_payment;
mod list_payments;
mod payment_view;
mod provider;
mod receive_midtrans_notification;
#[cfg(test)]
mod scripted;
mod sync_payment;

use cloud::{Ctx, Function};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Api, Needs};

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create_payment::create_payment, list_payments::list_payments))
        .routes(routes!(get_payment::get_payment))
        .routes(routes!(sync_payment::sync_payment))
        .routes(routes!(receive_midtrans_notification::receive_midtrans_notification))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, routes())
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
