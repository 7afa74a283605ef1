//! Every event counts exactly once, also when it is sent again, twice at once, or while its period is being billed.

use std::sync::Arc;

use billing::{Amendment, AmendmentError, Invoice, LineItem, PlanCache, Rejection, Reporter, Subscriptions, UsageRows};
use futures::future::join_all;
use kernel::{Currency, CustomerId, Party};
use table::{Table, TransactError, Transaction};
use testkit::memory_table;

use crate::books::{at, bill, ingest, invoices, predictions, subscribe, tenant, ulid};

fn billed(invoices: &[Invoice]) -> u64 {
    let lines = invoices.iter().flat_map(|invoice| &invoice.lines);
    lines
        .map(|line| match &line.item {
            LineItem::Base(_) | LineItem::Proration(_) | LineItem::Discount | LineItem::OneOff(_) => 0,
            LineItem::Usage(used) | LineItem::LateUsage(used) => used.quantity,
        })
        .sum()
}

#[tokio::test]
async fn a_batch_that_is_sent_again_counts_nothing_twice() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "PREMIUM", Currency::USD, "2026-12-01T00:00:00Z").await.id;
    let plans = PlanCache::default();
    let now = at("2026-12-05T00:00:00Z");
    let event = |id: usize| predictions(sub, &format!("e-{id}"), 3, "2026-12-04T10:00:00Z");
    let send = async |events| ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, events, now).await.unwrap();
    let first = send((0..100).map(event).collect()).await;
    assert_eq!((first.accepted, first.duplicates), (100, 0));
    // Half of it again, beside as much that is new, and one event twice in the batch.
    let mixed = send((50..149).chain([148]).map(event).collect()).await;
    assert_eq!((mixed.accepted, mixed.duplicates), (49, 51));
    let days = UsageRows::new(table.as_ref(), scope)
        .by_day(sub, "2026-12-04".parse().unwrap(), "2026-12-04".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(days.iter().map(|day| day.units).sum::<u64>(), 149 * 3);
    let issued = bill(table.as_ref(), scope, sub, at("2027-01-01T01:00:00Z")).await.unwrap();
    assert_eq!(billed(&issued), 149 * 3);
}

#[tokio::test]
async fn a_batch_of_many_days_and_features_is_split_and_complete() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "PREMIUM", Currency::USD, "2026-12-01T00:00:00Z").await.id;
    let events = (0..100).map(|n| {
        let mut event = predictions(sub, &format!("e{n}"), 1, &format!("2026-12-{:02}T00:00:00Z", 1 + n % 31));
        if n % 2 == 0 {
            event.feature = "api_calls".parse().unwrap();
        }
        event
    });
    let now = at("2026-12-31T23:00:00Z");
    let done = ingest(table.as_ref(), scope, &PlanCache::default(), &Reporter::Tenant, events.collect(), now).await;
    assert_eq!(done.unwrap().accepted, 100);
    let (from, to) = ("2026-12-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    let days = UsageRows::new(table.as_ref(), scope).by_day(sub, from, to).await.unwrap();
    assert_eq!(days.iter().map(|day| day.units).sum::<u64>(), 100);
}

#[tokio::test]
async fn what_is_not_counted_is_named_and_the_rest_is_counted() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "PREMIUM", Currency::USD, "2026-12-01T00:00:00Z").await;
    let stranger = Party::Customer(CustomerId::new(ulid()));
    let plans = PlanCache::default();
    let now = at("2026-12-05T00:00:00Z");
    let mut other_feature = predictions(sub.id, "trade", 1, "2026-12-04T00:00:00Z");
    other_feature.feature = "trades".parse().unwrap();
    let events = vec![
        predictions(sub.id, "good", 1, "2026-12-04T00:00:00Z"),
        predictions("sub_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), "nowhere", 1, "2026-12-04T00:00:00Z"),
        predictions(sub.id, "tomorrow", 1, "2026-12-06T00:00:00Z"),
        other_feature,
    ];
    let done = ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, events, now).await.unwrap();
    assert_eq!(done.accepted, 1);
    let why: Vec<_> = done.rejected.iter().map(|one| (one.event.to_string(), one.why)).collect();
    assert_eq!(
        why,
        [
            ("nowhere".to_owned(), Rejection::UnknownSubscription),
            ("tomorrow".to_owned(), Rejection::InFuture),
            ("trade".to_owned(), Rejection::UnknownFeature),
        ]
    );
    let foreign = vec![predictions(sub.id, "foreign", 1, "2026-12-04T00:00:00Z")];
    let done = ingest(table.as_ref(), scope, &plans, &Reporter::Only(vec![stranger]), foreign, now).await.unwrap();
    assert_eq!(done.rejected.len(), 1);
}

#[tokio::test]
async fn late_use_is_billed_with_the_next_invoice_at_the_price_of_its_own_period() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await.id;
    let plans = PlanCache::default();
    let send = async |id: &str, units, when: &str, now: &str| {
        let events = vec![predictions(sub, id, units, when)];
        ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, events, at(now)).await.unwrap().accepted
    };
    bill(table.as_ref(), scope, sub, at("2026-12-01T00:00:00Z")).await.unwrap();
    // BASIC includes 200; 150 in December, and 100 more that come after its invoice, 20 of them in February only.
    assert_eq!(send("in-time", 150, "2026-12-10T00:00:00Z", "2026-12-10T00:00:00Z").await, 1);
    let december = bill(table.as_ref(), scope, sub, at("2027-01-01T01:00:00Z")).await.unwrap();
    assert_eq!(december[0].total.minor(), 999);
    assert_eq!(send("late", 80, "2026-12-11T00:00:00Z", "2027-01-03T00:00:00Z").await, 1);
    let january = bill(table.as_ref(), scope, sub, at("2027-02-01T01:00:00Z")).await.unwrap();
    // 50 of the 80 are included, 30 cost 2 cents.
    assert_eq!(january[0].total.minor(), 999 + 60);
    assert_eq!(send("later", 20, "2026-12-12T00:00:00Z", "2027-02-02T00:00:00Z").await, 1);
    let february = bill(table.as_ref(), scope, sub, at("2027-03-01T01:00:00Z")).await.unwrap();
    assert_eq!(february[0].total.minor(), 999 + 40);
    let late = &february[0].lines[1];
    assert_eq!((late.service.unwrap().start.to_string(), late.amount.minor()), ("2026-12-01".to_owned(), 40));
}

