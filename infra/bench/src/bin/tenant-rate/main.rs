//! What the operator's views and operations on tenants take with 100, 1,000 and 10,000 tenants, each next to the same floor of
//! two store calls by the SDK alone, in the same run. Stops by itself; listens on loopback only.
//!
//! Tenants are seeded by the repositories that the functions use, without owners: a password's hash is what it is, and makes no
//! curve.

use std::{collections::BTreeMap, process::ExitCode, sync::Arc, time::Duration};

use bench::{Failure, Floor, Micros, conditions, context, ended, ratio, say, sealed};
use cloud::{Ctx, config::Limits, telemetry::Stopwatch};
use futures::{StreamExt, TryStreamExt, stream};
use http::Method;
use kernel::{Country, Currency, Slug, TenantId, UserId};
use table::{CapacityMeter, DynamoTable, OperatorScope, Table, Transaction};
use tenancy::{Directory, Enlisted, NewTenant, Seen, Tenant, Tenants};
use testkit::{Client, Member, Stack, TABLE_NAME, store_client};

/// How many tenants there are at each point of the curve.
const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// How often each view is measured, and how often it runs before.
const TIMES: usize = 200;
const WARM_UP: usize = 20;
/// How many operations are counted, and how many are in flight at once.
const OPERATIONS: usize = 2_000;
const AT_ONCE: usize = 8;
/// A run that takes longer is given up.
const LIMIT: Duration = Duration::from_mins(20);

const OPERATOR: OperatorScope = OperatorScope::assume("the operator's views are measured");
const PLANS: [&str; 3] = ["STARTER", "PROFESSIONAL", "ENTERPRISE"];

