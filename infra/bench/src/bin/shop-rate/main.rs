//! How many units of one SKU are reserved a second, plain and in buckets, each next to the floor of two store calls by the SDK
//! alone, in the same run; and that of more buyers than units exactly as many get one. Then the same of carts and orders: how long
//! putting something in and ordering take, and how many orders of the last units are over units that are not there. Stops by
//! itself; listens on loopback only.
//!
//! The embedded store has one writer, so buckets gain nothing here: they cost a spread. On DynamoDB a row takes about 1,000 write
//! units a second, and a transactional write of one costs two.

mod checkout;

use std::{collections::BTreeMap, process::ExitCode, sync::Arc, time::Duration};

use bench::{Failure, Floor, Micros, conditions, context, ended, millis, ratio, say, sealed};
use cloud::{config::Limits, telemetry::Stopwatch};
use futures::{StreamExt, stream};
use http::Method;
use serde_json::json;
use table::{CapacityMeter, DynamoTable, Table};
use testkit::{Client, Member, Stack, TABLE_NAME, store_client};

/// How many reservations are made one after the other, and how many before they are measured.
const TIMES: usize = 500;
const WARM_UP: usize = 50;
/// How many are made by many at once, and by how many.
const AT_ONCE: usize = 16;
const RUSH: usize = 2_000;
/// How many units there are of what more want than there is.
const FEW: usize = 100;
const BUYERS: usize = 400;
/// A run that takes longer is given up.
const LIMIT: Duration = Duration::from_mins(10);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    // Log lines are made as in production, and dropped.
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(LIMIT, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

struct World {
    client: Client,
    owner: Member,
    floor: Floor,
    meter: CapacityMeter,
    keys: std::sync::atomic::AtomicU64,
}

async fn measure() -> Result<(), Failure> {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko").await;
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let meter = table.meter().clone();
    let table: Arc<dyn Table> = Arc::new(table);
    let ctx = context(&stack, sealed(&stack, table), Limits::Loose);
    let row = owner.scope.key(format_args!("USR#{}", owner.user), "USER");
    let floor = Floor::new(store_client(&stack.store), TABLE_NAME, owner.scope.key("BENCH", "COUNTER"), row).await?;
    let client = Client::new(inventory_api::function(ctx.clone()));
    let world = World { client, owner, floor, meter, keys: std::sync::atomic::AtomicU64::default() };
    say(
        "| one SKU | p50 ms | p99 ms | × floor | a second, one after the other | a second, 16 at once | round trips |",
    )?;
    say("|---|---|---|---|---|---|---|")?;
    for (sku, buckets) in [("PLAIN", 1_u8), ("SPREAD", 8)] {
        world.stock(sku, 1_000_000, buckets).await?;
        world.curve(sku, buckets).await?;
    }
    world.stock("FEW", FEW, 1).await?;
    let answers = world.rush("FEW", BUYERS).await;
    let (won, lost) = (answers.get(&201).copied().unwrap_or(0), answers.get(&409).copied().unwrap_or(0));
    if (won, lost) != (FEW, BUYERS - FEW) {
        return Err(format!("of {FEW} units {won} were reserved: {answers:?}").into());
    }
    say(format_args!(
        "\n{BUYERS} buyers of {FEW} units, {AT_ONCE} at once: {won} got one, {lost} were told that none is left."
    ))?;
    let (shop, beside) = ((&world.owner, &world.client), (&world.floor, &world.meter));
    checkout::Checkout::open(&ctx, shop, beside).await?.measure().await?;
    say(format_args!("\n{TIMES} reservations each after {WARM_UP}, in turns with the floor; {}", conditions()?))?;
    Ok(())
}

impl World {
    async fn stock(&self, sku: &str, on_hand: usize, buckets: u8) -> Result<(), Failure> {
        let path = format!("/api/v1/inventory/{sku}");
        let call = self.client.call(Method::PUT, path).json(json!({ "onHand": on_hand, "buckets": buckets }));
        let answer = call.bearer(&self.owner.token).send().await;
        if answer.status == 200 { Ok(()) } else { Err(answer.snapshot().into()) }
    }

    /// The status of one try to reserve a unit.
    async fn reserve(&self, sku: &str) -> u16 {
        let number = self.keys.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let body = json!({ "lines": [{ "sku": sku, "quantity": 1 }] });
        let call = self.client.post("/api/v1/inventory/reservations", body).bearer(&self.owner.token);
        call.idempotency_key(&format!("r{number}")).send().await.status.as_u16()
    }

    async fn curve(&self, sku: &str, buckets: u8) -> Result<(), Failure> {
        let (mut took, mut least, mut trips) = (Micros::default(), Micros::default(), 0);
        let mut sum = 0_u64;
        for round in 0..WARM_UP + TIMES {
            let before = self.meter.total();
            let watch = Stopwatch::start();
            let status = self.reserve(sku).await;
            let elapsed = watch.elapsed();
            if status != 201 {
                return Err(format!("{sku}: {status}").into());
            }
            let used = self.meter.total().since(before);
            let watch = Stopwatch::start();
            self.floor.run().await?;
            if round >= WARM_UP {
                least.add(watch.elapsed());
                took.add(elapsed);
                sum += u64::try_from(elapsed.as_micros())?;
                trips += used.round_trips;
            }
        }
        let watch = Stopwatch::start();
        let answers = self.rush(sku, RUSH).await;
        let micros = u64::try_from(watch.elapsed().as_micros())?;
        if answers.get(&201) != Some(&RUSH) {
            return Err(format!("{sku}: {answers:?}").into());
        }
        let rate = |count: usize, micros: u64| u64::try_from(count).map(|count| count * 1_000_000 / micros.max(1));
        say(format_args!(
            "| {buckets} rows | {} | {} | {} | {} | {} | {} |",
            millis(took.median()),
            millis(took.percentile(99)),
            ratio(took.median(), least.median()),
            rate(TIMES, sum)?,
            rate(RUSH, micros)?,
            bench::tenths(trips, u64::try_from(TIMES)?)
        ))?;
        Ok(())
    }

    /// So many tries at once, and how often each status was answered.
    async fn rush(&self, sku: &str, tries: usize) -> BTreeMap<u16, usize> {
        let mut answers = BTreeMap::new();
        let mut statuses = stream::iter(0..tries).map(|_| self.reserve(sku)).buffer_unordered(AT_ONCE);
        while let Some(status) = statuses.next().await {
            *answers.entry(status).or_default() += 1;
        }
        answers
    }
}
