//! One turn of a subscription, or of those that are invoiced together, with the invoice that it brings: load, decide, save.

use billing::{Invoice, Invoices, InvoicesOf, Issuance, PageRequest, RunTally, Showing, Subscription, Terms};
use cloud::Ctx;
use kernel::InvoiceId;
use ledger::Journal;
use settlement::{SettlementError, from_balance};
use table::TenantScope;

use crate::{
    error::BillingError,
    issuing::{
        group::Group,
        line::IssueLine,
        ready::{Issued, Ready},
    },
};

/// Reads what the turn is priced from, decides, and writes it: where it brings an invoice, together with those of the tenant
/// that are ready at the same time.
pub(crate) async fn issue(
    ctx: &Ctx,
    line: &IssueLine,
    scope: TenantScope,
    group: Group<'_>,
    (terms, tally): (&Terms, Option<RunTally>),
) -> Result<Issued, BillingError> {
    let now = ctx.now();
    let turns = group.read(ctx, scope, terms, now).await?;
    let mut issuance = Issuance::decide(InvoiceId::new(ctx.new_ulid()), turns, terms)?;
    let mut owed = Vec::new();
    if let Some(invoice) = issuance.invoice.take() {
        let balance = Journal::new(ctx.table(), scope).balance_of(invoice.bill_to.party, invoice.currency).await?;
        let invoice = from_balance(invoice, &balance, terms.balance, now).map_err(SettlementError::from)?;
        if !invoice.surplus.is_zero() {
            owed = owed_by(ctx, scope, &group.members).await?;
        }
        issuance.invoice = Some(invoice);
    }
    if issuance.invoice.as_ref().is_none_or(|invoice| invoice.amount_due().is_zero()) {
        // Nothing is to be paid first.
        issuance = issuance.paid_first();
    }
    let ready = Ready { scope, before: group.members, issuance, owed, tally };
    match ready.issuance.month() {
        Some(month) => line.number(ctx, ready, month).await,
        None => ready.write(ctx).await,
    }
}

/// What is still owed of some subscriptions, each invoice once.
async fn owed_by(ctx: &Ctx, scope: TenantScope, of: &[Subscription]) -> Result<Vec<Invoice>, BillingError> {
    let mut owed: Vec<Invoice> = Vec::new();
    for subscription in of {
        for invoice in still_owed(ctx, scope, subscription).await? {
            if owed.len() < MOST_PAID && owed.iter().all(|known| known.id != invoice.id) {
                owed.push(invoice);
            }
        }
    }
    Ok(owed)
}

/// How many open invoices one surplus pays, so that they fit into its transaction: one more than may be open when a change
/// adds another.
const MOST_PAID: usize = billing::MOST_OPEN + 1;

/// What is still owed of a subscription, newest first: what a change gives back pays it before it gets to the balance, so
/// that nobody has a credit of what was never paid. One round trip for each twenty of its customer's invoices, and one for their rows.
pub(crate) async fn still_owed(
    ctx: &Ctx,
    scope: TenantScope,
    subscription: &Subscription,
) -> Result<Vec<Invoice>, BillingError> {
    let of = InvoicesOf::Subscription(subscription.party, subscription.id);
    let invoices = Invoices::new(ctx.table(), scope);
    let (mut owed, mut request) = (Vec::new(), PageRequest::default());
    loop {
        let page = invoices.list(of, Showing::Issued, &request).await?;
        owed.extend(page.items.into_iter().filter(|invoice| !invoice.amount_due().is_zero()));
        if page.last.is_none() {
            break;
        }
        request.after = page.last;
    }
    // What is given back is of the present period, whose invoices are the newest; no more of them are open than are paid.
    owed.sort_by_key(|invoice| std::cmp::Reverse(invoice.issued.as_ref().map(|issued| issued.at)));
    owed.truncate(MOST_PAID);
    Ok(owed)
}
