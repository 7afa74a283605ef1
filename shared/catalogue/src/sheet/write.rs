//! Products as a sheet, which is read again to the same state.

use std::collections::BTreeSet;

use kernel::{Currency, Timestamp};

use crate::{
    CategoryTree, ListPrice, Product, ProductOption, ProductStatus, Variant, WholeProduct,
    sheet::{
        cells::{amount_text, guarded},
        columns::SheetColumn,
        lists::{escaped, joined},
    },
};

/// Products as CSV, in the order of their slugs: a row for each variant, and one for a product without any. What is said of a
/// product stands in its first row. Slugs that it had before, when it was published, and how prices changed are in no sheet.
///
/// # Errors
/// The text cannot be put together: never.
pub fn written(products: &[WholeProduct], tree: &CategoryTree, now: Timestamp) -> Result<String, csv::Error> {
    let columns = columns_of(products);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.name()))?;
    let mut sorted: Vec<&WholeProduct> = products.iter().collect();
    sorted.sort_by(|one, next| one.product.slug.cmp(&next.product.slug));
    for WholeProduct { product, variants } in sorted {
        let rows = variants.iter().map(Some).chain(variants.is_empty().then_some(None));
        for (place, variant) in rows.enumerate() {
            let cell = |column: &SheetColumn| match (*column, place, variant) {
                (SheetColumn::Slug, _, _) => product.slug.to_string(),
                (column, 0, _) if column.is_of_product() => of_product(product, column, tree, now),
                (column, _, Some(variant)) if !column.is_of_product() => of_variant(variant, column),
                _ => String::new(),
            };
            writer.write_record(columns.iter().map(|column| guarded(&cell(column))))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// All columns, with a price for each currency that anything is sold in.
fn columns_of(products: &[WholeProduct]) -> Vec<SheetColumn> {
    let variants = products.iter().flat_map(|one| &one.variants);
    let currencies: BTreeSet<Currency> = variants.flat_map(|one| &one.prices).map(|one| one.price.currency()).collect();
    let mut columns = SheetColumn::fixed();
    let before_lists = columns.len().saturating_sub(1);
    columns.splice(before_lists..before_lists, currencies.into_iter().map(SheetColumn::Price));
    columns
}

fn of_product(product: &Product, column: SheetColumn, tree: &CategoryTree, now: Timestamp) -> String {
    let text = &product.text;
    let option = |number: usize| number.checked_sub(1).and_then(|place| text.options.get(place));
    match column {
        SheetColumn::Title => text.title.as_str().to_owned(),
        SheetColumn::Description => text.description.as_ref().map_or_else(String::new, |text| text.as_str().to_owned()),
        SheetColumn::Status => status_name(product.stands(now)).to_owned(),
        SheetColumn::PublishAt => {
            let at = product.published_at().filter(|_| product.stands(now) == ProductStatus::Scheduled);
            at.map_or_else(String::new, |at| at.to_string())
        }
        SheetColumn::Categories => {
            joined(text.category_ids.iter().map(|id| tree.path_of(*id)).filter(|path| !path.is_empty()))
        }
        SheetColumn::Attributes => joined(text.attributes.iter().map(|one| {
            let [name, value] = [one.name.as_str(), one.value.as_str()].map(|word| escaped(word, Some('=')));
            format!("{name}={value}")
        })),
        SheetColumn::Images => joined(text.images.iter().map(|one| {
            let url = String::from(one.url.clone());
            escaped(&one.alt.as_ref().map_or_else(|| url.clone(), |alt| format!("{url} {}", alt.as_str())), None)
        })),
        SheetColumn::OptionName(number) => option(number).map_or_else(String::new, |one| one.name.as_str().to_owned()),
        SheetColumn::OptionValues(number) => option(number).map_or_else(String::new, option_values),
        SheetColumn::Slug
        | SheetColumn::Sku
        | SheetColumn::OptionValue(_)
        | SheetColumn::Barcode
        | SheetColumn::WeightGrams
        | SheetColumn::LengthMm
        | SheetColumn::WidthMm
        | SheetColumn::HeightMm
        | SheetColumn::Price(_)
        | SheetColumn::PriceLists => String::new(),
    }
}

fn option_values(option: &ProductOption) -> String {
    joined(option.values.iter().map(|value| escaped(value.as_str(), None)))
}

const fn status_name(status: ProductStatus) -> &'static str {
    match status {
        ProductStatus::Draft => "draft",
        ProductStatus::Scheduled => "scheduled",
        ProductStatus::Active => "active",
        ProductStatus::Archived => "archived",
    }
}

fn of_variant(variant: &Variant, column: SheetColumn) -> String {
    let side = |side: u32| if side == 0 { String::new() } else { side.to_string() };
    let sides = variant.dimensions.map_or((0, 0, 0), |one| (one.length.into(), one.width.into(), one.height.into()));
    match column {
        SheetColumn::Sku => variant.sku.to_string(),
        SheetColumn::OptionValue(number) => {
            let value = number.checked_sub(1).and_then(|place| variant.option_values.get(place));
            value.map_or_else(String::new, |value| value.as_str().to_owned())
        }
        SheetColumn::Barcode => variant.barcode.as_ref().map_or_else(String::new, |code| code.as_str().to_owned()),
        SheetColumn::WeightGrams => variant.weight_grams.map_or_else(String::new, |grams| u32::from(grams).to_string()),
        SheetColumn::LengthMm => side(sides.0),
        SheetColumn::WidthMm => side(sides.1),
        SheetColumn::HeightMm => side(sides.2),
        SheetColumn::Price(currency) => {
            let price = variant.prices.iter().find(|one| one.price.currency() == currency);
            price.map_or_else(String::new, |one| amount_text(one.price))
        }
        SheetColumn::PriceLists => joined(variant.price_lists.iter().map(list_price)),
        SheetColumn::Slug
        | SheetColumn::Title
        | SheetColumn::Description
        | SheetColumn::Status
        | SheetColumn::PublishAt
        | SheetColumn::Categories
        | SheetColumn::Attributes
        | SheetColumn::Images
        | SheetColumn::OptionName(_)
        | SheetColumn::OptionValues(_) => String::new(),
    }
}

fn list_price(list: &ListPrice) -> String {
    let group = list.group.as_ref().map_or("", |group| group.as_str());
    let (quantity, currency, price) = (list.min_quantity, list.price.currency(), amount_text(list.price));
    format!("{}:{group}:{quantity}:{currency}:{price}", list.key.as_str())
}
