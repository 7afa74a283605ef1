//! How values that are written as text look in JSON schemas.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    },
};

use crate::{Currency, CustomerId, Party, Slug, TenantId, Timestamp, Zone, ids::ULID};

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        text("A currency by its ISO 4217 code").pattern(Some("^[A-Z]{3}$")).into()
    }
}

impl ToSchema for Currency {}

impl PartialSchema for Party {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^({}|{}){ULID}$", CustomerId::PREFIX, TenantId::PREFIX);
        text("A customer of the tenant; in the platform's own books, a tenant").pattern(Some(pattern)).into()
    }
}

impl ToSchema for Party {}

impl PartialSchema for Slug {
    fn schema() -> RefOr<Schema> {
        text("A short name, as it stands in addresses").into()
    }
}

impl ToSchema for Slug {}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        text("An instant in UTC, with milliseconds")
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Zone {
    fn schema() -> RefOr<Schema> {
        text("A time zone of the IANA database, such as Asia/Jakarta").into()
    }
}

impl ToSchema for Zone {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UserId;

    #[test]
    fn an_ids_schema_names_its_kind() {
        let schema = serde_json::to_value(UserId::schema()).unwrap();
        let expected = serde_json::json!({ "type": "string", "pattern": "^usr_[0-7][0-9A-HJKMNP-TV-Z]{25}$" });
        assert_eq!((schema, UserId::name()), (expected, "UserId".into()));
    }
}
