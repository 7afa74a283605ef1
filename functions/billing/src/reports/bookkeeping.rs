//! What the tests of reports do to the books: every movement of money, at the clock's time.

use billing::{CreditAsked, CreditNote, CreditNotes, CreditReason, Invoice, Invoices, LineAsked, Month, NewCreditNote};
use kernel::{InvoiceId, JournalId, Money, PaymentId, RefundId};
use payments::{Capabilities, Manual, Method, NewPayment, NewRefund, Payment, Payments, Purpose, Refund, Status};
use settlement::{BesideInvoice, CreditDecided, Settlement, deferred};
use table::{
    Transaction,
    agenda::{Due, DueKind},
};

use crate::world::World;

/// One book entry after the other, for the customer of a world.
pub(crate) struct Bookkeeping<'w>(pub(crate) &'w World);

impl Bookkeeping<'_> {
    async fn commit(&self, transaction: Transaction) {
        self.0.stack.ctx().table().transact(transaction).await.unwrap();
    }

    pub(crate) async fn invoice(&self, id: InvoiceId) -> Invoice {
        let invoices = Invoices::new(self.0.stack.ctx().table(), self.0.customer.scope);
        invoices.get(id).await.unwrap().unwrap().trusted("a test looks")
    }

    /// A transfer for an invoice, or for the balance.
    pub(crate) async fn pay(&self, purpose: Purpose, amount: Money) -> Payment {
        self.pay_by((Manual::capabilities(), Method::BankTransfer), purpose, amount).await
    }

    /// A payment in this way.
    pub(crate) async fn pay_by(
        &self,
        (by, method): (&Capabilities, Method),
        purpose: Purpose,
        amount: Money,
    ) -> Payment {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.customer.scope);
        let new = NewPayment {
            id: PaymentId::new(ctx.new_ulid()),
            tenant_id: scope.tenant(),
            payer: self.0.party,
            purpose,
            amount,
            method,
            now: ctx.now(),
        };
        let payment = Payment { status: Status::Success, ..Payment::begin(new, by).unwrap() };
        let invoice = match purpose.invoice() {
            Some(id) => Some(self.invoice(id).await),
            None => None,
        };
        let journal_id = || JournalId::new(ctx.new_ulid());
        let mut transaction = Transaction::new();
        Payments::new(ctx.table(), scope).insert(&mut transaction, &payment).unwrap();
        let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
        settlement.settle(&mut transaction, &payment, amount, invoice).unwrap();
        self.commit(transaction).await;
        payment
    }

    pub(crate) async fn refund(&self, payment: &Payment, amount: Money) {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.customer.scope);
        let journal_id = || JournalId::new(ctx.new_ulid());
        let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
        let refund = Refund::asked(NewRefund {
            id: RefundId::new(ctx.new_ulid()),
            payment_id: payment.id,
            amount,
            reason: "Ordered twice".to_owned(),
            credit_note_id: None,
            now: ctx.now(),
        });
        let mut transaction = Transaction::new();
        let begun = settlement.begin_refund(&mut transaction, payment, &refund, ctx.now()).unwrap();
        self.commit(transaction).await;
        let mut transaction = Transaction::new();
        settlement.finish_refund(&mut transaction, &begun.payment, &refund).unwrap();
        self.commit(transaction).await;
    }

    pub(crate) async fn write_off(&self, invoice: InvoiceId) {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.customer.scope);
        let journal_id = || JournalId::new(ctx.new_ulid());
        let mut transaction = Transaction::new();
        let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
        settlement.write_off(&mut transaction, self.invoice(invoice).await).unwrap();
        self.commit(transaction).await;
    }

    /// Takes back a part of an invoice's first line; its taxes are these.
    pub(crate) async fn credit(&self, invoice: InvoiceId, amount: Money, tax: Money) {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.customer.scope);
        let invoice = self.invoice(invoice).await;
        let beside = BesideInvoice::read(ctx.table(), scope, invoice.id).await.unwrap();
        let today = ctx.now().date_in(&invoice.seller.zone);
        let number = CreditNotes::new(ctx.table(), scope).next_number(Month::of(today)).await.unwrap();
        let new = NewCreditNote {
            id: kernel::CreditNoteId::new(ctx.new_ulid()),
            number,
            reason: CreditReason::Other,
            memo: None,
            asked: CreditAsked::Lines(vec![LineAsked { line: 1, amount: Some(amount) }]),
            at: ctx.now(),
        };
        let written = CreditNote::write(new, &invoice, &beside.before(&invoice, today)).unwrap();
        assert_eq!(written.movement.tax, tax);
        let journal_id = || JournalId::new(ctx.new_ulid());
        let mut transaction = Transaction::new();
        CreditNotes::insert(&mut transaction, scope, &written.note).unwrap();
        let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
        let decided = CreditDecided { written: &written, beside: &beside };
        settlement.credit(&mut transaction, invoice, decided).unwrap();
        self.commit(transaction).await;
    }

    /// Earns what is over of an invoice at its next boundary.
    pub(crate) async fn recognise(&self, invoice: InvoiceId) -> Money {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.customer.scope);
        let key = scope.key(format_args!("DUE#revenue_recognition#{invoice}"), "DUE");
        let at = ctx.table().get(&key).await.unwrap().unwrap()["at"].as_str().unwrap().parse().unwrap();
        let due = Due { tenant_id: scope.tenant(), kind: DueKind::RevenueRecognition, id: invoice.to_string(), at };
        let left = deferred(ctx.table(), scope, invoice).await.unwrap().unwrap();
        let journal_id = || JournalId::new(ctx.new_ulid());
        let mut transaction = Transaction::new();
        let settlement = Settlement::new(ctx.table(), scope, at, &journal_id);
        let of = self.invoice(invoice).await;
        let earned = settlement.recognise(&mut transaction, &due, &of, &left).unwrap().earned;
        self.commit(transaction).await;
        earned
    }

    /// Takes back an invoice of which nothing was paid.
    pub(crate) async fn void(&self, id: InvoiceId) {
        let (ctx, scope) = (self.0.stack.ctx(), self.0.customer.scope);
        let invoice = self.invoice(id).await;
        let beside = BesideInvoice::read(ctx.table(), scope, id).await.unwrap();
        let journal_id = || JournalId::new(ctx.new_ulid());
        let mut transaction = Transaction::new();
        Settlement::new(ctx.table(), scope, ctx.now(), &journal_id).void(&mut transaction, invoice, &beside).unwrap();
        self.commit(transaction).await;
    }
}
