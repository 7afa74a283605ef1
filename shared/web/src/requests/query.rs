//! Query parameters, parsed into domain types.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::CustomerId;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{
        RefOr, Required, Response,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{Schema, SchemaType, Type},
    },
};

use crate::{
    Api, Argument, Problem,
    arguments::{Schemas, add},
    requests::{
        body::{MOST_FAULTS, expected, pointer},
        samples::{Samples, Step},
    },
};

/// The query of a request: a struct of parameters, each a value that is parsed from its text.
#[derive(Clone, Debug)]
pub struct QueryString<T>(pub T);

/// The query of a list that may be of one customer only. [`crate::Caller::whose`] says whose things the list is then of.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OfCustomer {
    /// Of this customer only.
    pub customer_id: Option<CustomerId>,
}

/// Parameters that [`crate::Pager`] reads.
const OF_PAGES: [&str; 2] = ["cursor", "limit"];

impl<T: DeserializeOwned + ToSchema> FromRequestParts<Api> for QueryString<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn parse<T: DeserializeOwned + ToSchema>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut own: Pairs = pairs.filter(|(name, _)| !OF_PAGES.contains(&name.as_str())).collect();
    let failure = match read(&own) {
        Ok(value) => return Ok(value),
        Err(failure) => failure,
    };
    let samples = Samples::of::<T>();
    let mut problem = Problem::unacceptable();
    let mut failure = Some(failure);
    // As with a body: each mistake is noted, and a value that fits is put in its place while the others are looked for.
    while let Some((name, cure, told)) = failure.map(|failure| fault(&failure)).transpose()? {
        let is_ours = problem.errors().iter().any(|one| one.pointer == name);
        if is_ours || problem.errors().len() == MOST_FAULTS {
            break;
        }
        let (code, detail) = told;
        problem = problem.with_error(&name, code, detail);
        mend(&mut own, &name, cure, &samples);
        failure = read::<T>(&own).err();
    }
    Err(problem)
}

type Pairs = Vec<(String, String)>;
type Failure = serde_path_to_error::Error<serde::de::value::Error>;

fn read<T: DeserializeOwned>(pairs: &Pairs) -> Result<T, Failure> {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let texts = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(texts)
}

/// What makes a query readable beyond a mistake.
#[derive(Clone, Copy)]
enum Cure {
    Replace,
    KeepFirst,
}

/// Which parameter is at fault, what is to be done about it, and what is told. What is no id names nothing.
fn fault(failure: &Failure) -> Result<(String, Cure, (&'static str, String)), Problem> {
    let message = failure.inner().to_string();
    let named = |name: &str| name.trim_matches('`').to_owned();
    let place = pointer(failure.path()).trim_start_matches('/').to_owned();
    if message.starts_with(kernel::NOT_AN_ID) {
        return Err(Problem::not_found().named_at(&place));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return Ok((named(name), Cure::Replace, ("REQUIRED", "this parameter is required".to_owned())));
    }
    if let Some(name) = message.strip_prefix("duplicate field ") {
        return Ok((named(name), Cure::KeepFirst, (INVALID, "each parameter may be given once".to_owned())));
    }
    let detail = expected(&message).map_or(message, |it| format!("expected {it}"));
    Ok((place, Cure::Replace, (INVALID, detail)))
}

const INVALID: &str = "INVALID_VALUE";

fn mend(pairs: &mut Pairs, name: &str, cure: Cure, samples: &Samples) {
    let is_named = |(one, _): &(String, String)| one == name;
    match cure {
        Cure::Replace => {
            pairs.retain(|pair| !is_named(pair));
            let value = samples.at(&[Step::Member(name.to_owned())]).value.map(|value| match value {
                Value::String(text) => text,
                other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                    other.to_string()
                }
            });
            pairs.extend(value.map(|value| (name.to_owned(), value)));
        }
        Cure::KeepFirst => {
            let mut seen = false;
            pairs.retain(|pair| !is_named(pair) || !std::mem::replace(&mut seen, true));
        }
    }
}

impl<T: ToSchema> Argument for QueryString<T> {
    /// A parameter for each field of the struct. An id that names nothing is not found.
    fn describe(operation: &mut Operation, _: &str) {
        let mut parsed = Schemas::new();
        T::schemas(&mut parsed);
        if parsed.iter().any(|(_, schema)| is_id(schema)) {
            let not_found = || RefOr::T(Response::new("NOT_FOUND"));
            operation.responses.responses.entry("404".to_owned()).or_insert_with(not_found);
        }
        let RefOr::T(Schema::Object(whole)) = T::schema() else { return };
        for (name, field) in whole.properties {
            let required = if whole.required.contains(&name) { Required::True } else { Required::False };
            let (schema, description) = present(field);
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .description(description)
                .required(required)
                .schema(Some(schema));
            add(operation, parameter);
        }
    }

