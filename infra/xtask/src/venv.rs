//! Virtual environments below `.venv/`, each from a file of pins.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use crate::{
    failure::Failure,
    step::{run, say},
    workspace,
};

/// Cold, most of this is downloading: cargo-lambda brings a C compiler of 300 MB.
const LIMIT: Duration = Duration::from_mins(20);

/// The environment's folder of programs; installed anew when `requirements` changed.
pub(crate) fn install(name: &str, requirements: &str) -> Result<PathBuf, Failure> {
    let venv = workspace::root().join(".venv").join(name);
    let pins = workspace::read(requirements)?;
    let stamp = venv.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(venv.join("bin"));
    }
    say(&format!("   installing {name} into {}", venv.display()));
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv), LIMIT)?;
    let mut pip = Command::new(venv.join("bin/pip"));
    run(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r", requirements]), LIMIT)?;
    fs::write(&stamp, pins).map_err(|error| Failure::new(format!("cannot write {}: {error}", stamp.display())))?;
    Ok(venv.join("bin"))
}
