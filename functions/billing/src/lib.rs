//! Invoices, billing runs and reports.

mod create_run;
mod get_invoice;
mod get_invoice_pdf;
mod get_run;
mod invoice_view;
mod list_invoices;
mod reconcile;
mod report_reconciliation;
mod run_view;
mod set_aside;
#[cfg(test)]
mod shop;

use cloud::{Ctx, Function};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{Api, Needs};

/// The routes of this group.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_invoices::list_invoices))
        .routes(routes!(get_invoice::get_invoice))
        .routes(routes!(get_invoice_pdf::get_invoice_pdf))
        .routes(routes!(create_run::create_run))
        .routes(routes!(get_run::get_run))
        .routes(routes!(report_reconciliation::report_reconciliation))
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, routes())
}

/// Reading invoices.
#[derive(Clone, Copy, Debug)]
pub struct InvoicesRead;

impl Needs for InvoicesRead {
    const PERMISSION: &'static str = "invoices:read";
}

/// Reading runs and reports.
#[derive(Clone, Copy, Debug)]
pub struct BillingRead;

impl Needs for BillingRead {
    const PERMISSION: &'static str = "billing:read";
}

/// Starting runs.
#[derive(Clone, Copy, Debug)]
pub struct BillingWrite;

impl Needs for BillingWrite {
    const PERMISSION: &'static str = "billing:write";
}
