//! All that there is of an order: of itself, its invoice, the credit notes of that, what came back, and the refunds of its payments.
//!
//! Amounts and instants are those that the journal has: an invoice is earned when it is issued, what is taken back is so when the
//! credit note is written, and money of a refund is gone when the refund begins, and back when it comes to nothing.

use std::collections::BTreeSet;

use analytics::{ReturnedPieces, SaleFacts, SoldLine, TakenFromSale};
use billing::{CreditNote, CreditNotes, Invoice, InvoiceState, Invoices, Issued, LineTax, TaxMode};
use cloud::Ctx;
use kernel::{Money, MoneyError, OrderId, PaymentId, Timestamp};
use orders::{Order, OrderGoods, OrderReturn, OrderStatus, Orders};
use payments::{Refund, RefundStatus, Refunds};
use table::{TableError, TenantScope, pages::PageRequest};

use crate::error::SalesError;

/// Reads them; `None` where there is no such order, or no invoice of it was issued. Two to five round trips.
pub(crate) async fn of_order(ctx: &Ctx, scope: TenantScope, id: OrderId) -> Result<Option<SaleFacts>, SalesError> {
    const WHY: &str = "sales are counted for the tenant";
    let table = ctx.table();
    let Some(order) = Orders::new(table, scope).get(id).await?.map(|order| order.trusted(WHY)) else { return Ok(None) };
    let Some(invoice) = Invoices::new(table, scope).get(order.invoice_id).await? else { return Ok(None) };
    let invoice = invoice.trusted(WHY);
    let Some(issued) = invoice.issued.clone() else { return Ok(None) };
    let notes: Vec<_> = invoice.credit_notes.iter().map(|note| note.credit_note).collect();
    let (notes, returns, refunds) = tokio::try_join!(
        async { if notes.is_empty() { Ok(Vec::new()) } else { CreditNotes::new(table, scope).get_many(&notes).await } },
        returns_of(ctx, scope, &order),
        refunds_of(ctx, scope, &invoice),
    )?;
    let read = Read { order, invoice, issued, notes, returns, refunds };
    Ok(Some(read.facts()?))
}

async fn returns_of(ctx: &Ctx, scope: TenantScope, order: &Order) -> Result<Vec<OrderReturn>, TableError> {
    let mut found = Vec::new();
    if order.progress.returns == 0 {
        return Ok(found);
    }
    let (goods, mut request) = (OrderGoods::new(ctx.table(), scope), PageRequest::default());
    loop {
        let page = goods.returned(order.id, &request).await?;
        found.extend(page.items);
        match page.last {
            Some(last) => request.after = Some(last),
            None => return Ok(found),
        }
    }
}

async fn refunds_of(ctx: &Ctx, scope: TenantScope, invoice: &Invoice) -> Result<Vec<Refund>, TableError> {
    let payments: BTreeSet<PaymentId> = invoice.payments.iter().map(|applied| applied.payment).collect();
    let (refunds, mut found) = (Refunds::new(ctx.table(), scope), Vec::new());
    for payment in payments {
        let mut request = PageRequest::default();
        loop {
            let page = refunds.list(payment, &request).await?;
            found.extend(page.items);
            match page.last {
                Some(last) => request.after = Some(last),
                None => break,
            }
        }
    }
    Ok(found)
}

/// What was read.
struct Read {
    order: Order,
    invoice: Invoice,
    issued: Issued,
    notes: Vec<CreditNote>,
    returns: Vec<OrderReturn>,
    refunds: Vec<Refund>,
}

impl Read {
    fn facts(&self) -> Result<SaleFacts, MoneyError> {
        let Self { order, invoice, issued, .. } = self;
        let split = invoice.split()?;
        let inclusive = invoice.taxes.iter().filter(|tax| tax.mode == TaxMode::Inclusive).map(|tax| tax.tax);
        let confirmed = order.history.iter().find(|step| step.status == OrderStatus::Confirmed);
        Ok(SaleFacts {
            order: order.id,
            customer: order.customer_id,
            currency: order.currency,
            placed_at: issued.at,
            confirmed_at: confirmed.map(|step| step.at),
            voided_at: self.voided_at(),
            lines: self.lines()?,
            discounts: order.discount.checked_add(order.shipping_discount)?.minor(),
            shipping: order.shipping_price.minor(),
            included_tax: Money::sum(invoice.currency, inclusive)?.minor(),
            net: split.earned.checked_add(split.deferred)?.minor(),
            tax: split.tax.minor(),
            taken_back: self.notes.iter().map(|note| self.taken_by(note)).collect::<Result<_, _>>()?,
            returned: self.returned(),
            paid: self.paid()?,
            refunded: self.refunded(),
        })
    }

