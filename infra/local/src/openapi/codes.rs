//! What the codes of refusals mean, in the OpenAPI document: all of them as one closed set, and those of each answer with
//! their meanings. The list of docs/API.md is where the meanings stand; a test keeps it equal to the code.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::json;
use utoipa::openapi::{
    OpenApi, PathItem, Ref, RefOr, Response, Schema,
    extensions::ExtensionsBuilder,
    path::Operation,
    schema::{ObjectBuilder, Type},
};

const GUIDE: &str = include_str!("../../../../docs/API.md");

/// The codes, each with its meaning.
fn meanings() -> BTreeMap<&'static str, &'static str> {
    let rows = GUIDE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    // Other tables name what is no code.
    let is_code =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    rows.filter(|(name, _)| is_code(name))
        .filter_map(|(code, rest)| Some((code, rest.split('|').nth(1)?.trim())))
        .collect()
}

/// Says of every code what it means.
pub(super) fn explain(document: &mut OpenApi) {
    let meanings = meanings();
    let Some(components) = &mut document.components else { return };
    let told = ExtensionsBuilder::new().add("x-enum-descriptions", json!(meanings.values().collect::<Vec<_>>()));
    let codes = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What went wrong; the guide, `/docs/guide#codes`, says when each is answered"))
        .enum_values(Some(meanings.keys().copied()))
        .extensions(Some(told.build()));
    components.schemas.insert(CODE.to_owned(), codes.into());
    for name in ["Problem", "FieldError"] {
        let Some(RefOr::T(Schema::Object(problem))) = components.schemas.get_mut(name) else { continue };
        if let Some(RefOr::T(Schema::Object(code))) = problem.properties.get("code") {
            let mut reference = Ref::from_schema_name(CODE);
            reference.description = code.description.clone().unwrap_or_default();
            problem.properties.insert("code".to_owned(), RefOr::Ref(reference));
        }
    }
    for response in components.responses.values_mut() {
        explain_answer(response, &meanings);
    }
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        for (status, response) in &mut operation.responses.responses {
            if status.starts_with(['4', '5']) {
                explain_answer(response, &meanings);
            }
        }
    }
}

const CODE: &str = "ErrorCode";

/// The codes that a description names, as a list with their meanings; what else it says stays before them.
fn explain_answer(response: &mut RefOr<Response>, meanings: &BTreeMap<&str, &str>) {
    let RefOr::T(response) = response else { return };
    let is_of_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let words = response.description.split(|c: char| !is_of_code(c));
    let named: Vec<(&str, &str)> =
        words.filter_map(|word| meanings.get_key_value(word).map(|(code, meaning)| (*code, *meaning))).collect();
    let only_codes = response.description.split(", ").all(|part| meanings.contains_key(part));
    let mut text = if only_codes { String::new() } else { format!("{}\n\n", response.description) };
    for (code, meaning) in named {
        let anchor = code.to_ascii_lowercase().replace('_', "-");
        let _ = writeln!(text, "- [`{code}`](/docs/guide#{anchor}): {meaning}");
    }
    text.trim_end().clone_into(&mut response.description);
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_a_description_names_is_explained_and_prose_stays() {
        let explained = |description: &str| {
            let mut answer = RefOr::T(Response::new(description));
            explain_answer(&mut answer, &meanings());
            match answer {
                RefOr::T(answer) => answer.description,
                RefOr::Ref(_) => String::new(),
            }
        };
        assert_eq!(
            explained("SLUG_TAKEN, METHOD_NOT_ALLOWED"),
            "- [`SLUG_TAKEN`](/docs/guide#slug-taken): the slug belongs to another tenant\n\
             - [`METHOD_NOT_ALLOWED`](/docs/guide#method-not-allowed): see `Allow`"
        );
        assert_eq!(
            explained("SLUG_TAKEN: choose another"),
            "SLUG_TAKEN: choose another\n\n- [`SLUG_TAKEN`](/docs/guide#slug-taken): the slug belongs to another tenant"
        );
        assert_eq!(explained("nothing"), "nothing");
    }

    #[test]
    fn the_codes_are_those_of_the_guide() {
        let meanings = meanings();
        assert!(meanings.len() > 100 && meanings.values().all(|meaning| !meaning.is_empty()), "{meanings:?}");
        assert_eq!(meanings["VALIDATION_FAILED"], "a value cannot be accepted; see `errors`");
    }
}
