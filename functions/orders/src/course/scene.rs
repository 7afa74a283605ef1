//! Orders that are paid, and the worker that hears of it.

use billing::{CreditAsked, CreditNote, CreditNotes, CreditReason, Invoices, Month, NewCreditNote};
use cashier::Cashier;
use cloud::{Ctx, Function};
use events::Cause;
use http::Method;
use kernel::{CreditNoteId, JournalId, Money, OrderId, PaymentId, Provider, RequestId};
use orders::{Order, Orders};
use payments::{NewPayment, Payment, Payments, Purpose, Refunds, Status, capabilities_of};
use serde_json::{Value, json};
use settlement::{BesideInvoice, CreditDecided, Settlement};
use table::{
    Transaction,
    agenda::{Due, DueKind},
};
use testkit::Answer;

use crate::world::{ORDERS, Who, World};

/// A world in which orders are placed and paid.
pub(crate) struct Scene {
    pub(crate) world: World,
}

impl Scene {
    pub(crate) async fn open() -> Self {
        Self { world: World::open().await }
    }

    /// A guest orders so many of a SKU for so much.
    pub(crate) async fn ordered(&self, sku: &str, quantity: u32, total: i64) -> (Who, String) {
        let guest = self.world.ready(sku, quantity).await;
        let key = format!("k{}", self.world.stack.ctx().new_ulid());
        let placed = self.world.order(&guest, total, &key).await;
        assert_eq!(placed.status, 201, "{}", placed.snapshot());
        (guest, placed.text("/data/id"))
    }

    pub(crate) async fn stored(&self, id: &str) -> Order {
        let id: OrderId = id.parse().unwrap();
        let orders = Orders::new(self.world.stack.ctx().table(), self.world.owner.scope);
        orders.get(id).await.unwrap().unwrap().trusted("a test looks")
    }

