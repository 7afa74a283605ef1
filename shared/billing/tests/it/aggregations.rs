//! Meters of every kind count the same, in whatever order, how often and how many at once their events arrive.

use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

use billing::{
    Aggregation, Feature, Ingested, Invoice, LineItem, MeteredPrice, Plan, PlanCache, PlanKey, Plans, Pricing,
    Quantity, Rejection, Reporter, Subscription, UnitPrice, UsageEvent, UsageRows, catalogue,
};
use futures::future::join_all;
use kernel::{Currency, Date, Money, SubscriptionId};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use table::{Table, TenantScope, Transaction};
use testkit::memory_table;

use crate::books::{at, bill, ingest, predictions, subscribe, tenant};

const METERS: [(&str, Aggregation); 5] = [
    ("calls", Aggregation::Count),
    ("minutes", Aggregation::Sum),
    ("peak", Aggregation::Max),
    ("storage", Aggregation::Latest),
    ("users", Aggregation::Unique),
];

fn feature(name: &str) -> Feature {
    name.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A plan that bills a cent for each unit of every kind of meter.
fn plan() -> Plan {
    let mut plan = catalogue().into_iter().find(|plan| plan.key.to_string() == "FREE").unwrap();
    plan.key = "METERED".parse::<PlanKey>().unwrap();
    plan.meters = METERS.map(|(name, _)| feature(name)).to_vec();
    plan.aggregations = METERS.iter().map(|(name, how)| (feature(name), *how)).collect();
    for price in &mut plan.prices {
        let cent = UnitPrice { amount: Money::new(1, price.currency), per: 1 };
        let metered = |(name, _): (&str, Aggregation)| MeteredPrice {
            feature: feature(name),
            name: name.to_owned(),
            included: 0,
            pricing: Pricing::PerUnit { price: cent },
            minimum: None,
        };
        price.metered = METERS.map(metered).to_vec();
    }
    plan
}

async fn metered(table: &dyn Table) -> TenantScope {
    let scope = tenant(table).await;
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, scope, &[plan()]).unwrap();
    table.transact(transaction).await.unwrap();
    scope
}

async fn subscribed(table: &dyn Table, scope: TenantScope) -> Subscription {
    subscribe(table, scope, "METERED", Currency::USD, "2026-12-01T00:00:00Z").await
}

/// An event; of `users` the quantity says which.
fn event(sub: SubscriptionId, id: &str, meter: &str, quantity: u64, when: &str) -> UsageEvent {
    let value = (meter == "users").then(|| format!("user-{quantity}").parse().unwrap());
    let quantity = if value.is_some() { Quantity::ONE } else { Quantity::try_from(quantity).unwrap() };
    UsageEvent { feature: feature(meter), quantity, value, ..predictions(sub, id, 1, when) }
}

async fn send(table: &dyn Table, scope: TenantScope, events: Vec<UsageEvent>, now: &str) -> Ingested {
    ingest(table, scope, &PlanCache::default(), &Reporter::Tenant, events, at(now)).await.unwrap()
}

async fn counted(table: &dyn Table, scope: TenantScope, sub: SubscriptionId) -> BTreeMap<&'static str, u64> {
    let wanted = METERS.map(|(name, _)| (day("2026-12-01"), feature(name)));
    let counters = UsageRows::new(table, scope).counters(sub, &wanted).await.unwrap();
    METERS.iter().zip(counters).map(|((name, _), counter)| (*name, counter.used)).collect()
}

/// Units by day and meter.
async fn by_day(table: &dyn Table, scope: TenantScope, sub: SubscriptionId) -> BTreeMap<(u8, String), u64> {
    let days = UsageRows::new(table, scope).by_day(sub, day("2026-12-01"), day("2026-12-31")).await.unwrap();
    let days = days.into_iter().map(|one| ((u8::try_from(one.day.day()).unwrap(), one.feature.to_string()), one.units));
    days.filter(|(_, units)| *units > 0).collect()
}

