//! Figures that say how fast Ruko is, each next to a floor that was measured in the same run: `docs/PERFORMANCE.md` has
//! the method, the commands and the results.
//!
//! `cold-start` starts function binaries against a Lambda Runtime API of its own; the programs of
//! `infra/floors` are its floors. `warm-get` times one authenticated request in this process, `payment-rate` a payment and
//! the notification that pays its invoice; `limit-rate`, `usage-rate`, `invoice-run` and `message-rate` count
//! decisions, events, invoices and messages a second; `shop-rate` counts
//! reservations of one SKU; `search-rate` times searches over 100,000 products; `ensemble-rate` times decisions of local models; `tenant-rate` draws the curve of 10,000 tenants; an example of the local cloud, `long_history`, does so after a long history. All figures are whole
//! microseconds.

mod conditions;
mod context;
mod floor;
pub mod guarded;
mod micros;
pub mod queue;

use std::{io::Write, process::ExitCode};

pub use conditions::conditions;
pub use context::{context, metered, sealed};
pub use floor::Floor;
pub use micros::{Micros, millis, ratio};

/// What ends a run early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The exit code of a run, after saying on standard error why it failed.
pub fn ended(run: Result<(), Failure>) -> ExitCode {
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Without a standard error the exit code has to do.
            let _unsaid = writeln!(std::io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

/// A sum by how many it is of, with one decimal, cut off: `12.3`.
pub fn tenths(sum: u64, count: u64) -> String {
    format!("{}.{}", sum / count, sum * 10 / count % 10)
}

/// Writes a line to standard output.
///
/// # Errors
/// Nobody reads it any more.
pub fn say(line: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
