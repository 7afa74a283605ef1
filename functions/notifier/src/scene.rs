//! A tenant with a bot and a customer, for tests: events go in, messages come out.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode, http::Uri, response::IntoResponse};
use cloud::{Ctx, EventHandler, Function, config::ProviderUrls};
use identity::Role;
use kernel::{Party, TenantId};
use messaging::{Contacts, Language, LinkCode, TelegramContact};
use serde_json::{Value, json};
use table::{TenantScope, Transaction, to_item};
use testkit::{Member, Stack, raw};

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
pub(crate) struct Scene {
    pub(crate) stack: Stack,
    pub(crate) telegram: FakeTelegram,
    pub(crate) tenant: TenantId,
    pub(crate) customer: Member,
    /// For whom the customer's user acts.
    pub(crate) party: Party,
}

pub(crate) const INVOICE: &str = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
pub(crate) const PAYMENT: &str = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X";

impl Scene {
    pub(crate) async fn open() -> Self {
        let telegram = FakeTelegram::default();
        let router = Router::new().fallback(answer).with_state(telegram.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let stack = Stack::with(ProviderUrls { telegram: Some(url), ..ProviderUrls::default() }).await;
        let (tenant, _) = stack.tenant("toko-a").await;
        let customer = stack.user(TenantScope::new(tenant.id), "budi@example.com", Role::User).await;
        let party = Party::Customer(stack.customer_of(&customer).await);
        let secret = r#"{"bots":{"default":{"token":"123456789:AAx","webhookSecret":"s","username":"toko_bot"}}}"#;
        stack.secrets.put(format!("ruko/test/tenants/{}/telegram", tenant.id), secret);
        let scene = Self { stack, telegram, tenant: tenant.id, customer, party };
        scene.link().await;
        scene.books().await;
        scene
    }

    pub(crate) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    pub(crate) async fn link(&self) {
        let contacts = Contacts::new(self.stack.ctx().table(), self.scope());
        let (now, bot) = (self.stack.ctx().now(), "default".parse().unwrap());
        let code = LinkCode::new("lnk_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), (self.customer.user, 0), bot, now);
        self.stack.ctx().table().write(contacts.issue(&code).unwrap()).await.unwrap();
        let contact = code.redeem(&code.bot, 42, Language::En, now).unwrap();
        let mut transaction = Transaction::new();
        for write in contacts.link(&code, &contact, None, None).unwrap() {
            transaction.add(write);
        }
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

    /// Delivers messages and answers which come again, by their place.
    pub(crate) async fn deliver(&self, messages: &[Value]) -> Vec<usize> {
        deliver(self.stack.ctx().clone(), messages).await
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

pub(crate) fn handler(ctx: Ctx) -> EventHandler {
    match crate::function(ctx) {
        Function::Event(handler) => handler,
        Function::Http(_) => panic!("woken by a queue"),
    }
}

pub(crate) async fn deliver(ctx: Ctx, messages: &[Value]) -> Vec<usize> {
    let records: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(place, body)| {
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            json!({"messageId": place.to_string(), "body": body})
        })
        .collect();
    let answer = handler(ctx)(json!({ "Records": records })).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().parse().unwrap()).collect()
}
