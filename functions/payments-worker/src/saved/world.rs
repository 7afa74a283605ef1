//! A customer with a saved card, and an invoice of 498,390 rupiah of a subscription that is collected by it.

use billing::{Invoice, InvoiceStatus, Invoices, Subscription, Subscriptions};
use cloud::{Ctx, config::ProviderUrls};
use identity::Role;
use kernel::{Party, PaymentMethodId, Provider, TenantId};
use payments::{Becomes, CardExpiry, CardFace, KeptCard, MethodBook, Payment, Payments, SavedMethod, SavedMethods};
use serde_json::{Value, json};
use table::{
    Query, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    pages::PageRequest,
};
use testkit::{Member, ScriptedMidtrans, ScriptedStripe, Stack};

use crate::world::{INVOICE, deliver_to};

pub(crate) struct Scene {
    pub(crate) stack: Stack,
    pub(crate) stripe: ScriptedStripe,
    pub(crate) midtrans: ScriptedMidtrans,
    pub(crate) tenant: TenantId,
    pub(crate) customer: Member,
    pub(crate) party: Party,
}

const SUBSCRIPTION: &str = "sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
pub(crate) const CARD: &str = "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
/// A step of the ladder, and the one after it.
pub(crate) const STEP: &str = "2026-12-06T02:00:00.000Z";
pub(crate) const NEXT_STEP: &str = "2026-12-12T02:00:00.000Z";

impl Scene {
    /// The card is at Stripe.
    pub(crate) async fn open() -> Self {
        let scene = Self::bare("automatic").await;
        scene.save(CARD, Provider::Stripe, "pm_1").await;
        scene.stripe_knows("pm_1").await;
        scene
    }

    /// No card is saved.
    pub(crate) async fn bare(collection: &str) -> Self {
        Self::of(collection, None).await
    }

    /// The same in the platform's books, as it were: who owes is a tenant.
    pub(crate) async fn of_tenant(tenant: TenantId) -> Self {
        Self::of("invoice", Some(tenant)).await
    }

