//! The money of an order: what is taken back of its invoice goes back by the payments that brought it, as far as they can give
//! back; the rest is on the buyer's balance.

use billing::{CreditAsked, CreditNote, CreditNotes, CreditReason, Invoice, Invoices, LineAsked, Month, NewCreditNote};
use events::order_course::OrderRefunded;
use kernel::{CreditNoteId, InvoiceId, JournalId, Money, PaymentId, RefundId};
use orders::{LinePieces, Order, OrderStatus};
use payments::{NewRefund, Payment, PaymentError, Payments, Refund, Refunds, capabilities_of};
use settlement::{BesideInvoice, CreditDecided, Settlement, SettlementError};
use table::{Race, TableError, TransactError, Transaction, until_settled};

use crate::{
    AfterSales, AfterSalesError, Waiting, called_off,
    credited::{as_credited, as_left, order_of},
    releasing::with_goods,
};

/// From how many payments money goes back in one transaction; what more brought is on the buyer's balance.
const REFUNDS_AT_ONCE: usize = 5;

/// What was taken back.
#[derive(Clone, Debug)]
pub struct TakenBack {
    /// What takes it back of the invoice.
    pub note: CreditNote,
    /// What pays it out; the first where several payments brought it.
    pub refund: Option<Refund>,
}

/// An order that was called off.
#[derive(Clone, Debug)]
pub struct CalledOff {
    /// The order afterwards.
    pub order: Order,
    /// What was taken back of its invoice.
    pub taken: Option<TakenBack>,
}

