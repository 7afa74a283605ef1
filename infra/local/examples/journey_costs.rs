//! What each call of the demo journey asks of the table: round trips, read units, write units.
//!
//! `cargo run -p ruko-local --example journey_costs`. What background work asks meanwhile (relay, notifier, limits) counts for the
//! call during which it happened, so that single calls differ a little from run to run and the sums hardly.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use cloud::config::Limits;
use ruko_local::{
    BoxError, LocalCloud, Options,
    journey::{self, Stage, Teller},
    metered, seed,
};
use table::{CapacityMeter, Usage};

struct Costs {
    meters: Arc<OnceLock<Vec<CapacityMeter>>>,
    seen: Mutex<(Usage, Usage)>,
}

impl Costs {
    fn total(&self) -> Usage {
        let used = self.meters.get().into_iter().flatten().map(CapacityMeter::total);
        used.fold(Usage::default(), |all, one| Usage {
            round_trips: all.round_trips + one.round_trips,
            read_halves: all.read_halves + one.read_halves,
            write_units: all.write_units + one.write_units,
        })
    }

    fn row(name: &str, usage: Usage) {
        let reads = format!("{}{}", usage.read_halves / 2, if usage.read_halves % 2 == 1 { ".5" } else { "" });
        let line = format!("| {name} | {} | {reads} | {} |", usage.round_trips, usage.write_units);
        // When nobody reads standard output any more, there is nobody to tell.
        let _nobody_reads = writeln!(std::io::stdout(), "{line}");
    }

    fn end_step(&self) {
        let now = self.total();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if now != seen.1 {
            Self::row("**the step**", now.since(seen.1));
        }
        *seen = (now, now);
    }
}

impl Teller for Costs {
    fn step(&self, title: &str) {
        self.end_step();
        let _nobody_reads = writeln!(std::io::stdout(), "| **{title}** | | | |");
    }

    fn call(&self, method: &str, path: &str, _: u16, _: &str) {
        let now = self.total();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let path: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
        let plain = path.iter().map(|part| if part.contains("_01") { "{id}" } else { part });
        Self::row(&format!("{method} {}", plain.collect::<Vec<_>>().join("/")), now.since(seen.0));
        seen.0 = now;
    }

    fn proof(&self, _: &str) {}

    fn done(&self) {
        self.end_step();
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let password = ruko_local::random_password();
    let (build, meters) = metered(Limits::Loose);
    let cloud = LocalCloud::start(Options::default(), build, Some(seed::seeding(seed::OPERATOR, &password))).await?;
    let base = cloud.control().base_url();
    let stage = Stage { api: base.clone(), control: base, operator: (seed::OPERATOR.to_owned(), password) };
    let costs = Costs { meters, seen: Mutex::default() };
    *costs.seen.lock().unwrap_or_else(PoisonError::into_inner) = (costs.total(), costs.total());
    writeln!(std::io::stdout(), "| Call | Round trips | RRU | WRU |\n|---|---|---|---|")?;
    journey::play(&stage, &costs).await?;
    cloud.stop().await;
    Ok(())
}
