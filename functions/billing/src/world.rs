//! What the tests of these routes begin with: a tenant that sells plans, its owner, a customer, and invoices.

use std::ops::Deref;

use billing::{
    BillTo, Books, GRACE, Ingest, Interval, Invoice, Invoices, Issuance, NewSubscription, NumberPrefix, PlanCache,
    PlanKey, PlanSet, Plans, Quantity, Reporter, Seller, Subscription, SubscriptionTurn, Subscriptions, TERMS_DAYS,
    TaxRate, Terms, UsageEvent, UsageTeller, catalogue,
};
use kernel::{Currency, InvoiceId, JournalId, Locale, Party, SubscriptionId, TaxRateId};
use settlement::Settlement;
use table::Transaction;
use testkit::{Member, Shop};

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
        let issuance = Issuance::decide(id, taken, books, &terms).unwrap();
        let invoice = issuance.invoice.clone().unwrap();
        let mut transaction = Transaction::new();
        issuance.add_to(scope, &mut transaction).unwrap();
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
                email: None,
                phone: None,
                bank_accounts: Vec::new(),
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
                external_id: None,
            },
            language: Locale::Id,
            rates: [ppn].into_iter().filter(|_| subscription.currency == Currency::IDR).collect(),
            number_prefix: NumberPrefix::default(),
            terms_days: TERMS_DAYS,
            grace: GRACE,
        }
    }
}
