//! The documentation page: every operation of an OpenAPI document, grouped by tag, as plain HTML.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

const STYLE: &str = include_str!("docs.css");
/// How deep nested schemas are written out.
const MAX_DEPTH: u8 = 4;

/// The page of a document.
pub(crate) fn render(api: &Value) -> String {
    let mut groups: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for operation in operations(api) {
        groups.entry(operation.tag).or_default().push(operation);
    }
    let title = escape(text(api, "/info/title"));
    let mut page = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title} API</title><style>{STYLE}</style></head><body><header><h1>{title} API</h1><p>{}</p>\
         <p><a href=/openapi.json>OpenAPI document</a></p></header><nav><ul>",
        prose(text(api, "/info/description"))
    );
    for (tag, operations) in &groups {
        let _ = write!(page, "<li><a href='#{0}'>{0}</a> ({1})</li>", escape(tag), operations.len());
    }
    page.push_str("</ul></nav><main>");
    for (tag, operations) in &groups {
        let _ = write!(page, "<section id='{0}'><h2>{0}</h2>", escape(tag));
        for operation in operations {
            page.push_str(&operation.render(api));
        }
        page.push_str("</section>");
    }
    page.push_str("</main></body></html>");
    page
}

struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    tag: &'a str,
    body: &'a Value,
}

fn operations(api: &Value) -> Vec<Operation<'_>> {
    let paths = api.get("paths").and_then(Value::as_object);
    paths
        .into_iter()
        .flatten()
        .flat_map(|(path, methods)| {
            methods.as_object().into_iter().flatten().map(move |(method, body)| Operation {
                method,
                path,
                tag: text(body, "/tags/0"),
                body,
            })
        })
        .collect()
}

impl Operation<'_> {
    fn render(&self, api: &Value) -> String {
        let mut html = format!(
            "<details><summary><b class='{0}'>{1}</b> <code>{2}</code> <span>{3}</span></summary>",
            escape(self.method),
            escape(&self.method.to_uppercase()),
            escape(self.path),
            escape(text(self.body, "/summary")),
        );
        let _ = write!(html, "<p>{}</p>", prose(text(self.body, "/description")));
        let public = self.body.pointer("/security/0").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty);
        html.push_str(if public {
            "<p class=note>No token needed.</p>"
        } else {
            "<p class=note>Needs a bearer token.</p>"
        });
        html.push_str(&parameters(self.body));
        if let Some(schema) = self.body.pointer("/requestBody/content/application~1json/schema") {
            let _ = write!(html, "<h4>Body</h4>{}", fields(api, schema, 0));
        }
        html.push_str("<h4>Answers</h4><dl>");
        for (status, answer) in self.body.get("responses").and_then(Value::as_object).into_iter().flatten() {
            let answer = resolve(api, answer);
            let _ = write!(html, "<dt>{}</dt><dd>{}", escape(status), escape(text(answer, "/description")));
            if let Some(schema) = answer.pointer("/content/application~1json/schema") {
                html.push_str(&fields(api, schema, 0));
            }
            html.push_str("</dd>");
        }
        html.push_str("</dl></details>");
        html
    }
}

fn parameters(operation: &Value) -> String {
    let Some(parameters) = operation.get("parameters").and_then(Value::as_array) else { return String::new() };
    let mut html = "<h4>Parameters</h4><dl>".to_owned();
    for parameter in parameters {
        let _ = write!(
            html,
            "<dt><code>{}</code> <i>{}</i></dt><dd>{}</dd>",
            escape(text(parameter, "/name")),
            escape(text(parameter, "/in")),
            prose(text(parameter, "/description")),
        );
    }
    html.push_str("</dl>");
    html
}

