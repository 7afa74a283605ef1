//! Slugs: what products and categories are called in addresses.

use std::{fmt, str::FromStr};

use kernel::{NOT_AN_ID, ProductId, hyphenated};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::ProductTitle;

/// The longest slug, in characters.
const LONGEST: usize = 80;

/// 1 to 80 of `a-z0-9` and single hyphens between them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Debug, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "What stands in addresses: lower-case letters, digits and single hyphens",
    value_type = String, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 1, max_length = 80, example = "batik-shirt"
)]
pub struct CatalogueSlug(String);

/// A product by its id or by a slug that it has or had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProductRef {
    /// By its id.
    Id(ProductId),
    /// By a slug.
    Slug(CatalogueSlug),
}

impl CatalogueSlug {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug made of a title, as far as it is in Latin letters; `None` when nothing is left.
    pub fn from_title(title: &ProductTitle) -> Option<Self> {
        hyphenated(title.as_str(), LONGEST).try_into().ok()
    }

    /// With the end of a product's id behind it, for a title that another product has too.
    pub fn with_end_of(&self, id: ProductId) -> Self {
        let id = id.to_string().to_ascii_lowercase();
        let end = id.get(id.len().saturating_sub(8)..).unwrap_or_default();
        let head = self.0.get(..self.0.len().min(LONGEST - 9)).unwrap_or_default();
        Self(format!("{}-{end}", head.trim_end_matches('-')))
    }

    /// The slug of a product whose title is in another script.
    pub fn of_nameless(id: ProductId) -> Self {
        Self("product".to_owned()).with_end_of(id)
    }
}

impl fmt::Display for CatalogueSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CatalogueSlug {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--");
        if fits { Ok(Self(text)) } else { Err("use 1 to 80 of a-z, 0-9 and single hyphens between them") }
    }
}

impl From<CatalogueSlug> for String {
    fn from(slug: CatalogueSlug) -> Self {
        slug.0
    }
}

impl FromStr for ProductRef {
    type Err = String;

    /// Ids have capital letters, and slugs have none.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        text.to_owned().try_into().map(Self::Slug).map_err(|_| format!("{NOT_AN_ID} or slug of a product"))
    }
}

impl PartialSchema for ProductRef {
    fn schema() -> RefOr<Schema> {
        let pattern = format!("^({}{}|[a-z0-9]+(-[a-z0-9]+)*)$", ProductId::PREFIX, kernel::ULID);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A product by its id, or by a slug that it has or had"))
            .pattern(Some(pattern))
            .max_length(Some(LONGEST))
            .examples(["batik-shirt"])
            .into()
    }
}

impl ToSchema for ProductRef {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_made_of_a_title() {
        let of = |title: &str| {
            let slug = CatalogueSlug::from_title(&title.to_owned().try_into().unwrap());
            slug.map(|slug| slug.to_string()).unwrap_or_default()
        };
        for (title, slug) in [
            ("Batik shirt", "batik-shirt"),
            ("Kemeja  №1 (Łódź)!", "kemeja-no1-lodz"),
            ("100 %", "100"),
            ("東京", ""),
            ("!?", ""),
        ] {
            assert_eq!(of(title), slug, "{title}");
        }
        assert_eq!(of("a ".repeat(99).trim()).len(), 79, "cut, and no hyphen at the end");
    }

    #[test]
    fn a_second_one_of_a_title_has_its_id_at_the_end() {
        let id: ProductId = "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let slug: CatalogueSlug = "batik".to_owned().try_into().unwrap();
        assert_eq!(slug.with_end_of(id).as_str(), "batik-9t0v1w2x");
        let long: CatalogueSlug = "x".repeat(80).try_into().unwrap();
        let longer = String::from(long.with_end_of(id));
        assert!(longer.len() == 80 && CatalogueSlug::try_from(longer).is_ok());
        assert_eq!(CatalogueSlug::of_nameless(id).as_str(), "product-9t0v1w2x");
    }

    #[test]
    fn ids_and_slugs_are_told_apart() {
        let id = "prd_01JD2Z3M4N5P6Q7R8S9T0V1W2X";
        assert_eq!(id.parse(), Ok(ProductRef::Id(id.parse().unwrap())));
        assert_eq!("501-jeans".parse(), Ok(ProductRef::Slug("501-jeans".to_owned().try_into().unwrap())));
        for bad in ["", "A", "a--b", "-a", "a-", "prd_x", "a b", &"x".repeat(81)] {
            assert!(bad.parse::<ProductRef>().is_err(), "{bad}");
        }
    }
}
