//! The processor time of this process: on a busy machine it says more than the clock on the wall.

use std::time::Duration;

use bench::Failure;

/// How long nobody calls it.
const LOOK: u64 = 70;
/// Linux counts processor time in hundredths of a second.
const TICK_MICROS: u64 = 10_000;

/// Milliseconds of processor time in each second while nobody calls, over more than a minute: some work is done once in a
/// minute.
pub async fn idle() -> Result<u64, Failure> {
    let meter = Meter::start()?;
    tokio::time::sleep(Duration::from_secs(LOOK)).await;
    meter.micros_for_each(LOOK).map(|micros| micros.div_ceil(1_000))
}

/// Measures from its start.
pub struct Meter(u64);

impl Meter {
    pub fn start() -> Result<Self, Failure> {
        Ok(Self(ticks()?))
    }

    /// The microseconds since the start for each of this many.
    pub fn micros_for_each(&self, times: u64) -> Result<u64, Failure> {
        Ok((ticks()? - self.0) * TICK_MICROS / times.max(1))
    }
}

/// The processor time so far, in ticks: `utime` and `stime`, fields 14 and 15 of `proc_pid_stat(5)`.
fn ticks() -> Result<u64, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no process name")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next().ok_or("too few fields");
    Ok(next()?.parse::<u64>()? + next()?.parse::<u64>()?)
}
