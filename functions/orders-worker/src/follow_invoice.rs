//! `invoice.paid`, `invoice.voided`: an order that waited for its payment is confirmed, or over. Invoices of anything else are none
//! of an order's business.
//!
//! Round trips: one read of the invoice; of an order's, those of [`settle_order`].

use aftersales::AfterSales;
use billing::{Invoices, Source};
use cloud::Ctx;
use events::Event;
use kernel::InvoiceId;
use table::TenantScope;

use crate::{
    OrderWorkError, caused_by,
    settle_order::{Why, settle_order},
};

/// What follows for the order that the invoice is of.
pub(crate) async fn follow_invoice(ctx: Ctx, event: &Event, invoice: InvoiceId) -> Result<(), OrderWorkError> {
    let (scope, cause) = (TenantScope::new(event.tenant_id), caused_by(event));
    let found = Invoices::new(ctx.table(), scope).get(invoice).await?;
    let found = found.map(|invoice| invoice.trusted("its order follows it for the tenant"));
    match found.map(|invoice| invoice.source) {
        Some(Source::Order { id }) => {
            let desk = AfterSales { ctx: &ctx, scope, cause: &cause };
            settle_order(&desk, id, Why::Told).await.map(drop)
        }
        Some(Source::Subscription { .. } | Source::Recurring { .. } | Source::Manual) | None => Ok(()),
    }
}