    async fn of(collection: &str, owing: Option<TenantId>) -> Self {
        let (midtrans, url) = ScriptedMidtrans::serve().await;
        let (stripe, stripe_url) = ScriptedStripe::serve().await;
        let urls = ProviderUrls { midtrans: Some(url), stripe: Some(stripe_url), ..ProviderUrls::default() };
        let stack = Stack::with(urls).await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let party = match owing {
            Some(tenant) => Party::Tenant(tenant),
            None => Party::Customer(stack.customer_of(&customer).await),
        };
        for (provider, account) in [("midtrans", ScriptedMidtrans::account()), ("stripe", ScriptedStripe::account())] {
            stack.secrets.put(format!("ruko/test/tenants/{}/{provider}", tenant.id), account);
        }
        let scene = Self { stack, stripe, midtrans, tenant: tenant.id, customer, party };
        let subscription: Subscription = serde_json::from_value(json!({
            "id": SUBSCRIPTION, "party": party, "currency": "IDR", "zone": "Asia/Jakarta", "start": "2026-11-21",
            "segment": {"from": "2026-11-21", "plan": {"key": "PREMIUM", "version": 1}, "quantity": 1,
                "timing": "advance", "interval": "month", "anchor": "2026-11-21"},
            "former": [], "status": "active", "period": {"start": "2026-11-21", "end": "2026-12-21"},
            "billedUntil": "2026-12-21", "dueAt": "2026-12-20T18:00:00.000Z", "scheduled": null,
            "collection": collection, "createdAt": "2026-11-21T01:00:00.000Z", "version": 1
        }))
        .unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, scene.scope(), &subscription).unwrap();
        scene.commit(transaction).await;
        scene.put_invoice("open").await;
        scene
    }

    /// Stores the invoice, in whatever state it is.
    pub(crate) async fn put_invoice(&self, status: &str) {
        let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
        let state = match status {
            "void" => json!({"status": "void", "at": "2026-11-21T02:00:00.000Z"}),
            other => json!({ "status": other }),
        };
        let invoice: Invoice = serde_json::from_value(json!({
            "id": INVOICE, "kind": "recurring", "source": {"from": "subscription", "id": SUBSCRIPTION,
                "plan": {"key": "PREMIUM", "version": 1}, "day": "2026-11-21"},
            "billTo": {"party": self.party, "name": "Budi", "email": "budi@example.com", "address": []},
            "seller": {"name": "Toko A", "address": [], "bankAccounts": [], "zone": "Asia/Jakarta"},
            "language": "en", "currency": "IDR", "lines": [], "subtotal": idr(498_390), "discount": idr(0), "taxes": [],
            "surplus": idr(0), "total": idr(498_390), "creditsApplied": idr(0), "payments": [],
            "issued": {"number": "INV-2026-11-0001", "at": "2026-11-21T01:00:00.000Z", "date": "2026-11-21",
                "dueDate": "2026-12-05"},
            "state": state, "version": 1
        }))
        .unwrap();
        let key = self.scope().key(format_args!("INV#{INVOICE}"), "INV");
        self.stack.ctx().table().write(Write::put(key, &invoice).unwrap()).await.unwrap();
    }

    pub(crate) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    pub(crate) async fn commit(&self, transaction: Transaction) {
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    pub(crate) fn methods(&self) -> SavedMethods<'_> {
        SavedMethods::new(self.stack.ctx().table(), self.scope())
    }

    pub(crate) async fn book(&self) -> MethodBook {
        self.methods().book(self.party).await.unwrap()
    }

    /// Saves a card that becomes the default.
    pub(crate) async fn save(&self, id: &str, provider: Provider, token: &str) {
        let id: PaymentMethodId = id.parse().unwrap();
        let face = CardFace { brand: "visa".to_owned(), last4: "4242".to_owned(), expires: CardExpiry::new(2026, 12) };
        let kept = KeptCard { token: token.to_owned().into(), customer: Some("cus_1".to_owned().into()), face: None };
        let now = self.stack.ctx().now();
        let method = SavedMethod::save(id, self.party, provider, (kept, face), now).unwrap();
        let mut transaction = Transaction::new();
        self.methods().insert(&mut transaction, &method).unwrap();
        let book = self.book().await.with(id, Becomes::Default).unwrap();
        self.methods().save_book(&mut transaction, &book).unwrap();
        self.commit(transaction).await;
    }

    /// Stripe has the card as one of its customer.
    pub(crate) async fn stripe_knows(&self, card: &str) {
        let stripe = cashier::providers::find_stripe(self.stack.ctx(), self.tenant).await.unwrap().unwrap();
        stripe.attach_payment_method(card, "cus_1").await.unwrap();
    }

    pub(crate) async fn method(&self, id: &str) -> Option<SavedMethod> {
        self.methods().get_even_leaving(id.parse().unwrap()).await.unwrap()
    }

    /// The customer removes a card.
    pub(crate) async fn remove(&self, id: &str) {
        let leaving = self.method(id).await.unwrap().removed().unwrap();
        let mut transaction = Transaction::new();
        self.methods().remove(&mut transaction, &leaving, self.stack.ctx().now()).unwrap();
        self.methods().save_book(&mut transaction, &self.book().await.without(leaving.id).unwrap()).unwrap();
        self.commit(transaction).await;
    }

    /// As the bus delivers an event.
    pub(crate) fn told(&self, name: &str, subject: &str, data: &Value) -> Value {
        json!({ "detail": {
            "id": "evt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "type": name, "version": 1, "tenantId": self.tenant,
            "occurredAt": "2026-11-21T01:00:00.000Z", "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": subject,
            "subjectVersion": 2, "audience": "public", "data": data,
        } })
    }

    /// The invoice was issued.
    pub(crate) fn issued(&self) -> Value {
        let sum = json!({"amount": 498_390, "currency": "IDR"});
        self.told(
            "invoice.issued",
            INVOICE,
            &json!({ "invoiceId": INVOICE, "number": "INV-2026-11-0001",
            "subscriptionId": SUBSCRIPTION, "customerId": self.party, "total": sum, "amountDue": sum,
            "dueDate": "2026-12-05" }),
        )
    }

    /// A payment of the invoice ended.
    pub(crate) fn ended(&self, name: &str, payment: &Payment) -> Value {
        self.told(
            name,
            &payment.id.to_string(),
            &json!({ "paymentId": payment.id, "invoiceId": INVOICE,
            "customerId": self.party, "amount": payment.amount, "method": "card" }),
        )
    }

    /// Puts a thing on the agenda, and gives the message that the agenda sends of it.
    pub(crate) async fn due(&self, kind: DueKind, id: &str, at: &str) -> Value {
        let mut transaction = Transaction::new();
        agenda::set(&mut transaction, self.scope(), kind, id, at.parse().unwrap()).unwrap();
        self.commit(transaction).await;
        json!({ "tenantId": self.tenant, "kind": kind, "id": id, "at": at })
    }

    /// The step of the ladder that came at an instant.
    pub(crate) async fn step(&self, at: &str) -> Value {
        self.stack.set_clock(at);
        self.due(DueKind::InvoiceCollection, INVOICE, at).await
    }

    pub(crate) async fn is_due(&self, kind: &str, id: &str) -> bool {
        let key = self.scope().key(format_args!("DUE#{kind}#{id}"), "DUE");
        self.stack.ctx().table().get(&key).await.unwrap().is_some()
    }

    pub(crate) async fn deliver(&self, message: &Value) -> bool {
        self.deliver_at(self.stack.ctx(), message).await
    }

    pub(crate) async fn deliver_at(&self, ctx: &Ctx, message: &Value) -> bool {
        deliver_to(ctx, message).await
    }

    /// The customer's payments, oldest first.
    pub(crate) async fn payments(&self) -> Vec<Payment> {
        let payments = Payments::new(self.stack.ctx().table(), self.scope());
        let mut all = payments.list_of(self.party, &PageRequest::default()).await.unwrap().items;
        all.reverse();
        all
    }

    /// How they stand.
    pub(crate) async fn statuses(&self) -> Vec<String> {
        let name = |payment: &Payment| json!(payment.status).as_str().unwrap().to_owned();
        self.payments().await.iter().map(name).collect()
    }

    pub(crate) async fn invoice_status(&self) -> InvoiceStatus {
        let invoices = Invoices::new(self.stack.ctx().table(), self.scope());
        invoices.get(INVOICE.parse().unwrap()).await.unwrap().unwrap().trusted("a test looks at it").status()
    }

    /// The names of the events of an hour.
    pub(crate) async fn events(&self, hour: &str) -> Vec<String> {
        let query = Query::partition(self.scope().partition(format!("OUT#{hour}")));
        let page = self.stack.ctx().table().query(query).await.unwrap();
        page.items.into_iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect()
    }
}
