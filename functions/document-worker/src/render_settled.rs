//! `payment.succeeded`, or `invoice.paid` where the balance paid what was left: once nothing is left to pay of an invoice,
//! print the paid invoice and the receipt, and keep both. An `invoice.paid` that names a payment prints nothing: the event of
//! that payment does.
//!
//! Each has a path of its own beside the invoice as it was issued, and the bytes are the same every time, so that a repeated
//! event changes nothing. Round trips: two reads, two objects, and one more for a logo.

use billing::{Invoices, paid_pdf_path, receipt_path};
use cloud::{Ctx, EventError};
use events::{Told, invoice::InvoicePaid, payment::PaymentSucceeded};
use kernel::{InvoiceId, PaymentId, TenantId};
use payments::Payments;
use table::TenantScope;

use crate::{
    objects::kept::keep,
    objects::seller_logo::seller_logo,
    printed_paid::settled,
    typesetting::render::{render, render_receipt},
};

pub(crate) async fn by_payment(ctx: Ctx, told: Told<PaymentSucceeded>) -> Result<(), EventError> {
    let (tenant, PaymentSucceeded(facts)) = (told.event.tenant_id, told.data);
    match facts.invoice_id {
        Some(invoice) => render_settled(ctx, tenant, invoice).await,
        None => Ok(()),
    }
}

pub(crate) async fn by_balance(ctx: Ctx, told: Told<InvoicePaid>) -> Result<(), EventError> {
    match told.data.payment_id {
        Some(_) => Ok(()),
        None => render_settled(ctx, told.event.tenant_id, told.data.invoice_id).await,
    }
}

async fn render_settled(ctx: Ctx, tenant: TenantId, invoice_id: InvoiceId) -> Result<(), EventError> {
    let scope = TenantScope::new(tenant);
    let Some(found) = Invoices::new(ctx.table(), scope).get(invoice_id).await? else {
        tracing::warn!(invoice.id = %invoice_id, tenant.id = %tenant, "nothing to print");
        return Ok(());
    };
    let invoice = found.trusted("the worker prints for the tenant");
    let ids: Vec<PaymentId> = invoice.payments.iter().map(|applied| applied.payment).collect();
    let payments = Payments::new(ctx.table(), scope).get_many(&ids).await?;

    // A part of it was paid: there is nothing to print until the rest is.
    let Some(mut documents) = settled(&invoice, &payments)? else { return Ok(()) };
    let logo = seller_logo(&ctx, tenant, &invoice.seller).await?;
    documents.invoice.seller.logo.clone_from(&logo);
    documents.receipt.seller.logo = logo;
    let (paid, receipt) = tokio::task::spawn_blocking(move || {
        render(&documents.invoice).and_then(|paid| Ok((paid, render_receipt(&documents.receipt)?)))
    })
    .await??;

    keep(&ctx, tenant, &paid_pdf_path(tenant, invoice.id), paid).await?;
    keep(&ctx, tenant, &receipt_path(tenant, invoice.id), receipt).await?;
    tracing::info!(invoice.id = %invoice.id, tenant.id = %tenant, "printed a paid invoice and its receipt");
    Ok(())
}

#[cfg(test)]
mod tests {
    use billing::{Invoice, pdf_path};
    use kernel::{InvoiceId, TenantId};
    use payments::Payment;
    use serde_json::{Value, json};
    use table::{Write, to_item};
    use testkit::{Stack, raw};

    use super::*;
    use crate::delivered::deliver;

    const INVOICE: &str = include_str!("../../../shared/billing/src/golden/invoice.json");
    const PAYMENT: &str = include_str!("../../../shared/payments/src/golden/payment.settled.json");

    struct World {
        stack: Stack,
        tenant: TenantId,
        invoice: InvoiceId,
    }