    fn schemas(schemas: &mut Schemas) {
        T::schemas(schemas);
    }
}

fn is_id(schema: &RefOr<Schema>) -> bool {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            object.pattern.as_deref().is_some_and(|pattern| pattern.contains(kernel::ULID))
        }
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}

/// The schema of a field that is there, and what is said of it: a parameter is left out instead of null.
fn present(field: RefOr<Schema>) -> (RefOr<Schema>, Option<String>) {
    match field {
        RefOr::T(Schema::OneOf(choice)) => {
            let is_null = |one: &RefOr<Schema>| match one {
                RefOr::T(Schema::Object(object)) => object.schema_type == SchemaType::Type(Type::Null),
                RefOr::T(_) | RefOr::Ref(_) => false,
            };
            match choice.items.into_iter().find(|one| !is_null(one)) {
                Some(one) => present(one),
                None => (Schema::default().into(), choice.description),
            }
        }
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(kinds) = &object.schema_type
                && let Some(kind) = kinds.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
            let description = object.description.take();
            (Schema::Object(object).into(), description)
        }
        RefOr::Ref(mut reference) => {
            let description = std::mem::take(&mut reference.description);
            (RefOr::Ref(reference), Some(description).filter(|text| !text.is_empty()))
        }
        other @ RefOr::T(_) => (other, None),
    }
}

#[cfg(test)]
mod tests {
    use kernel::{CustomerId, Slug};
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::Day;

    /// Which things.
    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Which {
        /// Of this customer only.
        customer_id: Option<CustomerId>,
        /// Called so.
        slug: Option<Slug>,
        /// From this day on.
        from: Option<Day>,
        /// Of which kind.
        kind: Kind,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize, ToSchema)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Round,
        Flat,
    }

    #[test]
    fn texts_are_parsed_and_what_pages_read_is_left_to_them() {
        let which: Which = parse("kind=flat&limit=3&slug=toko-a&cursor=x&from=2026-12-01").unwrap();
        assert_eq!((which.kind, which.customer_id, which.slug.unwrap().as_str()), (Kind::Flat, None, "toko-a"));
        assert_eq!(which.from.unwrap().0.to_string(), "2026-12-01");
    }

    #[test]
    fn a_mistake_is_told_with_its_place_and_what_is_no_id_names_nothing() {
        for (query, status, pointer, detail) in [
            ("kind=x", 422, "kind", "expected `round` or `flat`"),
            ("kind=flat&from=20261201", 422, "from", "use a day such as 2026-12-01"),
            ("kind=flat&kind=flat", 422, "kind", "each parameter may be given once"),
            ("", 422, "kind", "this parameter is required"),
        ] {
            let problem = parse::<Which>(query).map(drop).unwrap_err();
            let told = &problem.errors()[0];
            assert_eq!(
                (problem.status().as_u16(), told.pointer.as_str(), told.detail.as_str()),
                (status, pointer, detail)
            );
        }
        assert_eq!(parse::<Which>("kind=flat&customerId=usr_x").map(drop).unwrap_err().status().as_u16(), 404);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let problem = parse::<Which>("slug=X&from=1&from=2&limit=x&kind=a").map(drop).unwrap_err();
        let told: Vec<&str> = problem.errors().iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(told, ["slug", "from", "kind"]);
        let problem = parse::<Which>("slug=X").map(drop).unwrap_err();
        let told: Vec<_> = problem.errors().iter().map(|one| (one.pointer.as_str(), one.code)).collect();
        assert_eq!(told, [("slug", "INVALID_VALUE"), ("kind", "REQUIRED")]);
    }

    #[test]
    fn each_field_is_a_parameter_that_is_left_out_instead_of_null() {
        let mut operation = Operation::default();
        QueryString::<Which>::describe(&mut operation, "/");
        let described = serde_json::to_value(operation.parameters).unwrap();
        assert_eq!(
            described[0],
            json!({
                "name": "customerId", "in": "query", "description": "Of this customer only.", "required": false,
                "schema": { "$ref": "#/components/schemas/CustomerId" }
            })
        );
        assert_eq!((&described[2]["name"], &described[2]["required"]), (&json!("kind"), &json!(true)));
    }
}
