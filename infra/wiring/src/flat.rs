//! Nested stacks brought into their parent.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{Files, MAIN, WiringError, yaml};

/// References that lead to references; more than this is a circle.
const DEEPEST: u8 = 16;

const FUNCTION: &str = "AWS::Serverless::Function";

/// One template and what its parent passes to it.
struct Unit {
    path: String,
    root: Value,
    passed: Value,
}

/// All templates of one deployment, by the logical id of the stack; the main one has none.
struct Units(BTreeMap<String, Unit>);

/// The main template with every stack of `files` that it nests. Stacks whose file is not given stay as they are.
///
/// # Errors
/// A file is no template, a logical id is used twice, or a name leads nowhere.
pub fn flatten(files: &Files) -> Result<Value, WiringError> {
    let units = Units::read(files)?;
    let mut flat = units.0.get("").map_or(Value::Null, |main| main.root.clone());
    let (mut resources, mut conditions) = (Map::new(), Map::new());
    for (stack, unit) in &units.0 {
        let globals = units.globals(stack, unit)?;
        for (id, resource) in unit.root["Resources"].as_object().into_iter().flatten() {
            let mut resource = units.resolve(resource, stack, 0)?;
            if resource["Type"] == FUNCTION {
                let own = std::mem::take(&mut resource["Properties"]);
                resource["Properties"] = merged(globals.clone(), own);
                if let Some(code) = resource["Properties"]["CodeUri"].as_str() {
                    resource["Properties"]["CodeUri"] = from_the_root(&unit.path, code).into();
                }
            }
            if resources.insert(id.clone(), resource).is_some() {
                return Err(WiringError::Twice(id.clone()));
            }
        }
        for (name, condition) in unit.root["Conditions"].as_object().into_iter().flatten() {
            if conditions.insert(name.clone(), units.resolve(condition, stack, 0)?).is_some() {
                return Err(WiringError::Twice(name.clone()));
            }
        }
    }
    if let Some(flat) = flat.as_object_mut() {
        flat.remove("Globals");
        flat.insert("Resources".to_owned(), resources.into());
        flat.insert("Conditions".to_owned(), conditions.into());
    }
    Ok(flat)
}

/// What `Globals` says of functions in each template that has functions, by its path and in the names of the root.
///
/// # Errors
/// As [`flatten`].
pub fn globals(files: &Files) -> Result<BTreeMap<String, Value>, WiringError> {
    let units = Units::read(files)?;
    let with_functions = units.0.iter().filter(|(_, unit)| {
        let resources = unit.root["Resources"].as_object().into_iter().flat_map(|resources| resources.values());
        resources.into_iter().any(|resource| resource["Type"] == FUNCTION)
    });
    with_functions.map(|(stack, unit)| Ok((unit.path.clone(), units.globals(stack, unit)?))).collect()
}

/// As SAM merges `Globals`: maps by key, lists one behind the other, and of anything else the function's own.
fn merged(globals: Value, own: Value) -> Value {
    match (globals, own) {
        (globals, Value::Null) => globals,
        (Value::Object(mut all), Value::Object(own)) => {
            for (key, value) in own {
                let of_all = all.remove(&key).unwrap_or_default();
                all.insert(key, merged(of_all, value));
            }
            all.into()
        }
        (Value::Array(all), Value::Array(own)) => [all, own].concat().into(),
        (_, own) => own,
    }
}

