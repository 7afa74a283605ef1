//! `cargo xtask peers`: other people's clients against the local cloud, for what our own cannot show: that the fakes speak
//! as the providers do. Not part of `ci`, because it installs from `PyPI` and npm.

use std::{process::Command, time::Duration};

use crate::{
    failure::Failure,
    npm,
    step::{run, timed},
    venv,
};

const BUILD_LIMIT: Duration = Duration::from_hours(1);
/// npm installs two clients and a server, with what they need.
const NPM_LIMIT: Duration = Duration::from_mins(5);
/// Most checks take seconds; schemathesis makes requests for three minutes.
const LIMIT: Duration = Duration::from_mins(8);
/// Where npm installs.
const MODULES: &str = "target/peers";

/// Installs the clients, builds the local cloud and lets them meet; `tests/peers/run.py` says one line per check.
pub(crate) fn peers() -> Result<(), Failure> {
    let bin = venv::install("peers", "tests/peers/requirements.txt")?;
    timed("npm ci", || npm::install("tests/peers", MODULES, NPM_LIMIT))?;
    // Our own clients' tests against aimock, localstripe and telegram-test-api, which the checks start.
    for (package, test) in [("ai", "aimock"), ("payments", "localstripe"), ("messaging", "telegram_test_api")] {
        let client = ["test", "-p", package, "--test", test, "--no-run"];
        timed(&format!("cargo test -p {package} --no-run"), || run(Command::new("cargo").args(client), BUILD_LIMIT))?;
    }
    timed("cargo build -p ruko-local", || run(Command::new("cargo").args(["build", "-p", "ruko-local"]), BUILD_LIMIT))?;
    timed("peers", || {
        // -B: no compiled copies beside the scripts.
        run(Command::new(bin.join("python")).args(["-B", "tests/peers/run.py", "target/debug/ruko-local"]), LIMIT)
    })
}
