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
use web::{Endpoints, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "billing":
        list_invoices,
        get_invoice,
        get_invoice_pdf,
        create_run,
        get_run,
        report_reconciliation,
    )
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
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