/// A path that a template names, which is relative to the template itself.
fn from_the_root(template: &str, path: &str) -> String {
    let mut parts: Vec<&str> = template.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// How `Fn::Sub` writes a name.
fn placeholder(name: &str) -> String {
    format!("${{{name}}}")
}

impl Units {
    /// The main template with every stack of `files` that it nests.
    fn read(files: &Files) -> Result<Self, WiringError> {
        let text = files.get(MAIN).ok_or_else(|| WiringError::Missing(MAIN.to_owned()))?;
        let main = yaml::parse(text)?;
        let mut units = BTreeMap::new();
        for (id, resource) in main["Resources"].as_object().into_iter().flatten() {
            let properties = &resource["Properties"];
            let location = properties["Location"].as_str().or_else(|| properties["TemplateURL"].as_str());
            let path = location.unwrap_or_default().trim_start_matches("./");
            if let Some(text) = files.get(path) {
                let unit =
                    Unit { path: path.to_owned(), root: yaml::parse(text)?, passed: properties["Parameters"].clone() };
                units.insert(id.clone(), unit);
            }
        }
        units.insert(String::new(), Unit { path: MAIN.to_owned(), root: main, passed: Value::Null });
        Ok(Self(units))
    }

    /// What a template says of its functions, in the names of the root.
    fn globals(&self, stack: &str, unit: &Unit) -> Result<Value, WiringError> {
        self.resolve(&unit.root["Globals"]["Function"], stack, 0)
    }

    /// `value` of the stack's template in the names of the root.
    fn resolve(&self, value: &Value, stack: &str, depth: u8) -> Result<Value, WiringError> {
        match value {
            Value::Object(object) => {
                if let Some(name) = object.get("Ref").and_then(Value::as_str) {
                    return Ok(self.named(name, stack, depth)?.unwrap_or_else(|| value.clone()));
                }
                if let (Some(target), Some(attribute)) =
                    (value["Fn::GetAtt"][0].as_str(), value["Fn::GetAtt"][1].as_str())
                {
                    let name = format!("{target}.{attribute}");
                    return Ok(self.named(&name, stack, depth)?.unwrap_or_else(|| value.clone()));
                }
                if let Some(text) = object.get("Fn::Sub").and_then(Value::as_str) {
                    return self.substitute(text, stack, depth);
                }
                let entries = object.iter().map(|(key, value)| Ok((key.clone(), self.resolve(value, stack, depth)?)));
                Ok(entries.collect::<Result<Map<_, _>, WiringError>>()?.into())
            }
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve(item, stack, depth));
                Ok(items.collect::<Result<Vec<_>, _>>()?.into())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(value.clone()),
        }
    }

    /// What a parameter or an output of another stack stands for; `None` for the name of a resource and of the root's
    /// own parameters.
    fn named(&self, name: &str, stack: &str, depth: u8) -> Result<Option<Value>, WiringError> {
        let Some(unit) = self.0.get(stack) else { return Ok(None) };
        let unresolved = || WiringError::Unresolved { file: unit.path.clone(), name: name.to_owned() };
        if depth > DEEPEST {
            return Err(unresolved());
        }
        let parameter = &unit.root["Parameters"][name];
        if !stack.is_empty() && !parameter.is_null() {
            let passed = &unit.passed[name];
            let value = if passed.is_null() { &parameter["Default"] } else { passed };
            if value.is_null() {
                return Err(unresolved());
            }
            return self.resolve(value, "", depth.saturating_add(1)).map(Some);
        }
        if let Some((target, output)) = name.split_once(".Outputs.")
            && let Some(other) = self.0.get(target)
        {
            let value = &other.root["Outputs"][output]["Value"];
            if value.is_null() {
                return Err(unresolved());
            }
            return self.resolve(value, target, depth.saturating_add(1)).map(Some);
        }
        Ok(None)
    }

    /// The text of `Fn::Sub`; what is known only after a deployment stays in it.
    fn substitute(&self, text: &str, stack: &str, depth: u8) -> Result<Value, WiringError> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, tail) = after.split_once('}').unwrap_or((after, ""));
            match self.named(name, stack, depth)? {
                Some(Value::String(text)) => out.push_str(&text),
                Some(value) => match (&value["Ref"], &value["Fn::GetAtt"], &value["Fn::Sub"]) {
                    (Value::String(id), _, _) => out.push_str(&placeholder(id)),
                    (_, Value::Array(path), _) => {
                        let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
                        out.push_str(&placeholder(&path.join(".")));
                    }
                    (_, _, Value::String(text)) => out.push_str(text),
                    _ => out.push_str(&value.to_string()),
                },
                None => out.push_str(&placeholder(name)),
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(if out.contains("${") { json!({ "Fn::Sub": out }) } else { out.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "
Parameters: {Stage: {Type: String}}
Resources:
  Bus: {Type: 'AWS::Events::EventBus'}
  Data: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: infra/data.yaml}}
  Work:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: infra/workers/work.yaml
      Parameters: {Prefix: !Ref AWS::StackName, Stage: !Ref Stage, Bus: !Ref Bus, TableArn: !GetAtt Data.Outputs.TableArn}
  Watch: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: watch.yaml}}
  Caller: {Type: T, Properties: {Queue: !GetAtt Work.Outputs.QueueUrl, Rows: !Sub '${Data.Outputs.TableArn}/index/GSI1'}}
