//! What the tests of these routes begin with: a tenant that sells plans, its owner, a customer, and invoices.

use billing::{
    Books, Buyer, Interval, Invoice, Issuance, NewSubscription, PlanCache, PlanKey, Plans, Quantity, Reporter, Seller,
    Subscription, Subscriptions, TERMS_DAYS, Terms, UsageEvent, catalogue, default_rules, ingest, rule_for,
};
use identity::Role;
use kernel::{InvoiceId, JournalId, Party, SubscriptionId};
use ledger::{IssuedInvoice, Journal, invoice_issued};
use table::Transaction;
use testkit::{Client, Member, Stack};

pub(crate) struct Shop {
    pub(crate) stack: Stack,
    pub(crate) client: Client,
    pub(crate) owner: Member,
    pub(crate) customer: Member,
    /// For whom the customer's user acts.
    pub(crate) party: Party,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        for write in Plans::seed(owner.scope, &catalogue()).unwrap() {
            stack.ctx().table().write(write).await.unwrap();
        }
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let party = Party::Customer(stack.customer_of(&customer).await);
        let client = stack.serve(crate::function);
        Self { stack, client, owner, customer, party }
    }

    /// Subscribes a customer on the stack's first day, uses some predictions, and issues the first invoice when it is
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
            interval: Interval::Month,
            zone: "Asia/Jakarta".parse().unwrap(),
        };
        let subscription = Subscription::start(new, &plan, ctx.now()).unwrap();
        for write in Subscriptions::insert(scope, &subscription).unwrap() {
            table.write(write).await.unwrap();
        }
        if let Ok(quantity) = Quantity::try_from(predictions) {
            let event = UsageEvent {
                id: "e1".parse().unwrap(),
                subscription: subscription.id,
                feature: "predictions".parse().unwrap(),
                quantity,
                at: None,
            };
            let plans = PlanCache::default();
            ingest(table, scope, &plans, &Reporter::Tenant, vec![event], ctx.now()).await.unwrap();
        }
        self.stack.set_clock("2026-12-20T18:00:00Z");
        self.issue(customer, &subscription, &plan).await
    }

    async fn issue(&self, customer: &Member, subscription: &Subscription, plan: &billing::Plan) -> Invoice {
        let (ctx, scope) = (self.stack.ctx(), customer.scope);
        let (table, now) = (ctx.table(), ctx.now());
        let terms = Terms {
            seller: Seller { name: "Toko toko-a".to_owned(), zone: "Asia/Jakarta".parse().unwrap() },
            buyer: Buyer { name: "Budi".to_owned(), email: "budi@example.com".parse().ok() },
            tax: rule_for(&default_rules(), subscription.currency),
            terms_days: TERMS_DAYS,
        };
        let books = Books::read(table, scope, (subscription, plan), &terms.seller.zone, now).await.unwrap();
        let id = InvoiceId::new(ctx.new_ulid());
        let issuance = Issuance::decide(id, subscription, plan, books, &terms).unwrap();
        let invoice = issuance.invoice.clone();
        let posted =
            IssuedInvoice { id, holder: subscription.party, net: invoice.subtotal, tax: invoice.tax().unwrap() };
        let mut transaction = Transaction::new();
        issuance.add_to(scope, &mut transaction).unwrap();
        if let Some(entry) = invoice_issued(JournalId::new(ctx.new_ulid()), now, &posted).unwrap() {
            transaction.add(Journal::new(table, scope).append(&entry).unwrap());
        }
        table.transact(transaction).await.unwrap();
        invoice
    }

    /// A token of the present, for a clock that was moved.
    pub(crate) async fn fresh(&self, member: &Member) -> String {
        self.stack.sign_in(member).await
    }
}
