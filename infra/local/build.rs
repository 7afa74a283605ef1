//! Writes down what the local cloud must have linked in: the functions of the templates, and the templates themselves.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::Path,
};

use wiring::{Files, Listed, Waker};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    let mut cargo = io::stdout();
    for path in ["template.yaml", "infra/data.yaml", "infra/workers", "infra/local/Cargo.toml", "infra/local/build.rs"]
    {
        writeln!(cargo, "cargo::rerun-if-changed={}", root.join(path).display())?;
    }
    let files = wiring::files(&root)?;
    let functions = wiring::functions(&wiring::flatten(&files)?);
    linked(&functions, &fs::read_to_string(here.join("Cargo.toml"))?)?;
    #[expect(clippy::disallowed_methods, reason = "how Cargo tells a build script where to write")]
    let out = std::env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("functions.rs"), registry(&functions)?)?;
    fs::write(Path::new(&out).join("templates.rs"), templates(&files)?)?;
    Ok(())
}

/// Cargo finds no dependency by itself: what the templates name must be in the manifest.
fn linked(functions: &[Listed], manifest: &str) -> Result<(), String> {
    let absent = |function: &&Listed| {
        let line = format!("{} = ", function.binary);
        !manifest.lines().any(|written| written.starts_with(&line))
    };
    match functions.iter().find(absent) {
        Some(function) => Err(format!("infra/local/Cargo.toml lacks {}: run `cargo xtask wire`", function.binary)),
        None => Ok(()),
    }
}

/// The functions, as the local cloud calls them.
fn registry(functions: &[Listed]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "/// Each function of the templates by its binary, and what makes it.")?;
    writeln!(text, "pub(crate) const LINKED: [(&str, super::Make); {}] = [", functions.len())?;
    for function in functions {
        writeln!(text, "    ({:?}, {}::function),", function.binary, function.module())?;
    }
    writeln!(text, "];\n")?;
    writeln!(text, "/// The endpoints of each function that serves HTTP.")?;
    writeln!(text, "pub(crate) fn groups() -> Vec<web::Endpoints> {{\n    vec![")?;
    for function in functions.iter().filter(|function| function.is_woken_by(Waker::Http)) {
        writeln!(text, "        {}::endpoints(),", function.module())?;
    }
    writeln!(text, "    ]\n}}\n")?;
    writeln!(text, "/// The functions that the bus wakes, and the events that each reads.")?;
    writeln!(text, "pub(crate) fn readers() -> Vec<events::catalogue::EventReader> {{\n    vec![")?;
    for function in functions.iter().filter(|function| function.is_woken_by(Waker::Bus)) {
        let (binary, module) = (&function.binary, function.module());
        writeln!(
            text,
            "        events::catalogue::EventReader {{ function: {binary:?}, events: {module}::consumer().names() }},"
        )?;
    }
    writeln!(text, "    ]\n}}")?;
    Ok(text)
}

/// The templates' texts by their paths.
fn templates(files: &Files) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(
        text,
        "/// The templates as they were when this binary was built, for when it runs away from the workspace."
    )?;
    writeln!(text, "const EMBEDDED: [(&str, &str); {}] = [", files.len())?;
    for (path, content) in files {
        writeln!(text, "    ({path:?}, {content:?}),")?;
    }
    writeln!(text, "];")?;
    Ok(text)
}