    /// Staff takes so much of its invoice back, or all that is left; the buyer has it on the balance.
    pub(crate) async fn credited(&self, id: &str, asked: CreditAsked) {
        let (ctx, scope) = (self.world.stack.ctx(), self.world.owner.scope);
        let order = self.stored(id).await;
        let invoice = Invoices::new(ctx.table(), scope).get(order.invoice_id).await.unwrap().unwrap();
        let invoice = invoice.trusted("a test takes it back");
        let today = ctx.now().date_in(&invoice.seller.zone);
        let number = CreditNotes::new(ctx.table(), scope).next_number(Month::of(today)).await.unwrap();
        let beside = BesideInvoice::read(ctx.table(), scope, invoice.id).await.unwrap();
        let new = NewCreditNote {
            id: CreditNoteId::new(ctx.new_ulid()),
            number,
            reason: CreditReason::ProductUnsatisfactory,
            memo: None,
            asked,
            at: ctx.now(),
        };
        let written = CreditNote::write(new, &invoice, &beside.before(&invoice, today)).unwrap();
        let journal_id = || JournalId::new(ctx.new_ulid());
        let mut transaction = Transaction::new();
        CreditNotes::insert(&mut transaction, scope, &written.note).unwrap();
        let decided = CreditDecided { written: &written, beside: &beside };
        let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
        let credited = settlement.credit(&mut transaction, invoice, decided).unwrap();
        let cause = RequestId::new(ctx.new_ulid());
        let closed = credited.invoice.told_paid().filter(|paid| paid.credit_note_id == Some(written.note.id));
        if let Some(told) = closed {
            ctx.insert_event(&mut transaction, scope.tenant(), cause, credited.invoice.version, &told).unwrap();
        }
        ctx.insert_event(&mut transaction, scope.tenant(), cause, 1, &written.note.told_issued()).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    /// Its whole price comes in, whatever became of it. Whether its invoice took it.
    pub(crate) async fn pay(&self, id: &str, method: payments::Method) -> (PaymentId, bool) {
        let total = self.stored(id).await.total;
        self.pay_amount(id, method, total).await
    }

    /// So much comes in for it. Whether its invoice took it.
    pub(crate) async fn pay_amount(&self, id: &str, method: payments::Method, amount: Money) -> (PaymentId, bool) {
        let (ctx, scope) = (self.world.stack.ctx(), self.world.owner.scope);
        let order = self.stored(id).await;
        let cause = Cause::from(RequestId::new(ctx.new_ulid()));
        let cashier = Cashier { ctx, scope, cause: &cause };
        let new = NewPayment {
            id: PaymentId::new(ctx.new_ulid()),
            tenant_id: scope.tenant(),
            payer: order.party(),
            purpose: Purpose::Invoice { invoice_id: order.invoice_id },
            amount,
            method,
            now: ctx.now(),
        };
        let begun = Payment::begin(new, capabilities_of(Provider::Midtrans)).unwrap();
        let payment = Payment { status: Status::Success, settled_at: Some(ctx.now()), ..begun };
        let mut transaction = Transaction::new();
        cashier.payments().insert(&mut transaction, &payment).unwrap();
        let settled = cashier.settle(&mut transaction, &payment, payment.amount).await.unwrap();
        cashier.tell(&mut transaction, &payment).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        (payment.id, settled.refused.is_none())
    }

    /// An order that is paid and confirmed.
    pub(crate) async fn bought(&self, sku: &str, quantity: u32, total: i64) -> (Who, String) {
        let (who, id) = self.ordered(sku, quantity, total).await;
        assert!(self.pay(&id, payments::Method::Gopay).await.1);
        self.work().await;
        (who, id)
    }

    /// The worker hears of all that happened so far.
    pub(crate) async fn work(&self) {
        assert!(self.work_on(self.world.stack.ctx()).await);
    }

    pub(crate) async fn work_on(&self, ctx: &Ctx) -> bool {
        deliver_all(ctx, &self.events().await).await
    }

    /// What the worker hears, in its order.
    pub(crate) async fn events(&self) -> Vec<Value> {
        let names = orders_worker::consumer().names();
        let is_told = |row: &Value| {
            let name = row["type"].as_str().unwrap_or_default();
            row["SK"].as_str().is_some_and(|key| key.starts_with("OUT#")) && names.contains(&name)
        };
        let mut told: Vec<Value> = self.world.stack.rows().await.into_iter().filter(is_told).collect();
        told.sort_by_key(|row| row["SK"].to_string());
        told
    }

    /// The agenda says that the time of an order is over.
    pub(crate) async fn due(&self, ctx: &Ctx, id: &str) -> bool {
        let order = self.stored(id).await;
        let at = order.pay_by.unwrap();
        let due = Due { tenant_id: self.world.owner.scope.tenant(), kind: DueKind::OrderExpiry, id: id.to_owned(), at };
        deliver(ctx, &json!(due)).await
    }

    /// Staff does something with an order.
    pub(crate) async fn staff(&self, id: &str, (what, body): (&str, Value), key: &str) -> Answer {
        let token = self.world.stack.sign_in(&self.world.owner).await;
        let call = self.world.client.post(format!("{ORDERS}/{id}/{what}"), body);
        call.bearer(&token).idempotency_key(key).send().await
    }

    /// Staff cancels an order.
    pub(crate) async fn cancel(&self, id: &str) -> Answer {
        let token = self.world.stack.sign_in(&self.world.owner).await;
        self.world.client.call(Method::POST, format!("{ORDERS}/{id}/cancel")).bearer(&token).send().await
    }

    /// How an order stands, is paid and is sent.
    pub(crate) async fn stands(&self, id: &str) -> [String; 3] {
        let shown = self.world.read(&format!("{ORDERS}/{id}")).await;
        ["status", "paymentStatus", "fulfilmentStatus"].map(|name| shown.text(&format!("/data/{name}")))
    }

    /// How often an event was told.
    pub(crate) async fn told(&self, name: &str) -> usize {
        self.world.told().await.iter().filter(|told| *told == name).count()
    }

    /// The id of a new promotion.
    pub(crate) async fn promotion(&self, body: Value) -> String {
        let token = self.world.stack.sign_in(&self.world.owner).await;
        let key = format!("k{}", self.world.stack.ctx().new_ulid());
        let call = self.world.client.post("/api/v1/promotions", body).bearer(&token).idempotency_key(&key);
        let made = call.send().await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        made.text("/data/id")
    }

    /// The providers gave back what they were asked for.
    pub(crate) async fn refunded(&self) {
        let (ctx, scope) = (self.world.stack.ctx(), self.world.owner.scope);
        let payments = Payments::new(ctx.table(), scope);
        for row in self.world.stack.rows().await {
            let Some(open) = row["openRefund"].as_str() else { continue };
            let id: PaymentId = row["id"].as_str().unwrap().parse().unwrap();
            let payment = payments.get(id).await.unwrap().unwrap().trusted("a test gives it back");
            let refunds = Refunds::new(ctx.table(), scope);
            let refund = refunds.get(id, open.parse().unwrap()).await.unwrap().unwrap();
            let journal_id = || JournalId::new(ctx.new_ulid());
            let mut transaction = Transaction::new();
            let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
            settlement.finish_refund(&mut transaction, &payment, &refund).unwrap();
            ctx.table().transact(transaction).await.unwrap();
        }
    }
}

/// Delivers events one after the other; whether all were taken.
pub(crate) async fn deliver_all(ctx: &Ctx, events: &[Value]) -> bool {
    let mut all = true;
    for row in events {
        all &= deliver(ctx, &json!({ "detail": row })).await;
    }
    all
}

pub(crate) async fn deliver(ctx: &Ctx, body: &Value) -> bool {
    let Function::Event(handle) = orders_worker::function(ctx.clone()) else { panic!("not woken by events") };
    let record = json!({ "messageId": "1", "body": body.to_string(), "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}
