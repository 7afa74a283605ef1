//! An order that waits for its payment: it is confirmed by its invoice, or ends with it.

use billing::{Invoice, Invoices};
use events::{order::OrderConfirmed, order_course::OrderExpired};
use kernel::JournalId;
use orders::{Order, OrderStatus};
use promotions::Promotions;
use settlement::{BesideInvoice, Settlement};
use table::{
    TableError, Transaction,
    agenda::{self, DueKind},
};

use crate::{
    AfterSales, AfterSalesError, Waiting, called_off, credited::as_credited, facts, money::TakenBack,
    releasing::with_goods,
};

impl AfterSales<'_> {
    /// The invoice of an order. One round trip.
    ///
    /// # Errors
    /// Those of the table; `Corrupt` when it is gone: none ever is.
    pub async fn invoice(&self, order: &Order) -> Result<Invoice, TableError> {
        let found = Invoices::new(self.ctx.table(), self.scope).get(order.invoice_id).await?;
        let gone = || TableError::Corrupt(format!("the invoice of {} is gone", order.id));
        Ok(found.ok_or_else(gone)?.trusted("what becomes of an order is done for its tenant"))
    }

    /// Adds to a transaction that an order is paid, and to be sent. `invoice` is as it is now: a part of it may have been taken
    /// back already.
    ///
    /// # Errors
    /// `Course(WrongMove)` unless it waits for its payment.
    pub fn confirm(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        invoice: &Invoice,
    ) -> Result<Order, AfterSalesError> {
        let next = as_credited(order.confirmed(self.ctx.now())?, invoice)?;
        self.orders().save(transaction, &next)?;
        self.plan(transaction, &next)?;
        let told = OrderConfirmed {
            order_id: next.id,
            number: next.number.to_string(),
            customer_id: next.customer_id,
            total: next.total,
        };
        self.tell(transaction, &next, &told)?;
        Ok(next)
    }

    /// Adds to a transaction that an order that waits for its payment is over: nobody is asked for its invoice any more, its goods
    /// and what it used of promotions are there again. What was paid of a part goes back. `invoice` is as it is now. One read of
    /// the reservation, one for each SKU, one beside the invoice.
    ///
    /// # Errors
    /// `Course(WrongMove)` unless it waits for its payment; `Settlement(Invoice)` when it was paid.
    pub async fn end_unpaid(
        &self,
        transaction: &mut Transaction,
        order: &Order,
        to: OrderStatus,
        invoice: Invoice,
    ) -> Result<Order, AfterSalesError> {
        let mut next = order.ended_unpaid(to, self.ctx.now())?;
        let (pieces, mut goods) = (order.whole(), Transaction::new());
        self.release(&mut goods, order, &pieces).await?;
        if Waiting::by(&invoice) == Waiting::Unpaid {
            if invoice.payments.is_empty() && invoice.credit_notes.is_empty() {
                self.void(transaction, invoice).await?;
            } else if let (after, Some(TakenBack { .. })) =
                self.take_back_rest(transaction, next.clone(), invoice).await?
            {
                next = after;
            }
        } else {
            next = as_credited(next, &invoice)?;
        }
        self.give_back_promotions(transaction, order);
        next = with_goods(transaction, next, (&pieces, &goods));
        self.plan(transaction, &next)?;
        self.orders().save(transaction, &next)?;
        if to == OrderStatus::Expired {
            self.tell(transaction, &next, &OrderExpired(facts(&next)))?;
        } else {
            self.tell(transaction, &next, &called_off(&next, &pieces))?;
        }
        Ok(next)
    }

    /// Puts an order that waits for its payment no more on the agenda for its next time, or takes it off.
    pub(crate) fn plan(&self, transaction: &mut Transaction, order: &Order) -> Result<(), TableError> {
        if let Some(at) = order.look_at(self.ctx.now()) {
            agenda::set(transaction, self.scope, DueKind::OrderExpiry, order.id, at)?;
        } else {
            agenda::clear(transaction, self.scope, DueKind::OrderExpiry, order.id);
        }
        Ok(())
    }

    async fn void(&self, transaction: &mut Transaction, invoice: Invoice) -> Result<(), AfterSalesError> {
        let (table, scope) = (self.ctx.table(), self.scope);
        let beside = BesideInvoice::read(table, scope, invoice.id).await?;
        let journal_id = || JournalId::new(self.ctx.new_ulid());
        let settlement = Settlement::new(table, scope, self.ctx.now(), &journal_id);
        let voided = settlement.void(transaction, invoice, &beside)?;
        if let Some(told) = voided.invoice.told_voided(voided.returned) {
            let (cause, version) = (self.cause.clone(), voided.invoice.version);
            self.ctx.insert_event(transaction, scope.tenant(), cause, version, &told)?;
        }
        Ok(())
    }

    /// Adds to a transaction that an order uses its promotions no more.
    pub(crate) fn give_back_promotions(&self, transaction: &mut Transaction, order: &Order) {
        let used = order.promotions.iter().filter_map(|one| one.promotion.parse().ok());
        Promotions::new(self.ctx.table(), self.scope).give_back(transaction, used, Some(order.customer_id));
    }
}
