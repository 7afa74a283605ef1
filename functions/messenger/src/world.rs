//! A tenant with a bot and a customer, for tests: events go in at the notifier, messages come out of the messenger.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, http::Uri, response::IntoResponse};
use cloud::{Ctx, Function, Queue, config::ProviderUrls};
use identity::Role;
use kernel::{Locale, Party, Priority, TenantId};
use messaging::{Contacts, LinkCode, TelegramContact};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, to_item};
use testkit::{Fault, Member, SentWork, Stack, raw};

/// What comes again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Again {
    /// Which events, by their place.
    pub(crate) events: Vec<usize>,
    /// How many messages.
    pub(crate) messages: usize,
}

pub(crate) const NOTHING: Again = Again { events: Vec::new(), messages: 0 };

/// A message that was queued, and how often it was given out.
#[derive(Clone, Debug)]
struct Waiting {
    id: usize,
    queue: Queue,
    body: Value,
    receives: u32,
}

/// The queues between the notifier and the messenger, without the waits.
pub(crate) struct Post {
    work: Arc<SentWork>,
    /// How many messages of each priority were taken out of what was sent.
    taken: Mutex<[usize; 4]>,
    waiting: Mutex<Vec<Waiting>>,
}

impl Post {
    pub(crate) fn of(stack: &Stack) -> Self {
        Self { work: Arc::clone(&stack.work), taken: Mutex::default(), waiting: Mutex::default() }
    }

    /// How many messages come again, those that were sent anew with them.
    pub(crate) fn waits(&self) -> usize {
        let taken: usize = self.taken.lock().unwrap().iter().sum();
        let sent: usize = Priority::ALL.into_iter().map(|priority| self.work.to(Queue::Messages(priority)).len()).sum();
        self.waiting.lock().unwrap().len() + sent - taken
    }

    /// The messages that waited too often move to the dead-letter queue and out of it again.
    pub(crate) fn redrive(&self) {
        self.waiting.lock().unwrap().iter_mut().for_each(|message| message.receives = 0);
    }

    /// The pauses that the last message was given, in seconds.
    pub(crate) fn pauses(&self) -> Vec<u64> {
        self.work.postponed().iter().map(|(_, _, after)| Duration::as_secs(after)).collect()
    }

    /// How long the messages that were sent anew are kept back, in seconds.
    pub(crate) fn delays(&self) -> Vec<u64> {
        self.work.delays().iter().map(Duration::as_secs).collect()
    }

    /// Gives events to the notifier, and what it queues to the messenger.
    pub(crate) async fn deliver(&self, ctx: &Ctx, events: &[Value]) -> Again {
        let events = self.announce(ctx, events).await;
        self.pump(ctx).await;
        Again { events, messages: self.waits() }
    }

    /// Gives events to the notifier; what it queues waits.
    pub(crate) async fn announce(&self, ctx: &Ctx, events: &[Value]) -> Vec<usize> {
        let records = events.iter().enumerate().map(|(place, body)| {
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            json!({"messageId": place.to_string(), "body": body})
        });
        invoke(notifier::function(ctx.clone()), records.collect()).await
    }

    /// Delivers an event over a table that breaks once: something must come again, and four minutes later, when everything
    /// works, only what came again is delivered.
    pub(crate) async fn deliver_in_spite_of(&self, stack: &Stack, fault: Fault, event: &Value) {
        let (ctx, _) = stack.breaking(Some(fault));
        let Again { events, messages } = self.deliver(&ctx, std::slice::from_ref(event)).await;
        assert_eq!(events.len() + messages, 1, "{fault:?}");
        stack.set_clock("2026-11-21T01:04:00Z");
        let events: Vec<Value> = events.iter().map(|_| event.clone()).collect();
        assert_eq!(self.deliver(&ctx, &events).await, NOTHING, "{fault:?}");
    }

    /// Gives what waits and what was queued since to the messenger, once.
    pub(crate) async fn pump(&self, ctx: &Ctx) {
        let mut batch = self.take();
        for message in &mut batch {
            message.receives += 1;
        }
        for queue in Priority::ALL.map(Queue::Messages) {
            let of_queue: Vec<Waiting> = batch.iter().filter(|message| message.queue == queue).cloned().collect();
            let records = of_queue.iter().map(|message| {
                json!({"messageId": message.id.to_string(), "body": message.body.to_string(),
                    "receiptHandle": format!("receipt-{}", message.id),
                    "attributes": {"ApproximateReceiveCount": message.receives.to_string()}})
            });
            let failed = invoke(crate::function(ctx.clone()), records.collect()).await;
            let again = of_queue.into_iter().filter(|message| failed.contains(&message.id));
            self.waiting.lock().unwrap().extend(again);
        }
    }

