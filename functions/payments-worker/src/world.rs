//! A payment of 498,390 rupiah by BCA that its payer may pay until 2026-11-22 01:00 UTC, and the invoice that it is for.

use billing::{Invoice, InvoiceStatus, Invoices};
use cloud::{Ctx, Function, config::ProviderUrls};
use identity::Role;
use kernel::{Currency, Money, Party, PaymentId, Provider, Secret, TenantId};
use payments::{
    ChargeOrder, Means, Method, NewPayment, Notices, Payer, Payment, Payments, Purpose, midtrans::Midtrans,
};
use serde_json::{Value, json};
use table::{Query, TenantScope, Transaction, Write};
use testkit::{ScriptedMidtrans, ScriptedStripe, Stack};

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) midtrans: ScriptedMidtrans,
    pub(crate) stripe: ScriptedStripe,
    pub(crate) tenant: TenantId,
    pub(crate) payment: PaymentId,
}

pub(crate) const INVOICE: &str = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
/// When the agenda asks about it.
pub(crate) const DUE: &str = "2026-11-22T01:05:00.000Z";

impl World {
    /// The payer was told how to pay.
    pub(crate) async fn open() -> Self {
        let world = Self::begun().await;
        let payment = world.payment().await;
        let told = Payment { transaction_id: Some(format!("tx-{}", payment.id)), version: 2, ..payment };
        let told = told.instructed(None, Some("2026-11-22T01:00:00Z".parse().unwrap()));
        world.save(&told).await;
        world.midtrans.set(&world.order(), "pending");
        world
    }

    /// The payer's bank asks them to prove who they are, on a page that waits for ever.
    pub(crate) async fn at_stripe() -> Self {
        let world = Self::begun().await;
        world.stack.secrets.put(format!("ruko/test/tenants/{}/stripe", world.tenant), ScriptedStripe::account());
        let payment = world.payment().await;
        let stripe = cashier::providers::get(world.stack.ctx(), world.tenant, Provider::Stripe).await.unwrap();
        let charge = ChargeOrder {
            payment: payment.id,
            tenant: payment.tenant_id,
            amount: payment.amount,
            method: Method::Card,
            items: Vec::new(),
            payer: Payer { name: "Budi".to_owned(), email: None },
            return_url: Some("https://toko.example/paid".to_owned()),
            means: Means::Card { token: Secret::new("pm_asks".to_owned()) },
            payable: None,
        };
        let status = stripe.charge(&charge).await.unwrap().status;
        let (provider, method) = (Provider::Stripe, Method::Card);
        let transaction_id = Some(status.transaction_id);
        world.save(&Payment { provider, method, transaction_id, version: 2, ..payment }).await;
        world
    }

    /// The process died before it asked for the money.
    pub(crate) async fn begun() -> Self {
        let (midtrans, url) = ScriptedMidtrans::serve().await;
        let (stripe, stripe_url) = ScriptedStripe::serve().await;
        let urls = ProviderUrls { midtrans: Some(url), stripe: Some(stripe_url), ..ProviderUrls::default() };
        let stack = Stack::with(urls).await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let party = Party::Customer(stack.customer_of(&budi).await);
        stack.secrets.put(format!("ruko/test/tenants/{}/midtrans", tenant.id), ScriptedMidtrans::account());
        let payment: PaymentId = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let world = Self { stack, midtrans, stripe, tenant: tenant.id, payment };
        let table = world.stack.ctx().table();
        let key = world.scope().key(format_args!("INV#{INVOICE}"), "INV");
        table.write(Write::put(key, &invoice(party)).unwrap()).await.unwrap();
        let new = NewPayment {
            id: payment,
            tenant_id: tenant.id,
            payer: party,
            purpose: Purpose::Invoice { invoice_id: INVOICE.parse().unwrap() },
            amount: Money::new(498_390, Currency::IDR),
            method: Method::BcaVa,
            now: world.stack.ctx().now(),
        };
        let mut transaction = Transaction::new();
        let begun = Payment::begin(new, Midtrans::capabilities()).unwrap();
        world.payments().insert(&mut transaction, &begun).unwrap();
        table.transact(transaction).await.unwrap();
        world
    }

