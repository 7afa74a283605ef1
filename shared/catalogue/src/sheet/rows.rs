//! What a row of a sheet says, once it is parsed.

use std::fmt;

use kernel::{Currency, Field, Money, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Attribute, Barcode, CatalogueSlug, Dimensions, Grams, Image, ListPrice, OptionWord, ProductDescription,
    ProductTitle,
};

/// A product of a sheet, with some of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetProduct {
    /// What it is called in addresses, and known by.
    pub slug: CatalogueSlug,
    pub(crate) title: Option<ProductTitle>,
    pub(crate) description: Field<ProductDescription>,
    pub(crate) status: Option<SheetStatus>,
    /// Where it is found, as paths; `None` when the sheet does not say.
    pub categories: Option<Vec<CategoryPath>>,
    pub(crate) attributes: Option<Vec<Attribute>>,
    pub(crate) images: Option<Vec<Image>>,
    pub(crate) options: Option<Vec<SheetOption>>,
    pub(crate) variants: Vec<SheetVariant>,
}

/// The slugs of a category and of those above it, the highest first.
pub type CategoryPath = Vec<CatalogueSlug>;

/// How a product is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SheetStatus {
    Draft,
    Scheduled(Timestamp),
    Active,
    Archived,
}

/// An option, and its values where the sheet says them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SheetOption {
    pub(crate) name: OptionWord,
    pub(crate) values: Option<Vec<OptionWord>>,
}

/// The variant of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SheetVariant {
    pub(crate) line: u64,
    pub(crate) sku: Sku,
    pub(crate) option_values: Option<Vec<OptionWord>>,
    pub(crate) barcode: Field<Barcode>,
    pub(crate) weight_grams: Field<Grams>,
    pub(crate) dimensions: Field<Dimensions>,
    /// For each currency that the sheet has a column of.
    pub(crate) prices: Vec<(Currency, Option<Money>)>,
    pub(crate) price_lists: Option<Vec<ListPrice>>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "What became of a row of an import")]
pub enum RowOutcome {
    /// Its variant, or its product without variants, was made.
    Created,
    /// Its variant or its product was changed.
    Updated,
    /// Everything was so already.
    Unchanged,
    /// Nothing of its product's rows was done.
    Failed,
}

/// A mistake in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportRowError, description = "A mistake in a row of an import")]
pub struct RowFault {
    /// In which column; null when it is the row, or all of the product.
    #[serde(default)]
    #[schema(example = "price_IDR")]
    pub column: Option<String>,
    /// What kind of mistake, in `UPPER_SNAKE`.
    #[schema(example = "INVALID_VALUE")]
    pub code: String,
    /// What would be right.
    pub detail: String,
}

/// What became of one row: a row of the report, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedRow {
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// The slug, as it stands there.
    pub slug: String,
    /// The SKU, as it stands there.
    pub sku: String,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Its mistakes, if it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<RowFault>,
}

impl RowFault {
    pub(crate) fn of(column: impl Into<Option<String>>, code: &str, detail: impl fmt::Display) -> Self {
        Self { column: column.into(), code: code.to_owned(), detail: detail.to_string() }
    }

    /// Another row of the product is wrong, and a product is taken as a whole.
    pub(crate) fn beside(line: u64) -> Self {
        Self::of(
            None,
            "ANOTHER_ROW_FAILED",
            format_args!("line {line} of this product is wrong; nothing of it was done"),
        )
    }
}
