//! Reads `template.yaml` and the stacks nested in it as one document.
//!
//! In the result every function has what its own file's `Globals` say, a nested template's parameters are replaced by what
//! its parent passes, and `Stack.Outputs.Name` by the value that the output has. Parameters of the root stay symbolic.
#![expect(clippy::indexing_slicing, reason = "serde_json answers a missing key with null, and nothing else is indexed")]

mod flat;
mod grants;
mod list;
mod yaml;

use std::{collections::BTreeMap, io, path::Path};

pub use flat::{flatten, globals};
pub use grants::{Grants, Request, Session, TENANT_SESSION};
pub use list::{Listed, Waker, functions};
pub use yaml::parse;

/// The file that everything begins with.
pub const MAIN: &str = "template.yaml";

/// Templates by their path from the root of the repository.
pub type Files = BTreeMap<String, String>;

/// Why the templates cannot be read as one.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// Not YAML.
    #[error("not YAML: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    /// A mapping key is not text.
    #[error("a mapping has a key that is not text")]
    Key,
    /// The file is not among the files.
    #[error("there is no {0}")]
    Missing(String),
    /// Two resources have one logical id, so a name would mean two things.
    #[error("{0} is in two templates")]
    Twice(String),
    /// A parameter has no value, or a reference goes round in a circle.
    #[error("{file}: {name} cannot be resolved")]
    Unresolved {
        /// The template.
        file: String,
        /// What it names.
        name: String,
    },
}

/// Reads the templates that say what is wired to what: the main one, the data and the workers.
///
/// # Errors
/// A file or folder cannot be read.
pub fn files(root: &Path) -> io::Result<Files> {
    let mut paths = vec![MAIN.to_owned(), "infra/data.yaml".to_owned()];
    for entry in std::fs::read_dir(root.join("infra/workers"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|kind| kind == "yaml") {
            paths.push(format!("infra/workers/{name}"));
        }
    }
    paths.into_iter().map(|path| Ok((path.clone(), std::fs::read_to_string(root.join(&path))?))).collect()
}
