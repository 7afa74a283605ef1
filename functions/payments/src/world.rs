//! A shop with one open invoice, for the tests of this crate.

use std::ops::Deref;

use billing::{Invoice, InvoiceStatus, Invoices};
use cloud::config::ProviderUrls;
use kernel::{Currency, InvoiceId, Party, Secret, TenantId, Timestamp};
use ledger::{Journal, PartyBalance};
use payments::{Payments, midtrans};
use serde_json::{Value, json};
use table::{TenantScope, Write};
use testkit::{Answer, Client, ScriptedMidtrans, ScriptedStripe, Shop, Stack, midtrans_transaction};

/// A tenant with keys for Midtrans, a customer, and an invoice of 498,390 rupiah that waits for its money.
pub(crate) struct World {
    shop: Shop,
    pub(crate) midtrans: ScriptedMidtrans,
    /// Where the tenant has keys only after [`World::with_stripe`].
    pub(crate) stripe: ScriptedStripe,
    pub(crate) tenant: TenantId,
    /// For whom the customer's user acts.
    pub(crate) party: Party,
    pub(crate) invoice: InvoiceId,
}

impl Deref for World {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl World {
    pub(crate) async fn open() -> Self {
        let (stripe, url) = ScriptedStripe::serve().await;
        Self::beside(stripe, url).await
    }

    async fn beside(stripe: ScriptedStripe, stripe_url: String) -> Self {
        let (midtrans, url) = ScriptedMidtrans::serve().await;
        let urls = ProviderUrls { midtrans: Some(url), stripe: Some(stripe_url), ..ProviderUrls::default() };
        let stack = Stack::with(urls).await;
        let shop = Shop::open_on(stack, crate::function).await;
        let tenant = shop.owner.scope.tenant();
        let party = Party::Customer(shop.stack.customer_of(&shop.customer).await);
        shop.stack.secrets.put(format!("ruko/test/tenants/{tenant}/midtrans"), ScriptedMidtrans::account());
        let invoice = "inv_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let world = Self { shop, midtrans, stripe, tenant, party, invoice };
        world.put_invoice(&world.sample(invoice)).await;
        world
    }

    /// The order of the examples, which the invoice is of.
    pub(crate) async fn order(&self) -> orders::Order {
        let customer = self.stack.customer_of(&self.customer).await;
        let nothing = json!({ "amount": 0, "currency": "IDR" });
        let order: orders::Order = serde_json::from_value(json!({
            "id": "ord_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "number": "ORD-2026-00001", "cartId": "crt_01JD2Z3M4N5P6Q7R8S9T0V1W2X",
            "customerId": customer, "currency": "IDR", "lines": [], "shipping": { "method": "pickup" }, "shippingPrice": nothing,
            "shippingDiscount": nothing, "subtotal": nothing, "discount": nothing, "total": nothing, "language": "id",
            "invoiceId": self.invoice, "reservationId": "rsv_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "status": "pending_payment",
            "payment": "none", "fulfilment": "none", "history": [], "placedAt": "2026-11-21T01:00:00Z",
            "updatedAt": "2026-11-21T01:00:00Z", "version": 1
        }))
        .unwrap();
        let table = self.stack.ctx().table();
        let mut transaction = table::Transaction::new();
        orders::Orders::new(table, self.scope()).insert(&mut transaction, &order).unwrap();
        table.transact(transaction).await.unwrap();
        order
    }

    /// The same with keys for Stripe too.
    pub(crate) async fn with_stripe() -> Self {
        Self::open().await.keyed_for_stripe()
    }

    /// The same where Stripe takes calls and answers none.
    pub(crate) async fn with_deaf_stripe() -> Self {
        // It is there until the process ends.
        let deaf = Box::leak(Box::new(std::net::TcpListener::bind("127.0.0.1:0").unwrap()));
        let (stripe, _) = ScriptedStripe::serve().await;
        Self::beside(stripe, format!("http://{}", deaf.local_addr().unwrap())).await.keyed_for_stripe()
    }

    fn keyed_for_stripe(self) -> Self {
        let world = self;
        world.shop.stack.secrets.put(format!("ruko/test/tenants/{}/stripe", world.tenant), ScriptedStripe::account());
        world
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

    /// The invoice is over 29.99 dollars.
    pub(crate) async fn in_dollars(&self) {
        let dollars = |minor: i64| json!({"amount": minor, "currency": "USD"});
        let mut invoice = serde_json::to_value(self.sample(self.invoice)).unwrap();
        invoice["currency"] = json!("USD");
        for (field, minor) in
            [("subtotal", 2_999), ("discount", 0), ("surplus", 0), ("total", 2_999), ("creditsApplied", 0)]
        {
            invoice[field] = dollars(minor);
        }
        self.put_invoice(&serde_json::from_value::<Invoice>(invoice).unwrap()).await;
    }

    /// Stores an invoice in whatever state it is.
    pub(crate) async fn put_invoice(&self, invoice: &Invoice) {
        let key = self.scope().key(format_args!("INV#{}", invoice.id), "INV");
        self.stack.ctx().table().write(Write::put(key, invoice).unwrap()).await.unwrap();
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

    /// The customer pays the invoice in this way.
    pub(crate) async fn pay_by(&self, method: &str, key: &str) -> Answer {
        let body = json!({"invoiceId": self.invoice, "method": method});
        self.client.post("/api/v1/payments", body).bearer(&self.customer.token).idempotency_key(key).send().await
    }

    /// Midtrans sends it.
    pub(crate) async fn notify(&self, body: &Value) -> Answer {
        self.notify_at(&self.client, body).await
    }

    pub(crate) async fn notify_at(&self, client: &Client, body: &Value) -> Answer {
        client.post(format!("/api/v1/webhooks/midtrans/{}", self.tenant), body.clone()).send().await
    }

    /// The customer pays the invoice by a card at Stripe.
    pub(crate) async fn pay_by_card(&self, token: &str, key: &str) -> Answer {
        let body = json!({"invoiceId": self.invoice, "method": "card", "provider": "stripe", "cardToken": token,
            "returnUrl": "https://toko.example/paid"});
        self.client.post("/api/v1/payments", body).bearer(&self.customer.token).idempotency_key(key).send().await
    }

    /// Stripe sends an event about an object.
    pub(crate) async fn stripe_tells(&self, id: &str, kind: &str, object: &Value) -> Answer {
        let (header, body) = ScriptedStripe::event(id, kind, object, self.stack.ctx().now());
        self.stripe_sends(&header, body).await
    }

    pub(crate) async fn stripe_sends(&self, header: &str, body: impl Into<Vec<u8>>) -> Answer {
        let path = format!("/api/v1/webhooks/stripe/{}", self.tenant);
        let call = self.client.call(http::Method::POST, path).header("stripe-signature", header);
        call.header("content-type", "application/json").raw(body).send().await
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
        assert_eq!((self.events("payment.succeeded").await, self.events("invoice.paid").await), (1, 1));
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
    let mut body = midtrans_transaction(order, status, "498390.00");
    body["status_code"] = json!(code);
    sign(body)
}

/// Signs a body as Midtrans does.
pub(crate) fn sign(mut body: Value) -> Value {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (order, code, gross) = (text("order_id"), text("status_code"), text("gross_amount"));
    body["signature_key"] =
        json!(midtrans::signature(&order, &code, &gross, &Secret::new(ScriptedMidtrans::KEY.to_owned())));
    body
}