    impl World {
        /// A paid invoice, or the same one before that.
        async fn open(change: impl FnOnce(&mut Value)) -> Self {
            let stack = Stack::start().await;
            let (tenant, _) = stack.tenant("toko-a").await;
            let mut row: Value = serde_json::from_str(INVOICE).unwrap();
            change(&mut row);
            let invoice: Invoice = serde_json::from_value(row).unwrap();
            let payment: Payment = serde_json::from_str(PAYMENT).unwrap();
            let payment = Payment { id: "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), ..payment };
            let (scope, id) = (TenantScope::new(tenant.id), invoice.id);
            let table = stack.ctx().table();
            let key = scope.key(format_args!("INV#{id}"), "INV");
            table.write(Write::put(key, &invoice).unwrap()).await.unwrap();
            let key = scope.key(format_args!("PAY#{}", payment.id), "PAYMENT");
            table.write(raw::put(key, to_item(&payment).unwrap())).await.unwrap();
            Self { stack, tenant: tenant.id, invoice: id }
        }

        /// Delivers `payment.succeeded` in the name of a tenant.
        async fn deliver(&self, tenant: TenantId) {
            let data = json!({"paymentId": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "invoiceId": self.invoice,
                "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "amount": {"amount": 4_200_000, "currency": "IDR"}});
            self.tell(tenant, "payment.succeeded", &data).await;
        }

        /// Delivers `invoice.paid`, by this payment or by the balance.
        async fn deliver_paid(&self, payment: Option<&str>) {
            let data = json!({"invoiceId": self.invoice, "number": "INV-2027-01-0001", "paymentId": payment,
                "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "total": {"amount": 4_273_722, "currency": "IDR"},
                "paidAt": "2027-01-02T03:04:05.678Z"});
            self.tell(self.tenant, "invoice.paid", &data).await;
        }

        async fn tell(&self, tenant: TenantId, name: &str, data: &Value) {
            let event = json!({"detail": {"id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": name,
                "version": 1, "tenantId": tenant, "occurredAt": "2027-01-02T03:04:06.000Z",
                "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
                "subjectVersion": 3, "audience": "public", "data": data}});
            deliver(&self.stack, &event).await;
        }

        /// The paid invoice and the receipt in a tenant's folder.
        async fn kept(&self, tenant: TenantId) -> [Option<Vec<u8>>; 2] {
            let ctx = self.stack.ctx();
            let paths = [paid_pdf_path(tenant, self.invoice), receipt_path(tenant, self.invoice)];
            [ctx.get_object(&paths[0]).await.unwrap(), ctx.get_object(&paths[1]).await.unwrap()]
        }
    }

    #[tokio::test]
    async fn both_are_kept_beside_the_invoice_and_a_repeated_event_changes_no_byte() {
        let world = World::open(|_| {}).await;
        let issued = pdf_path(world.tenant, world.invoice);
        world.stack.ctx().put_object(&issued, "application/pdf", b"%PDF as issued".to_vec()).await.unwrap();
        world.deliver(world.tenant).await;
        let kept = world.kept(world.tenant).await;
        assert!(kept.iter().flatten().all(|pdf| pdf.starts_with(b"%PDF-1.7")));
        assert!(kept[0].is_some() && kept[1].is_some() && kept[0] != kept[1]);
        world.deliver(world.tenant).await;
        assert!(kept == world.kept(world.tenant).await);
        let files = tenancy::limits::KeptFiles::new(world.stack.ctx().table(), TenantScope::new(world.tenant));
        assert_eq!(files.total().await.unwrap(), kept.iter().flatten().map(|pdf| pdf.len() as u64).sum::<u64>());
        assert_eq!(world.stack.ctx().get_object(&issued).await.unwrap().unwrap(), b"%PDF as issued");
    }

    #[tokio::test]
    async fn what_the_balance_paid_is_printed_by_its_own_event_and_what_a_payment_did_is_not() {
        let world = World::open(|row| {
            row["payments"] = json!([]);
            row["creditsApplied"] = row["total"].clone();
            row["fromBalance"] = json!([{"amount": row["total"], "at": "2027-01-02T03:04:05.678Z"}]);
        })
        .await;
        world.deliver_paid(Some("pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X")).await;
        assert_eq!(world.kept(world.tenant).await, [None, None], "the payment's own event prints");
        world.deliver_paid(None).await;
        let kept = world.kept(world.tenant).await;
        assert!(kept[0].is_some() && kept[1].is_some());
        world.deliver_paid(None).await;
        assert!(kept == world.kept(world.tenant).await);
    }

    #[tokio::test]
    async fn a_part_prints_nothing() {
        let world = World::open(|row| row["state"] = json!({"status": "open"})).await;
        world.deliver(world.tenant).await;
        assert_eq!(world.kept(world.tenant).await, [None, None]);
    }

    #[tokio::test]
    async fn another_tenants_event_prints_nothing() {
        let world = World::open(|_| {}).await;
        let (other, _) = world.stack.tenant("toko-b").await;
        world.deliver(other.id).await;
        assert_eq!(world.kept(other.id).await, [None, None]);
        assert_eq!(world.kept(world.tenant).await, [None, None]);
    }
}
