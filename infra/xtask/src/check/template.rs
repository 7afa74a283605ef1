//! CloudFormation templates as JSON, and all that wires as one document.

use serde_json::Value;

use crate::{failure::Failure, workspace};

/// One template file.
#[derive(Debug)]
pub(crate) struct Template {
    /// Its path, for messages.
    pub(crate) path: String,
    /// All of it.
    pub(crate) root: Value,
}

/// A function of the template, with what `Globals` says filled in where it says nothing itself.
#[derive(Debug)]
pub(crate) struct Function<'a> {
    /// Its logical id.
    pub(crate) id: &'a str,
    /// The binary that it runs.
    pub(crate) binary: &'a str,
    /// The directory of its crate, which the binary's name tells: `identity-api` is `functions/identity`.
    pub(crate) directory: String,
    /// Seconds after which Lambda ends an invocation.
    pub(crate) timeout: u64,
    /// Its properties.
    pub(crate) properties: &'a Value,
}

impl Template {
    /// Reads a template of the repository.
    pub(crate) fn load(path: &str) -> Result<Self, Failure> {
        Self::parse(path, &workspace::read(path)?)
    }

    /// Reads the main template with the data and the workers that it nests, as one.
    pub(crate) fn whole() -> Result<Self, Failure> {
        let root = wiring::flatten(&workspace::templates()?).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { path: wiring::MAIN.to_owned(), root })
    }

    /// Reads the text of a template.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Failure> {
        let root = wiring::parse(text).map_err(|error| Failure::new(format!("{path} is no template: {error}")))?;
        Ok(Self { path: path.to_owned(), root })
    }

    /// Resources of `kind`: logical id and properties.
    pub(crate) fn resources<'a>(&'a self, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let kind = kind.to_owned();
        let resources = self.root["Resources"].as_object();
        resources
            .into_iter()
            .flatten()
            .filter(move |(_, resource)| resource["Type"] == kind.as_str())
            .map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }

    /// The functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        let default_timeout = self.root["Globals"]["Function"]["Timeout"].as_u64().unwrap_or(3);
        self.resources("AWS::Serverless::Function").map(move |(id, properties)| {
            let metadata = &self.root["Resources"][id]["Metadata"];
            let binary = metadata["BuildProperties"]["Binary"].as_str().unwrap_or_default();
            Function {
                id,
                binary,
                directory: format!("functions/{}", binary.trim_end_matches("-api")),
                timeout: properties["Timeout"].as_u64().unwrap_or(default_timeout),
                properties,
            }
        })
    }
}

impl<'a> Function<'a> {
    /// What wakes it, by kind: name and properties.
    pub(crate) fn events(&self, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let kind = kind.to_owned();
        let events = self.properties["Events"].as_object();
        events
            .into_iter()
            .flatten()
            .filter(move |(_, event)| event["Type"] == kind.as_str())
            .map(|(name, event)| (name.as_str(), &event["Properties"]))
    }
}

/// The logical id that a `Ref` or a `GetAtt` names.
pub(crate) fn referent(value: &Value) -> Option<&str> {
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_takes_its_timeout_from_globals_unless_it_has_one() {
        let template = Template::parse(
            "t.yaml",
            "Globals: {Function: {Timeout: 15}}
Resources:
  A: {Type: 'AWS::Serverless::Function', Properties: {}}
  B: {Type: 'AWS::Serverless::Function', Properties: {Timeout: 60}}",
        )
        .unwrap();
        let timeouts: Vec<u64> = template.functions().map(|function| function.timeout).collect();
        assert_eq!(timeouts, [15, 60]);
    }
}
