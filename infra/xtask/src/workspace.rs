//! The workspace: its files, and what Cargo knows about it.

use serde_json::Value;

pub(crate) use crate::root::root;
use crate::{failure::Failure, step::output};

/// Reads a text file of the repository.
pub(crate) fn read(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(root().join(path)).map_err(|error| Failure::new(format!("cannot read {path}: {error}")))
}

/// The templates that say what is wired to what.
pub(crate) fn templates() -> Result<wiring::Files, Failure> {
    wiring::files(&root()).map_err(|error| Failure::new(format!("cannot read the templates: {error}")))
}

/// One crate of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its directory from the root, such as `shared/kernel`.
    pub(crate) directory: String,
    /// What it names in its manifest.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The crate's name.
    pub(crate) name: String,
    /// Whether tests alone see it.
    pub(crate) scope: Scope,
}

/// Who sees a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The crate itself, or its build script.
    Shipped,
    /// Its tests only.
    Tests,
}

/// The crates of the workspace, by `cargo metadata`.
pub(crate) fn packages() -> Result<Vec<Package>, Failure> {
    let text = output("cargo", &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("cargo metadata did not answer in JSON: {error}")))?;
    Ok(parse_packages(&metadata))
}

fn parse_packages(metadata: &Value) -> Vec<Package> {
    let root = metadata["workspace_root"].as_str().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut packages = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let manifest = text(&package["manifest_path"]);
        let directory = manifest.trim_start_matches(root).trim_end_matches("Cargo.toml").trim_matches('/');
        let dependencies = package["dependencies"].as_array().into_iter().flatten().map(|dependency| Dependency {
            name: text(&dependency["name"]),
            scope: if dependency["kind"] == "dev" { Scope::Tests } else { Scope::Shipped },
        });
        packages.push(Package {
            name: text(&package["name"]),
            directory: directory.to_owned(),
            dependencies: dependencies.collect(),
        });
    }
    packages
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn packages_are_read_from_cargo_metadata() {
        let metadata = json!({"workspace_root": "/ruko", "packages": [{
            "name": "identity-api", "manifest_path": "/ruko/functions/identity/Cargo.toml",
            "dependencies": [{"name": "web", "kind": null}, {"name": "testkit", "kind": "dev"}],
        }]});
        let dependency = |name: &str, scope| Dependency { name: name.to_owned(), scope };
        assert_eq!(
            parse_packages(&metadata),
            [Package {
                name: "identity-api".to_owned(),
                directory: "functions/identity".to_owned(),
                dependencies: vec![dependency("web", Scope::Shipped), dependency("testkit", Scope::Tests)],
            }]
        );
    }
}
