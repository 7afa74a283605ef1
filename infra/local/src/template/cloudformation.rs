//! CloudFormation as a language: YAML tags, parameters, conditions and the intrinsic functions that wiring uses.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::TemplateError;

/// The account that everything local lives in.
pub(crate) const ACCOUNT: &str = "000000000000";
/// The region that everything local lives in.
pub(crate) const REGION: &str = "ap-southeast-3";

/// A template file with its parameters and conditions decided; resources whose condition is false are gone.
#[derive(Debug)]
pub(crate) struct Document {
    /// Logical id → resource, intrinsics resolved as far as they name values known before deployment.
    pub(crate) resources: BTreeMap<String, Value>,
}

impl Document {
    /// Reads the templates of `files` as one; `overrides` win over the parameters' defaults.
    pub(crate) fn read(files: &wiring::Files, overrides: &BTreeMap<&str, &str>) -> Result<Self, TemplateError> {
        let root = wiring::flatten(files)?;
        let scope = Scope::new(&root, overrides);
        let mut resources = BTreeMap::new();
        for (id, resource) in root["Resources"].as_object().into_iter().flatten() {
            let wanted = resource["Condition"].as_str().is_none_or(|name| scope.decide(name));
            if wanted {
                resources.insert(id.clone(), scope.resolve(resource));
            }
        }
        if resources.is_empty() {
            return Err(TemplateError::Empty);
        }
        Ok(Self { resources })
    }

    /// The resources of `kind` with their properties.
    pub(crate) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.resources
            .iter()
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), &resource["Properties"]))
    }
}

/// The logical id that a `Ref` or `Fn::GetAtt` names; plain text stands for itself.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    if let Some(text) = value.as_str() {
        return Some(text);
    }
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str())
}

/// What names mean inside one template.
struct Scope<'a> {
    parameters: BTreeMap<String, Value>,
    conditions: &'a Value,
}

impl<'a> Scope<'a> {
    fn new(root: &'a Value, overrides: &BTreeMap<&str, &str>) -> Self {
        let mut parameters: BTreeMap<String, Value> = [
            ("AWS::Region", REGION),
            ("AWS::AccountId", ACCOUNT),
            ("AWS::Partition", "aws"),
            ("AWS::StackName", "ruko-local"),
            ("AWS::URLSuffix", "amazonaws.com"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
        for (name, parameter) in root["Parameters"].as_object().into_iter().flatten() {
            let value =
                overrides.get(name.as_str()).map_or_else(|| parameter["Default"].clone(), |text| (*text).into());
            parameters.insert(name.clone(), value);
        }
        Self { parameters, conditions: &root["Conditions"] }
    }

    /// Whether the named condition holds; an unknown one does not.
    fn decide(&self, name: &str) -> bool {
        self.holds(&self.conditions[name])
    }

    fn holds(&self, condition: &Value) -> bool {
        let parts = |name: &str| condition[name].as_array().into_iter().flatten();
        if let Some(name) = condition["Condition"].as_str() {
            self.decide(name)
        } else if condition.get("Fn::Not").is_some() {
            !parts("Fn::Not").any(|part| self.holds(part))
        } else if condition.get("Fn::And").is_some() {
            parts("Fn::And").all(|part| self.holds(part))
        } else if condition.get("Fn::Or").is_some() {
            parts("Fn::Or").any(|part| self.holds(part))
        } else {
            let mut sides = parts("Fn::Equals").map(|side| scalar(&self.resolve(side)));
            sides.next().is_some_and(|first| sides.next() == Some(first))
        }
    }

    /// `value` with parameters, `Fn::Sub` and `Fn::If` worked out; references to resources stay.
    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                if let Some(known) = object.get("Ref").and_then(Value::as_str).and_then(|id| self.parameters.get(id)) {
                    return known.clone();
                }
                if let Some(text) = object.get("Fn::Sub") {
                    return self.substitute(text);
                }
                if let Some(Value::Array(choice)) = object.get("Fn::If")
                    && let [Value::String(name), yes, no] = choice.as_slice()
                {
                    return self.resolve(if self.decide(name) { yes } else { no });
                }
                let entries = object.iter().map(|(key, value)| (key.clone(), self.resolve(value)));
                // `!If [X, value, !Ref AWS::NoValue]` means that the property is absent.
                entries.filter(|(_, value)| value["Ref"] != "AWS::NoValue").collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(|item| self.resolve(item)).collect::<Vec<_>>().into(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }

    fn substitute(&self, sub: &Value) -> Value {
        let (text, locals) = sub.as_array().map_or((Some(sub), None), |parts| (parts.first(), parts.get(1)));
        let mut rest = text.and_then(Value::as_str).unwrap_or_default();
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            let local = locals.and_then(|locals| locals.get(name)).map(|value| self.resolve(value));
            match local.as_ref().or_else(|| self.parameters.get(name)) {
                Some(value) => out.push_str(&scalar(value)),
                // A resource's id or attribute, known only after a deployment: its name stands for it.
                None => out.push_str(name.trim_start_matches('!')),
            }
            rest = tail;
        }
        out.push_str(rest);
        out.into()
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r#"
Parameters:
  Stage: {Type: String, Default: prod}
  Size: {Type: Number, Default: 10}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Small: !Not [!Condition IsProd]
Resources:
  Always:
    Type: T::A
    Properties:
      Name: !Sub "ruko-${Stage}-${AWS::Region}-${Other.Arn}"
      Size: !Ref Size
      Gone: !If [IsProd, 1, !Ref AWS::NoValue]
      Pick: !If [Small, small, big]
      Arn: !GetAtt Other.Arn
  Other: {Type: T::B, Properties: {}}
  ProdOnly: {Type: T::A, Condition: IsProd, Properties: {}}
"#;

    fn one(text: &str) -> wiring::Files {
        [(wiring::MAIN.to_owned(), text.to_owned())].into()
    }

    #[test]
    fn parameters_conditions_and_tags() {
        let document = Document::read(&one(TEMPLATE), &BTreeMap::from([("Stage", "local")])).unwrap();
        let found: Vec<_> = document.of_kind("T::A").collect();
        let [("Always", properties)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(properties["Name"], "ruko-local-ap-southeast-3-Other.Arn");
        assert_eq!(properties["Size"], 10);
        assert_eq!(properties.get("Gone"), None);
        assert_eq!(properties["Pick"], "small");
        assert_eq!(reference(&properties["Arn"]), Some("Other"));
    }

    #[test]
    fn a_file_without_resources_is_no_template() {
        assert!(matches!(Document::read(&one("{}"), &BTreeMap::new()), Err(TemplateError::Empty)));
        assert!(Document::read(&one("a: ["), &BTreeMap::new()).is_err());
    }
}