    /// What waits and what was sent since.
    fn take(&self) -> Vec<Waiting> {
        let mut batch = std::mem::take(&mut *self.waiting.lock().unwrap());
        let mut taken = self.taken.lock().unwrap();
        for (place, queue) in Priority::ALL.map(Queue::Messages).into_iter().enumerate() {
            let sent = self.work.to(queue);
            for (number, body) in sent.iter().enumerate().skip(taken[place]) {
                batch.push(Waiting { id: place * 1_000 + number, queue, body: body.clone(), receives: 0 });
            }
            taken[place] = sent.len();
        }
        batch
    }
}

async fn invoke(function: Function, records: Vec<Value>) -> Vec<usize> {
    let Function::Event(handler) = function else { unreachable!("woken by a queue") };
    let answer = handler(json!({ "Records": records })).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().parse().unwrap()).collect()
}

/// A Telegram that takes messages, or answers as told.
#[derive(Clone, Default)]
pub(crate) struct FakeTelegram {
    pub(crate) sent: Arc<Mutex<Vec<Value>>>,
    pub(crate) refusal: Arc<Mutex<Option<Value>>>,
}

pub(crate) async fn answer(State(telegram): State<FakeTelegram>, uri: Uri, body: String) -> axum::response::Response {
    assert_eq!(uri.path(), "/bot123456789:AAx/sendMessage");
    let message: Value = serde_json::from_str(&body).unwrap();
    let refusal = telegram.refusal.lock().unwrap().clone();
    // A chat that moved takes messages in its new place.
    let refusal = refusal.filter(|refusal| refusal["parameters"]["migrate_to_chat_id"] != message["chat_id"]);
    if let Some(refusal) = refusal {
        let code = refusal["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap();
        return (StatusCode::from_u16(code).unwrap(), refusal.to_string()).into_response();
    }
    let mut sent = telegram.sent.lock().unwrap();
    sent.push(message);
    json!({"ok": true, "result": {"message_id": sent.len()}}).to_string().into_response()
}

/// A tenant with a bot, and a customer with a linked chat and an invoice that was paid.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) post: Post,
    pub(crate) telegram: FakeTelegram,
    pub(crate) tenant: TenantId,
    pub(crate) customer: Member,
    /// For whom the customer's user acts.
    pub(crate) party: Party,
}

pub(crate) const INVOICE: &str = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
pub(crate) const PAYMENT: &str = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