/// What a meter has to say of some events, by the definition.
fn expected(how: Aggregation, events: &[&UsageEvent]) -> u64 {
    let quantities = || events.iter().map(|event| event.quantity.get());
    match how {
        Aggregation::Count => u64::try_from(events.len()).unwrap(),
        Aggregation::Sum => quantities().sum(),
        Aggregation::Max => quantities().max().unwrap_or(0),
        Aggregation::Latest => {
            let last = events.iter().max_by_key(|event| (event.at, event.id.clone()));
            last.map_or(0, |event| event.quantity.get())
        }
        Aggregation::Unique => {
            let values: BTreeSet<_> = events.iter().map(|event| event.value.clone()).collect();
            u64::try_from(values.len()).unwrap()
        }
    }
}

fn units(invoice: &Invoice, name: &str) -> Vec<u64> {
    let lines = invoice.lines.iter().filter_map(|line| match &line.item {
        LineItem::Usage(used) | LineItem::LateUsage(used) if used.feature == feature(name) => Some(used.quantity),
        LineItem::Usage(_)
        | LineItem::LateUsage(_)
        | LineItem::Base(_)
        | LineItem::Proration(_)
        | LineItem::Discount
        | LineItem::OneOff(_) => None,
    });
    lines.filter(|quantity| *quantity > 0).collect()
}

/// Events by meter, quantity, day and minute; then the order in which they arrive, some twice, in batches.
type Deliveries = (Vec<(usize, u64, u8, u8)>, Vec<prop::sample::Index>, usize);

fn deliveries() -> impl Strategy<Value = Deliveries> {
    let event = (0_usize..METERS.len(), 1_u64..9, 1_u8..4, 0_u8..4);
    (prop::collection::vec(event, 1..40), prop::collection::vec(any::<prop::sample::Index>(), 0..40), 1_usize..50)
}

