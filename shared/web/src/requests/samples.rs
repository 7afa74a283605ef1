//! Values that a type takes, by its schema: they stand in for wrong ones while the other mistakes are looked for.

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use crate::{arguments::Schemas, openapi::example};

/// How often one schema may stand for another.
const MAX_REFERENCES: u8 = 16;

/// One step of the way to a place in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To a member of an object.
    Member(String),
    /// To an element of a list.
    Element(usize),
}

/// The schemas of a type.
pub(crate) struct Samples {
    /// As in a document, so that references lead somewhere.
    document: Value,
    root: Value,
}

/// Where a value can be replaced, and by what.
#[derive(Debug, PartialEq)]
pub(crate) struct Sample {
    /// How many steps of the way lead there.
    pub depth: usize,
    /// A value that fits there, if one is known.
    pub value: Option<Value>,
}

impl Samples {
    pub(crate) fn of<T: ToSchema>() -> Self {
        let mut found = Schemas::new();
        T::schemas(&mut found);
        let named = found.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap_or_default()));
        let document = json!({ "components": { "schemas": named.collect::<Map<_, _>>() } });
        Self { document, root: serde_json::to_value(<T as PartialSchema>::schema()).unwrap_or_default() }
    }

    /// For the value at a place. In a union no field can be replaced alone: its tag says which others there are.
    pub(crate) fn at(&self, place: &[Step]) -> Sample {
        let mut schema = self.resolved(&self.root);
        for (depth, step) in place.iter().enumerate() {
            if is_union(schema) {
                return Sample { depth, value: self.value(schema) };
            }
            let next = match step {
                Step::Member(name) => self.member(schema, name),
                Step::Element(_) => schema.get("items"),
            };
            let Some(next) = next else { return Sample { depth: place.len(), value: None } };
            schema = if depth + 1 < place.len() { self.resolved(next) } else { next };
        }
        Sample { depth: place.len(), value: self.value(schema) }
    }

    fn member<'a>(&'a self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let own = schema.get("properties").and_then(|all| all.get(name));
        let parts = || schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        own.or_else(|| parts().find_map(|part| self.member(self.resolved(part), name)))
            .or_else(|| schema.get("additionalProperties").filter(|rest| rest.is_object()))
    }

    /// What a reference, or a value that may be null, means.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..MAX_REFERENCES {
            let referred = schema.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix('#'));
            let next = referred.map_or_else(|| only_variant(schema), |place| self.document.pointer(place));
            let Some(next) = next else { break };
            schema = next;
        }
        schema
    }

    fn value(&self, schema: &Value) -> Option<Value> {
        let plain = || match self.resolved(schema).get("type").and_then(Value::as_str)? {
            "string" => Some(json!("x")),
            "integer" | "number" => Some(self.resolved(schema).get("minimum").cloned().unwrap_or_else(|| json!(1))),
            "array" => Some(json!([])),
            _ => None,
        };
        example(&self.document, schema, 0).or_else(plain)
    }
}

fn variants(schema: &Value) -> Vec<&Value> {
    let all = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    all.into_iter().flatten().filter(|one| one.get("type").is_none_or(|kind| kind != "null")).collect()
}

fn only_variant(schema: &Value) -> Option<&Value> {
    match variants(schema).as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

fn is_union(schema: &Value) -> bool {
    variants(schema).len() > 1
}
