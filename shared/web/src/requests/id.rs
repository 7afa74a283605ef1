//! What a path names.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use utoipa::{
    ToSchema,
    openapi::{
        Required,
        path::{Operation, ParameterBuilder, ParameterIn},
    },
};

use crate::{
    Api, Argument, Problem,
    arguments::{Schemas, add, description_of, push, reference_to},
};

/// The thing that a path names, such as `/invoices/{id}`. A text of another form names nothing: 404.
#[derive(Clone, Debug)]
pub struct Id<T>(pub T);

/// The two things that a path names, such as `/customers/{id}/users/{userId}`.
#[derive(Clone, Debug)]
pub struct Ids<T, U>(pub T, pub U);

impl<T: FromStr> FromRequestParts<Api> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, api).await;
        let Path(text) = named.map_err(|_| Problem::not_found())?;
        text.parse().map(Self).map_err(|_| Problem::not_found())
    }
}

impl<T: FromStr, U: FromStr> FromRequestParts<Api> for Ids<T, U> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let named = Path::<(String, String)>::from_request_parts(parts, api).await;
        let Path((first, second)) = named.map_err(|_| Problem::not_found())?;
        let first = first.parse().map_err(|_| Problem::not_found())?;
        second.parse().map(|second| Self(first, second)).map_err(|_| Problem::not_found())
    }
}

impl<T: ToSchema> Argument for Id<T> {
    fn describe(operation: &mut Operation, path: &str) {
        add_named::<T>(operation, names(path).next());
    }

    fn schemas(schemas: &mut Schemas) {
        push::<T>(schemas);
    }
}

impl<T: ToSchema, U: ToSchema> Argument for Ids<T, U> {
    fn describe(operation: &mut Operation, path: &str) {
        let mut names = names(path);
        add_named::<T>(operation, names.next());
        add_named::<U>(operation, names.next());
    }

    fn schemas(schemas: &mut Schemas) {
        push::<T>(schemas);
        push::<U>(schemas);
    }
}

/// What a path calls its parameters.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn add_named<T: ToSchema>(operation: &mut Operation, name: Option<&str>) {
    let Some(name) = name else { return };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .description(description_of::<T>())
        .required(Required::True)
        .schema(Some(reference_to::<T>()));
    add(operation, parameter);
}