impl AfterSales<'_> {
    /// Adds to a transaction that what was not yet sent of a paid order is called off: its goods are there for others again, and
    /// its money goes back. Of an order of which nothing was sent that is all of it, with its shipping and its promotions.
    ///
    /// # Errors
    /// `Course(WrongMove)` unless it is paid and to be sent; `CreditNote`, `Payment(RefundOnItsWay)`; those of the table.
    pub async fn call_off(&self, transaction: &mut Transaction, order: &Order) -> Result<CalledOff, AfterSalesError> {
        let (next, pieces) = order.called_off(self.ctx.now())?;
        let mut goods = Transaction::new();
        self.release(&mut goods, order, &pieces).await?;
        let (next, taken) = if next.status == OrderStatus::Cancelled {
            self.give_back_promotions(transaction, order);
            let invoice = self.invoice(order).await?;
            self.take_back_rest(transaction, next, invoice).await?
        } else {
            self.take_back_pieces(transaction, next, &pieces).await?
        };
        let next = with_goods(transaction, next, (&pieces, &goods));
        let now = self.ctx.now();
        if next.look_at(now).is_some_and(|at| at <= now) {
            self.plan(transaction, &next)?;
        }
        self.orders().save(transaction, &next)?;
        self.tell(transaction, &next, &called_off(&next, &pieces))?;
        Ok(CalledOff { order: next, taken })
    }

    /// Takes back all that is left of an order's invoice.
    pub(crate) async fn take_back_rest(
        &self,
        transaction: &mut Transaction,
        next: Order,
        invoice: Invoice,
    ) -> Result<(Order, Option<TakenBack>), AfterSalesError> {
        if next.total.is_zero() {
            return Ok((next, None));
        }
        self.take_back(transaction, next, invoice, CreditAsked::Rest).await
    }

    /// Takes back what these pieces cost.
    pub(crate) async fn take_back_pieces(
        &self,
        transaction: &mut Transaction,
        next: Order,
        pieces: &[LinePieces],
    ) -> Result<(Order, Option<TakenBack>), AfterSalesError> {
        // The first lines of the invoice are those of the order.
        let asked = pieces.iter().filter(|one| !one.stated.is_zero());
        let asked: Vec<LineAsked> =
            asked.map(|one| LineAsked { line: one.line + 1, amount: Some(one.stated) }).collect();
        if asked.is_empty() {
            return Ok((next, None));
        }
        let invoice = self.invoice(&next).await?;
        self.take_back(transaction, next, invoice, CreditAsked::Lines(asked)).await
    }

    /// Adds a credit note of an order's invoice to a transaction, over what is left of what is asked for, with the refund that pays
    /// it out; the order, whose next version is not stored yet, says so. None where nothing is left. One read of the next number, one beside the invoice, one of its payments.
    async fn take_back(
        &self,
        transaction: &mut Transaction,
        next: Order,
        invoice: Invoice,
        asked: CreditAsked,
    ) -> Result<(Order, Option<TakenBack>), AfterSalesError> {
        let (table, scope, now) = (self.ctx.table(), self.scope, self.ctx.now());
        let today = now.date_in(&invoice.seller.zone);
        let notes = CreditNotes::new(table, scope);
        let paid: Vec<PaymentId> = invoice.payments.iter().map(|applied| applied.payment).collect();
        let (number, (beside, paid)) = futures::future::try_join(
            notes.next_number(Month::of(today)),
            futures::future::try_join(BesideInvoice::read(table, scope, invoice.id), self.paid(&paid)),
        )
        .await?;
        let before = beside.before(&invoice, today);
        let left = invoice.left_to_credit(before.parts).map_err(SettlementError::from)?;
        let Some(asked) = as_left(asked, &left) else { return Ok((next, None)) };
        let id = CreditNoteId::new(self.ctx.new_ulid());
        let new = NewCreditNote { id, number, reason: CreditReason::OrderChange, memo: None, asked, at: now };
        let mut written = CreditNote::write(new, &invoice, &before)?;
        let refunds = self.refunds_of(&next, &paid, &written.note)?;
        written.note.refund = refunds.first().map(|(_, refund)| refund.id);

        CreditNotes::insert(transaction, scope, &written.note)?;
        let journal_id = || JournalId::new(self.ctx.new_ulid());
        let settlement = Settlement::new(table, scope, now, &journal_id);
        let decided = CreditDecided { written: &written, beside: &beside };
        let credited = settlement.credit_and_refund(transaction, invoice, decided, (&refunds, now))?;
        let note = written.note;
        let tenant = scope.tenant();
        self.ctx.insert_event(transaction, tenant, self.cause.clone(), 1, &note.told_issued())?;
        if let Some(told) = credited.invoice.told_paid().filter(|paid| paid.credit_note_id == Some(note.id)) {
            self.ctx.insert_event(transaction, tenant, self.cause.clone(), credited.invoice.version, &told)?;
        }
        let next = as_credited(next, &credited.invoice)?;
        let refund = refunds.into_iter().next().map(|(_, refund)| refund);
        if !note.to_balance.is_zero() {
            let told = OrderRefunded {
                order_id: next.id,
                number: next.number.to_string(),
                customer_id: next.customer_id,
                amount: note.to_balance,
                refund_id: refund.as_ref().map(|refund| refund.id),
                credit_note_id: Some(note.id),
            };
            self.tell(transaction, &next, &told)?;
        }
        Ok((next, Some(TakenBack { note, refund })))
    }

    async fn paid(&self, ids: &[PaymentId]) -> Result<Vec<Payment>, TableError> {
        if ids.is_empty() { Ok(Vec::new()) } else { Payments::new(self.ctx.table(), self.scope).get_many(ids).await }
    }

    /// The refunds that pay a credit note out: of the payments that can give back, those first that have most left, until all of
    /// it is paid out.
    fn refunds_of<'p>(
        &self,
        order: &Order,
        paid: &'p [Payment],
        note: &CreditNote,
    ) -> Result<Vec<(&'p Payment, Refund)>, AfterSalesError> {
        let gives_back = |payment: &&Payment| {
            !payment.refundable().is_zero() && capabilities_of(payment.provider).give_back(payment.method).is_ok()
        };
        let mut giving: Vec<&Payment> = paid.iter().filter(gives_back).collect();
        giving.sort_by_key(|payment| std::cmp::Reverse(payment.refundable().minor()));
        let (mut left, mut refunds) = (note.to_balance.minor(), Vec::new());
        for payment in giving.into_iter().take(REFUNDS_AT_ONCE) {
            if left == 0 {
                break;
            }
            if payment.open_refund.is_some() {
                return Err(PaymentError::RefundOnItsWay.into());
            }
            let minor = left.min(payment.refundable().minor());
            left -= minor;
            let refund = Refund::asked(NewRefund {
                id: RefundId::new(self.ctx.new_ulid()),
                payment_id: payment.id,
                amount: Money::new(minor, order.currency),
                reason: format!("Order {}", order.number),
                credit_note_id: Some(note.id),
                now: self.ctx.now(),
            });
            refunds.push((payment, refund));
        }
        Ok(refunds)
    }

    /// Money that came in for an order that is over, or that another payment had paid, goes back as it came, once, whatever was told
    /// how often. What cannot go back so stays on the buyer's balance. One read of the invoice; of such an order one of the payment,
    /// one of the refund, one of the order and one transaction.
    ///
    /// # Errors
    /// Those of the table; amounts that do not add up.
    pub async fn give_back_late(&self, payment: PaymentId, invoice: InvoiceId) -> Result<(), AfterSalesError> {
        let (table, scope) = (self.ctx.table(), self.scope);
        until_settled(
            || TableError::Unavailable("the payment kept changing".to_owned()).into(),
            || async {
                let found = Invoices::new(table, scope).get(invoice).await?;
                let found = found.map(|invoice| invoice.trusted("money that came too late goes back for the tenant"));
                // What was used for the invoice goes back with it.
                let unused = |invoice: &Invoice| invoice.payments.iter().all(|applied| applied.payment != payment);
                let over = found.filter(|invoice| Waiting::by(invoice) != Waiting::Unpaid && unused(invoice));
                let Some(order) = over.and_then(|invoice| order_of(&invoice)) else { return Ok(Race::Settled(())) };
                // One refund of a late payment, whose id is that of the payment.
                let id = RefundId::new(payment.ulid());
                let (refunds, payments) = (Refunds::new(table, scope), Payments::new(table, scope));
                let read =
                    futures::future::try_join3(payments.get(payment), refunds.get(payment, id), self.order(order));
                let (Some(found), None, Some(order)) = read.await? else { return Ok(Race::Settled(())) };
                let found = found.trusted("money that came too late goes back for the tenant");
                let amount = found.refundable();
                if amount.is_zero() || found.open_refund.is_some() {
                    return Ok(Race::Settled(()));
                }
                if capabilities_of(found.provider).give_back(found.method).is_err() {
                    tracing::warn!(payment.id = %payment, "late money cannot go back as it came; it is on the balance");
                    return Ok(Race::Settled(()));
                }
                let reason = format!("Order {}", order.number);
                let now = self.ctx.now();
                let new = NewRefund { id, payment_id: payment, amount, reason, credit_note_id: None, now };
                let refund = Refund::asked(new);
                let journal_id = || JournalId::new(self.ctx.new_ulid());
                let settlement = Settlement::new(table, scope, now, &journal_id);
                let mut transaction = Transaction::new();
                let begun = settlement.begin_refund(&mut transaction, &found, &refund, now)?;
                let told = OrderRefunded {
                    order_id: order.id,
                    number: order.number.to_string(),
                    customer_id: order.customer_id,
                    amount,
                    refund_id: Some(id),
                    credit_note_id: None,
                };
                self.tell(&mut transaction, &order, &told)?;
                match table.transact(transaction).await {
                    Ok(()) => Ok(Race::Settled(())),
                    Err(TransactError::Cancelled(cancelled)) if begun.overdrew(&cancelled) => {
                        tracing::warn!(payment.id = %payment, "late money was spent from the balance meanwhile");
                        Ok(Race::Settled(()))
                    }
                    Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                    Err(TransactError::Table(error)) => Err(error.into()),
                }
            },
        )
        .await
    }
}
