//! What a gateway adds to a chat completion: ours, npm `@portkey-ai/gateway` and `PyPI` `litellm[proxy]` in front of one mock
//! upstream, which also is the floor. 1 caller, then 32 at once. Stops by itself; listens on loopback only.
//!
//! Ours asks who calls, counts the call and the interaction, holds and settles the cost in a budget and writes a row for
//! each request, on an embedded store in this process; the peers keep nothing. `npm ci` and `pip install` in `infra/bench/peers/ai` install
//! them; one that is not there is left out.

mod ours;
mod peers;
mod upstream;

use std::{process::ExitCode, sync::Arc, time::Duration};

use bench::{Failure, Micros, conditions, ended, millis, ratio, say};
use cloud::telemetry::Stopwatch;

const CALLERS: [usize; 2] = [1, 32];
const CALLS: usize = 2_000;
const WARM_UP: usize = 200;

/// A run that takes longer is given up.
const AT_MOST: Duration = Duration::from_mins(10);

/// Somebody who answers chat completions.
pub(crate) struct Candidate {
    name: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    /// Whose memory it is.
    process: u32,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(AT_MOST, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

async fn measure() -> Result<(), Failure> {
    let upstream = upstream::serve().await?;
    let floor = Candidate {
        name: "the mock upstream alone",
        url: format!("{upstream}/chat/completions"),
        headers: Vec::new(),
        process: std::process::id(),
    };
    let ours = ours::serve(&upstream).await?;
    let (mut running, mut candidates) = (Vec::new(), vec![floor, ours]);
    for (child, candidate) in peers::start(&upstream).await? {
        running.push(child);
        candidates.push(candidate);
    }
    let mut rows = Vec::new();
    for callers in CALLERS {
        let mut floor = 0;
        for candidate in &candidates {
            let _warm = load(candidate, callers, WARM_UP).await?;
            let watch = Stopwatch::start();
            let taken = load(candidate, callers, CALLS).await?;
            let all = u64::try_from(watch.elapsed().as_micros())?;
            let rate = u64::try_from(CALLS)? * 1_000_000 / all.max(1);
            floor = if floor == 0 { taken.median() } else { floor };
            rows.push(format!(
                "| {callers} | {} | {} | {} | {rate} | {} | {} |",
                candidate.name,
                millis(taken.median()),
                millis(taken.percentile(99)),
                ratio(taken.median(), floor),
                memory(candidate.process)?,
            ));
        }
    }
    for mut child in running {
        child.kill().await?;
    }
    say(format_args!("{CALLS} chat completions of one sentence; {}\n", conditions()?))?;
    say("| callers | through | p50 ms | p99 ms | /s | p50 ÷ upstream | RSS MB |")?;
    say("|---|---|---|---|---|---|---|")?;
    for row in rows {
        say(row)?;
    }
    say(
        "\nThe upstream, ours, its store and the callers are one process: its memory and its two cores are theirs together.",
    )?;
    Ok(())
}

/// So many calls by so many callers at once.
async fn load(candidate: &Candidate, callers: usize, calls: usize) -> Result<Micros, Failure> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut request = client.post(&candidate.url);
    for (name, value) in &candidate.headers {
        request = request.header(*name, value);
    }
    let request = Arc::new(request.json(&upstream::question()).build()?);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (client, request) = (client.clone(), Arc::clone(&request));
        tasks.spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..calls.div_ceil(callers) {
                let again = request.try_clone().ok_or("a body that cannot be sent twice")?;
                let watch = Stopwatch::start();
                let answer = client.execute(again).await?;
                let status = answer.status();
                let body = answer.bytes().await?;
                if !status.is_success() {
                    return Err(Failure::from(format!("{status}: {}", String::from_utf8_lossy(&body))));
                }
                taken.push(watch.elapsed());
            }
            Ok::<_, Failure>(taken)
        });
    }
    let mut all = Micros::default();
    while let Some(done) = tasks.join_next().await {
        done??.into_iter().for_each(|taken| all.add(taken));
    }
    Ok(all)
}

/// What a process holds in memory, in megabytes.
fn memory(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024)
}
