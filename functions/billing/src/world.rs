//! What the tests of these routes begin with: a tenant that sells plans, its owner, a customer, and invoices.

use std::{fmt::Display, ops::Deref};

use billing::{
    BillTo, Books, GRACE, Ingest, Interval, Invoice, Invoices, Issuance, NewSubscription, NumberPrefix, PlanCache,
    PlanKey, PlanSet, Plans, Quantity, Reporter, Seller, Subscription, SubscriptionTurn, Subscriptions, TERMS_DAYS,
    TaxRate, Terms, UsageEvent, UsageTeller, catalogue,
};
use http::Method;
use kernel::{Currency, InvoiceId, JournalId, Locale, Money, Party, PaymentId, SubscriptionId, TaxRateId};
use ledger::Journal;
use payments::{Manual, NewPayment, Payment, Payments, Purpose, Status};
use serde_json::{Value, json};
use settlement::Settlement;
use table::Transaction;
use tenancy::Tenants;
use testkit::{Answer, Member, Shop};

/// How a call was refused.
pub(crate) fn code(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.text("/code"))
}

/// The same, as it is expected.
pub(crate) fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

pub(crate) fn idr(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "IDR" })
}

pub(crate) struct World {
    shop: Shop,
    /// For whom the customer's user acts.
    pub(crate) party: Party,
}

impl Deref for World {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl World {
    pub(crate) async fn open() -> Self {
        let shop = Shop::open(crate::function).await;
        let mut transaction = Transaction::new();
        Plans::insert_all(&mut transaction, shop.owner.scope, &catalogue()).unwrap();
        shop.stack.ctx().table().transact(transaction).await.unwrap();
        let party = Party::Customer(shop.stack.customer_of(&shop.customer).await);
        Self { shop, party }
    }

    /// A customer who subscribed, and whose first fee was invoiced, on the stack's first day uses some predictions; issues the
    /// invoice of the boundary when it is
    /// due, with its journal entry, as the billing worker does. The clock is then at 2026-12-20T18:00Z.
    pub(crate) async fn invoiced(&self, customer: &Member, plan: &str, currency: &str, predictions: u64) -> Invoice {
        let (ctx, scope) = (self.stack.ctx(), customer.scope);
        let table = ctx.table();
        self.stack.set_clock("2026-11-21T01:00:00Z");
        let key: PlanKey = plan.parse().unwrap();
        let plan = Plans::new(table, scope).newest(&key).await.unwrap().unwrap();
        let new = NewSubscription {
            id: SubscriptionId::new(ctx.new_ulid()),
            party: Party::Customer(self.stack.customer_of(customer).await),
            currency: currency.parse().unwrap(),
            interval: Interval::MONTH,
            quantity: 1,
            zone: "Asia/Jakarta".parse().unwrap(),
        };
        let subscription = Subscription::start(new, &plan, ctx.now()).unwrap().begun(GRACE).unwrap();
        let mut transaction = Transaction::new();
        Subscriptions::insert(&mut transaction, scope, &subscription).unwrap();
        table.transact(transaction).await.unwrap();
        if let Ok(quantity) = Quantity::try_from(predictions) {
            let event = UsageEvent {
                id: "e1".parse().unwrap(),
                subscription: subscription.id,
                feature: "predictions".parse().unwrap(),
                quantity,
                value: None,
                at: None,
            };
            let plans = PlanCache::default();
            let teller = UsageTeller { zone: &kernel::Zone::utc(), tell: &|_, _| Ok(()) };
            let ingest = Ingest { table, scope, plans: &plans, reporter: &Reporter::Tenant, teller };
            ingest.count(vec![event], ctx.now()).await.unwrap();
        }
        self.stack.set_clock("2026-12-20T18:00:00Z");
        self.issue(customer, &subscription, &plan).await
    }

    /// The tenant has converted: it may do all things when its trial is over.
    pub(crate) async fn convert(&self) {
        let table = self.stack.ctx().table();
        let tenant = Tenants::new(table).get(self.owner.scope.tenant()).await.unwrap().unwrap().converted().unwrap();
        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &tenant).unwrap();
        table.transact(transaction).await.unwrap();
    }

    /// What a member is answered, with a token of the present.
    pub(crate) async fn call(&self, member: &Member, method: Method, path: &str, body: Value) -> Answer {
        let token = self.fresh(member).await;
        self.client.call(method, path).json(body).bearer(&token).send().await
    }

    /// What the owner is answered by `POST /api/v1/invoices/{id}/<verb>`.
    pub(crate) async fn change(&self, invoice: impl Display, verb: &str) -> Answer {
        self.call(&self.owner, Method::POST, &format!("/api/v1/invoices/{invoice}/{verb}"), json!({})).await
    }

