//! Usage events a second and write units a thousand, in batches of 100 as `POST /usage` takes them, next to the floor: one
//! conditional `PutItem` per event by the SDK alone, on one embedded store. Stops by itself; listens on loopback only.

use std::{process::ExitCode, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use bench::{Failure, conditions, ended, say};
use billing::{
    Ingest, Interval, NewSubscription, PlanCache, Plans, Quantity, Reporter, Subscription, Subscriptions, UsageEvent,
    UsageTeller, catalogue,
};
use cloud::telemetry::Stopwatch;
use kernel::{Currency, CustomerId, Party, SubscriptionId, Zone};
use table::{DynamoTable, Table, Transaction};
use testkit::{Stack, TABLE_NAME, store_client};

const BATCHES: u64 = 50;
const BATCH: u64 = 100;
const WARM_UP: u64 = 5;

/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_mins(5);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    ended(tokio::time::timeout(AT_MOST, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

async fn measure() -> Result<(), Failure> {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko").await;
    let (scope, now) = (owner.scope, stack.ctx().now());
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let meter = table.meter().clone();
    let mut transaction = Transaction::new();
    Plans::insert_all(&mut transaction, scope, &catalogue())?;
    let plan = catalogue().into_iter().find(|plan| plan.key.to_string() == "PREMIUM").ok_or("no such plan")?;
    let new = NewSubscription {
        id: SubscriptionId::new(stack.ctx().new_ulid()),
        party: Party::Customer(CustomerId::new(stack.ctx().new_ulid())),
        currency: Currency::IDR,
        interval: Interval::MONTH,
        quantity: 1,
        zone: Zone::utc(),
    };
    let subscription = Subscription::start(new, &plan, now)?;
    Subscriptions::insert(&mut transaction, scope, &subscription)?;
    table.transact(transaction).await.map_err(|error| format!("{error:?}"))?;

    let (plans, reporter, zone) = (PlanCache::default(), Reporter::Tenant, Zone::utc());
    // What is told of it is one row more in each transaction.
    let tell = |transaction: &mut Transaction, sums| {
        let request_id = kernel::RequestId::new(stack.ctx().new_ulid());
        let told = events::subscription::RecordedUsage { request_id, sums };
        stack.ctx().insert_event(transaction, scope.tenant(), request_id, 0, &told).map(drop)
    };
    let teller = UsageTeller { zone: &zone, tell: &tell };
    let counted = Ingest { table: &table, scope, plans: &plans, reporter: &reporter, teller };
    let (mut used, mut watch) = (meter.total(), Stopwatch::start());
    for batch in 0..WARM_UP + BATCHES {
        if batch == WARM_UP {
            (used, watch) = (meter.total(), Stopwatch::start());
        }
        let mut events = Vec::new();
        for n in 0..BATCH {
            let id = format!("e{batch}-{n}").parse()?;
            let (feature, quantity) = ("predictions".parse()?, Quantity::ONE);
            events.push(UsageEvent {
                id,
                subscription: subscription.id,
                feature,
                quantity,
                value: None,
                at: Some(now),
            });
        }
        let done = counted.count(events, now).await?;
        if done.accepted != usize::try_from(BATCH)? {
            return Err(format!("{done:?}").into());
        }
    }
    let ours = u64::try_from(watch.elapsed().as_micros())?;
    let used = meter.total().since(used);
    let (floor, floor_units) = floor(&stack).await?;

    let events = BATCHES * BATCH;
    say(format_args!("{events} events after {}; {}\n", WARM_UP * BATCH, conditions()?))?;
    say("| | events/s | × floor | write units per 1,000 events | round trips per 1,000 events |")?;
    say("|---|---|---|---|---|")?;
    let rate = |micros: u64| events * 1_000_000 / micros.max(1);
    let tenths = rate(ours) * 10 / rate(floor).max(1);
    let (units, trips) = (used.write_units * 1_000 / events, used.round_trips * 1_000 / events);
    say(format_args!(
        "| batches of 100, counted once | {} | {}.{} | {units} | {trips} |",
        rate(ours),
        tenths / 10,
        tenths % 10
    ))?;
    say(format_args!("| one conditional put an event | {} | 1.0 | {floor_units} | 1000 |", rate(floor)))?;
    Ok(())
}

/// Micros of as many puts, and their write units per 1,000.
async fn floor(stack: &Stack) -> Result<(u64, u64), Failure> {
    let client = store_client(&stack.store);
    let (mut watch, mut units) = (Stopwatch::start(), 0_u64);
    for n in 0..(WARM_UP + BATCHES) * BATCH {
        if n == WARM_UP * BATCH {
            (watch, units) = (Stopwatch::start(), 0);
        }
        let put = client.put_item().table_name(TABLE_NAME).return_consumed_capacity(ReturnConsumedCapacity::Total);
        let put = put
            .item("PK", AttributeValue::S("BENCH".to_owned()))
            .item("SK", AttributeValue::S(format!("E#{n}")))
            .item("feature", AttributeValue::S("predictions".to_owned()))
            .item("units", AttributeValue::N("1".to_owned()))
            .condition_expression("attribute_not_exists(PK)");
        let answer = put.send().await?;
        units += u64::from(answer.consumed_capacity.is_some());
    }
    let micros = u64::try_from(watch.elapsed().as_micros())?;
    Ok((micros, units * 1_000 / (BATCHES * BATCH)))
}
