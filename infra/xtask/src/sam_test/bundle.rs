//! The fast way to something deployable: debug binaries out of Cargo's own target directory, which tests filled.

use std::{fs, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use super::FOLDER;
use crate::{check::Template, failure::Failure, step::run, workspace};

const LIMIT: Duration = Duration::from_hours(1);

/// Builds every function once and writes a template that takes them as they are; answers with its path.
pub(super) fn debug() -> Result<String, Failure> {
    let whole = Template::whole()?;
    let binaries: Vec<&str> = whole.functions().map(|function| function.binary).collect();
    let mut build = Command::new("cargo");
    build.arg("build");
    for binary in &binaries {
        build.args(["-p", binary]);
    }
    run(&mut build, LIMIT)?;
    for binary in binaries {
        bundle(binary).map_err(|error| Failure::new(format!("cannot bundle {binary}: {error}")))?;
    }
    write().map_err(|error| Failure::new(format!("cannot write below {FOLDER}: {error}")))?;
    let files = workspace::templates()?;
    for path in files.keys() {
        let template = prebuilt(Template::load(path)?);
        fs::write(workspace::root().join(FOLDER).join(path), template.to_string())
            .map_err(|error| Failure::new(format!("cannot write {path} below {FOLDER}: {error}")))?;
    }
    Ok(format!("{FOLDER}/{}", wiring::MAIN))
}

/// The template with functions that are taken as they are. It is written as JSON, which is YAML too: a YAML writer would
/// have to know which words (`OFF`) Python's reader takes for truth values.
fn prebuilt(mut template: Template) -> Value {
    let functions: Vec<(String, String)> =
        template.functions().map(|function| (function.id.to_owned(), function.binary.to_owned())).collect();
    let bundles = format!("{}bundle", "../".repeat(template.path.matches('/').count()));
    for (id, binary) in functions {
        let function = &mut template.root["Resources"][&id];
        function["Metadata"] = json!({"SkipBuild": true});
        function["Properties"]["CodeUri"] = json!(format!("{bundles}/{binary}"));
    }
    template.root
}

/// `bootstrap` is what Lambda starts. Symbols are a large part of a debug binary and of no use in there.
fn bundle(binary: &str) -> std::io::Result<()> {
    let root = workspace::root();
    let folder = root.join(FOLDER).join("bundle").join(binary);
    fs::create_dir_all(&folder)?;
    let bootstrap = folder.join("bootstrap");
    fs::copy(root.join("target/debug").join(binary), &bootstrap)?;
    let _ = Command::new("strip").arg(&bootstrap).status();
    Ok(())
}

/// The templates that stay as they are.
fn write() -> std::io::Result<()> {
    let root = workspace::root();
    for folder in ["infra", "infra/workers"] {
        copy_templates(&root.join(folder), &root.join(FOLDER).join(folder))?;
    }
    Ok(())
}

fn copy_templates(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if let (Some(name), true) = (path.file_name(), path.extension().is_some_and(|extension| extension == "yaml")) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
