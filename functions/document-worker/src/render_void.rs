//! `invoice.voided`: print the invoice as void, and keep the PDF beside the invoice as it was issued.
//!
//! Nothing of a void invoice changes any more, so that a repeated event changes nothing. Round trips: one read, one
//! object, and one more for a logo.

use billing::{Invoice, InvoiceStatus, Invoices, void_pdf_path};
use cloud::{Ctx, EventError};
use events::{Told, invoice::InvoiceVoided};
use kernel::Money;
use table::TenantScope;

use crate::{
    document::{DocumentError, InvoiceDocument, Stamp},
    objects::kept::keep,
    objects::seller_logo::seller_logo,
    printed::printed,
    typesetting::render::render,
};

pub(crate) async fn render_void(ctx: Ctx, told: Told<InvoiceVoided>) -> Result<(), EventError> {
    let (tenant, id) = (told.event.tenant_id, told.data.invoice_id);
    let Some(found) = Invoices::new(ctx.table(), TenantScope::new(tenant)).get(id).await? else {
        tracing::warn!(invoice.id = %id, tenant.id = %tenant, "nothing to print");
        return Ok(());
    };
    let invoice = found.trusted("the worker prints for the tenant");
    let Some(mut document) = void(&invoice)? else { return Ok(()) };
    document.seller.logo = seller_logo(&ctx, tenant, &invoice.seller).await?;
    let pdf = tokio::task::spawn_blocking(move || render(&document)).await??;
    keep(&ctx, tenant, &void_pdf_path(tenant, id), pdf).await?;
    tracing::info!(invoice.id = %id, tenant.id = %tenant, "printed a void invoice");
    Ok(())
}

/// A void invoice: all that it said, and that nothing of it is to be paid. `None` for one that is not void.
fn void(invoice: &Invoice) -> Result<Option<InvoiceDocument>, DocumentError> {
    if invoice.status() != InvoiceStatus::Void {
        return Ok(None);
    }
    let as_issued = printed(invoice, Money::zero(invoice.currency))?;
    Ok(Some(InvoiceDocument { status: Stamp::Void, credits_applied: 0, ..as_issued }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use table::Write;
    use testkit::Stack;

    use super::*;
    use crate::delivered::deliver;

    const VOID: &str = include_str!("../../../shared/billing/src/golden/invoice.void.json");

    fn sample() -> Invoice {
        serde_json::from_str(VOID).unwrap()
    }

    #[test]
    fn it_asks_for_nothing_and_names_no_account() {
        let document = void(&sample()).unwrap().unwrap();
        assert_eq!((document.status, document.amount_due, document.credits_applied), (Stamp::Void, 0, 0));
        assert_eq!((document.total, document.due_on), (4_273_722, None));
        assert_eq!(document.notes, "Dokumen ini bukan Faktur Pajak.");
        let open = Invoice { state: billing::InvoiceState::Open, ..sample() };
        assert_eq!(void(&open).unwrap(), None);
    }

    #[tokio::test]
    async fn it_is_kept_beside_the_invoice_as_it_was_issued_however_often_it_is_told() {
        let stack = Stack::start().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let (invoice, scope) = (sample(), TenantScope::new(tenant.id));
        let key = scope.key(format_args!("INV#{}", invoice.id), "INV");
        stack.ctx().table().write(Write::put(key, &invoice).unwrap()).await.unwrap();
        let event = json!({"detail": {"id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": "invoice.voided", "version": 1,
            "tenantId": tenant.id, "occurredAt": "2027-01-02T03:04:06.000Z",
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": invoice.id, "subjectVersion": 3,
            "audience": "public", "data": {"invoiceId": invoice.id, "number": "INV-2027-01-0001",
            "customerId": invoice.bill_to.party, "total": invoice.total, "returned": {"amount": 0, "currency": "IDR"}}}});
        let mut kept = Vec::new();
        for _ in 0..2 {
            deliver(&stack, &event).await;
            kept.push(stack.ctx().get_object(&void_pdf_path(tenant.id, invoice.id)).await.unwrap().unwrap());
        }
        assert!(kept[0].starts_with(b"%PDF-1.7") && kept[0] == kept[1]);
    }
}
