//! A small Midtrans and a shop with one open invoice, for the tests of this crate.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use billing::{Invoice, InvoiceStatus, Invoices};
use cloud::config::ProviderUrls;
use identity::Role;
use kernel::{Currency, InvoiceId, Party, Secret, TenantId, Timestamp};
use ledger::{Journal, PartyBalance};
use payments::{Payments, midtrans};
use serde_json::{Value, json};
use table::{TenantScope, Write, to_item};
use testkit::{Answer, Client, Member, Stack};

/// Midtrans: charges once per order id, tells statuses, and fails as told.
#[derive(Clone, Default)]
pub(crate) struct FakeMidtrans(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// Status by order id.
    orders: BTreeMap<String, String>,
    charges: u32,
    posts: u32,
    asked: u32,
    refuse_with: u16,
    lose_answers: u32,
    gross: Option<String>,
}

const KEY: &str = "SB-Mid-server-TEST";

impl FakeMidtrans {
    async fn serve() -> (Self, String) {
        let midtrans = Self::default();
        let router = Router::new().fallback(answer).with_state(midtrans.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (midtrans, url)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// The payer did something.
    pub(crate) fn set(&self, order: &str, status: &str) {
        self.lock().orders.insert(order.to_owned(), status.to_owned());
    }

    /// Every call is refused with this code; 0 ends it.
    pub(crate) fn refuse_with(&self, code: u16) {
        self.lock().refuse_with = code;
    }

    /// The next calls happen, and their answers are lost.
    pub(crate) fn lose_answers(&self, calls: u32) {
        self.lock().lose_answers = calls;
    }

    /// Statuses tell this amount.
    pub(crate) fn claim(&self, gross: &str) {
        self.lock().gross = Some(gross.to_owned());
    }

    /// How many transactions were made.
    pub(crate) fn charges(&self) -> u32 {
        self.lock().charges
    }

    /// How often a charge was asked for, also when there was one already.
    pub(crate) fn posts(&self) -> u32 {
        self.lock().posts
    }

    /// How many statuses were asked for.
    pub(crate) fn asked(&self) -> u32 {
        self.lock().asked
    }
}

fn transaction(order: &str, status: &str, gross: &str) -> Value {
    json!({"status_code": if status == "pending" { "201" } else { "200" }, "transaction_id": format!("tx-{order}"),
        "order_id": order, "merchant_id": "G1", "gross_amount": gross, "currency": "IDR",
        "payment_type": "bank_transfer", "transaction_status": status, "fraud_status": "accept",
        "va_numbers": [{"bank": "bca", "va_number": "812785002530231"}], "expiry_time": "2026-11-22 08:00:00"})
}

async fn answer(State(midtrans): State<FakeMidtrans>, verb: Method, uri: Uri, body: Bytes) -> Response {
    let mut inner = midtrans.lock();
    if inner.refuse_with > 0 {
        let code = inner.refuse_with;
        let status = StatusCode::from_u16(code).unwrap();
        return (status, json!({"status_code": code.to_string(), "status_message": "refused"}).to_string())
            .into_response();
    }
    let gone = json!({"status_code": "404", "status_message": "Transaction doesn't exist."});
    let reply = if verb == Method::POST {
        inner.posts += 1;
        let body: Value = serde_json::from_slice(&body).unwrap();
        let order = body["transaction_details"]["order_id"].as_str().unwrap().to_owned();
        if inner.orders.contains_key(&order) {
            json!({"status_code": "406", "status_message": "conflict"})
        } else {
            inner.charges += 1;
            inner.orders.insert(order.clone(), "pending".to_owned());
            let gross = format!("{}.00", body["transaction_details"]["gross_amount"]);
            transaction(&order, "pending", &gross)
        }
    } else {
        inner.asked += 1;
        let id = uri.path().split('/').nth(2).unwrap();
        let order = id.strip_prefix("tx-").unwrap_or(id);
        let gross = inner.gross.clone().unwrap_or_else(|| "498390.00".to_owned());
        inner.orders.get(order).map_or(gone, |status| transaction(order, status, &gross))
    };
    if inner.lose_answers > 0 {
        inner.lose_answers -= 1;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    reply.to_string().into_response()
}

/// A tenant with keys for Midtrans, a customer, and an invoice of 498,390 rupiah that waits for its money.
pub(crate) struct Shop {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) midtrans: FakeMidtrans,
    pub(crate) tenant: TenantId,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    /// For whom the customer's user acts.
    pub(crate) party: Party,
    pub(crate) invoice: InvoiceId,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let (midtrans, url) = FakeMidtrans::serve().await;
        let stack = Stack::with(ProviderUrls { midtrans: Some(url), ..ProviderUrls::default() }).await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let scope = TenantScope::new(tenant.id);
        let customer = stack.user(scope, "budi@example.com", Role::User).await;
        let party = Party::Customer(stack.customer_of(&customer).await);
        let account =
            json!({"merchantId": "G1", "serverKey": KEY, "clientKey": "SB-Mid-client-TEST", "environment": "sandbox"});
        stack.secrets.put(format!("ruko/test/tenants/{}/midtrans", tenant.id), account.to_string());
        let client = stack.serve(crate::function);
        let invoice = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let shop = Self { stack, client, midtrans, tenant: tenant.id, owner, customer, party, invoice };
        shop.put_invoice(&shop.sample(invoice)).await;
        shop
    }

    /// An open invoice of the customer.
    pub(crate) fn sample(&self, id: InvoiceId) -> Invoice {
        let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
        serde_json::from_value(json!({
            "id": id, "kind": "recurring", "source": {"from": "subscription", "id": "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
                "plan": {"key": "PREMIUM", "version": 1}, "day": "2026-11-21"},
            "billTo": {"party": self.party, "name": "Budi", "email": "budi@example.com", "address": []},
            "seller": {"name": "Toko A", "address": [], "bankAccounts": [], "zone": "Asia/Jakarta"},
            "language": "en", "currency": "IDR", "lines": [], "subtotal": idr(449_000), "discount": idr(0), "taxes": [],
            "surplus": idr(0), "total": idr(498_390), "creditsApplied": idr(0), "payments": [],
            "issued": {"number": "INV-2026-11-0001", "at": "2026-11-20T18:00:00.000Z", "date": "2026-11-21",
                "dueDate": "2026-12-05"},
            "state": {"status": "open"}, "version": 1
        }))
        .unwrap()
    }

    /// Stores an invoice in whatever state it is.
    pub(crate) async fn put_invoice(&self, invoice: &Invoice) {
        let key = self.scope().key(format_args!("INV#{}", invoice.id), "INV");
        self.stack.ctx().table().write(Write::put(key, to_item(invoice).unwrap())).await.unwrap();
    }

    pub(crate) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    /// The customer pays the invoice by BCA.
    pub(crate) async fn pay(&self, key: &str) -> Answer {
        self.pay_at(&self.client, key).await
    }

    pub(crate) async fn pay_at(&self, client: &Client, key: &str) -> Answer {
        let body = json!({"invoiceId": self.invoice, "method": "bca_va"});
        client.post("/api/v1/payments", body).bearer(&self.customer.token).idempotency_key(key).send().await
    }

    /// Midtrans sends it.
    pub(crate) async fn notify(&self, body: &Value) -> Answer {
        self.notify_at(&self.client, body).await
    }

    pub(crate) async fn notify_at(&self, client: &Client, body: &Value) -> Answer {
        client.post(format!("/api/v1/webhooks/midtrans/{}", self.tenant), body.clone()).send().await
    }

    pub(crate) async fn status_of(&self, payment: &str) -> String {
        let payments = Payments::new(self.stack.ctx().table(), self.scope());
        let payment = payments.get(payment.parse().unwrap()).await.unwrap().unwrap().trusted("a test looks");
        serde_json::to_value(payment.status).unwrap().as_str().unwrap().to_owned()
    }

    pub(crate) async fn invoice_status(&self) -> InvoiceStatus {
        let invoices = Invoices::new(self.stack.ctx().table(), self.scope());
        invoices.get(self.invoice).await.unwrap().unwrap().trusted("a test looks").status()
    }

    /// The balances of the journal, as `account=amount`.
    pub(crate) async fn balances(&self) -> Vec<String> {
        let journal = Journal::new(self.stack.ctx().table(), self.scope());
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let balances = journal.balances(at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z")).await.unwrap();
        // Whatever was booked, the balances beside the journal say the same.
        for currency in [Currency::IDR, Currency::USD] {
            let row = journal.balance_of(self.party, currency).await.unwrap();
            assert_eq!(row, PartyBalance::by_journal(&balances, self.party, currency).unwrap());
        }
        balances.iter().map(|(account, amount)| format!("{account}={}", amount.minor())).collect()
    }

    /// The invoice is paid, the journal has the money once, and the event was written once.
    pub(crate) async fn assert_settled_once(&self) {
        assert_eq!(self.invoice_status().await, InvoiceStatus::Paid);
        let expected = [format!("receivable:{}=-498390", self.party), "clearing:midtrans=498390".to_owned()];
        assert_eq!(self.balances().await, expected);
        assert_eq!(self.events("payment.succeeded").await, 1);
    }

    /// How many events of this name are in the outbox.
    pub(crate) async fn events(&self, name: &str) -> usize {
        let partition = self.scope().partition("OUT#2026112101");
        let page = self.stack.ctx().table().query(table::Query::partition(partition)).await.unwrap();
        page.items.iter().filter(|row| row["type"] == name).count()
    }
}

/// What Midtrans would send about an order, signed.
pub(crate) fn notification_of(order: &str, status: &str) -> Value {
    let code = match status {
        "pending" => "201",
        "deny" | "expire" => "202",
        _ => "200",
    };
    let mut body = transaction(order, status, "498390.00");
    body["status_code"] = json!(code);
    sign(body)
}

/// Signs a body as Midtrans does.
pub(crate) fn sign(mut body: Value) -> Value {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (order, code, gross) = (text("order_id"), text("status_code"), text("gross_amount"));
    body["signature_key"] = json!(midtrans::signature(&order, &code, &gross, &Secret::new(KEY.to_owned())));
    body
}