/// What is measured: a name, and where it is.
const VIEWS: [(&str, &str); 5] = [
    ("the newest 20", "/api/v1/tenants?limit=20"),
    ("20 by name, of one status and plan", "/api/v1/tenants?limit=20&sort=name&status=TRIAL&planKey=STARTER"),
    ("a search that finds one in ten", "/api/v1/tenants?limit=20&q=toko%207"),
    ("a search that finds one", "/api/v1/tenants?limit=20&q=toko-42x"),
    ("analytics", "/api/v1/tenants/analytics"),
];

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    // Log lines are made as in production, and dropped.
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(LIMIT, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

struct World {
    ctx: Ctx,
    client: Client,
    operator: Member,
    floor: Floor,
    meter: CapacityMeter,
    tenants: Vec<TenantId>,
}

async fn measure() -> Result<(), Failure> {
    let stack = Stack::start().await;
    let operator = stack.operator().await;
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let meter = table.meter().clone();
    let table: Arc<dyn Table> = Arc::new(table);
    let ctx = context(&stack, sealed(&stack, table), Limits::Loose);
    let row = operator.scope.key(format_args!("USR#{}", operator.user), "USER");
    let floor = Floor::new(store_client(&stack.store), TABLE_NAME, operator.scope.key("BENCH", "COUNTER"), row).await?;
    let client = Client::new(tenants_api::function(ctx.clone()));
    let mut world = World { ctx, client, operator, floor, meter, tenants: Vec::new() };
    say("| tenants | what | median µs | p95 µs | × floor | round trips | half read units |")?;
    say("|---|---|---|---|---|---|---|")?;
    for size in SIZES {
        world.seed(size).await?;
        for (what, path) in VIEWS {
            world.view(what, path).await?;
        }
        world.walk().await?;
        world.operate().await?;
    }
    say(format_args!("\n{TIMES} calls each after {WARM_UP}, in turns with the floor; {}", conditions()?))?;
    Ok(())
}

impl World {
    async fn seed(&mut self, size: usize) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        let more: Vec<usize> = (self.tenants.len()..size).collect();
        let count = u128::try_from(more.len())?.max(1);
        let made: Vec<TenantId> =
            stream::iter(more).map(|number| self.enrol(number)).buffered(AT_ONCE).try_collect().await?;
        self.tenants.extend(made);
        let each = watch.elapsed().as_micros() / count;
        say(format_args!(
            "| {size} | seeding: a tenant, its enlisted and its places, {AT_ONCE} at once | {each} | | | | |"
        ))?;
        Ok(())
    }

    async fn enrol(&self, number: usize) -> Result<TenantId, Failure> {
        let ctx = &self.ctx;
        // `toko-42x`: no number begins another.
        let slug: Slug = Slug::try_from(format!("toko-{number}x"))?;
        let new = NewTenant {
            id: TenantId::new(ctx.new_ulid()),
            name: format!("Toko {number}x").parse()?,
            slug,
            owner: UserId::new(ctx.new_ulid()),
            country: Country::ID,
            currency: Currency::IDR,
            timezone: "Asia/Jakarta".parse()?,
        };
        let tenant = Tenant::sign_up(new, ctx.now());
        let mut transaction = Transaction::new();
        Tenants::insert(&mut transaction, &tenant)?;
        ctx.table().transact(transaction).await?;
        let plan = PLANS.get(number % PLANS.len()).map(|plan| (*plan).to_owned());
        let seen =
            Seen { tenant: Some(&tenant), plan, step: None, mark: None, at_limits: BTreeMap::new(), now: ctx.now() };
        if let Some(enlisted) = Enlisted::after(None, seen) {
            let mut transaction = Transaction::new();
            Directory::new(ctx.table(), OPERATOR).save(&mut transaction, None, &enlisted)?;
            until_written(ctx, transaction).await?;
        }
        Ok(tenant.id)
    }

    /// One view, in turns with the floor.
    async fn view(&self, what: &str, path: &str) -> Result<(), Failure> {
        let (mut whole, mut floor) = (Micros::default(), Micros::default());
        let mut used = self.meter.total();
        for round in 0..WARM_UP + TIMES {
            if round == WARM_UP {
                (whole, floor, used) = (Micros::default(), Micros::default(), self.meter.total());
            }
            whole.add(timed(self.get(path)).await?);
            floor.add(timed(self.floor.run()).await?);
        }
        let (used, times) = (self.meter.total().since(used), u64::try_from(TIMES)?);
        let (median, p95) = (whole.median(), whole.percentile(95));
        let (trips, units) = (used.round_trips / times, used.read_halves / times);
        let times_floor = ratio(median, floor.median());
        say(format_args!(
            "| {} | {what} | {median} | {p95} | {times_floor} | {trips} | {units} |",
            self.tenants.len()
        ))?;
        Ok(())
    }

    /// What every job that goes through all tenants begins with: their ids, page by page.
    async fn walk(&self) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        let (mut after, mut found) = (None, 0);
        loop {
            let page = Tenants::new(self.ctx.table()).ids_from(OPERATOR, None, after).await?;
            found += page.items.len();
            after = page.last;
            if after.is_none() {
                break;
            }
        }
        if found < self.tenants.len() {
            return Err("tenants are missing".into());
        }
        let nanos = watch.elapsed().as_nanos() / u128::try_from(found)?;
        say(format_args!("| {} | a nightly walk over all ids, ns for each | {nanos} | | | | |", self.tenants.len()))?;
        Ok(())
    }

    /// Three reads of a tenant to one write, an export that is asked for or refused since one is being made; some at once.
    async fn operate(&self) -> Result<(), Failure> {
        let watch = Stopwatch::start();
        let calls = (0..OPERATIONS).map(|number| self.operation(number));
        let times: Vec<Duration> = stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await?;
        let elapsed = watch.elapsed().as_micros().max(1);
        let mut micros = Micros::default();
        for time in times {
            micros.add(time);
        }
        let rate = u128::try_from(OPERATIONS)? * 1_000_000 / elapsed;
        let (median, p95) = (micros.median(), micros.percentile(95));
        let what = format!("3 reads of a tenant to 1 write, {AT_ONCE} at once: {rate} a second");
        say(format_args!("| {} | {what} | {median} | {p95} | | | |", self.tenants.len()))?;
        Ok(())
    }

    async fn operation(&self, number: usize) -> Result<Duration, Failure> {
        let tenant = self.tenants.get(number * 7919 % self.tenants.len()).ok_or("no tenants")?;
        if !number.is_multiple_of(4) {
            return timed(self.get(&format!("/api/v1/tenants/{tenant}"))).await;
        }
        timed(self.export(tenant, number)).await
    }

    async fn export(&self, tenant: &TenantId, number: usize) -> Result<(), Failure> {
        let call = self.client.call(Method::POST, format!("/api/v1/tenants/{tenant}/export"));
        let key = format!("{}-{number}", self.tenants.len());
        let answer = call.bearer(&self.operator.token).idempotency_key(&key).send().await;
        if [202, 409].contains(&answer.status.as_u16()) { Ok(()) } else { Err(answer.snapshot().into()) }
    }

    async fn get(&self, path: &str) -> Result<(), Failure> {
        let answer = self.client.call(Method::GET, path).bearer(&self.operator.token).send().await;
        if answer.status == 200 { Ok(()) } else { Err(answer.snapshot().into()) }
    }
}

async fn until_written(ctx: &Ctx, transaction: Transaction) -> Result<(), Failure> {
    // Others add to the same counters of the census at the same time.
    let mut last = Ok(());
    for lost in 1..=20 {
        last = ctx.table().transact(transaction.clone()).await;
        if last.is_ok() {
            return Ok(());
        }
        ctx.back_off(lost).await;
    }
    Ok(last?)
}

async fn timed(work: impl Future<Output = Result<(), Failure>>) -> Result<Duration, Failure> {
    let watch = Stopwatch::start();
    work.await?;
    Ok(watch.elapsed())
}
