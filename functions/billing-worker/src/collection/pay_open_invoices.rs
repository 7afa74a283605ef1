//! `payment.succeeded`: where a customer wants its balance to pay all invoices, what came in pays the open ones, oldest first,
//! as far as it goes.
//!
//! Safe to repeat: an invoice is paid on the condition of its version and of what is on the balance, so that a second
//! delivery, or another worker, finds nothing left to pay. Round trips: one read of the customer; where it wants this, a query
//! and a batch read per twenty of its invoices, and for each open one two reads and one transaction; again for each
//! lost race.

use billing::{Invoice, InvoiceStatus, Invoices, InvoicesOf, PageRequest, Showing};
use cloud::Ctx;
use customers::Customers;
use events::{Told, payment::PaymentSucceeded};
use kernel::{Currency, InvoiceId, JournalId, Party, RequestId};
use ledger::Journal;
use settlement::Settlement;
use table::{Race, TenantScope, TransactError, Transaction, until_settled};

use crate::{error::BillingError, loaded::ACTS_FOR};

/// Pays what the customer of a payment owes in its currency.
pub(crate) async fn pay_open_invoices(ctx: Ctx, told: Told<PaymentSucceeded>) -> Result<(), BillingError> {
    let Told { event, data: PaymentSucceeded(facts) } = told;
    let scope = TenantScope::new(event.tenant_id);
    let Party::Customer(id) = facts.customer_id else { return Ok(()) };
    let customer = Customers::new(ctx.table(), scope).get(id).await?;
    if !customer.is_some_and(|customer| customer.trusted(ACTS_FOR).balance_pays().when_money_comes()) {
        return Ok(());
    }
    for invoice in open_invoices(&ctx, scope, (facts.customer_id, facts.amount.currency())).await? {
        if pay(&ctx, scope, event.request_id, invoice).await? == Left::Nothing {
            break;
        }
    }
    Ok(())
}

/// The invoices that a customer owes in a currency, those issued first first.
async fn open_invoices(
    ctx: &Ctx,
    scope: TenantScope,
    (party, currency): (Party, Currency),
) -> Result<Vec<InvoiceId>, BillingError> {
    let invoices = Invoices::new(ctx.table(), scope);
    let (mut open, mut request) = (Vec::<Invoice>::new(), PageRequest::default());
    loop {
        let showing = Showing::In(InvoiceStatus::Open);
        let page = invoices.list(InvoicesOf::Customer(party), showing, &request).await?;
        open.extend(page.items.into_iter().filter(|invoice| invoice.currency == currency));
        if page.last.is_none() {
            break;
        }
        request.after = page.last;
    }
    open.sort_by_key(|invoice| (invoice.issued.as_ref().map(|issued| issued.at), invoice.id));
    Ok(open.into_iter().map(|invoice| invoice.id).collect())
}

/// Whether there may be something on the balance still.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Something,
    Nothing,
}

async fn pay(ctx: &Ctx, scope: TenantScope, request: RequestId, id: InvoiceId) -> Result<Left, BillingError> {
    until_settled(
        || BillingError::Outrun,
        || async {
            let found = Invoices::new(ctx.table(), scope).get(id).await?.map(|found| found.trusted(ACTS_FOR));
            // Paid or taken back meanwhile.
            let Some(invoice) = found.filter(|invoice| invoice.status() == InvoiceStatus::Open) else {
                return Ok(Race::Settled(Left::Something));
            };
            let journal = Journal::new(ctx.table(), scope);
            let balance = journal.balance_of(invoice.bill_to.party, invoice.currency).await?;
            if balance.balance.minor() < 1 {
                return Ok(Race::Settled(Left::Nothing));
            }
            let journal_id = || JournalId::new(ctx.new_ulid());
            let mut transaction = Transaction::new();
            let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
            let paid = settlement.pay_from_balance(&mut transaction, invoice, &balance)?;
            if let Some(told) = paid.invoice.told_paid() {
                ctx.insert_event(&mut transaction, scope.tenant(), request, paid.invoice.version, &told)?;
            }
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(Left::Something)),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}
