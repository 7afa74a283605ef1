//! The operations of the committed OpenAPI document.

use serde_json::Value;

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) group: String,
    /// The file of its handler, from the root of the repository.
    pub(crate) file: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Whether it needs no token.
    pub(crate) public: bool,
    /// The permission that it asks for; none where being signed in is enough.
    pub(crate) permission: Option<String>,
    /// Whether it takes a body.
    pub(crate) takes_body: bool,
    /// The names of its query parameters.
    pub(crate) query: Vec<String>,
    /// The names of the fields of its body.
    pub(crate) body: Vec<String>,
    /// Whether the header `Idempotency-Key` is declared as required.
    pub(crate) needs_key: bool,
}

impl Operation {
    /// Whether it is about dead letters: they are no tenant's, so that whoever is not the operator is refused before any is looked
    /// for.
    pub(crate) fn is_about_dead_letters(&self) -> bool {
        self.path.contains("/dead-letters/")
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Operation> {
    let document: Value = serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap();
    let files = ruko_local::openapi::files();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            operations.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                file: files[operation["operationId"].as_str().unwrap()].clone(),
                group: operation["tags"][0].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                public: is_public(&operation["security"]),
                permission: operation["security"][0]["bearer"][0].as_str().map(str::to_owned),
                takes_body: operation["requestBody"].is_object(),
                query: parameters
                    .iter()
                    .filter(|parameter| parameter["in"] == "query")
                    .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
                    .collect(),
                body: body_fields(&document, operation),
                needs_key: parameters
                    .iter()
                    .any(|parameter| parameter["name"] == "Idempotency-Key" && parameter["required"] == true),
            });
        }
    }
    operations
}

/// Whether a call may come without a token: none is asked for, or it may be left out.
fn is_public(security: &Value) -> bool {
    security.as_array().is_some_and(|ways| ways.is_empty() || ways.contains(&serde_json::json!({})))
}

/// The fields of an operation's JSON body, by its schema.
fn body_fields(document: &Value, operation: &Value) -> Vec<String> {
    let mut schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        schema = &document["components"]["schemas"][name];
    }
    let fields = schema["properties"].as_object();
    fields.into_iter().flat_map(|fields| fields.keys().cloned()).collect()
}

impl Operation {
    /// The path with every parameter replaced by `value(name)`.
    pub(crate) fn path_with(&self, value: impl Fn(&str) -> String) -> String {
        let parts =
            self.path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => value(name),
                None => part.to_owned(),
            });
        parts.collect::<Vec<_>>().join("/")
    }
}
