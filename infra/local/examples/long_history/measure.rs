//! Calls in a row, and from many callers at once.

use std::fmt;

use bench::{Failure, Micros};
use cloud::telemetry::Stopwatch;
use futures::future::try_join_all;

use crate::client::Api;

/// How many of the calls in a row come first and are not timed.
const WARM_UP: u64 = 30;
/// All calls in a row.
pub const ALL_READS: u64 = 330;
/// Calls of all callers together.
const TOGETHER: usize = 1_920;

/// Calls of `GET /users/me`, one after another.
pub async fn reads(api: &Api, token: &str) -> Result<Micros, Failure> {
    let mut reads = Micros::default();
    for round in 0..ALL_READS {
        let watch = Stopwatch::start();
        api.me(token).await?;
        if round >= WARM_UP {
            reads.add(watch.elapsed());
        }
    }
    Ok(reads)
}

/// What callers at once were given.
pub struct Callers {
    /// Each call.
    pub each: Micros,
    per_second: u128,
}

impl Callers {
    /// The same number of calls whatever the number of callers.
    pub async fn run<F>(callers: usize, call: impl Fn() -> F) -> Result<Self, Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        let watch = Stopwatch::start();
        let of_one = || async {
            let mut times = Vec::new();
            for _ in 0..TOGETHER / callers {
                let watch = Stopwatch::start();
                call().await?;
                times.push(watch.elapsed());
            }
            Ok::<_, Failure>(times)
        };
        let times = try_join_all((0..callers).map(|_| of_one())).await?.concat();
        let micros = watch.elapsed().as_micros().max(1);
        let per_second = u128::try_from(times.len())? * 1_000_000 / micros;
        let mut each = Micros::default();
        for time in times {
            each.add(time);
        }
        Ok(Self { each, per_second })
    }
}

impl fmt::Display for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {}", self.per_second, self.each.median(), self.each.percentile(95))
    }
}