#[test]
fn p10_shuffled_repeated_and_delayed_events_count_the_same() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let table = Arc::new(runtime.block_on(memory_table()));
    let scope = runtime.block_on(metered(table.as_ref()));
    let mut runner = TestRunner::new(Config { cases: 24, max_shrink_iters: 40, ..Config::default() });
    runner
        .run(&deliveries(), |(events, order, batch)| {
            runtime.block_on(async {
                let sub = subscribed(table.as_ref(), scope).await.id;
                let all: Vec<UsageEvent> = events
                    .iter()
                    .enumerate()
                    .map(|(n, (meter, quantity, day, minute))| {
                        let when = format!("2026-12-{day:02}T12:{minute:02}:00Z");
                        // Ids in no order of time.
                        event(sub, &format!("e{}", n * 7 % 41), METERS[*meter].0, *quantity, &when)
                    })
                    .collect();
                // First some in any order, repeated or not; then all, so that each has arrived.
                let arriving: Vec<UsageEvent> =
                    order.iter().map(|index| index.get(&all).clone()).chain(all.clone()).collect();
                for batch in arriving.chunks(batch) {
                    let done = send(table.as_ref(), scope, batch.to_vec(), "2026-12-05T00:00:00Z").await;
                    prop_assert_eq!(&done.rejected, &[]);
                }
                let of = |name: &str, on: Option<u8>| -> Vec<&UsageEvent> {
                    let named = all.iter().zip(&events).filter(|(event, _)| event.feature == feature(name));
                    named.filter(|(_, (_, _, day, _))| on.is_none_or(|on| on == *day)).map(|(event, _)| event).collect()
                };
                let period: BTreeMap<&str, u64> =
                    METERS.iter().map(|(name, how)| (*name, expected(*how, &of(name, None)))).collect();
                prop_assert_eq!(counted(table.as_ref(), scope, sub).await, period);
                let days: BTreeMap<(u8, String), u64> = METERS
                    .iter()
                    .flat_map(|(name, how)| (1..4).map(move |day| (name, how, day)))
                    .map(|(name, how, day)| ((day, (*name).to_owned()), expected(*how, &of(name, Some(day)))))
                    .filter(|(_, units)| *units > 0)
                    .collect();
                prop_assert_eq!(by_day(table.as_ref(), scope, sub).await, days);
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_count_the_same() {
    let table = Arc::new(memory_table().await);
    let scope = metered(table.as_ref()).await;
    let sub = subscribed(table.as_ref(), scope).await.id;
    let senders = (0..8_u64).map(|sender| {
        let table = table.clone();
        tokio::spawn(async move {
            let events: Vec<UsageEvent> = (0..10_u64)
                .map(|n| {
                    let meter = ["peak", "storage", "users"][usize::try_from(n % 3).unwrap()];
                    let when = format!("2026-12-04T10:{:02}:00Z", sender * 3 + n % 3);
                    event(sub, &format!("{sender}-{n}"), meter, 1 + (sender * 10 + n) % 23, &when)
                })
                .collect();
            // Each twice.
            for _ in 0..2 {
                assert_eq!(send(table.as_ref(), scope, events.clone(), "2026-12-05T00:00:00Z").await.rejected, []);
            }
            events
        })
    });
    let senders: Vec<_> = senders.collect();
    let all: Vec<UsageEvent> = join_all(senders).await.into_iter().flat_map(Result::unwrap).collect();
    let counted = counted(table.as_ref(), scope, sub).await;
    for (name, how) in METERS {
        let of: Vec<&UsageEvent> = all.iter().filter(|event| event.feature == feature(name)).collect();
        assert_eq!(counted[name], expected(how, &of), "{name}");
    }
}

#[tokio::test]
async fn late_events_cost_what_they_add_and_the_latest_of_a_billed_period_stays() {
    let table = Arc::new(memory_table().await);
    let scope = metered(table.as_ref()).await;
    let sub = subscribed(table.as_ref(), scope).await.id;
    let table = table.as_ref();
    let (in_time, late) = ("2026-12-10T00:00:00Z", "2026-12-11T00:00:00Z");
    let first = vec![
        event(sub, "p1", "peak", 10, in_time),
        event(sub, "s1", "storage", 10, in_time),
        event(sub, "u1", "users", 1, in_time),
        event(sub, "u2", "users", 2, in_time),
    ];
    assert_eq!(send(table, scope, first, "2026-12-12T00:00:00Z").await.accepted, 4);
    let december = bill(table, scope, sub, at("2027-01-01T01:00:00Z")).await.unwrap().pop().unwrap();
    let of = |invoice: &Invoice| ["peak", "storage", "users"].map(|name| units(invoice, name));
    assert_eq!(of(&december), [vec![10], vec![10], vec![2]]);

    let second = vec![
        event(sub, "p2", "peak", 7, late),
        event(sub, "p3", "peak", 13, late),
        event(sub, "p4", "peak", 12, late),
        event(sub, "s2", "storage", 3, late),
        event(sub, "u3", "users", 2, late),
        event(sub, "u4", "users", 3, late),
        event(sub, "u5", "users", 3, late),
    ];
    let done = send(table, scope, second.clone(), "2027-01-03T00:00:00Z").await;
    assert_eq!(done.accepted, 6);
    assert_eq!(done.rejected.iter().map(|one| one.why).collect::<Vec<_>>(), [Rejection::PeriodBilled]);
    let again = send(table, scope, second, "2027-01-04T00:00:00Z").await;
    assert_eq!((again.accepted, again.duplicates), (0, 6));
    let january = bill(table, scope, sub, at("2027-02-01T01:00:00Z")).await.unwrap().pop().unwrap();
    assert_eq!(of(&january), [vec![3], vec![], vec![1]], "13 exceeds 10 by 3; one user more");

    // Later still: what exceeds all that was billed.
    let third = vec![event(sub, "p5", "peak", 12, late), event(sub, "p6", "peak", 14, late)];
    assert_eq!(send(table, scope, third, "2027-02-02T00:00:00Z").await.accepted, 2);
    let february = bill(table, scope, sub, at("2027-03-01T01:00:00Z")).await.unwrap().pop().unwrap();
    assert_eq!(of(&february), [vec![1], vec![], vec![]]);
}

#[tokio::test]
async fn a_value_is_for_meters_of_different_values_and_a_quantity_for_the_others() {
    let table = Arc::new(memory_table().await);
    let scope = metered(table.as_ref()).await;
    let sub = subscribed(table.as_ref(), scope).await.id;
    let when = "2026-12-04T00:00:00Z";
    let wrong = vec![
        UsageEvent { value: None, ..event(sub, "a", "users", 1, when) },
        UsageEvent { value: Some("user-1".parse().unwrap()), ..event(sub, "b", "peak", 1, when) },
    ];
    let done = send(table.as_ref(), scope, wrong, "2026-12-05T00:00:00Z").await;
    assert_eq!(done.rejected.iter().map(|one| one.why).collect::<Vec<_>>(), [Rejection::WrongMeasure; 2]);
}
