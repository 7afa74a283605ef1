//! What the tests start with: a tenant with plans, subscriptions, and a biller as simple as can be.

use std::sync::atomic::{AtomicU64, Ordering};

use billing::{
    Books, Buyer, Interval, Invoice, Invoices, InvoicesOf, Issuance, Lost, NewSubscription, PageRequest, PlanCache,
    PlanKey, Plans, Quantity, Seller, Subscription, Subscriptions, TERMS_DAYS, Terms, Turn, UsageEvent, catalogue,
    default_rules, rule_for,
};
use kernel::{Currency, CustomerId, InvoiceId, Party, SubscriptionId, TenantId, Timestamp};
use table::{Table, TableError, TenantScope, TransactError, Transaction};
use ulid::Ulid;

/// Ids that differ.
static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn ulid() -> Ulid {
    Ulid::from_parts(1_764_547_200_000, u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A tenant whose plans are seeded.
pub(crate) async fn tenant(table: &dyn Table) -> TenantScope {
    let scope = TenantScope::new(TenantId::new(ulid()));
    let mut transaction = Transaction::new();
    for write in Plans::seed(scope, &catalogue()).unwrap() {
        transaction.add(write);
    }
    table.transact(transaction).await.unwrap();
    scope
}

/// A subscription since `since`, in Jakarta for rupiah and in UTC otherwise.
pub(crate) async fn subscribe(
    table: &dyn Table,
    scope: TenantScope,
    plan: &str,
    currency: Currency,
    since: &str,
) -> Subscription {
    let key: PlanKey = plan.parse().unwrap();
    let plan = Plans::new(table, scope).newest(&key).await.unwrap().unwrap();
    let zone = if currency == Currency::IDR { "Asia/Jakarta" } else { "UTC" };
    let new = NewSubscription {
        id: SubscriptionId::new(ulid()),
        party: Party::Customer(CustomerId::new(ulid())),
        currency,
        interval: Interval::Month,
        zone: zone.parse().unwrap(),
    };
    let subscription = Subscription::start(new, &plan, at(since)).unwrap();
    let mut transaction = Transaction::new();
    for write in Subscriptions::insert(scope, &subscription).unwrap() {
        transaction.add(write);
    }
    table.transact(transaction).await.unwrap();
    subscription
}

pub(crate) fn predictions(subscription: SubscriptionId, id: &str, quantity: u64, when: &str) -> UsageEvent {
    UsageEvent {
        id: id.parse().unwrap(),
        subscription,
        feature: "predictions".parse().unwrap(),
        quantity: Quantity::try_from(quantity).unwrap(),
        at: Some(at(when)),
    }
}

pub(crate) fn terms(currency: Currency) -> Terms {
    Terms {
        seller: Seller { name: "Toko Maju".to_owned(), zone: "Asia/Jakarta".parse().unwrap() },
        buyer: Buyer { name: "Budi".to_owned(), email: "budi@example.com".parse().ok() },
        tax: rule_for(&default_rules(), currency),
        terms_days: TERMS_DAYS,
    }
}

/// Issues what is due of a subscription, period by period, and gives the invoices that it issued itself.
pub(crate) async fn bill(
    table: &dyn Table,
    scope: TenantScope,
    id: SubscriptionId,
    now: Timestamp,
) -> Result<Vec<Invoice>, TableError> {
    let plans = PlanCache::default();
    let mut issued = Vec::new();
    loop {
        let subscription = Subscriptions::new(table, scope).get(id).await?.unwrap().trusted("a test looks");
        match subscription.turn(now) {
            Turn::Wait => return Ok(issued),
            Turn::EndTrial => unreachable!("no plan here has a trial"),
            Turn::Invoice => {}
        }
        let plan = plans.get(Plans::new(table, scope), &subscription.plan).await?;
        let terms = terms(subscription.currency);
        let books = Books::read(table, scope, (&subscription, &plan), &terms.seller.zone, now).await?;
        let issuance = Issuance::decide(InvoiceId::new(ulid()), &subscription, &plan, books, &terms).unwrap();
        let mut transaction = Transaction::new();
        let slots = issuance.add_to(scope, &mut transaction)?;
        match table.transact(transaction).await {
            Ok(()) => issued.push(issuance.invoice),
            Err(TransactError::Cancelled(cancelled)) => assert_ne!(slots.explain(&cancelled), Lost::Other),
            Err(TransactError::Table(error)) => return Err(error),
        }
    }
}

/// Every invoice of the tenant, by number.
pub(crate) async fn invoices(table: &dyn Table, scope: TenantScope) -> Vec<Invoice> {
    let mut request = PageRequest::default();
    let mut all = Vec::new();
    loop {
        let page = Invoices::new(table, scope).list(InvoicesOf::Tenant, None, &request).await.unwrap();
        all.extend(page.items);
        request.after = page.last;
        if request.after.is_none() {
            break;
        }
    }
    all.sort_by_key(|invoice| invoice.issued.as_ref().map(|issued| issued.number));
    all
}

pub(crate) fn numbers(invoices: &[Invoice]) -> Vec<String> {
    invoices.iter().map(|invoice| invoice.issued.as_ref().unwrap().number.to_string()).collect()
}
