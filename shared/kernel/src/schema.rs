//! How values look in JSON schemas, where deriving that from their types would say something else.

use std::borrow::Cow;

use utoipa::{
    __dev::ComposeSchema,
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        extensions::ExtensionsBuilder,
        schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type},
    },
};

use crate::{Country, Currency, CustomerId, Field, Party, TenantId, Timestamp, Zone, ids};

/// Marks a schema that stands wherever it is referred to: it has no name that would tell anything.
pub const INLINE: &str = "x-inline";

/// The pattern of instants beside their format: the years that there are, 1970 to 9999.
pub const INSTANT: &str = "^(19[7-9][0-9]|[2-9][0-9]{3})-";

type Named = Vec<(String, RefOr<Schema>)>;

fn text(description: &str, example: &str) -> ObjectBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    text.examples([example])
}

impl PartialSchema for Country {
    fn schema() -> RefOr<Schema> {
        let description = "A country by its code of two letters (ISO 3166-1)";
        text(description, "ID").enum_values(Some(Self::all().map(|country| country.to_string()))).into()
    }
}

impl ToSchema for Country {}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        text("A currency by its code (ISO 4217)", "IDR").enum_values(Some(Self::codes())).into()
    }
}

impl ToSchema for Currency {}

impl PartialSchema for Party {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^({}|{}){}$", CustomerId::PREFIX, TenantId::PREFIX, ids::ULID);
        let description = "A customer of the tenant; in the platform's own books, a tenant";
        text(description, &format!("{}{}", CustomerId::PREFIX, ids::EXAMPLE)).pattern(Some(pattern)).into()
    }
}

impl ToSchema for Party {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        text("An instant in UTC, with milliseconds", "2026-11-21T01:02:03.004Z")
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .pattern(Some(INSTANT))
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Zone {
    fn schema() -> RefOr<Schema> {
        let pattern = "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$";
        text("A time zone by its name in the IANA database", "Asia/Jakarta")
            .pattern(Some(pattern))
            .max_length(Some(40))
            .into()
    }
}

impl ToSchema for Zone {}

impl<T: ToSchema> ComposeSchema for Field<T> {
    fn compose(_: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let null = ObjectBuilder::new().schema_type(Type::Null);
        let inline = ExtensionsBuilder::new().add(INLINE, true).build();
        OneOfBuilder::new().item(null).item(Ref::from_schema_name(T::name())).extensions(Some(inline)).into()
    }
}

impl<T: ToSchema> ToSchema for Field<T> {
    fn name() -> Cow<'static, str> {
        "Field".into()
    }

    fn schemas(schemas: &mut Named) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Money, UserId};

    fn schema_of<T: PartialSchema>() -> Value {
        serde_json::to_value(T::schema()).unwrap()
    }

    #[test]
    fn an_ids_schema_names_its_kind() {
        let expected = json!({
            "type": "string",
            "description": "A user of a tenant: a member or a customer",
            "pattern": "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$",
            "examples": ["usr_01JD2Z3M4N5P6Q7R8S9T0V1W2X"]
        });
        assert_eq!((schema_of::<UserId>(), UserId::name()), (expected, "UserId".into()));
    }

    #[test]
    fn money_is_an_amount_and_one_of_the_currencies() {
        let money = schema_of::<Money>();
        assert_eq!(money["properties"]["amount"]["format"], "int64");
        assert_eq!(money["properties"]["currency"]["$ref"], "#/components/schemas/Currency");
        let codes = schema_of::<Currency>()["enum"].as_array().unwrap().clone();
        assert!(
            codes.contains(&json!("KWD"))
                && codes.iter().all(|code| code.as_str().unwrap().parse::<Currency>().is_ok())
        );
    }

    #[test]
    fn every_country_is_listed() {
        let codes = schema_of::<Country>()["enum"].as_array().unwrap().clone();
        assert!(codes.iter().all(|code| code.as_str().unwrap().parse::<Country>().is_ok()));
        assert_eq!(codes.len(), 249);
    }

    #[test]
    fn a_field_of_a_patch_is_a_value_or_null() {
        let expected = json!({
            "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/UserId" }], "x-inline": true
        });
        assert_eq!(schema_of::<Field<UserId>>(), expected);
    }
}