    /// An invoice written by hand for the customer over this much, in rupiah; what is answered.
    pub(crate) async fn write(&self, key: &str, amount: i64, more: Value) -> Answer {
        let line = json!({ "name": "Workshop", "quantity": 1, "unitAmount": { "amount": amount, "currency": "IDR" } });
        let mut body = json!({ "customerId": self.party, "currency": "IDR", "lines": [line] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let token = self.fresh(&self.owner).await;
        self.client.post("/api/v1/invoices", body).bearer(&token).idempotency_key(key).send().await
    }

    /// Money comes onto the customer's balance.
    pub(crate) async fn deposit(&self, amount: Money) {
        let (ctx, scope) = (self.stack.ctx(), self.customer.scope);
        let new = NewPayment {
            id: PaymentId::new(ctx.new_ulid()),
            tenant_id: scope.tenant(),
            payer: self.party,
            purpose: Purpose::Deposit,
            amount,
            method: payments::Method::BankTransfer,
            now: ctx.now(),
        };
        let payment = Payment { status: Status::Success, ..Payment::begin(new, Manual::capabilities()).unwrap() };
        let mut transaction = Transaction::new();
        Payments::new(ctx.table(), scope).insert(&mut transaction, &payment).unwrap();
        let journal_id = || JournalId::new(ctx.new_ulid());
        let settlement = Settlement::new(ctx.table(), scope, ctx.now(), &journal_id);
        settlement.settle(&mut transaction, &payment, amount, None).unwrap();
        ctx.table().transact(transaction).await.unwrap();
    }

    /// What the customer has on its balance.
    pub(crate) async fn balance(&self, currency: Currency) -> i64 {
        let journal = Journal::new(self.stack.ctx().table(), self.customer.scope);
        journal.balance_of(self.party, currency).await.unwrap().balance.minor()
    }

    /// The data of all events of a name.
    pub(crate) async fn told(&self, name: &str) -> Vec<Value> {
        let rows = self.stack.rows().await;
        let told = rows.into_iter().filter(|row| row["type"] == name && row["PK"].as_str().unwrap().contains("#OUT#"));
        told.map(|row| row["data"].clone()).collect()
    }

    /// The invoices and the journal of the month agree, and so do the stored balances.
    pub(crate) async fn reconciles(&self) {
        let path = "/api/v1/billing/reports/reconciliation";
        let report = self.call(&self.owner, Method::GET, path, json!({})).await;
        assert_eq!(report.status, 200, "{}", report.snapshot());
        assert_eq!((report.at("/data/differences"), report.at("/data/balanced")), (json!([]), json!(true)));
        assert_eq!(report.at("/data/balanceDifferences"), json!([]));
    }

    /// A payment pays all of an invoice.
    pub(crate) async fn pay(&self, invoice: &Invoice) {
        let payment = "pay_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let paid = invoice.clone().apply_payment(payment, invoice.total, self.stack.ctx().now()).unwrap().invoice;
        self.save(&paid).await;
    }

    /// The balance pays all of an invoice.
    pub(crate) async fn settle(&self, invoice: &Invoice) {
        let paid = invoice.clone().apply_credit(invoice.total, self.stack.ctx().now()).unwrap().invoice;
        self.save(&paid).await;
    }

    async fn save(&self, invoice: &Invoice) {
        let scope = self.customer.scope;
        table::write_alone(self.stack.ctx().table(), |tx| Invoices::save(tx, scope, invoice)).await.unwrap();
    }

    async fn issue(&self, customer: &Member, subscription: &Subscription, plan: &billing::Plan) -> Invoice {
        let (ctx, scope) = (self.stack.ctx(), customer.scope);
        let (table, now) = (ctx.table(), ctx.now());
        let terms = self.terms(subscription);
        let (turn, plans) = (subscription.turn(now), PlanSet::from_iter([plan.clone()]));
        let taken = SubscriptionTurn { turn, subscription, plans: &plans };
        let books = Books::read(table, scope, taken, &terms, now).await.unwrap();
        let id = InvoiceId::new(ctx.new_ulid());
        let issuance = Issuance::decide(id, vec![(taken, books)], &terms).unwrap();
        let month = issuance.month().unwrap();
        let last = Invoices::new(table, scope).last_place(month).await.unwrap();
        let issuance = issuance.numbered(last + 1);
        let invoice = issuance.invoice.clone().unwrap();
        let mut transaction = Transaction::new();
        issuance.add_to(scope, &mut transaction).unwrap();
        Invoices::take_places(&mut transaction, scope, month, last, 1);
        let journal_id = || JournalId::new(ctx.new_ulid());
        Settlement::new(table, scope, now, &journal_id).issue(&mut transaction, &invoice, Vec::new()).unwrap();
        table.transact(transaction).await.unwrap();
        invoice
    }

    /// A seller who collects PPN on rupiah.
    fn terms(&self, subscription: &Subscription) -> Terms {
        let ppn = TaxRate::ppn(TaxRateId::new(self.stack.ctx().new_ulid()));
        Terms {
            seller: Seller {
                name: "Toko toko-a".to_owned(),
                legal_name: Some("PT Toko A".to_owned()),
                address: vec!["Jl. Melati 5".to_owned(), "Bandung 40115".to_owned()],
                tax_id: "0123456789012345".parse().ok(),
                branch: kernel::BranchCode::default(),
                email: None,
                phone: None,
                bank_accounts: Vec::new(),
                template: billing::DocumentTemplate::default(),
                signature: None,
                brand: billing::SellerBrand::default(),
                zone: "Asia/Jakarta".parse().unwrap(),
            },
            bill_to: BillTo {
                party: subscription.party,
                name: "Budi".to_owned(),
                company: None,
                email: "budi@example.com".parse().ok(),
                phone: None,
                address: Vec::new(),
                tax_id: None,
                identity: None,
                external_id: None,
            },
            language: Locale::Id,
            rates: [ppn].into_iter().filter(|_| subscription.currency == Currency::IDR).collect(),
            number_prefix: NumberPrefix::default(),
            terms_days: TERMS_DAYS,
            grace: GRACE,
            balance: billing::BalanceUse::Taken,
        }
    }
}
