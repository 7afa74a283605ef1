//! `cargo xtask prune`: takes away what deployments leave behind.
//!
//! `AutoPublishAlias` publishes a version of a function with each change of its code, and SAM keeps them all, so that going
//! back is moving one pointer. Only the newest few are worth that: all versions of a region share 75 GB. SAM also keeps
//! each bundle and nested template that it ever uploaded; those that no stack names any more are of no use.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    failure::Failure,
    step::{output, say},
};

/// How many versions of a function stay besides those that an alias points to.
const KEPT: usize = 5;

/// What the caller asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    stack: String,
    bucket: Option<String>,
    /// Only say what would go.
    rehearsal: bool,
}

/// Removes superseded versions of every function of a stack and, given a bucket, bundles that nothing names.
pub(crate) fn prune(arguments: &[&str]) -> Result<(), Failure> {
    let options = parse(arguments)?;
    let mut stacks = vec![options.stack.clone()];
    let mut functions = Vec::new();
    let mut next = 0;
    while let Some(stack) = stacks.get(next).cloned() {
        let resources = aws(&["cloudformation", "list-stack-resources", "--stack-name", &stack])?;
        stacks.extend(physical(&resources, "AWS::CloudFormation::Stack")?);
        functions.extend(physical(&resources, "AWS::Lambda::Function")?);
        next += 1;
    }
    for function in functions {
        let versions = aws(&["lambda", "list-versions-by-function", "--function-name", &function])?;
        let aliases = aws(&["lambda", "list-aliases", "--function-name", &function])?;
        for version in superseded(&versions, &aliases) {
            say(&format!("{function} version {version}"));
            let version = version.to_string();
            options.remove(&["lambda", "delete-function", "--function-name", &function, "--qualifier", &version])?;
        }
    }
    let Some(bucket) = &options.bucket else { return Ok(()) };
    let mut templates = Vec::new();
    for stack in &stacks {
        templates.push(output("aws", &["cloudformation", "get-template", "--stack-name", stack, "--output", "json"])?);
    }
    let prefix = format!("{}/", options.stack);
    let objects = aws(&["s3api", "list-objects-v2", "--bucket", bucket, "--prefix", &prefix])?;
    for key in unnamed(&objects, &templates) {
        say(&format!("s3://{bucket}/{key}"));
        options.remove(&["s3api", "delete-object", "--bucket", bucket, "--key", key])?;
    }
    Ok(())
}

impl Options {
    fn remove(&self, command: &[&str]) -> Result<(), Failure> {
        if self.rehearsal { Ok(()) } else { output("aws", command).map(drop) }
    }
}

fn parse(arguments: &[&str]) -> Result<Options, Failure> {
    let mut options = Options::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().map(|value| (*value).to_owned());
        match *argument {
            "--stack" => options.stack = value().unwrap_or_default(),
            "--bucket" => options.bucket = value(),
            "--dry-run" => options.rehearsal = true,
            other => return Err(Failure::new(format!("prune knows --stack, --bucket and --dry-run, not {other}"))),
        }
    }
    if options.stack.is_empty() {
        return Err(Failure::new("prune needs --stack, such as --stack ruko-staging"));
    }
    Ok(options)
}

fn aws(arguments: &[&str]) -> Result<Value, Failure> {
    let text = output("aws", &[arguments, &["--output", "json"]].concat())?;
    // An empty list of objects is answered with nothing at all.
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    let shown = arguments.join(" ");
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("aws {shown} did not answer in JSON: {error}")))
}

/// The physical ids of a stack's resources of `kind`. A stack that is being changed may go back to what it had.
fn physical(resources: &Value, kind: &str) -> Result<Vec<String>, Failure> {
    let resources = || resources["StackResourceSummaries"].as_array().into_iter().flatten();
    let busy = resources()
        .find(|resource| resource["ResourceStatus"].as_str().is_some_and(|status| status.ends_with("_IN_PROGRESS")));
    if let Some(resource) = busy {
        let id = &resource["LogicalResourceId"];
        return Err(Failure::new(format!("{id} is being deployed: prune when the deployment has ended")));
    }
    let of_kind = resources().filter(|resource| resource["ResourceType"] == kind);
    Ok(of_kind.filter_map(|resource| resource["PhysicalResourceId"].as_str()).map(str::to_owned).collect())
}

/// Versions that are neither among the newest nor what an alias points to.
fn superseded(versions: &Value, aliases: &Value) -> Vec<u64> {
    let numbered = |value: &Value| value.as_str().and_then(|version| version.parse::<u64>().ok());
    let mut pointed_to = BTreeSet::new();
    for alias in aliases["Aliases"].as_array().into_iter().flatten() {
        pointed_to.extend(numbered(&alias["FunctionVersion"]));
        let shared = alias["RoutingConfig"]["AdditionalVersionWeights"].as_object();
        pointed_to.extend(shared.into_iter().flatten().filter_map(|(version, _)| version.parse::<u64>().ok()));
    }
    let versions = versions["Versions"].as_array().into_iter().flatten();
    // `$LATEST` is no number.
    let all: BTreeSet<u64> = versions.filter_map(|version| numbered(&version["Version"])).collect();
    let others = all.into_iter().rev().filter(|version| !pointed_to.contains(version));
    others.skip(KEPT).collect()
}

/// Keys of objects that no template names.
fn unnamed<'a>(objects: &'a Value, templates: &[String]) -> Vec<&'a str> {
    let keys = objects["Contents"].as_array().into_iter().flatten().filter_map(|object| object["Key"].as_str());
    keys.filter(|key| !templates.iter().any(|template| template.contains(key))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_newest_versions_and_those_of_aliases_stay() {
        let versions: Vec<Value> =
            ["$LATEST", "1", "2", "3", "9", "10", "11", "12", "13"].map(|version| json!({ "Version": version })).into();
        let aliases = |weights: Value| json!({"Aliases": [{"FunctionVersion": "13", "RoutingConfig": weights}]});
        let of = |weights| superseded(&json!({ "Versions": versions }), &aliases(weights));
        assert_eq!(of(Value::Null), [2, 1]);
        assert_eq!(of(json!({"AdditionalVersionWeights": {"2": 1}})), [1]);
    }

    #[test]
    fn objects_that_a_template_names_stay() {
        let objects = json!({"Contents": [{"Key": "s/1a"}, {"Key": "s/2b.template"}, {"Key": "s/3c"}]});
        let templates = [r#"{"CodeUri": "s3://b/s/1a"}"#.to_owned(), "https://s3.x/b/s/2b.template".to_owned()];
        assert_eq!(unnamed(&objects, &templates), ["s/3c"]);
        assert_eq!(unnamed(&Value::Null, &templates), Vec::<&str>::new());
    }

    #[test]
    fn a_stack_that_is_being_deployed_is_left_alone() {
        let resource = |status: &str| json!({"StackResourceSummaries": [{"LogicalResourceId": "F", "ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": "s-f", "ResourceStatus": status}]});
        assert_eq!(physical(&resource("UPDATE_COMPLETE"), "AWS::Lambda::Function").unwrap(), ["s-f"]);
        assert!(physical(&resource("UPDATE_IN_PROGRESS"), "AWS::Lambda::Function").is_err());
    }

    #[test]
    fn options_are_parsed() {
        let options = parse(&["--stack", "s", "--bucket", "b", "--dry-run"]).unwrap();
        assert_eq!(options, Options { stack: "s".to_owned(), bucket: Some("b".to_owned()), rehearsal: true });
        assert!(parse(&["--bucket", "b"]).is_err() && parse(&["--stack", "s", "--force"]).is_err());
    }
}
