//! What credit notes took back of an order's invoice, whoever wrote them: the order says so, and no return gives it a second time.

use billing::{CreditAsked, Invoice, Invoices, LineAsked, LinePart, Source};
use events::{credit_note::CreditNoteIssued, order_course::OrderRefunded};
use kernel::{InvoiceId, Money, MoneyError, OrderId};
use orders::{Order, OrderStatus};
use settlement::SettlementError;
use table::{Race, TableError, TransactError, Transaction, until_settled};

use crate::{AfterSales, AfterSalesError};

impl AfterSales<'_> {
    /// A credit note was issued: the order of its invoice, if it is of one, says what was taken back of it. One that this crate
    /// wrote is known to its order; one of staff is told of here, once, however often it is heard of. One read of the invoice; for an
    /// order one more, one of the order and one transaction, again for each lost race.
    ///
    /// # Errors
    /// Those of the table; amounts that do not add up.
    pub async fn follow_credit_note(&self, note: &CreditNoteIssued) -> Result<(), AfterSalesError> {
        let Some(id) = self.order_of(note.invoice_id).await? else { return Ok(()) };
        until_settled(
            || TableError::Unavailable("the order kept changing".to_owned()).into(),
            || async {
                // One that waits for its payment follows its invoice when it is confirmed, or over.
                let follows = |order: &Order| order.status != OrderStatus::PendingPayment;
                let Some(order) = self.order(id).await?.filter(follows) else { return Ok(Race::Settled(())) };
                // Read after the order: it says all that the order can say.
                let invoice = self.invoice(&order).await?;
                let next = as_credited(order.clone(), &invoice)?;
                if next == order {
                    return Ok(Race::Settled(()));
                }
                let next = next.changed(self.ctx.now());
                let nothing = Money::zero(order.currency);
                let so_far = |order: &Order| order.progress.taken_back.unwrap_or(nothing);
                let told = OrderRefunded {
                    order_id: next.id,
                    number: next.number.to_string(),
                    customer_id: next.customer_id,
                    amount: so_far(&next).checked_sub(so_far(&order)).map_err(SettlementError::from)?,
                    refund_id: note.refund_id,
                    credit_note_id: Some(note.credit_note_id),
                };
                let mut transaction = Transaction::new();
                self.orders().save(&mut transaction, &next)?;
                self.tell(&mut transaction, &next, &told)?;
                match self.ctx.table().transact(transaction).await {
                    Ok(()) => Ok(Race::Settled(())),
                    Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                    Err(TransactError::Table(error)) => Err(error.into()),
                }
            },
        )
        .await
    }

    /// Which order an invoice is of. One read.
    async fn order_of(&self, invoice: InvoiceId) -> Result<Option<OrderId>, TableError> {
        let found = Invoices::new(self.ctx.table(), self.scope).get(invoice).await?;
        let found = found.map(|invoice| invoice.trusted("its order follows it for the tenant"));
        Ok(found.and_then(|invoice| order_of(&invoice)))
    }
}

/// Which order an invoice is of.
pub(crate) fn order_of(invoice: &Invoice) -> Option<OrderId> {
    match invoice.source {
        Source::Order { id } => Some(id),
        Source::Subscription { .. } | Source::Recurring { .. } | Source::Manual => None,
    }
}

/// The order with what was taken back of its invoice, in the same version.
pub(crate) fn as_credited(order: Order, invoice: &Invoice) -> Result<Order, AfterSalesError> {
    let notes = invoice.credit_notes.iter();
    let owed = Money::sum(invoice.currency, notes.map(|note| note.against_due));
    let sums = || -> Result<(Money, Money), MoneyError> {
        let taken = invoice.credited()?;
        Ok((taken, taken.checked_sub(owed?)?))
    };
    let (taken, paid) = sums().map_err(SettlementError::from)?;
    Ok(order.taken_back(taken, paid))
}

/// What is asked for, as far as it is left of each line; none where nothing of it is.
pub(crate) fn as_left(asked: CreditAsked, left: &[LinePart]) -> Option<CreditAsked> {
    match asked {
        CreditAsked::Rest | CreditAsked::Amount(_) => left.iter().any(|part| !part.is_nothing()).then_some(asked),
        CreditAsked::Lines(lines) => {
            let of_line = |asked: &LineAsked| {
                let left = asked.line.checked_sub(1).and_then(|at| left.get(at))?.amount;
                let amount = asked.amount.filter(|amount| amount.minor() < left.minor()).unwrap_or(left);
                (amount.minor() > 0).then_some(LineAsked { line: asked.line, amount: Some(amount) })
            };
            let lines: Vec<LineAsked> = lines.iter().filter_map(of_line).collect();
            (!lines.is_empty()).then_some(CreditAsked::Lines(lines))
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;

    fn idr(minor: i64) -> Money {
        Money::new(minor, Currency::IDR)
    }

    fn asked(line: usize, amount: i64) -> LineAsked {
        LineAsked { line, amount: Some(idr(amount)) }
    }

    #[test]
    fn no_more_is_taken_back_of_a_line_than_is_left_of_it() {
        let left = [idr(700), idr(0), idr(900)].map(|amount| LinePart { amount, taxes: Vec::new() });
        let lines = |asked: &[LineAsked]| as_left(CreditAsked::Lines(asked.to_vec()), &left);
        let whole = CreditAsked::Lines(vec![asked(1, 700), asked(3, 300)]);
        assert_eq!(lines(&[asked(1, 1_000), asked(2, 500), asked(3, 300)]), Some(whole));
        assert_eq!((lines(&[asked(2, 500)]), lines(&[asked(9, 1)]), lines(&[asked(0, 1)])), (None, None, None));
        let every = LineAsked { line: 1, amount: None };
        assert_eq!(lines(&[every]), Some(CreditAsked::Lines(vec![asked(1, 700)])));
        assert_eq!(as_left(CreditAsked::Rest, &left), Some(CreditAsked::Rest));
        assert_eq!(as_left(CreditAsked::Rest, &left[1..2]), None);
    }
}
