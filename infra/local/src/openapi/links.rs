//! Where one call leads to the next: OpenAPI's links, by which tools and readers find what to do with an answer.

use serde_json::{Value, json};
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr, Response, link::Link, path::Operation};

/// What is called with a value of an answer.
struct Step {
    /// The operations after which it makes sense.
    after: &'static [&'static str],
    /// The next one.
    next: &'static str,
    /// Its parameter or the field of its body, and where the value stands in the answer.
    with: (Place, &'static str, &'static str),
}

enum Place {
    Parameter,
    Body,
}

const STEPS: &[Step] = &[
    Step {
        after: &["login", "refresh_tokens"],
        next: "refresh_tokens",
        with: (Place::Body, "refreshToken", "/data/refreshToken"),
    },
    Step {
        after: &["create_customer", "get_customer"],
        next: "create_subscription",
        with: (Place::Body, "customerId", "/data/id"),
    },
    Step {
        after: &["create_subscription", "get_subscription"],
        next: "list_invoices",
        with: (Place::Parameter, "customerId", "/data/customerId"),
    },
    Step { after: &["get_invoice"], next: "create_payment", with: (Place::Body, "invoiceId", "/data/id") },
    Step { after: &["get_invoice"], next: "list_payments", with: (Place::Parameter, "customerId", "/data/customerId") },
    Step {
        after: &["create_payment", "get_payment"],
        next: "get_invoice",
        with: (Place::Parameter, "id", "/data/invoiceId"),
    },
];

/// Adds the links: those above, from what was made to reading it, and from a page to the next one.
pub(super) fn add(document: &mut OpenApi) {
    let Ok(whole) = serde_json::to_value(&*document) else { return };
    let paths = document.paths.paths.iter();
    let readers: Vec<(String, String)> = paths.filter_map(|(path, item)| reader(path, item)).collect();
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            let Some(name) = operation.operation_id.clone() else { continue };
            let is_paged = parameters(operation).any(|one| one == "cursor");
            let Some(answer) = answer(operation) else { continue };
            if is_paged {
                link(answer, "next", Link::builder().operation_id(&name).parameter("cursor", of("/page/next")));
            }
            for step in STEPS.iter().filter(|step| step.after.contains(&name.as_str())) {
                let (place, field, from) = &step.with;
                let next = Link::builder().operation_id(step.next);
                let next = match place {
                    Place::Parameter => next.parameter(*field, of(from)),
                    Place::Body => next.request_body(Some(json!({ (*field): of(from) }))),
                };
                link(answer, step.next, next);
            }
            let made = readers.iter().find(|(collection, _)| collection == path);
            if let Some((_, read)) = made.filter(|_| name.starts_with("create_"))
                && let Some(id) = place_of_id(&whole, path, answer)
            {
                link(answer, read, Link::builder().operation_id(read.as_str()).parameter("id", of(&id)));
            }
        }
    }
}

fn of(place: &str) -> Value {
    format!("$response.body#{place}").into()
}

fn link(answer: &mut Response, name: &str, link: utoipa::openapi::link::LinkBuilder) {
    answer.links.insert(name.to_owned(), RefOr::T(link.build()));
}

/// A path such as `/invoices` whose things are read one by one, and what reads them.
fn reader(path: &str, item: &PathItem) -> Option<(String, String)> {
    let collection = path.strip_suffix("/{id}")?;
    Some((collection.to_owned(), item.get.as_ref()?.operation_id.clone()?))
}

/// Where the id of what was made stands in an answer: it is the data itself, or the part of it that is called like the path.
fn place_of_id(whole: &Value, path: &str, answer: &Response) -> Option<String> {
    let content = answer.content.values().find_map(|content| match content {
        RefOr::T(content) => serde_json::to_value(&content.schema).ok(),
        RefOr::Ref(_) => None,
    })?;
    let fields = |schema: &Value| resolved(whole, schema).get("properties")?.as_object().cloned();
    let data = fields(&content)?.get("data").and_then(fields)?;
    if data.contains_key("id") {
        return Some("/data/id".to_owned());
    }
    let things = path.rsplit('/').next()?;
    let (name, part) = data.iter().find(|(name, _)| things.strip_suffix('s') == Some(name.as_str()))?;
    fields(part)?.contains_key("id").then(|| format!("/data/{name}/id"))
}

fn resolved<'a>(whole: &'a Value, schema: &'a Value) -> &'a Value {
    let place = schema.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix('#'));
    place.and_then(|place| whole.pointer(place)).unwrap_or(schema)
}

/// The answer of a call that went well.
fn answer(operation: &mut Operation) -> Option<&mut Response> {
    let answers = operation.responses.responses.iter_mut();
    answers.filter(|(status, _)| status.starts_with('2')).find_map(|(_, answer)| match answer {
        RefOr::T(answer) => Some(answer),
        RefOr::Ref(Ref { .. }) => None,
    })
}

fn parameters(operation: &Operation) -> impl Iterator<Item = &str> {
    operation.parameters.iter().flatten().filter_map(|one| match one {
        RefOr::T(one) => Some(one.name.as_str()),
        RefOr::Ref(_) => None,
    })
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}
