//! What the deployment says about itself: the stack's outputs, name to value.

use std::{collections::BTreeMap, path::Path};

use super::error::DeployedError;

/// The stack's outputs.
#[derive(Clone, Debug)]
pub(super) struct Outputs(BTreeMap<String, String>);

/// What the name of an output that gives a queue's URL ends with, after the queue's logical id.
const URL: &str = "Url";

impl Outputs {
    /// Reads a file with one JSON object.
    pub(super) fn read(path: &Path) -> Result<Self, DeployedError> {
        let unreadable = |cause: &dyn std::fmt::Display| DeployedError::Outputs(format!("{}: {cause}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        serde_json::from_str(&text).map(Self).map_err(|error| unreadable(&error))
    }

    #[cfg(test)]
    pub(super) fn of<const N: usize>(values: [(&str, &str); N]) -> Self {
        Self(values.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// An output that must be there.
    pub(super) fn get(&self, name: &str) -> Result<String, DeployedError> {
        self.0.get(name).cloned().ok_or_else(|| DeployedError::Outputs(format!("the stack has no output {name}")))
    }

    /// URLs of the queues that are somebody's work, by logical id.
    pub(super) fn queues(&self) -> BTreeMap<String, String> {
        let of_queue = |(name, url): (&String, &String)| {
            let id = name.strip_suffix(URL).filter(|id| id.ends_with("Queue"))?;
            Some((id.to_owned(), url.clone()))
        };
        self.0.iter().filter_map(of_queue).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_known_by_the_names_of_their_outputs() {
        let outputs =
            Outputs::of([("DocumentsQueueUrl", "http://q/documents"), ("ApiUrl", "http://a"), ("TableName", "t")]);
        let queues = BTreeMap::from([("DocumentsQueue".to_owned(), "http://q/documents".to_owned())]);
        assert_eq!(outputs.queues(), queues);
        assert_eq!(outputs.get("TableName").unwrap(), "t");
        assert!(outputs.get("BucketName").unwrap_err().to_string().contains("BucketName"));
    }
}
