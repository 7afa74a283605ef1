//! A warm, authenticated `GET /api/v1/users/me` in this process, from the API Gateway event to the answer, next to its
//! floor: the same two store calls by the SDK alone, on the same store. Stops by itself; listens on loopback only.

mod remembering;

use std::{process::ExitCode, sync::Arc, time::Duration};

use bench::{Failure, Floor, Micros, conditions, context, ended, guarded, ratio, say, sealed};
use cloud::{config::Limits, telemetry::Stopwatch};
use remembering::RememberingTable;
use table::{DynamoTable, Table};
use testkit::{Client, Member, Stack, TABLE_NAME, store_client};

/// How often each is measured, and how often it runs before.
const TIMES: usize = 2000;
const WARM_UP: usize = 200;

/// A run that takes longer is given up.
const LIMIT: Duration = Duration::from_mins(5);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    // Log lines are made as in production, and dropped.
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(LIMIT, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

/// What is measured, in turns.
#[derive(Default)]
struct Figures {
    whole: Micros,
    floor: Micros,
    own: Micros,
    open: Micros,
    guarded: Micros,
    token: Micros,
}

async fn measure() -> Result<(), Failure> {
    let stack = Stack::start().await;
    let (_, member) = stack.tenant("toko").await;
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let meter = table.meter().clone();
    let table: Arc<dyn Table> = Arc::new(table);
    let whole = Client::new(identity_api::function(context(&stack, sealed(&stack, Arc::clone(&table)), Limits::Loose)));
    let own = context(&stack, sealed(&stack, Arc::new(RememberingTable::new(table))), Limits::Loose);
    let tokens = web::Api::new(own.clone());
    let doors = Client::new(web::serve(own.clone(), guarded::endpoints()));
    let own = Client::new(identity_api::function(own));
    let row = member.scope.key(format_args!("USR#{}", member.user), "USER");
    let floor = Floor::new(store_client(&stack.store), TABLE_NAME, member.scope.key("BENCH", "COUNTER"), row).await?;

    let mut figures = Figures::default();
    let mut used = meter.total();
    for round in 0..WARM_UP + TIMES {
        if round == WARM_UP {
            figures = Figures::default();
            used = meter.total();
        }
        figures.whole.add(timed(call(&whole, ME, &member)).await?);
        figures.floor.add(timed(floor.run()).await?);
        figures.own.add(timed(call(&own, ME, &member)).await?);
        figures.open.add(timed(call(&doors, guarded::OPEN, &member)).await?);
        figures.guarded.add(timed(call(&doors, guarded::GUARDED, &member)).await?);
        figures.token.add(timed(async { Ok(tokens.tokens().access(&member.token, tokens.now()).map(drop)?) }).await?);
    }
    let used = meter.total().since(used);
    let times = u64::try_from(TIMES)?;
    report(&figures)?;
    say(format_args!(
        "\nStore, for each request: {} round trips, {} half read units, {} write units.",
        used.round_trips / times,
        used.read_halves / times,
        used.write_units / times
    ))?;
    Ok(())
}

const ME: &str = "/api/v1/users/me";

async fn call(client: &Client, path: &str, member: &Member) -> Result<(), Failure> {
    let answer = client.get(path).bearer(&member.token).send().await;
    if answer.status == 200 { Ok(()) } else { Err(answer.snapshot().into()) }
}

async fn timed(work: impl Future<Output = Result<(), Failure>>) -> Result<Duration, Failure> {
    let watch = Stopwatch::start();
    work.await?;
    Ok(watch.elapsed())
}

fn report(figures: &Figures) -> Result<(), Failure> {
    say(format_args!("GET /api/v1/users/me, {TIMES} times after {WARM_UP}, in turns; {}\n", conditions()?))?;
    say("| what | median µs | p95 µs | × floor |")?;
    say("|---|---|---|---|")?;
    let rows = [
        ("the whole request", &figures.whole),
        ("floor: one UpdateItem and one GetItem by the SDK alone", &figures.floor),
        ("the request on a table that answers from memory", &figures.own),
        ("the same, of a handler that answers nothing, without a guard", &figures.open),
        ("the same behind `Caller`: token, standing, limit, permission", &figures.guarded),
        ("of which verifying the token", &figures.token),
    ];
    let authorising = figures.guarded.median().saturating_sub(figures.open.median());
    for (what, micros) in rows {
        let (median, p95) = (micros.median(), micros.percentile(95));
        say(format_args!("| {what} | {median} | {p95} | {} |", ratio(median, figures.floor.median())))?;
    }
    say(format_args!("\nVerifying and authorising a warm call: {authorising} µs."))?;
    Ok(())
}
