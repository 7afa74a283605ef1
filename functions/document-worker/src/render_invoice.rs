//! `invoice.issued`: print the invoice and keep the PDF.
//!
//! The path is that of the invoice and the bytes are the same every time, so that a repeated event changes nothing, unless the tenant's
//! links begin with another domain meanwhile.
//! Round trips: two reads, one object more for a logo, and what it takes to [`keep`] it.

use billing::{Invoice, Invoices, PayLink, PayLinks, pdf_path};
use cloud::{Ctx, EventError};
use events::{Told, invoice::InvoiceIssued};
use kernel::TenantId;
use table::{TableError, TenantScope};
use tenancy::Tenants;

use crate::{
    document::InvoiceDocument, objects::kept::keep, objects::seller_logo::seller_logo, printed::printed,
    typesetting::render::render,
};

pub(crate) async fn render_invoice(ctx: Ctx, told: Told<InvoiceIssued>) -> Result<(), EventError> {
    let (tenant, issued) = (told.event.tenant_id, told.data);
    let Some(found) = Invoices::new(ctx.table(), TenantScope::new(tenant)).get(issued.invoice_id).await? else {
        // Deleted in between: there is nobody left to print for.
        tracing::warn!(invoice.id = %issued.invoice_id, tenant.id = %tenant, "nothing to print");
        return Ok(());
    };
    let invoice = found.trusted("the worker prints for the tenant");

    // What was due at the issue is in the event: what is due now may be less.
    let pay_url = pay_url(&ctx, tenant, &invoice).await?;
    let mut document = InvoiceDocument { pay_url, ..printed(&invoice, issued.amount_due)? };
    document.seller.logo = seller_logo(&ctx, tenant, &invoice.seller).await?;
    let pdf = tokio::task::spawn_blocking(move || render(&document)).await??;

    keep(&ctx, tenant, &pdf_path(tenant, invoice.id), pdf).await?;
    tracing::info!(invoice.id = %invoice.id, tenant.id = %tenant, "printed an invoice");
    Ok(())
}

/// The page where the invoice is paid, which the code on the document leads to: on the tenant's own domain where it chose one for
/// links. One read.
async fn pay_url(ctx: &Ctx, tenant: TenantId, invoice: &Invoice) -> Result<Option<String>, TableError> {
    let (seller, public_url) = (Tenants::new(ctx.table()).get(tenant).await?, &ctx.config().public_url);
    let base = seller.map_or_else(|| public_url.clone(), |seller| seller.base_url(public_url));
    let links = PayLinks::new(|purpose| ctx.ports().keys.derive(purpose));
    Ok(links.url(&base, PayLink { tenant, invoice: invoice.id }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use table::Write;
    use testkit::Stack;

    use super::*;
    use crate::delivered::deliver;

    const OPEN: &str = include_str!("../../../shared/billing/src/golden/invoice.open.json");

    #[tokio::test]
    async fn an_invoice_is_printed_with_the_address_of_its_page_the_same_each_time() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let invoice: Invoice = serde_json::from_str(OPEN).unwrap();
        let key = TenantScope::new(tenant.id).key(format_args!("INV#{}", invoice.id), "INV");
        stack.ctx().table().write(Write::put(key, &invoice).unwrap()).await.unwrap();
        let url = pay_url(stack.ctx(), tenant.id, &invoice).await.unwrap().unwrap();
        assert!(url.starts_with("https://api.ruko.test/pay/") && url.len() < 120, "{url}");
        let (due, issued) = (invoice.amount_due(), invoice.issued.as_ref().unwrap());
        let event = json!({"detail": {"id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "invoice.issued", "version": 1,
            "tenantId": tenant.id, "occurredAt": issued.at, "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "subject": invoice.id, "subjectVersion": 2, "audience": "public", "data": {"invoiceId": invoice.id,
            "number": issued.number, "customerId": invoice.bill_to.party, "total": invoice.total, "amountDue": due,
            "issueDate": issued.date, "dueDate": issued.due_date}}});
        let with = |pay_url| render(&InvoiceDocument { pay_url, ..printed(&invoice, due).unwrap() }).unwrap();
        for _ in 0..2 {
            deliver(&stack, &event).await;
            let kept = stack.ctx().get_object(&pdf_path(tenant.id, invoice.id)).await.unwrap().unwrap();
            assert!(kept == with(Some(url.clone())) && kept != with(None));
        }
        // On a domain of the tenant's own while it is one.
        let domain: tenancy::DomainName = "app.toko.id".parse().unwrap();
        let look = tenancy::Branding { link_domain: Some(domain.clone()), ..tenant.branding.clone() };
        let chosen = Tenants::new(stack.ctx().table()).get(tenant.id).await.unwrap().unwrap().with_domain(domain);
        let chosen = tenancy::Tenant { branding: look, ..chosen };
        table::write_alone(stack.ctx().table(), |tx| Tenants::save(tx, &chosen)).await.unwrap();
        deliver(&stack, &event).await;
        let kept = stack.ctx().get_object(&pdf_path(tenant.id, invoice.id)).await.unwrap().unwrap();
        assert!(kept == with(Some(url.replace("https://api.ruko.test/", "https://app.toko.id/"))));
    }
}
