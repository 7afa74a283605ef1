//! Which settings of a section differ, for events and the audit trail.

use serde::Serialize;
use serde_json::Value;

/// The most bytes of a value that go into the audit trail.
const MAX_SHOWN: usize = 400;

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// Its name in bodies, events and the audit trail.
    pub name: String,
    /// What it was, as JSON of 400 bytes at most.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// The settings of a section that differ, by name; both sides are objects of the same type.
pub fn changes<S: Serialize>(before: &S, after: &S) -> Vec<SettingChange> {
    let fields = |section: &S| match serde_json::to_value(section) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => serde_json::Map::new(),
    };
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let of = |side: &serde_json::Map<String, Value>, name: &String| side.get(name).cloned().unwrap_or_default();
    names
        .into_iter()
        .filter(|name| of(&before, name) != of(&after, name))
        .map(|name| SettingChange {
            name: name.clone(),
            before: shown(&of(&before, name)),
            after: shown(&of(&after, name)),
        })
        .collect()
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.len() <= MAX_SHOWN {
        return text;
    }
    let mut end = MAX_SHOWN;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_named_with_both_sides() {
        let (before, after) = (json!({"a": 1, "b": "x", "c": null}), json!({"b": "y", "a": 1, "d": [1]}));
        let found = changes(&before, &after);
        let found: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(found, [("b", "\"x\"", "\"y\""), ("d", "null", "[1]")], "what is absent is null");
        assert!(changes(&before, &before).is_empty());
        let long = changes(&json!({"a": 1}), &json!({"a": "é".repeat(400)}));
        assert!(long[0].after.len() <= MAX_SHOWN + "…".len());
    }
}
