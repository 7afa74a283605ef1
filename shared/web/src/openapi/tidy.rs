//! Schemas in the form that other people's generators read best: nothing that is named for nothing, a description where it
//! belongs, and a name for each variant of a union.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

type Schemas = Map<String, Value>;

/// Puts the named schemas of a document in order.
pub(super) fn schemas(document: &mut OpenApi) {
    let Some(components) = &mut document.components else { return };
    // Schemas are easier to change as JSON, in which each kind has the same form.
    let Ok(Value::Object(mut all)) = serde_json::to_value(&components.schemas) else { return };
    inline(&mut all);
    join_parts(&mut all);
    all.values_mut().for_each(spell_out);
    all.values_mut().for_each(describe_whole);
    name_variants(&mut all);
    match serde_json::from_value(Value::Object(all)) {
        Ok(tidy) => components.schemas = tidy,
        // One schema that utoipa cannot read, such as one of any value at all, leaves all of them untidy.
        Err(error) => tracing::error!(%error, "the schemas stay as they are derived"),
    }
}

const PREFIX: &str = "#/components/schemas/";

/// Puts what is marked so in place of the references to it.
fn inline(all: &mut Schemas) {
    let marked = |schema: &Value| schema.get(kernel::INLINE).is_some();
    let mut meant = Schemas::new();
    for (name, schema) in all.iter_mut().filter(|(_, schema)| marked(schema)) {
        if let Value::Object(fields) = schema {
            fields.remove(kernel::INLINE);
        }
        meant.insert(name.clone(), schema.clone());
    }
    all.retain(|name, _| !meant.contains_key(name));
    all.values_mut().for_each(|schema| replace(schema, &meant));
}

fn replace(schema: &mut Value, meant: &Schemas) {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix(PREFIX));
    if let Some(Value::Object(whole)) = target.and_then(|name| meant.get(name)) {
        let mut whole = whole.clone();
        if let Some(description) = schema.get("description") {
            whole.insert("description".to_owned(), description.clone());
        }
        *schema = Value::Object(whole);
    }
    each_part(schema, |part| replace(part, meant));
}

fn each_part(schema: &mut Value, mut change: impl FnMut(&mut Value)) {
    match schema {
        Value::Object(parts) => parts.values_mut().for_each(change),
        Value::Array(parts) => parts.iter_mut().for_each(&mut change),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Puts the pattern of a text on one line in place of its format, which only we know.
fn spell_out(schema: &mut Value) {
    let format = schema.get("format").and_then(Value::as_str);
    // utoipa knows an instant by its name and describes it itself.
    if format == Some("date-time") {
        schema["pattern"] = kernel::INSTANT.into();
        return;
    }
    let pattern = format.and_then(|format| kernel::LINES.iter().find(|(name, _)| *name == format));
    if let (Some((_, pattern)), Value::Object(fields)) = (pattern, &mut *schema) {
        fields.remove("format");
        fields.insert("pattern".to_owned(), (*pattern).into());
    }
    each_part(schema, spell_out);
}

/// What is put together of several objects is one object: a part that allows no other fields would refuse the whole.
fn join_parts(all: &mut Schemas) {
    let parts = all.clone();
    for schema in all.values_mut() {
        join(schema, &parts);
        for variant in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
            // What is in a variant besides its tag says whether there may be more; it was only lent to the variant.
            let closed = own_parts(variant, &parts).iter().any(|part| part["additionalProperties"] == false);
            if join(variant, &parts) && closed {
                variant["additionalProperties"] = false.into();
            }
        }
    }
}

/// What a schema is put together of, where it is; a part may be put together itself.
fn own_parts<'a>(schema: &'a Value, all: &'a Schemas) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let own = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    for part in own.filter_map(|part| meant(part, all)) {
        let within = own_parts(part, all);
        if within.is_empty() {
            found.push(part);
        } else {
            found.extend(within);
        }
    }
    found
}

/// A schema, or the one that it refers to.
fn meant<'a>(schema: &'a Value, all: &'a Schemas) -> Option<&'a Value> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix(PREFIX));
    name.map_or(Some(schema), |name| all.get(name))
}

/// Joins the parts of one schema; whether it had any.
fn join(schema: &mut Value, all: &Schemas) -> bool {
    let joined = joined(&own_parts(schema, all));
    let (Some(joined), Value::Object(fields)) = (joined, schema) else { return false };
    fields.remove("allOf");
    fields.extend(joined);
    true
}

/// The fields of all parts; `None` where there are none, or one is no plain object.
fn joined(own: &[&Value]) -> Option<Map<String, Value>> {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    own.first()?;
    for part in own {
        // One may only describe the whole.
        let fields = part.get("properties").or(part.get("description"))?.as_object();
        properties.extend(fields.into_iter().flatten().map(|(name, field)| (name.clone(), field.clone())));
        required.extend(part.get("required").and_then(Value::as_array).into_iter().flatten().cloned());
    }
    let mut whole = Map::new();
    whole.insert("type".to_owned(), "object".into());
    whole.insert("properties".to_owned(), properties.into());
    whole.insert("required".to_owned(), required.into());
    Some(whole)
}

