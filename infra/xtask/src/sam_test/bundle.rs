//! The fast way to something deployable: debug binaries out of Cargo's own target directory, which tests filled.

use std::{fs, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};

use super::FOLDER;
use crate::{check::Template, failure::Failure, step::run, workspace};

const LIMIT: Duration = Duration::from_hours(1);

/// Builds every function once and writes a template that takes them as they are; answers with its path.
pub(super) fn debug() -> Result<String, Failure> {
    let mut template = Template::load("template.yaml")?;
    let functions: Vec<(String, String)> =
        template.functions().map(|function| (function.id.to_owned(), function.binary.to_owned())).collect();
    let mut build = Command::new("cargo");
    build.arg("build");
    for (_, binary) in &functions {
        build.args(["-p", binary]);
    }
    run(&mut build, LIMIT)?;
    for (id, binary) in &functions {
        bundle(binary).map_err(|error| Failure::new(format!("cannot bundle {binary}: {error}")))?;
        let function = &mut template.root["Resources"][id];
        function["Metadata"] = json!({"SkipBuild": true});
        function["Properties"]["CodeUri"] = json!(format!("bundle/{binary}"));
    }
    write(&template.root).map_err(|error| Failure::new(format!("cannot write below {FOLDER}: {error}")))
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

/// JSON, because a YAML writer would have to know which words (`OFF`) Python's reader takes for truth values.
fn write(template: &Value) -> std::io::Result<String> {
    let root = workspace::root();
    for folder in ["infra", "infra/alarms"] {
        copy_templates(&root.join(folder), &root.join(FOLDER).join(folder))?;
    }
    let path = format!("{FOLDER}/template.json");
    fs::write(root.join(&path), template.to_string())?;
    Ok(path)
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
