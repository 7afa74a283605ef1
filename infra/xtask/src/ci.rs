//! `cargo xtask ci`: exactly what CI runs, in one command, with the duration of each step.

use std::{process::Command, time::Duration};

use crate::{
    check,
    failure::Failure,
    openapi,
    step::{Stopwatch, run, say, spoken, timed},
};

/// CI gives ninety minutes to the whole; no single step may take all of it.
const LIMIT: Duration = Duration::from_hours(1);

type Step = (&'static str, fn() -> Result<(), Failure>);

const STEPS: [Step; 4] = [
    ("check", check::check),
    ("cargo test --workspace", || run(Command::new("cargo").args(["test", "--workspace"]), LIMIT)),
    ("cargo xtask openapi --check", openapi::verify),
    ("cargo dev -- --once", || run(Command::new("cargo").args(["dev", "--", "--once"]), LIMIT)),
];

/// Runs every step and stops at the first that fails.
pub(crate) fn ci() -> Result<(), Failure> {
    let mut durations = Vec::new();
    for (name, step) in STEPS {
        let watch = Stopwatch::start();
        timed(name, step)?;
        durations.push((name, watch.elapsed()));
    }
    say("\nall steps passed");
    for (name, duration) in durations {
        say(&format!("  {:>12}  {name}", spoken(duration)));
    }
    Ok(())
}
