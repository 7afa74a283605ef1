//! What the tests start with: a tenant with plans, subscriptions, and a biller as simple as can be.

use std::sync::atomic::{AtomicU64, Ordering};

use billing::{
    BillTo, Books, GRACE, Ingest, Ingested, Interval, Invoice, Invoices, InvoicesOf, Issuance, Lost, NewSubscription,
    NumberPrefix, PlanCache, PlanKey, PlanSet, Plans, Quantity, Reporter, Seller, Showing, Subscription,
    SubscriptionTurn, Subscriptions, TERMS_DAYS, TaxRate, Terms, Turn, UsageEvent, UsageTeller, catalogue,
};
use kernel::{Currency, CustomerId, InvoiceId, Locale, Party, SubscriptionId, TaxRateId, TenantId, Timestamp, Zone};
use table::{Table, TableError, TenantScope, TransactError, Transaction, pages::PageRequest};
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
    Plans::insert_all(&mut transaction, scope, &catalogue()).unwrap();
    table.transact(transaction).await.unwrap();
    scope
}

/// Counts usage, and publishes nothing.
pub(crate) async fn ingest(
    table: &dyn Table,
    scope: TenantScope,
    plans: &PlanCache,
    reporter: &Reporter,
    events: Vec<UsageEvent>,
    now: Timestamp,
) -> Result<Ingested, TableError> {
    let teller = UsageTeller { zone: &Zone::utc(), tell: &|_, _| Ok(()) };
    Ingest { table, scope, plans, reporter, teller }.count(events, now).await
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
        interval: Interval::MONTH,
        quantity: 1,
        zone: zone.parse().unwrap(),
    };
    let subscription = Subscription::start(new, &plan, at(since)).unwrap();
    let mut transaction = Transaction::new();
    Subscriptions::insert(&mut transaction, scope, &subscription).unwrap();
    table.transact(transaction).await.unwrap();
    subscription
}

pub(crate) fn predictions(subscription: SubscriptionId, id: &str, quantity: u64, when: &str) -> UsageEvent {
    UsageEvent {
        id: id.parse().unwrap(),
        subscription,
        feature: "predictions".parse().unwrap(),
        quantity: Quantity::try_from(quantity).unwrap(),
        value: None,
        at: Some(at(when)),
    }
}

/// A seller who collects PPN, with customers at home in rupiah and abroad in other currencies.
pub(crate) fn terms(subscription: &Subscription) -> Terms {
    let ppn = TaxRate::ppn(TaxRateId::new(Ulid::from_parts(1_764_547_200_000, 7)));
    Terms {
        seller: Seller {
            name: "Toko Maju".to_owned(),
            legal_name: None,
            address: Vec::new(),
            tax_id: None,
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
            email: Some("budi@example.com".parse().unwrap()),
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

/// Takes a subscription over every boundary that is due, and gives the invoices that it issued itself.
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
        let turn = subscription.turn(now);
        match turn {
            Turn::Wait => return Ok(issued),
            Turn::EndTrial => unreachable!("no plan here has a trial"),
            Turn::Begin | Turn::Adjust | Turn::Close => {}
        }
        let set = PlanSet::of(&plans, Plans::new(table, scope), std::slice::from_ref(&subscription)).await?;
        let terms = terms(&subscription);
        let taken = SubscriptionTurn { turn, subscription: &subscription, plans: &set };
        let books = Books::read(table, scope, taken, &terms, now).await?;
        let mut issuance = Issuance::decide(InvoiceId::new(ulid()), vec![(taken, books)], &terms).unwrap();
        let (mut transaction, mut sequence) = (Transaction::new(), None);
        if let Some(month) = issuance.month() {
            let last = Invoices::new(table, scope).last_place(month).await?;
            issuance = issuance.numbered(last + 1);
            sequence = Some(Invoices::take_places(&mut transaction, scope, month, last, 1));
        }
        let slots = issuance.add_to(scope, &mut transaction)?;
        match table.transact(transaction).await {
            Ok(()) => issued.extend(issuance.invoice),
            Err(TransactError::Cancelled(cancelled)) => {
                let number_lost = sequence.is_some_and(|slot| cancelled.failed(slot).is_some());
                assert!(number_lost || slots.explain(&cancelled) != Lost::Other);
            }
            Err(TransactError::Table(error)) => return Err(error),
        }
    }
}

/// Every invoice of the tenant, by number.
pub(crate) async fn invoices(table: &dyn Table, scope: TenantScope) -> Vec<Invoice> {
    let mut request = PageRequest::default();
    let mut all = Vec::new();
    loop {
        let page = Invoices::new(table, scope).list(InvoicesOf::Tenant, Showing::All, &request).await.unwrap();
        all.extend(page.items);
        request.after = page.last;
        if request.after.is_none() {
            break;
        }
    }
    all.sort_by_key(|invoice| invoice.issued.as_ref().map(|issued| (issued.number.month(), issued.number.place())));
    all
}

pub(crate) fn numbers(invoices: &[Invoice]) -> Vec<String> {
    invoices.iter().map(|invoice| invoice.issued.as_ref().unwrap().number.to_string()).collect()
}