#[tokio::test]
async fn what_was_reported_by_mistake_is_taken_back_until_an_invoice_has_it() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "BASIC", Currency::USD, "2026-12-01T00:00:00Z").await.id;
    let plans = PlanCache::default();
    let send = async |id: &str, units, now: &str| {
        let events = vec![predictions(sub, id, units, "2026-12-10T00:00:00Z")];
        ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, events, at(now)).await.unwrap().accepted
    };
    // Whether it was taken back, or why not.
    let take_back = async |id: &str, now: &str| {
        let found = Subscriptions::new(table.as_ref(), scope).get(sub).await.unwrap().unwrap();
        let subscription = found.trusted("a test looks");
        let event = id.parse().unwrap();
        let found = Amendment::of(table.as_ref(), scope, &plans, &subscription, event, at(now)).await.unwrap()?;
        let mut transaction = Transaction::new();
        let slots = found.add_to(&mut transaction, scope, at(now));
        match table.transact(transaction).await {
            Ok(()) => Ok(true),
            Err(TransactError::Cancelled(cancelled)) if cancelled.failed(slots.event).is_some() => Ok(false),
            Err(TransactError::Cancelled(_)) => Err(AmendmentError::Billed),
            Err(TransactError::Table(error)) => panic!("{error}"),
        }
    };
    send("wrong", 1_000, "2026-12-10T00:00:00Z").await;
    send("right", 250, "2026-12-10T00:00:00Z").await;
    assert_eq!(take_back("wrong", "2026-12-11T00:00:00Z").await, Ok(true));
    assert_eq!(take_back("wrong", "2026-12-11T00:00:00Z").await, Ok(false), "once");
    assert_eq!(take_back("none", "2026-12-11T00:00:00Z").await, Err(AmendmentError::NotFound));
    bill(table.as_ref(), scope, sub, at("2027-01-01T01:00:00Z")).await.unwrap();
    assert_eq!(billed(&invoices(table.as_ref(), scope).await), 250);
    assert_eq!(take_back("right", "2027-01-02T00:00:00Z").await, Err(AmendmentError::Billed));
    // What came late waits for the next invoice, and so long it can be taken back.
    send("late", 70, "2027-01-02T00:00:00Z").await;
    assert_eq!(take_back("late", "2027-01-03T00:00:00Z").await, Ok(true));
    let january = bill(table.as_ref(), scope, sub, at("2027-02-01T01:00:00Z")).await.unwrap();
    assert_eq!((billed(&january), january[0].lines.len()), (0, 1), "no line of what was all taken back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn use_that_races_with_the_invoice_is_neither_lost_nor_billed_twice() {
    let table = Arc::new(memory_table().await);
    let scope = tenant(table.as_ref()).await;
    let sub = subscribe(table.as_ref(), scope, "PREMIUM", Currency::USD, "2026-12-01T00:00:00Z").await.id;
    bill(table.as_ref(), scope, sub, at("2026-12-01T00:00:00Z")).await.unwrap();
    let now = at("2027-01-01T01:00:00Z");
    // Twelve senders, each batch sent twice, while four billers close December.
    let senders = (0..12_usize).map(|sender| {
        let table = table.clone();
        tokio::spawn(async move {
            let plans = PlanCache::default();
            let mut accepted = 0;
            for batch in 0..4 {
                let events: Vec<_> = (0..5)
                    .map(|n| predictions(sub, &format!("{sender}-{batch}-{n}"), 7, "2026-12-31T12:00:00Z"))
                    .collect();
                for events in [events.clone(), events] {
                    let done = ingest(table.as_ref(), scope, &plans, &Reporter::Tenant, events, now).await.unwrap();
                    accepted += done.accepted;
                    assert!(done.rejected.is_empty());
                }
            }
            accepted
        })
    });
    let billers = (0..4).map(|turn| {
        let table = table.clone();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(40 * turn)).await;
            bill(table.as_ref(), scope, sub, now).await.unwrap();
        })
    });
    let (senders, billers): (Vec<_>, Vec<_>) = (senders.collect(), billers.collect());
    let accepted: usize = join_all(senders).await.into_iter().map(Result::unwrap).sum();
    join_all(billers).await.into_iter().for_each(Result::unwrap);
    assert_eq!(accepted, 12 * 4 * 5);
    bill(table.as_ref(), scope, sub, at("2027-02-01T01:00:00Z")).await.unwrap();
    let all = invoices(table.as_ref(), scope).await;
    assert_eq!(all.len(), 3);
    assert_eq!(billed(&all), 12 * 4 * 5 * 7);
    let in_time = all[1].lines.iter().filter(|line| matches!(line.item, LineItem::LateUsage(_)));
    assert_eq!(in_time.count(), 0, "December has no late line");
}