";
    const DATA: &str = "
Resources: {Table: {Type: 'AWS::DynamoDB::Table'}}
Outputs: {TableArn: {Value: !GetAtt Table.Arn}}
";
    const WORK: &str = "
Parameters: {Prefix: {Type: String}, Stage: {Type: String}, Bus: {Type: String}, TableArn: {Type: String}, Days: {Type: Number, Default: 7}}
Globals: {Function: {Timeout: 15, Environment: {Variables: {STAGE: !Ref Stage, A: all}}}}
Resources:
  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${Prefix}-work', Days: !Ref Days}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ../.., Table: !Ref TableArn, Group: !Sub '/ruko/${Stage}/w', Environment: {Variables: {A: own, BUS: !Ref Bus}}}
Outputs: {QueueUrl: {Value: !Ref Queue}}
";

    fn files(work: &str) -> Files {
        [(MAIN, ROOT), ("infra/data.yaml", DATA), ("infra/workers/work.yaml", work)]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into()
    }

    #[test]
    fn parameters_outputs_and_globals_are_resolved() {
        let flat = flatten(&files(WORK)).unwrap();
        let of = |id: &str| flat["Resources"][id]["Properties"].clone();
        assert_eq!(of("Queue"), json!({"QueueName": {"Fn::Sub": "${AWS::StackName}-work"}, "Days": 7}));
        assert_eq!(of("Caller"), json!({"Queue": {"Ref": "Queue"}, "Rows": {"Fn::Sub": "${Table.Arn}/index/GSI1"}}));
        assert_eq!(
            of("Worker"),
            json!({
                "Timeout": 15,
                "CodeUri": ".",
                "Table": {"Fn::GetAtt": ["Table", "Arn"]},
                "Group": {"Fn::Sub": "/ruko/${Stage}/w"},
                "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}, "A": "own", "BUS": {"Ref": "Bus"}}},
            })
        );
    }

    #[test]
    fn what_templates_say_of_their_functions_is_said_in_the_names_of_the_root() {
        let globals = globals(&files(WORK)).unwrap();
        let variables = json!({"STAGE": {"Ref": "Stage"}, "A": "all"});
        let of_workers = json!({"Timeout": 15, "Environment": {"Variables": variables}});
        assert_eq!(globals, [("infra/workers/work.yaml".to_owned(), of_workers)].into());
    }

    #[test]
    fn names_that_lead_nowhere_or_to_two_places_are_errors() {
        for (from, to, told) in [
            ("Default: 7", "MinValue: 7", "Days cannot be resolved"),
            ("  Queue:", "  Bus: {Type: T}\n  Queue:", "Bus is in two templates"),
            ("QueueUrl:", "OtherUrl:", "Work.Outputs.QueueUrl cannot be resolved"),
        ] {
            let error = flatten(&files(&WORK.replace(from, to))).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
