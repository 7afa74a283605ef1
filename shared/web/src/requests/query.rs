//! Query parameters, parsed into domain types.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::CustomerId;
use serde::{Deserialize, de::DeserializeOwned};
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
    requests::body::{expected, pointer},
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

impl<T: DeserializeOwned> FromRequestParts<Api> for QueryString<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let of_pages = |pair: &&str| pair.split('=').next().is_some_and(|name| OF_PAGES.contains(&name));
    let own = query.split('&').filter(|pair| !of_pages(pair)).collect::<Vec<_>>().join("&");
    let texts = serde_urlencoded::Deserializer::new(form_urlencoded::parse(own.as_bytes()));
    serde_path_to_error::deserialize(texts).map_err(|error| refusal(&pointer(error.path()), &error.inner().to_string()))
}

/// Tells where the mistake is and what would be right. What is no id names nothing.
fn refusal(place: &str, message: &str) -> Problem {
    if message.starts_with(kernel::NOT_AN_ID) {
        return Problem::not_found();
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return Problem::invalid(name.trim_matches('`'), "REQUIRED", "this parameter is required");
    }
    if let Some(name) = message.strip_prefix("duplicate field ") {
        return Problem::invalid(name.trim_matches('`'), "INVALID_VALUE", "each parameter may be given once");
    }
    let detail = expected(message).map_or_else(|| message.to_owned(), |it| format!("expected {it}"));
    Problem::invalid(place.trim_start_matches('/'), "INVALID_VALUE", detail)
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
