//! Events about invoices, credit notes and payments: what they are of is counted where it is an order. Other invoices are no sales
//! of a shop.
//!
//! Round trips: one read of the invoice; of an order's, those of [`count_order`].

use billing::{Invoices, Source};
use cloud::Ctx;
use kernel::InvoiceId;
use table::TenantScope;

use crate::{Lines, count_order::count_order, error::SalesError};

/// Counts the order that the invoice is of.
pub(crate) async fn follow_invoice(
    ctx: &Ctx,
    lines: &Lines,
    scope: TenantScope,
    invoice: InvoiceId,
) -> Result<(), SalesError> {
    let found = Invoices::new(ctx.table(), scope).get(invoice).await?;
    let found = found.map(|invoice| invoice.trusted("sales are counted for the tenant"));
    match found.map(|invoice| invoice.source) {
        Some(Source::Order { id }) => count_order(ctx, lines, scope, id).await.map(drop),
        Some(Source::Subscription { .. } | Source::Recurring { .. } | Source::Manual) | None => Ok(()),
    }
}
