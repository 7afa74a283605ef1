//! `invoice.issued`: print the invoice and keep the PDF.
//!
//! The path is that of the invoice and the bytes are the same every time, so that a repeated event changes nothing.
//! Round trips: one read, one object.

use billing::{Invoice, Invoices, PayLink, PayLinks, pdf_path};
use cloud::{Ctx, EventError};
use events::{Told, invoice::InvoiceIssued};
use kernel::TenantId;
use table::TenantScope;

use crate::{document::InvoiceDocument, printed::printed, typesetting::render::render};

pub(crate) async fn render_invoice(ctx: Ctx, told: Told<InvoiceIssued>) -> Result<(), EventError> {
    let (tenant, issued) = (told.event.tenant_id, told.data);
    let Some(found) = Invoices::new(ctx.table(), TenantScope::new(tenant)).get(issued.invoice_id).await? else {
        // Deleted in between: there is nobody left to print for.
        tracing::warn!(invoice.id = %issued.invoice_id, tenant.id = %tenant, "nothing to print");
        return Ok(());
    };
    let invoice = found.trusted("the worker prints for the tenant");

    // What was due at the issue is in the event: what is due now may be less.
    let document =
        InvoiceDocument { pay_url: pay_url(&ctx, tenant, &invoice), ..printed(&invoice, issued.amount_due)? };
    let pdf = tokio::task::spawn_blocking(move || render(&document)).await??;

    ctx.put_object(&pdf_path(tenant, invoice.id), "application/pdf", pdf).await?;
    tracing::info!(invoice.id = %invoice.id, tenant.id = %tenant, "printed an invoice");
    Ok(())
}

/// The page where the invoice is paid, which the code on the document leads to. The same each time.
fn pay_url(ctx: &Ctx, tenant: TenantId, invoice: &Invoice) -> Option<String> {
    let links = PayLinks::new(|purpose| ctx.ports().keys.derive(purpose));
    links.url(&ctx.config().public_url, PayLink { tenant, invoice: invoice.id })
}
