//! `cargo xtask peers`: other people's clients against the local cloud, for what our own cannot show: that the fakes speak
//! as the providers do. Not part of `ci`, because it installs from `PyPI` and npm.

use std::{fs, process::Command, time::Duration};

use crate::{
    failure::Failure,
    root::root,
    step::{run, timed},
    venv,
};

const BUILD_LIMIT: Duration = Duration::from_hours(1);
/// npm installs one package.
const NPM_LIMIT: Duration = Duration::from_mins(5);
/// The checks take seconds.
const LIMIT: Duration = Duration::from_mins(3);
/// Where npm installs.
const MODULES: &str = "target/peers";

/// Installs the clients, builds the local cloud and lets them meet; `tests/peers/run.py` says one line per check.
pub(crate) fn peers() -> Result<(), Failure> {
    let bin = venv::install("peers", "tests/peers/requirements.txt")?;
    timed("npm ci", install_modules)?;
    // The adapter's test against localstripe, which the checks start.
    let adapter = ["test", "-p", "payments", "--test", "localstripe", "--no-run"];
    timed("cargo test -p payments --no-run", || run(Command::new("cargo").args(adapter), BUILD_LIMIT))?;
    timed("cargo build -p ruko-local", || run(Command::new("cargo").args(["build", "-p", "ruko-local"]), BUILD_LIMIT))?;
    timed("peers", || {
        // -B: no compiled copies beside the scripts.
        run(Command::new(bin.join("python")).args(["-B", "tests/peers/run.py", "target/debug/ruko-local"]), LIMIT)
    })
}

fn install_modules() -> Result<(), Failure> {
    let work = root().join(MODULES);
    fs::create_dir_all(&work)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(root().join("tests/peers").join(file), work.join(file))?;
    }
    let install = ["ci", "--prefix", MODULES, "--ignore-scripts", "--no-audit", "--no-fund"];
    run(Command::new("npm").args(install), NPM_LIMIT)
}