impl World {
    pub(crate) async fn open() -> Self {
        let telegram = FakeTelegram::default();
        let router = Router::new().fallback(answer).with_state(telegram.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stack = Stack::with(ProviderUrls { telegram: Some(url), ..ProviderUrls::default() }).await;
        stack.operator().await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let customer = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let party = Party::Customer(stack.customer_of(&customer).await);
        let secret = r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s","username":"toko_bot"}}}"#;
        stack.secrets.put(format!("ruko/test/tenants/{}/telegram", tenant.id), secret);
        let post = Post::of(&stack);
        let world = Self { stack, post, telegram, tenant: tenant.id, customer, party };
        world.link().await;
        world.books().await;
        world
    }

    pub(crate) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    pub(crate) async fn link(&self) {
        let contacts = Contacts::new(self.stack.ctx().table(), self.scope());
        let (now, bot) = (self.stack.ctx().now(), "default".parse().unwrap());
        let code = LinkCode::new("lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), self.customer.user, 0, bot, now);
        table::write_alone(self.stack.ctx().table(), |tx| contacts.insert_code(tx, &code)).await.unwrap();
        let contact = code.redeem(&code.bot, 42, Locale::En, now).unwrap();
        let mut transaction = Transaction::new();
        contacts.link(&mut transaction, &code, &contact, None, None).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    pub(crate) async fn books(&self) {
        let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
        let invoice: billing::Invoice = serde_json::from_value(json!({
            "id": INVOICE, "kind": "recurring",
            "source": {"from": "subscription", "id": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
                "plan": {"key": "PREMIUM", "version": 1}, "day": "2026-11-21"},
            "billTo": {"party": self.party, "name": "Budi", "email": "budi@example.com", "address": []},
            "seller": {"name": "Toko A", "address": [], "bankAccounts": [], "zone": "Asia/Jakarta"},
            "language": "id", "currency": "IDR", "lines": [], "subtotal": idr(449_000), "discount": idr(0), "taxes": [],
            "surplus": idr(0), "total": idr(498_390), "creditsApplied": idr(0), "payments": [],
            "issued": {"number": "INV-2026-11-0001", "at": "2026-11-20T18:00:00.000Z", "date": "2026-11-21",
                "dueDate": "2026-12-05"},
            "state": {"status": "open"}, "version": 1
        }))
        .unwrap();
        let payment: payments::Payment = serde_json::from_value(json!({
            "id": PAYMENT, "tenantId": self.tenant, "payer": self.party,
            "purpose": {"kind": "invoice", "invoiceId": INVOICE}, "amount": idr(498_390), "provider": "midtrans",
            "method": "bca_va", "status": "success", "refunded": idr(0), "settledAt": "2026-11-20T18:30:00.000Z",
            "createdAt": "2026-11-20T18:00:00.000Z", "updatedAt": "2026-11-20T18:30:00.000Z", "version": 3
        }))
        .unwrap();
        let rows = [
            (self.scope().key(format_args!("INV#{INVOICE}"), "INV"), to_item(&invoice).unwrap()),
            (self.scope().key(format_args!("PAY#{PAYMENT}"), "PAYMENT"), to_item(&payment).unwrap()),
        ];
        for (key, item) in rows {
            self.stack.ctx().table().write(raw::put(key, item)).await.unwrap();
        }
        self.print(&billing::pdf_path(self.tenant, invoice.id), b"%PDF as issued").await;
    }

    /// Changes the invoice of the books, once.
    pub(crate) async fn change_invoice(&self, change: impl FnOnce(billing::Invoice) -> billing::Invoice) {
        let (table, id) = (self.stack.ctx().table(), INVOICE.parse().unwrap());
        let invoice = billing::Invoices::new(table, self.scope()).get(id).await.unwrap().unwrap();
        let changed = billing::Invoice { version: 2, ..change(invoice.trusted("a test changes it")) };
        table::write_alone(table, |tx| billing::Invoices::save(tx, self.scope(), &changed)).await.unwrap();
    }

    /// Keeps a document as the document worker does.
    pub(crate) async fn print(&self, path: &str, pdf: &[u8]) {
        self.stack.ctx().put_object(path, "application/pdf", pdf.to_vec()).await.unwrap();
    }

    pub(crate) fn event(&self, id: char, name: &str, data: &Value) -> Value {
        json!({"detail-type": name, "source": "ruko", "detail": {
            "id": format!("evt_01JD2Z3M4N5P6Q7R8S9T0V1W2{id}"), "type": name, "version": 1,
            "tenantId": self.tenant, "occurredAt": "2026-11-21T01:00:00.000Z",
            "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": "x", "subjectVersion": 1, "audience": "public",
            "data": data}})
    }

    pub(crate) fn paid(&self) -> Value {
        let data = json!({"paymentId": PAYMENT, "invoiceId": INVOICE, "customerId": self.party,
            "amount": {"amount": 498_390, "currency": "IDR"}, "method": "bca_va"});
        self.event('P', "payment.succeeded", &data)
    }

    pub(crate) fn issued(&self, invoice: &str) -> Value {
        let total = json!({"amount": 498_390, "currency": "IDR"});
        let data = json!({"invoiceId": invoice, "number": "INV-2026-11-0001", "customerId": self.party,
            "total": total, "amountDue": total, "dueDate": "2026-12-05"});
        self.event('J', "invoice.issued", &data)
    }

    /// The invoice is paid, by this payment or by the balance.
    pub(crate) fn invoice_paid(&self, payment: Option<&str>) -> Value {
        let data = json!({"invoiceId": INVOICE, "number": "INV-2026-11-0001", "customerId": self.party,
            "total": {"amount": 498_390, "currency": "IDR"}, "paidAt": "2026-11-21T01:00:00.000Z", "paymentId": payment});
        self.event('B', "invoice.paid", &data)
    }

    /// Staff asks for the invoice to be mailed again.
    pub(crate) fn send_requested(&self, id: char) -> Value {
        self.event(id, "invoice.send_requested", &json!({"invoiceId": INVOICE, "customerId": self.party}))
    }

    /// Delivers events to the notifier and what it queues to the messenger, once; answers which come again.
    pub(crate) async fn deliver(&self, events: &[Value]) -> Again {
        self.post.deliver(self.stack.ctx(), events).await
    }

    /// As [`Post::deliver_in_spite_of`].
    pub(crate) async fn deliver_in_spite_of(&self, fault: Fault, event: &Value) {
        self.post.deliver_in_spite_of(&self.stack, fault, event).await;
    }

    /// Gives the messages that wait to the messenger once more.
    pub(crate) async fn pump(&self) {
        self.post.pump(self.stack.ctx()).await;
    }

    pub(crate) fn mails(&self) -> Vec<(String, String)> {
        let mails = self.stack.mail.all();
        mails.iter().map(|mail| (mail.to.to_string(), mail.subject.clone())).collect()
    }

    pub(crate) fn chats(&self) -> Vec<String> {
        let sent = self.telegram.sent.lock().unwrap();
        sent.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn refuse(&self, refusal: Option<Value>) {
        *self.telegram.refusal.lock().unwrap() = refusal;
    }

    pub(crate) async fn contact(&self) -> TelegramContact {
        let contacts = Contacts::new(self.stack.ctx().table(), self.scope());
        contacts.telegram_of(self.customer.user).await.unwrap().unwrap()
    }
}
