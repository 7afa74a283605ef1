//! YAML with CloudFormation's short tags, as the JSON that the long forms would be.

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

use crate::WiringError;

/// One template file; `!GetAtt A.B` becomes `{"Fn::GetAtt": ["A", "B"]}` and so on.
///
/// # Errors
/// The text is not YAML, or a mapping has a key that is not text.
pub fn parse(text: &str) -> Result<Value, WiringError> {
    long_form(serde_yaml_ng::from_str(text)?)
}

fn long_form(yaml: Yaml) -> Result<Value, WiringError> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(real)) => real.into(),
            (None, None) => Value::Null,
        },
        Yaml::String(text) => text.into(),
        Yaml::Sequence(items) => items.into_iter().map(long_form).collect::<Result<Vec<_>, _>>()?.into(),
        Yaml::Mapping(mapping) => {
            let mut object = Map::new();
            for (key, value) in mapping {
                let key = match key {
                    Yaml::String(text) => text,
                    Yaml::Number(number) => number.to_string(),
                    Yaml::Bool(value) => value.to_string(),
                    Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
                        return Err(WiringError::Key);
                    }
                };
                object.insert(key, long_form(value)?);
            }
            object.into()
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            match (tag.trim_start_matches('!'), long_form(tagged.value)?) {
                (name @ ("Ref" | "Condition"), value) => json!({ name: value }),
                // In JSON only the list is allowed.
                ("GetAtt", Value::String(path)) => match path.split_once('.') {
                    Some((resource, attribute)) => json!({"Fn::GetAtt": [resource, attribute]}),
                    None => json!({"Fn::GetAtt": [path]}),
                },
                (name, value) => json!({ format!("Fn::{name}"): value }),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_become_long_forms() {
        assert_eq!(
            parse("A: !Ref B\nC: !GetAtt D.Outputs.E\nE: !Sub '${F}'\nG: [!Not [true], 1]").unwrap(),
            json!({"A": {"Ref": "B"}, "C": {"Fn::GetAtt": ["D", "Outputs.E"]}, "E": {"Fn::Sub": "${F}"}, "G": [{"Fn::Not": [true]}, 1]})
        );
    }
}
