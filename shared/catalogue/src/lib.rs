//! What a tenant sells: products, their variants and prices, and the tree of categories.
//!
//! A [`Product`] is sold in [`Variant`]s, one for each choice of its options; both together are a [`WholeProduct`], which is
//! changed as a whole, under the product's version. What is on sale is judged when it is read ([`Product::stands`]): a product
//! that is to be published at an instant is on sale from then on, whether or not any job ran. Prices are integers in each
//! currency; what somebody pays is [`price_for`], and what a lower price is compared with is in [`VariantPrice::prior`].
//! A catalogue is written as a [`ProductSheet`], CSV for spreadsheets, and read again by a [`ProductImport`]. Nothing here does
//! any I/O but for the rows.

pub mod bounds;
mod categories;
mod error;
mod exports;
#[cfg(test)]
mod golden;
mod imports;
mod products;
mod sheet;
mod words;

pub use categories::category::{Category, CategoryTree, MOST_CATEGORIES, MOST_LEVELS, NewCategory};
pub use categories::repo::Categories;
pub use error::CatalogueError;
pub use exports::export::{MOST_EXPORTED, ProductExport, ProductExportError, ProductExportState, ProductExportStatus};
pub use exports::repo::ProductExports;
pub use imports::apply::{ImportIds, ImportState, ImportedPart};
pub use imports::import::{ImportError, ImportStatus, ProductImport};
pub use imports::repo::ProductImports;
pub use kernel::PriceKey;
pub use products::history::{PRIOR_PRICE_DAYS, PriceEntry, PriceMove};
pub use products::price::price_for;
pub use products::product::{Attribute, Image, NewProduct, Product, ProductOption, ProductStatus, ProductText};
pub use products::repo::{ProductSlots, Products, ShelfOf};
pub use products::variant::{Dimensions, Grams, ListPrice, Variant, VariantPrice};
pub use products::whole::{MOST_AT_ONCE, MOST_VARIANTS, NewVariant, Removal, VariantEdit, WholeProduct};
pub use sheet::read::{ColumnFault, ColumnFaultKind, MOST_ROWS, ProductSheet, SheetError, SheetPart};
pub use sheet::rows::{CategoryPath, ImportedRow, RowFault, RowOutcome, SheetProduct};
pub use sheet::write::written;
pub use words::code::Barcode;
pub use words::line::{AttributeValue, ImageUrl, OptionWord, ProductDescription, ProductTitle};
pub use words::slug::{CatalogueSlug, ProductRef};
