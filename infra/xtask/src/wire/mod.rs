//! `cargo xtask wire`: what follows from the list of functions and queues in the templates is written here, committed, and
//! checked for drift by `cargo xtask check`: their alarms, and the lines by which the local cloud links the functions.

mod alarms;
mod links;

use crate::{
    check::Template,
    failure::Failure,
    step::say,
    workspace::{self, read},
};

/// A file with what it should hold.
struct Written {
    path: &'static str,
    text: String,
}

/// What the templates ask for.
fn wanted() -> Result<Vec<Written>, Failure> {
    let template = Template::whole()?;
    let functions = wiring::functions(&template.root);
    Ok(vec![
        Written { path: alarms::FILE, text: alarms::written(&template, &functions) },
        Written { path: links::FILE, text: links::written(&read(links::FILE)?, &functions)? },
    ])
}

/// Writes the files.
pub(crate) fn wire() -> Result<(), Failure> {
    for Written { path, text } in wanted()? {
        std::fs::write(workspace::root().join(path), text)
            .map_err(|error| Failure::new(format!("cannot write {path}: {error}")))?;
        say(&format!("wrote {path}"));
    }
    Ok(())
}

/// Files that are not as the templates ask for.
pub(crate) fn drifted() -> Result<Vec<String>, Failure> {
    let stale = wanted()?.into_iter().filter(|written| read(written.path).ok().as_ref() != Some(&written.text));
    Ok(stale.map(|written| format!("{} does not match the templates: run `cargo xtask wire`", written.path)).collect())
}
