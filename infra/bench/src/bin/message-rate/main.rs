//! Messages a second through the notifier and the messenger, each in batches of ten from its queue, by mail on one embedded
//! store; next to the floor, as many reads and writes by the SDK alone. Stops by itself; listens on loopback only.
//!
//! `message-rate` tells 2,000 events, each to one user by mail and in the list; `message-rate 200` so many.

use std::{collections::BTreeMap, process::ExitCode, sync::Arc, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use bench::{Failure, Micros, conditions, ended, metered, millis, queue, ratio, say, tenths};
use cloud::{Ctx, Function, Queue, telemetry::Stopwatch};
use identity::Role;
use kernel::{EventId, Priority};
use serde_json::{Value, json};
use table::Usage;
use testkit::{Stack, TABLE_NAME, store_client};
use tokio::sync::Mutex;

/// How many processes of each function take messages at once.
const PROCESSES: usize = 4;
/// How many of low priority wait while critical ones come, how many come, and how often.
const LOW: usize = 10_000;
const CRITICAL: usize = 100;
const EVERY: Duration = Duration::from_millis(100);
/// How many processes of the messenger the template lets take messages of low priority.
const OF_LOW: usize = 2;
/// Bytes of a row of the floor: what a notification has on the mean.
const BYTES: usize = 600;
/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_mins(8);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("error").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(AT_MOST, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

async fn measure() -> Result<(), Failure> {
    let count = std::env::args().nth(1).map_or(Ok(2_000), |count| count.parse::<usize>())?;
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko").await;
    let budi = stack.user(owner.scope, "budi@example.com", Role::User).await;
    let customer = stack.customer_of(&budi).await;
    let ctx = metered(&stack);
    let event = |name: &str, data: Value| {
        json!({"detail-type": name, "source": "ruko", "detail": {
            "id": EventId::new(ctx.new_ulid()), "type": name, "version": 1, "tenantId": owner.scope.tenant(),
            "occurredAt": ctx.now(), "requestId": "req_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "subject": "x", "subjectVersion": 1,
            "audience": "public", "data": data}})
    };
    let events = (0..count).map(|_| {
        event(
            "payment_method.expiring",
            json!({"paymentMethodId": "pmt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "customerId": customer, "brand": "visa",
                "last4": "4242", "lastDay": "2026-12-31", "isDefault": true}),
        )
    });

    say(format_args!("Batches of {}, {PROCESSES} at once; {}\n", queue::BATCH, conditions()?))?;
    say("| | messages/s | round trips a message | write units a message | floor, messages/s | × floor |")?;
    say("|---|---|---|---|---|---|")?;
    say(row("the notifier: from an event to its queue", &stack, &ctx, (events.collect(), notifier::function)).await?)?;
    let messages = stack.work.to(Queue::Messages(Priority::Medium));
    if messages.len() != 2 * count {
        return Err(format!("{} messages were queued", messages.len()).into());
    }
    say(row(
        "the messenger: from its queue to the mail, or into the list",
        &stack,
        &ctx,
        (messages, messenger::function),
    )
    .await?)?;
    let mut to = BTreeMap::<String, usize>::new();
    for mail in stack.mail.all() {
        *to.entry(mail.to.to_string()).or_default() += 1;
    }
    if to.values().sum::<usize>() != count {
        return Err(format!("mailed: {to:?}").into());
    }

    let of = |name: &str, times: usize| -> Vec<Value> {
        (0..times).map(|_| event(name, json!({ "userId": budi.user }))).collect()
    };
    row("", &stack, &ctx, (of("user.email_verified", LOW), notifier::function)).await?;
    row("", &stack, &ctx, (of("user.password_changed", CRITICAL), notifier::function)).await?;
    let mails = |priority| {
        let sent = stack.work.to(Queue::Messages(priority)).into_iter();
        sent.filter(|message| message["channel"] == "email").collect()
    };
    let (low, critical) = (mails(Priority::Low), mails(Priority::Critical));
    let (low_waits, critical_waits) = under_load(&ctx, low, critical).await?;
    say(format_args!(
        "\n{LOW} messages of low priority wait, and {CRITICAL} critical ones come, one every {EVERY:?}.\n"
    ))?;
    say("| from its queue to the mail | p50 ms | p99 ms |\n|---|---|---|")?;
    for (what, waits) in [("critical", critical_waits), ("low", low_waits)] {
        say(format_args!("| {what} | {} | {} |", millis(waits.percentile(50)), millis(waits.percentile(99))))?;
    }
    Ok(())
}

/// How long each message waits from its queue to the mail, where as many processes of each priority run as the template
/// lets: those of the low ones from the start, those of the critical ones from when they come.
async fn under_load(ctx: &Ctx, low: Vec<Value>, critical: Vec<Value>) -> Result<(Micros, Micros), Failure> {
    let start = Stopwatch::start();
    let low_waits = Arc::new(Mutex::new(Micros::default()));
    let waiting = Arc::new(Mutex::new(low));
    let mut processes = tokio::task::JoinSet::new();
    for _ in 0..OF_LOW {
        let (handle, waiting, waits) =
            (queue::handler(messenger::function(ctx.clone()))?, Arc::clone(&waiting), Arc::clone(&low_waits));
        processes.spawn(async move {
            while let Some(batch) = queue::take(&waiting).await {
                let size = batch.len();
                queue::give(&handle, batch).await?;
                let mut waits = waits.lock().await;
                (0..size).for_each(|_| waits.add(start.elapsed()));
            }
            Ok::<(), Failure>(())
        });
    }
    let critical_waits = Arc::new(Mutex::new(Micros::default()));
    for message in critical {
        let (handle, waits) = (queue::handler(messenger::function(ctx.clone()))?, Arc::clone(&critical_waits));
        processes.spawn(async move {
            let queued = Stopwatch::start();
            queue::give(&handle, vec![message]).await?;
            waits.lock().await.add(queued.elapsed());
            Ok(())
        });
        tokio::time::sleep(EVERY).await;
    }
    while let Some(process) = processes.join_next().await {
        process??;
    }
    let low = std::mem::take(&mut *low_waits.lock().await);
    let critical = std::mem::take(&mut *critical_waits.lock().await);
    Ok((low, critical))
}

/// Messages, and the function that takes them.
type Work = (Vec<Value>, fn(Ctx) -> Function);

async fn row(what: &str, stack: &Stack, ctx: &Ctx, (messages, function): Work) -> Result<String, Failure> {
    let count = u64::try_from(messages.len())?;
    let before = ctx.ports().meter.total();
    let watch = Stopwatch::start();
    queue::drain(PROCESSES, || function(ctx.clone()), messages).await?;
    let micros = u64::try_from(watch.elapsed().as_micros())?.max(1);
    let used = ctx.ports().meter.total().since(before);
    let floor = floor(stack, &used, what).await?.max(1);
    let rate = |micros: u64| count * 1_000_000 / micros;
    Ok(format!(
        "| {what} | {} | {} | {} | {} | {} |",
        rate(micros),
        tenths(used.round_trips, count),
        tenths(used.write_units, count),
        rate(floor),
        ratio(micros, floor),
    ))
}

/// The microseconds that the store needs for as many single writes as `used` has units, and else reads, by the SDK alone.
async fn floor(stack: &Stack, used: &Usage, run: &str) -> Result<u64, Failure> {
    let (writes, share) = (used.write_units, u64::try_from(PROCESSES)?);
    let reads = used.round_trips.saturating_sub(writes);
    let client = Arc::new(store_client(&stack.store));
    let watch = Stopwatch::start();
    let mut processes = tokio::task::JoinSet::new();
    for process in 0..share {
        let (client, pk) = (Arc::clone(&client), AttributeValue::S(format!("FLOOR#{run}#{process}")));
        processes.spawn(async move {
            for n in 0..writes / share {
                let put = client.put_item().table_name(TABLE_NAME).item("PK", pk.clone());
                let put = put.item("SK", AttributeValue::S(n.to_string()));
                put.item("data", AttributeValue::S("x".repeat(BYTES))).send().await?;
            }
            for n in 0..reads / share {
                let get = client.get_item().table_name(TABLE_NAME).key("PK", pk.clone());
                get.key("SK", AttributeValue::S(n.to_string())).consistent_read(true).send().await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(process) = processes.join_next().await {
        process??;
    }
    Ok(u64::try_from(watch.elapsed().as_micros())?)
}
