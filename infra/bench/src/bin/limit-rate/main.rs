//! Decisions of the rate limiter a second, next to those of npm rate-limiter-flexible with its DynamoDB store, and the calls
//! that 64 callers at once get through, on one embedded store. Stops by itself; listens on loopback only.
//!
//! Ours are whole requests, with token, standing and permission, and count three windows; the peer's are its `consume`
//! alone, of one window. `npm ci` in `infra/bench/peers` installs the peer.

use std::{path::Path, process::ExitCode, process::Stdio, sync::Arc, time::Duration};

use bench::{Failure, conditions, context, ended, guarded, say, sealed};
use cloud::{config::Limits, telemetry::Stopwatch};
use serde_json::Value;
use table::DynamoTable;
use testkit::{Client, Stack, TABLE_NAME, store_client};

const TIMES: u64 = 3_000;
const WARM_UP: u64 = 200;
const CALLERS: u64 = 64;
const CALLS: u64 = 20;
/// What a member of a tenant in its trial may do in a minute.
const LIMIT: u64 = 300;

/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_mins(5);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(AT_MOST, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

async fn measure() -> Result<(), Failure> {
    let stack = Stack::start().await;
    let (_, member) = stack.tenant("toko").await;
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let meter = table.meter().clone();
    let loose = context(&stack, sealed(&stack, Arc::new(table)), Limits::Loose);
    let client = Client::new(web::serve(loose, guarded::endpoints()));
    let mut used = meter.total();
    let mut watch = Stopwatch::start();
    for round in 0..WARM_UP + TIMES {
        if round == WARM_UP {
            (used, watch) = (meter.total(), Stopwatch::start());
        }
        let answer = client.get(guarded::GUARDED).bearer(&member.token).send().await;
        if answer.status != 200 {
            return Err(answer.snapshot().into());
        }
    }
    let micros = u64::try_from(watch.elapsed().as_micros())?;
    let used = meter.total().since(used);

    let passed = at_once(&stack).await?;
    let peer = peer(&stack.store).await?;
    let said = |name: &str| peer.get(name).ok_or_else(|| Failure::from(format!("the peer says {peer}")));
    let number = |name: &str| Ok::<u64, Failure>(said(name)?.as_u64().unwrap_or_default());
    say(format_args!(
        "{TIMES} decisions one after the other, then {CALLERS} callers with {CALLS} calls each; {}\n",
        conditions()?
    ))?;
    say("| | decisions/s | writes a decision | of 1,280 calls at once let through |")?;
    say("|---|---|---|---|")?;
    let rate = |micros: u64| TIMES * 1_000_000 / micros.max(1);
    let writes = format!("{}.{:02}", used.write_units / TIMES, used.write_units * 100 / TIMES % 100);
    say(format_args!("| a guarded request, three windows | {} | {writes} | {passed} of {LIMIT} |", rate(micros)))?;
    let per = said("perDecision")?;
    let (theirs, passed) = (rate(number("micros")?), number("passed")?);
    say(format_args!("| rate-limiter-flexible, one window | {theirs} | {per} | {passed} of {LIMIT} |"))?;
    Ok(())
}

/// How many calls of many callers at once are let through.
async fn at_once(stack: &Stack) -> Result<u64, Failure> {
    let (_, member) = stack.tenant("warung").await;
    let table = DynamoTable::new(store_client(&stack.store), TABLE_NAME);
    let strict = context(stack, sealed(stack, Arc::new(table)), Limits::Strict);
    let client = Arc::new(Client::new(web::serve(strict, guarded::endpoints())));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CALLERS {
        let (client, token) = (Arc::clone(&client), member.token.clone());
        callers.spawn(async move {
            let mut passed = 0_u64;
            for _ in 0..CALLS {
                passed += u64::from(client.get(guarded::GUARDED).bearer(&token).send().await.status == 200);
            }
            passed
        });
    }
    Ok(callers.join_all().await.into_iter().sum())
}

async fn peer(store: &str) -> Result<Value, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let arguments = [
        "limiter.mjs",
        store,
        "peer",
        &TIMES.to_string(),
        &CALLERS.to_string(),
        &CALLS.to_string(),
        &LIMIT.to_string(),
    ]
    .map(str::to_owned);
    let child =
        tokio::process::Command::new("node").args(arguments).current_dir(folder).stderr(Stdio::inherit()).output();
    let output = child.await?;
    Ok(serde_json::from_slice(&output.stdout)?)
}
