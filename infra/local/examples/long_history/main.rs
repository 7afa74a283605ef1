//! Whether the local cloud stays as fast as it was at its start: usage events and `GET /api/v1/users/me` after 0, 10,000
//! and 100,000 events, many callers at once, and what an idle cloud costs after all that.
//!
//! `cargo run -p ruko-local --example long_history -- [--data DIR] [EVENTS…]`. Everything on loopback; it ends by itself
//! after an hour at most, and a step that takes more than ten minutes says how far it came. Linux only.

mod client;
mod measure;
mod processor;
mod shop;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use bench::{Failure, Floor, conditions, ended, ratio, say};
use client::Api;
use cloud::config::Limits;
use measure::Callers;
use processor::Meter;
use ruko_local::{Data, LocalCloud, Options, linked, random_password, seed};
use shop::Shop;
use table::TenantScope;

/// After how many events it is measured, when the command line does not say.
const HISTORY: [u64; 3] = [0, 10_000, 100_000];
/// How many callers read at once.
const CALLERS: [usize; 3] = [1, 16, 64];
/// A run that takes longer is given up.
const LIMIT: Duration = Duration::from_hours(1);

#[tokio::main]
async fn main() -> ExitCode {
    ended(tokio::time::timeout(LIMIT, run()).await.unwrap_or_else(|late| Err(late.into())))
}

/// Where the data is kept, and after how many events it is measured.
fn arguments() -> Result<(Data, Vec<u64>), Failure> {
    let (mut data, mut history) = (Data::Memory, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--data" {
            data = Data::Directory(PathBuf::from(arguments.next().ok_or("--data DIR")?));
        } else {
            history.push(argument.parse::<u64>()?);
        }
    }
    if history.is_empty() {
        history.extend(HISTORY);
    }
    history.sort_unstable();
    Ok((data, history))
}

async fn run() -> Result<(), Failure> {
    let (data, history) = arguments()?;
    let place = if data == Data::Memory { "in memory" } else { "in a directory" };
    let password = random_password();
    let options = Options { data, ..Options::default() };
    let cloud =
        LocalCloud::start(options, linked(Limits::Loose), Some(seed::seeding(seed::OPERATOR, &password))).await?;
    let control = cloud.control();
    let api = Api::new(control.base_url());
    let mut shop = Shop::open(&api, &control).await?;

    say(format_args!("The local cloud {place}, after a history of usage events\n"))?;
    say("| events | usage events/s | processor µs for each | GET /users/me p50 µs | p95 µs | processor µs for each |")?;
    say("|---|---|---|---|---|---|")?;
    for wanted in history {
        let reached = shop.report_until(&api, wanted).await?;
        control.drain().await?;
        let token = shop.sign_in(&api).await?;
        let meter = Meter::start()?;
        let reads = measure::reads(&api, &token).await?;
        let of_a_read = meter.micros_for_each(measure::ALL_READS)?;
        let meter = Meter::start()?;
        let (speed, events) = shop.report_sample(&api).await?;
        // What follows in the background belongs to them.
        control.drain().await?;
        let of_an_event = meter.micros_for_each(events)?;
        let (median, p95) = (reads.median(), reads.percentile(95));
        say(format_args!("| {reached} | {speed} | {of_an_event} | {median} | {p95} | {of_a_read} |"))?;
        if reached < wanted {
            say(format_args!("\nAfter ten minutes there were not {wanted} events yet."))?;
            break;
        }
    }

    let token = shop.sign_in(&api).await?;
    let scope = TenantScope::new(shop.tenant.parse()?);
    let row = scope.key(format_args!("USR#{}", shop.owner), "USER");
    let endpoints = control.endpoints();
    let store = testkit::store_client(&endpoints.dynamodb);
    let floor = Floor::new(store, &endpoints.table, scope.key("BENCH", "COUNTER"), row).await?;
    say(
        "\n| callers | GET /users/me /s | p50 µs | p95 µs | the store's two calls alone /s | p50 µs | p95 µs | p50 × the store |",
    )?;
    say("|---|---|---|---|---|---|---|---|")?;
    for callers in CALLERS {
        let whole = Callers::run(callers, || api.me(&token)).await?;
        let alone = Callers::run(callers, || floor.run()).await?;
        control.drain().await?;
        let times = ratio(whole.each.median(), alone.each.median());
        say(format_args!("| {callers} | {whole} | {alone} | {times} |"))?;
    }

    control.drain().await?;
    let idle = processor::idle().await?;
    say(format_args!("\nIdle after all that: {idle} ms of one core in each second.\n{}", conditions()?))?;
    cloud.stop().await;
    Ok(())
}