/// The fields of a schema, those of named schemas written out in place.
fn fields(api: &Value, schema: &Value, depth: u8) -> String {
    let schema = resolve(api, schema);
    if depth > MAX_DEPTH {
        return String::new();
    }
    if let Some(items) = schema.get("items") {
        return fields(api, items, depth);
    }
    if schema.get("discriminator").is_some() {
        let variants = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        return variants.map(|variant| fields(api, variant, depth + 1)).collect();
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return String::new() };
    let required = |name: &str| {
        schema.get("required").and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known == name))
    };
    let mut html = "<dl class=fields>".to_owned();
    for (name, property) in properties {
        let resolved = resolve(api, property);
        let _ = write!(
            html,
            "<dt><code>{}</code> <i>{}{}</i></dt><dd>{}{}{}{}</dd>",
            escape(name),
            escape(&kind(resolved)),
            if required(name) { "" } else { ", optional" },
            prose(said(property, resolved)),
            values(resolved),
            example(property).or_else(|| example(resolved)).unwrap_or_default(),
            fields(api, property, depth + 1),
        );
    }
    html.push_str("</dl>");
    html
}

/// Follows a reference, through a choice with null if need be.
fn resolve<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    let choice = schema.get("oneOf").and_then(Value::as_array);
    let schema = choice.and_then(|choice| choice.iter().find(|one| one.get("$ref").is_some())).unwrap_or(schema);
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| api.pointer(pointer)).unwrap_or(schema)
}

fn kind(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect::<Vec<_>>().join(" or ")
        }
        Some(kind) => kind.as_str().unwrap_or("any").to_owned(),
        None => "object".to_owned(),
    }
}

/// What a field means here, or else what its type means everywhere.
fn said<'a>(property: &'a Value, resolved: &'a Value) -> &'a str {
    match text(property, "/description") {
        "" => text(resolved, "/description"),
        here => here,
    }
}

/// The most values that are listed; there are more currencies and countries.
const MAX_VALUES: usize = 60;

/// The values of a closed set.
fn values(schema: &Value) -> String {
    let all = schema.get("enum").and_then(Value::as_array).filter(|all| all.len() <= MAX_VALUES);
    let all = all.into_iter().flatten().filter_map(Value::as_str);
    all.map(|value| format!(" <code>{}</code>", escape(value))).collect()
}

fn example(schema: &Value) -> Option<String> {
    let example = schema.get("example").or_else(|| schema.pointer("/examples/0"))?;
    Some(format!(" <code class=example>{}</code>", escape(&example.to_string())))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Text in which what stands between backticks is code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    parts.collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operation_stands_on_the_page_and_texts_stay_texts() {
        let api = json!({
            "info": { "title": "R<script>", "description": "d" },
            "paths": { "/a/{id}": {
                "get": { "tags": ["x"], "summary": "Read", "security": [{}], "responses": { "200": { "description": "ok" } } },
                "post": { "tags": ["x"], "summary": "Write", "security": [{ "bearer": [] }], "responses": {},
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } } },
            } },
            "components": { "schemas": {
                "A": { "type": "object", "required": ["b"], "properties": {
                    "b": { "type": "string", "description": "<b> `<i>`", "example": "x" }, "c": { "$ref": "#/components/schemas/A" } } },
            } },
        });
        let page = render(&api);
        assert_eq!(page.matches("<details>").count(), 2);
        assert!(page.contains("No token needed.") && page.contains("Needs a bearer token."));
        assert!(!page.contains("<script>") && page.contains("&lt;b&gt; <code>&lt;i&gt;</code>"));
        assert!(
            page.matches("<dl class=fields>").count() <= usize::from(MAX_DEPTH) + 1,
            "schemas that hold themselves end"
        );
    }

    #[test]
    fn a_field_shows_what_its_type_says_and_each_variant_of_a_union() {
        let api = json!({ "components": { "schemas": {
            "Thing": { "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "next": { "oneOf": [{ "$ref": "#/components/schemas/Next" }, { "type": "null" }] },
            } },
            "Id": { "type": "string", "description": "A thing", "examples": ["t_1"] },
            "Next": { "oneOf": [{ "$ref": "#/components/schemas/NextA" }], "discriminator": { "propertyName": "type" } },
            "NextA": { "properties": { "type": { "type": "string", "enum": ["a"] }, "code": { "type": "string" } } },
        } } });
        let shown = fields(&api, &json!({ "$ref": "#/components/schemas/Thing" }), 0);
        assert!(shown.contains("<i>string, optional</i></dt><dd>A thing <code class=example>&quot;t_1&quot;</code>"));
        assert!(shown.contains("<code>code</code>") && shown.contains("<dd> <code>a</code>"), "{shown}");
    }
}