/// What is said of a value that may be null is said of both, and not of the value alone.
fn describe_whole(schema: &mut Value) {
    let choice = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    let may_be_null = choice.filter(|choice| choice.iter().any(|one| *one == json!({ "type": "null" })));
    let references = may_be_null.into_iter().flatten().filter_map(Value::as_object_mut);
    let said = references.filter(|one| one.contains_key("$ref")).find_map(|one| one.remove("description"));
    if let (Some(description), Value::Object(fields)) = (said, &mut *schema) {
        fields.entry("description").or_insert(description);
    }
    each_part(schema, describe_whole);
}

/// Names each variant of a union after the union and the value of its tag, and says which field is the tag.
fn name_variants(all: &mut Schemas) {
    let mut named = Schemas::new();
    for (name, schema) in all.iter_mut() {
        let Some(variants) = schema.get("oneOf").and_then(Value::as_array) else { continue };
        let Some(tag) = variants.first().and_then(tag_of) else { continue };
        let values: Option<Vec<String>> = variants.iter().map(|one| value_of(one, &tag)).collect();
        let Some(values) = values else { continue };
        let (mut mapping, mut references) = (Map::new(), Vec::new());
        for (value, variant) in values.iter().zip(variants) {
            let variant_name = format!("{name}{}", pascal(value));
            let place = format!("{PREFIX}{variant_name}");
            references.push(json!({ "$ref": place }));
            mapping.insert(value.clone(), place.into());
            named.insert(variant_name, variant.clone());
        }
        if let Value::Object(fields) = schema {
            fields.insert("oneOf".to_owned(), references.into());
            fields.insert("discriminator".to_owned(), json!({ "propertyName": tag, "mapping": mapping }));
        }
    }
    all.extend(named);
}

/// The field that can have one value only.
fn tag_of(variant: &Value) -> Option<String> {
    let fields = variant.get("properties")?.as_object()?;
    fields.keys().find(|name| value_of(variant, name).is_some()).cloned()
}

/// The one value of a field.
fn value_of(variant: &Value, field: &str) -> Option<String> {
    match variant.get("properties")?.get(field)?.get("enum")?.as_array()?.as_slice() {
        [Value::String(value)] => Some(value.clone()),
        _ => None,
    }
}

fn pascal(value: &str) -> String {
    let mut text = String::new();
    for word in value.split('_') {
        let mut letters = word.chars();
        text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        text.extend(letters);
    }
    text
}

#[cfg(test)]
mod tests {
    use kernel::{Field, Slug};
    use utoipa::{ToSchema, openapi::OpenApiBuilder};

    use super::*;

    #[derive(ToSchema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    #[expect(dead_code, reason = "only its schema matters")]
    enum Shape {
        /// Round.
        HalfCircle { radius: u32 },
        /// Straight.
        Square { side: u32 },
        /// Whose fields are a struct of their own.
        Ring(Ring),
    }

    #[derive(ToSchema)]
    #[serde(deny_unknown_fields)]
    #[schema(as = ShapeRing)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Ring {
        width: u32,
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Change {
        /// Its new name; null takes it away.
        #[serde(default)]
        name: Field<Slug>,
        /// Its new shape.
        shape: Option<Shape>,
    }

    fn tidied() -> Value {
        let mut document = OpenApiBuilder::new().build();
        let mut found = vec![("Change".to_owned(), <Change as utoipa::PartialSchema>::schema())];
        Change::schemas(&mut found);
        document.components.get_or_insert_default().schemas.extend(found);
        schemas(&mut document);
        serde_json::to_value(document).unwrap()["components"]["schemas"].clone()
    }

    #[test]
    fn a_field_of_a_patch_has_no_name_of_its_own() {
        let schemas = tidied();
        let expected = json!({
            "description": "Its new name; null takes it away.",
            "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Slug" }]
        });
        assert_eq!(schemas["Change"]["properties"]["name"], expected);
        let names: Vec<&str> = schemas.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["Change", "Shape", "ShapeHalfCircle", "ShapeRing", "ShapeSquare", "Slug"]);
    }

    #[test]
    fn what_is_said_of_a_value_that_may_be_missing_is_said_of_both() {
        let shape = &tidied()["Change"]["properties"]["shape"];
        assert_eq!(shape["description"], "Its new shape.");
        assert!(shape["oneOf"].as_array().unwrap().contains(&json!({ "$ref": "#/components/schemas/Shape" })));
    }

    #[test]
    fn a_union_tells_its_variants_apart_by_their_tag() {
        let schemas = tidied();
        assert_eq!(
            schemas["Shape"],
            json!({
                "oneOf": [
                    { "$ref": "#/components/schemas/ShapeHalfCircle" },
                    { "$ref": "#/components/schemas/ShapeSquare" },
                    { "$ref": "#/components/schemas/ShapeRing" }
                ],
                "discriminator": {
                    "propertyName": "kind",
                    "mapping": {
                        "half_circle": "#/components/schemas/ShapeHalfCircle",
                        "ring": "#/components/schemas/ShapeRing",
                        "square": "#/components/schemas/ShapeSquare"
                    }
                }
            })
        );
        assert_eq!(schemas["ShapeSquare"]["properties"]["kind"]["enum"], json!(["square"]));
    }

    #[test]
    fn a_variant_that_allows_no_other_fields_allows_its_tag() {
        let ring = &tidied()["ShapeRing"];
        assert_eq!(ring["required"], json!(["width", "kind"]), "{ring}");
        assert_eq!(ring["properties"]["kind"]["enum"], json!(["ring"]));
        assert_eq!(ring["additionalProperties"], false);
    }
}
