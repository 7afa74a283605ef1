//! Whether the time of a failed login tells if there is such an account: logins with a known address and a wrong password
//! against logins with an unknown address, in turns, through the real router with the real argon2id. Also what one such
//! hash costs. `login-timing [samples]`, 400 of each unless told.
//!
//! The two are alike when |z| of the Mann–Whitney test is below 2.576 (p > 0.01) and the medians differ by less than 5 %
//! of a hash's time.

mod ranks;

use std::{process::ExitCode, time::Duration};

use bench::{Failure, Micros, conditions, ended, millis, say};
use cloud::telemetry::Stopwatch;
use identity::{Hasher, Password, Role};
use kernel::Secret;
use ranks::Comparison;
use serde_json::json;
use testkit::{Client, Stack};

/// How many samples of each unless told, and how many before.
const SAMPLES: usize = 400;
const WARM_UP: usize = 5;

/// A run that takes longer is given up.
const LIMIT: Duration = Duration::from_mins(20);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    let samples = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(SAMPLES);
    ended(tokio::time::timeout(LIMIT, measure(samples)).await.unwrap_or_else(|late| Err(late.into())))
}

/// The times of both kinds, in microseconds.
#[derive(Default)]
struct Times {
    known: Vec<u64>,
    unknown: Vec<u64>,
}

async fn measure(samples: usize) -> Result<(), Failure> {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko").await;
    stack.user(owner.scope, "known@example.com", Role::User).await;
    let client = Client::new(identity_api::function(stack.loose()));
    let mut times = Times::default();
    let mut hashes = Micros::default();
    let hasher = Hasher::new(stack.ctx().ports().keys.derive("pepper 1"));
    for round in 0..WARM_UP + samples {
        if round == WARM_UP {
            (times, hashes) = (Times::default(), Micros::default());
        }
        // Who goes first changes, so that neither always finds the caches warm.
        let (known, unknown) = if round % 2 == 0 {
            let known = login(&client, "known@example.com").await?;
            (known, login(&client, "other@example.com").await?)
        } else {
            let unknown = login(&client, "other@example.com").await?;
            (login(&client, "known@example.com").await?, unknown)
        };
        times.known.push(known);
        times.unknown.push(unknown);
        let password = Password::typed(&Secret::new("wrong horse battery".to_owned()));
        let watch = Stopwatch::start();
        hasher.hash(password, [7; 16]).await?;
        hashes.add(watch.elapsed());
    }
    report(&times, &hashes)
}

async fn login(client: &Client, email: &str) -> Result<u64, Failure> {
    let body = json!({ "email": email, "password": "wrong horse battery" });
    let watch = Stopwatch::start();
    let answer = client.post("/api/v1/auth/login", body).tenant("toko").send().await;
    let micros = u64::try_from(watch.elapsed().as_micros())?;
    if answer.status == 401 { Ok(micros) } else { Err(answer.snapshot().into()) }
}

fn report(times: &Times, hashes: &Micros) -> Result<(), Failure> {
    let comparison = Comparison::of(&times.known, &times.unknown);
    let (known, unknown) = (median(&times.known), median(&times.unknown));
    let per_mille = known.abs_diff(unknown) * 1000 / hashes.median().max(1);
    say(format_args!("Failed logins, {} of each, in turns; {}\n", times.known.len(), conditions()?))?;
    say(format_args!("known address, wrong password: median {} ms", millis(known)))?;
    say(format_args!("unknown address:               median {} ms", millis(unknown)))?;
    say(format_args!("difference of the medians:     {per_mille} ‰ of a hash (alike below 50)"))?;
    let Comparison { u, z_thousandths } = comparison;
    say(format_args!("Mann–Whitney:                  U {u}, z {z_thousandths} ‰ (alike within ±2576)"))?;
    say(format_args!(
        "argon2id, 19 MiB, 2 passes:    min {} ms, median {} ms",
        millis(hashes.percentile(0)),
        millis(hashes.median())
    ))?;
    Ok(())
}

fn median(micros: &[u64]) -> u64 {
    let mut set = Micros::default();
    micros.iter().for_each(|micros| set.add(Duration::from_micros(*micros)));
    set.median()
}
