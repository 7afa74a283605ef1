//! `cargo xtask check`: what a reviewer should never have to look for.

mod calls;
mod code;
mod documents;
mod edges;
mod events;
mod functions;
mod names;
mod permissions;
pub(crate) mod queues;
pub(crate) mod resources;
mod routes;
mod template;
mod tree;

use std::{process::Command, time::Duration};

use crate::{
    failure::Failure,
    step::{run, say},
    wire, workspace,
};
pub(crate) use template::Template;

const LIMIT: Duration = Duration::from_mins(45);

/// Runs every rule, then formatting and lints. All complaints are shown before the task fails.
pub(crate) fn check() -> Result<(), Failure> {
    let mut broken = Vec::new();
    for (path, count) in resources::counts()? {
        say(&format!("   {count:>4} resources of {path}"));
    }
    for (rule, complaints) in rules()? {
        say(&format!("   {} {rule}", if complaints.is_empty() { "ok  " } else { "FAIL" }));
        for complaint in &complaints {
            say(&format!("        {complaint}"));
        }
        if !complaints.is_empty() {
            broken.push(rule);
        }
    }
    let mut fmt = Command::new("cargo");
    fmt.args(["fmt", "--all", "--", "--check", "--files-with-diff"]);
    let mut clippy = Command::new("cargo");
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    for (rule, command) in [("formatting", &mut fmt), ("lints", &mut clippy)] {
        let result = run(command, LIMIT);
        say(&format!("   {} {rule}", if result.is_ok() { "ok  " } else { "FAIL" }));
        if let Err(failure) = result {
            say(&format!("        {failure}"));
            broken.push(rule);
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(Failure::new(format!("check failed: {}", broken.join(", ")))) }
}

/// Every rule with its complaints; none means that it holds.
fn rules() -> Result<Vec<(&'static str, Vec<String>)>, Failure> {
    let packages = workspace::packages()?;
    let main = Template::whole()?;
    let watch = Template::load("infra/observability.yaml")?;
    let all = || [&main, &watch].into_iter();
    Ok(vec![
        ("crates import along the arrows only", edges::against_the_arrows(&packages)),
        ("modules use one another in no circle", code::circles::of_modules(&workspace::root())),
        ("only the clouds name AWS's crates", edges::aws_outside_the_clouds(&packages)),
        ("every function is a crate and the reverse", functions::without_counterpart(&main, &packages)),
        ("every function has a log group", functions::without_log_group(&main)),
        ("every function has the name that its alarms know", functions::misnamed(&main)),
        ("no event is lost silently", functions::losing_events(&main)),
        ("every function's calls are counted", calls::uncounted(&main)),
        ("no function that reads logs wakes itself or loses lines", calls::unsafe_readers(&main)),
        ("every queue gives up into another", queues::without_redrive(&main)),
        ("every queue has the name that its alarms know", queues::misnamed(&main)),
        ("workers end before a sixth of the visibility", queues::too_little_visibility(&main)),
        ("what follows from the list of functions and queues is written", wire::drifted()?),
        ("no stack comes near CloudFormation's bound", resources::too_many(&resources::counts()?)),
        ("all stacks say the same of their functions", resources::differing_globals(&workspace::templates()?)?),
        ("permissions let every function start", permissions::without_platform_secret(&main)),
        ("permissions come with what a function must be told", permissions::untold(&main)),
        ("permissions name the kinds of rows", permissions::rows_of_every_kind(&main)),
        ("permissions name their resources", all().flat_map(permissions::too_wide).collect()),
        (
            "routes and operations agree",
            routes::disagreements(&main, workspace::read("docs/openapi.json").ok().as_deref()),
        ),
        (
            "every event that a function reads is carried to it",
            events::disagreements(&main, workspace::read("docs/events.schema.json").ok().as_deref()),
        ),
        ("files stay readable", tree::too_long(&workspace::root())),
        ("a folder holds one subject", tree::too_full(&workspace::root())),
        ("a shared type's name means one thing", names::with_two_meanings(&workspace::root())),
        ("whoever writes answers the write's place in a transaction", code::writes::handed_over(&workspace::root())),
        ("a lost race is run again in one place", code::races::run_elsewhere(&workspace::root())),
        ("no document is named that is not here", tree::absent_documents(&workspace::root())),
        ("every link in a document leads somewhere", documents::dead_links(&workspace::root())),
        ("the glossary is true and sorted", documents::glossary(&workspace::root())),
        ("the README's test command is CI's", tree::other_test_command()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules about files that are there from the first day; routes need the generated document.
    #[test]
    fn the_templates_of_this_repository_pass() {
        for (rule, complaints) in rules().unwrap() {
            let wiring = rule.contains("function") || rule.contains("queue") || rule.contains("workers");
            if wiring || rule.contains("stack") || rule.contains("permissions") || rule.contains("event") {
                assert_eq!(complaints, Vec::<String>::new(), "{rule}");
            }
        }
    }
}