    pub(crate) fn scope(&self) -> TenantScope {
        TenantScope::new(self.tenant)
    }

    fn payments(&self) -> Payments<'_> {
        Payments::new(self.stack.ctx().table(), self.scope())
    }

    pub(crate) fn order(&self) -> String {
        self.payment.to_string()
    }

    pub(crate) async fn payment(&self) -> Payment {
        self.payments().get(self.payment).await.unwrap().unwrap().trusted("a test looks at it")
    }

    pub(crate) async fn save(&self, payment: &Payment) {
        let mut transaction = Transaction::new();
        self.payments().save(&mut transaction, payment).unwrap();
        self.stack.ctx().table().transact(transaction).await.unwrap();
    }

    pub(crate) async fn invoice_status(&self) -> InvoiceStatus {
        let invoices = Invoices::new(self.stack.ctx().table(), self.scope());
        invoices.get(INVOICE.parse().unwrap()).await.unwrap().unwrap().trusted("a test looks at it").status()
    }

    /// When the payment is asked about; `None` when it is not on the agenda.
    pub(crate) async fn on_agenda(&self) -> Option<String> {
        let key = self.scope().key(format_args!("DUE#payment_expiry#{}", self.payment), "DUE");
        let row = self.stack.ctx().table().get(&key).await.unwrap();
        row.map(|row| row["at"].as_str().unwrap().to_owned())
    }

    /// Delivers the message of the agenda as SQS does; whether it was taken.
    pub(crate) async fn deliver(&self) -> bool {
        let at = self.on_agenda().await.unwrap_or_else(|| DUE.to_owned());
        deliver_to(
            self.stack.ctx(),
            &json!({ "tenantId": self.tenant, "kind": "payment_expiry", "id": self.payment, "at": at }),
        )
        .await
    }

    /// Delivers it when the payer's time is over.
    pub(crate) async fn deliver_late(&self) -> bool {
        self.stack.set_clock(DUE);
        self.deliver().await
    }

    /// The names of the events of an hour.
    pub(crate) async fn events(&self, hour: &str) -> Vec<String> {
        let query = Query::partition(self.scope().partition(format!("OUT#{hour}")));
        let page = self.stack.ctx().table().query(query).await.unwrap();
        page.items.into_iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect()
    }

    /// What is kept for a person.
    pub(crate) async fn set_aside(&self) -> Vec<String> {
        let notices = Notices::new(self.stack.ctx().table(), self.scope());
        let kept = notices.set_aside_so_far(None).await.unwrap().items;
        kept.iter().map(|word| word.reason.to_string()).collect()
    }
}

pub(crate) async fn deliver_to(ctx: &Ctx, message: &Value) -> bool {
    let Function::Event(handle) = crate::function(ctx.clone()) else { panic!("not woken by events") };
    let record = json!({ "messageId": "1", "body": message.to_string(), "attributes": {}, "messageAttributes": {} });
    handle(json!({ "Records": [record] })).await.unwrap()["batchItemFailures"] == json!([])
}

fn invoice(party: Party) -> Invoice {
    let idr = |amount: i64| json!({"amount": amount, "currency": "IDR"});
    serde_json::from_value(json!({
        "id": INVOICE, "kind": "one_off", "source": {"from": "manual"},
        "billTo": {"party": party, "name": "Budi", "email": "budi@example.com", "address": []},
        "seller": {"name": "Toko A", "address": [], "bankAccounts": [], "zone": "Asia/Jakarta"},
        "language": "en", "currency": "IDR", "lines": [], "subtotal": idr(498_390), "discount": idr(0), "taxes": [],
        "surplus": idr(0), "total": idr(498_390), "creditsApplied": idr(0), "payments": [],
        "issued": {"number": "INV-2026-11-0001", "at": "2026-11-20T18:00:00.000Z", "date": "2026-11-21",
            "dueDate": "2026-12-05"},
        "state": {"status": "open"}, "version": 1
    }))
    .unwrap()
}
