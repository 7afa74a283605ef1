//! Packages of npm, installed below `target/` by a folder's `package-lock.json`.

use std::{fs, process::Command, time::Duration};

use crate::{failure::Failure, root::root, step::run};

/// Installs what the folder `from` pins into the folder `to`; both are paths from the root of the repository. No script of a
/// package is run.
///
/// # Errors
/// A file cannot be copied, or npm fails or is still running after `limit`.
pub(crate) fn install(from: &str, to: &str, limit: Duration) -> Result<(), Failure> {
    let (pins, work) = (root().join(from), root().join(to));
    fs::create_dir_all(&work)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(pins.join(file), work.join(file))?;
    }
    run(Command::new("npm").args(["ci", "--prefix", to, "--ignore-scripts", "--no-audit", "--no-fund"]), limit)
}
