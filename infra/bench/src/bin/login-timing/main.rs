//! Does the time of a failed login tell whether the account exists? Logins with a wrong password at known and at unknown
//! addresses, in turns, through the router, on real argon2id; then the Mann–Whitney test on both sets. Stops by itself;
//! listens on loopback only.

mod ranks;

use std::{process::ExitCode, time::Duration};

use bench::{Failure, Micros, conditions, ended, say};
use cloud::telemetry::Stopwatch;
use identity::{Hasher, Password, Role};
use kernel::Secret;
use serde_json::json;
use testkit::{Client, Stack};

/// How many logins of each kind, unless an argument says otherwise.
const SAMPLES: usize = 400;
/// How many accounts they are spread over, so that none is locked.
const ACCOUNTS: usize = 20;
/// A run that takes longer is given up.
const LIMIT: Duration = Duration::from_mins(10);

#[tokio::main(worker_threads = 1)]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_env_filter("info").with_writer(std::io::sink).init();
    ended(tokio::time::timeout(LIMIT, measure()).await.unwrap_or_else(|late| Err(late.into())))
}

async fn measure() -> Result<(), Failure> {
    let samples = match std::env::args().nth(1) {
        Some(number) => number.parse()?,
        None => SAMPLES,
    };
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko").await;
    for account in 0..ACCOUNTS {
        stack.user(owner.scope, &format!("known-{account}@example.com"), Role::User).await;
    }
    let client = Client::new(identity_api::function(stack.loose()));
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..samples + ACCOUNTS {
        let account = round % ACCOUNTS;
        // Which of the two comes first changes from round to round.
        let order = if round % 2 == 0 { ["known", "unknown"] } else { ["unknown", "known"] };
        for kind in order {
            let micros = login(&client, &format!("{kind}-{account}@example.com")).await?;
            if round >= ACCOUNTS {
                if kind == "known" { known.push(micros) } else { unknown.push(micros) }
            }
        }
    }
    let hash = hash_cost(&stack).await?;
    report(&known, &unknown, &hash)
}

async fn login(client: &Client, email: &str) -> Result<u64, Failure> {
    let body = json!({ "email": email, "password": "wrong horse battery" });
    let watch = Stopwatch::start();
    let answer = client.post("/api/v1/auth/login", body).tenant("toko").send().await;
    let micros = u64::try_from(watch.elapsed().as_micros())?;
    if answer.status == 401 { Ok(micros) } else { Err(answer.snapshot().into()) }
}

/// What one hash costs, on this machine and now.
async fn hash_cost(stack: &Stack) -> Result<Micros, Failure> {
    let hasher = Hasher::derived(|label| stack.ctx().ports().keys.derive(label));
    let mut micros = Micros::default();
    for _ in 0..50 {
        let password = Password::typed(&Secret::new("correct horse battery".to_owned()));
        let watch = Stopwatch::start();
        hasher.hash(password, [7; 16]).await?;
        micros.add(watch.elapsed());
    }
    Ok(micros)
}

fn report(known: &[u64], unknown: &[u64], hash: &Micros) -> Result<(), Failure> {
    let set = |values: &[u64]| {
        let mut micros = Micros::default();
        for micro in values {
            micros.add(Duration::from_micros(*micro));
        }
        micros
    };
    let (known_set, unknown_set) = (set(known), set(unknown));
    say(format_args!("{} failed logins of each kind, in turns; {}\n", known.len(), conditions()?))?;
    say("| what | median µs | p95 µs |\n|---|---|---|")?;
    for (what, micros) in [
        ("known address, wrong password", &known_set),
        ("unknown address", &unknown_set),
        ("one argon2id hash (19 MiB, 2 passes)", hash),
    ] {
        say(format_args!("| {what} | {} | {} |", micros.median(), micros.percentile(95)))?;
    }
    let apart = known_set.median().abs_diff(unknown_set.median());
    let per_mille = apart * 1000 / hash.median().max(1);
    let z = ranks::z_in_thousandths(known, unknown);
    let verdict = if z.abs() < ranks::ONE_PER_CENT && per_mille < 50 { "cannot" } else { "CAN" };
    say(format_args!(
        "\nMedians {apart} µs apart, {per_mille} ‰ of a hash. Mann–Whitney z = {z}/1000 (±{}/1000 is p = 0.01).\n\
         By their time the two {verdict} be told apart.",
        ranks::ONE_PER_CENT
    ))?;
    Ok(())
}
