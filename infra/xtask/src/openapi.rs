//! `cargo xtask openapi`: the descriptions of the API and of the events, generated from the code, committed, and checked for
//! drift.

use std::{collections::BTreeMap, process::Command, time::Duration};

use crate::{
    failure::Failure,
    step::{run, say},
    workspace,
};

const LIMIT: Duration = Duration::from_hours(1);
const FILES: [&str; 6] = [
    "docs/openapi.json",
    "docs/ENDPOINTS.md",
    "docs/permissions.json",
    "docs/audit-actions.json",
    "docs/EVENTS.md",
    "docs/events.schema.json",
];

/// Writes the files.
pub(crate) fn write() -> Result<(), Failure> {
    run(Command::new("cargo").args(["run", "--quiet", "-p", "ruko-local", "--", "openapi"]), LIMIT)?;
    say(&format!("wrote {}", FILES.join(" and ")));
    Ok(())
}

/// Writes the files and fails when that changed them. They are left current, so that a commit is all it takes.
pub(crate) fn verify() -> Result<(), Failure> {
    let before = contents();
    write()?;
    let after = contents();
    let stale: Vec<&str> = FILES.into_iter().filter(|file| before.get(file) != after.get(file)).collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} did not match the code; now written anew: look at it and commit it",
        stale.join(" and ")
    )))
}

/// A file that is not there is like one that says nothing.
fn contents() -> BTreeMap<&'static str, String> {
    FILES.into_iter().map(|file| (file, workspace::read(file).unwrap_or_default())).collect()
}
