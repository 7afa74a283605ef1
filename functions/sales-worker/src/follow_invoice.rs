//! Events about invoices, credit notes and payments: what they are of is counted where it is an order. Other invoices are no sales
//! of a shop.
//!
//! Round trips: one read of the invoice; of an order's, those of [`count_order`].

use billing::{Invoices, Source};
use cloud::{Ctx, TenantLines};
use kernel::InvoiceId;
use table::TenantScope;

use crate::{count_order::count_order, error::SalesError};

/// What an invoice is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// An order, which is counted.
    Order,
    /// Something else.
    Nothing,
}

/// Counts the order that the invoice is of.
pub(crate) async fn follow_invoice(
    ctx: &Ctx,
    lines: &TenantLines,
    scope: TenantScope,
    invoice: InvoiceId,
) -> Result<Followed, SalesError> {
    let found = Invoices::new(ctx.table(), scope).get(invoice).await?;
    let found = found.map(|invoice| invoice.trusted("sales are counted for the tenant"));
    match found.map(|invoice| invoice.source) {
        Some(Source::Order { id }) => count_order(ctx, lines, scope, id).await.map(|_| Followed::Order),
        Some(Source::Subscription { .. } | Source::Recurring { .. } | Source::Manual) | None => Ok(Followed::Nothing),
    }
}
