//! Under which conditions figures were measured: without them a figure says nothing.

use cloud::SystemClock;
use kernel::{Clock, Timestamp};

use crate::Failure;

/// Date, build, machine and load, in one line.
///
/// # Errors
/// This is no Linux.
pub fn conditions() -> Result<String, Failure> {
    let now = Timestamp::from(SystemClock.now()).to_string();
    let date = now.split('T').next().unwrap_or_default();
    let build = if cfg!(debug_assertions) { "DEBUG build: not to be quoted" } else { "release build" };
    let processor = std::fs::read_to_string("/proc/cpuinfo")?;
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(" of unknown make");
    let cores = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    Ok(format!("{date}, {build}, {cores} cores, processor{}, load {load} at the end", processor.replace("\t:", "")))
}