    const fn voided_at(&self) -> Option<Timestamp> {
        match self.invoice.state {
            InvoiceState::Void { at } => Some(at),
            InvoiceState::Draft
            | InvoiceState::Open
            | InvoiceState::Paid { .. }
            | InvoiceState::Uncollectible { .. } => None,
        }
    }

    /// The first lines of the invoice are those of the order.
    fn lines(&self) -> Result<Vec<SoldLine>, MoneyError> {
        let lines = self.order.lines.iter().zip(&self.invoice.lines);
        let sold = lines.map(|(bought, line)| {
            Ok(SoldLine {
                product: bought.product_id,
                title: bought.title.clone(),
                quantity: bought.quantity,
                gross: line.amount.minor(),
                discount: line.discount.minor(),
                net: line.discounted()?.checked_sub(self.included(&line.taxes)?)?.minor(),
            })
        });
        sold.collect()
    }

    /// The taxes that prices hold, of some.
    fn included(&self, taxes: &[LineTax]) -> Result<Money, MoneyError> {
        let mode = |tax: &LineTax| self.invoice.taxes.iter().find(|total| total.includes(tax)).map(|total| total.mode);
        let included = taxes.iter().filter(|tax| mode(tax) == Some(TaxMode::Inclusive)).map(|tax| tax.tax);
        Money::sum(self.invoice.currency, included)
    }

    fn taken_by(&self, note: &CreditNote) -> Result<TakenFromSale, MoneyError> {
        let tax = Money::sum(note.currency, note.lines.iter().flat_map(|line| &line.taxes).map(|tax| tax.tax))?;
        let lines = note.lines.iter().map(|line| {
            let net = line.amount.checked_sub(self.included(&line.taxes)?)?.minor();
            Ok(line.line.checked_sub(1).map(|at| (at, net)))
        });
        let lines = lines.collect::<Result<Vec<_>, MoneyError>>()?.into_iter().flatten();
        // What is behind the lines of the order is its shipping.
        let lines = lines.filter(|(at, _)| *at < self.order.lines.len()).collect();
        Ok(TakenFromSale { at: note.created_at, net: note.total.checked_sub(tax)?.minor(), tax: tax.minor(), lines })
    }

    /// What was called off of a paid order, and what was sent back. What is called off is so when the order is over, or all the rest
    /// of it is sent.
    fn returned(&self) -> Vec<ReturnedPieces> {
        let Order { lines, progress, history, .. } = &self.order;
        let over = |status| matches!(status, OrderStatus::Cancelled | OrderStatus::Fulfilled);
        let called_off_at = history.iter().find(|step| over(step.status)).map(|step| step.at);
        let called_off = progress.called_off.iter().enumerate().filter(|(_, pieces)| **pieces > 0);
        let mut returned: Vec<ReturnedPieces> = called_off
            .filter_map(|(line, quantity)| called_off_at.map(|at| ReturnedPieces { at, line, quantity: *quantity }))
            .collect();
        for one in &self.returns {
            for pieces in &one.pieces {
                let line = lines.iter().position(|line| line.sku == pieces.sku);
                returned.extend(line.map(|line| ReturnedPieces {
                    at: one.returned_at,
                    line,
                    quantity: pieces.quantity,
                }));
            }
        }
        returned
    }

    /// Payments and balances that were used for the invoice; a void one let all of them go.
    fn paid(&self) -> Result<Vec<(Timestamp, i64)>, MoneyError> {
        let invoice = &self.invoice;
        let later = invoice.from_balance.iter().map(|used| used.amount);
        let credited = invoice.credit_notes.iter().map(|note| note.against_due);
        let at_issue = invoice.credits_applied.checked_sub(Money::sum(invoice.currency, later.chain(credited))?)?;
        let mut paid = vec![(self.issued.at, at_issue.minor())];
        paid.extend(invoice.payments.iter().map(|used| (used.at, used.amount.minor())));
        paid.extend(invoice.from_balance.iter().map(|used| (used.at, used.amount.minor())));
        if let Some(at) = self.voided_at() {
            let let_go: i64 = paid.iter().map(|(_, amount)| amount).sum();
            paid.push((at, -let_go));
        }
        paid.retain(|(_, amount)| *amount != 0);
        Ok(paid)
    }

    fn refunded(&self) -> Vec<(Timestamp, i64)> {
        let mut refunded = Vec::new();
        for refund in &self.refunds {
            refunded.push((refund.created_at, refund.amount.minor()));
            if refund.status == RefundStatus::Failed {
                refunded.push((refund.updated_at, -refund.amount.minor()));
            }
        }
        refunded
    }
}
