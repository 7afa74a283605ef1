//! From the cells of a product's rows to what they say. All mistakes of a product are told, each in its row.

use std::{collections::BTreeMap, fmt};

use kernel::{Currency, Field, Money, Sku};

use crate::{
    Attribute, CatalogueSlug, Dimensions, Image, ListPrice, OptionWord,
    bounds::{
        HIGHEST_MIN_QUANTITY, HIGHEST_PRICE, MOST_ATTRIBUTES, MOST_CATEGORIES_OF_A_PRODUCT, MOST_IMAGES,
        MOST_LIST_PRICES, MOST_OPTIONS, MOST_PRICES, MOST_VALUES,
    },
    sheet::{
        cells::amount,
        columns::SheetColumn,
        lists::{BETWEEN, parts, unescaped},
        read::{ProductSheet, RawProduct, RawRow, SheetPart},
        rows::{CategoryPath, ImportedRow, RowFault, RowOutcome, SheetOption, SheetProduct, SheetStatus, SheetVariant},
    },
};

/// How many mistakes of a row are told.
const MOST_FAULTS: usize = 10;

impl SheetPart<'_> {
    /// What the product's rows say, with the variants of this part alone.
    ///
    /// # Errors
    /// The report on the part's rows when any row of the product is wrong: a product is taken as a whole.
    pub fn parsed(&self) -> Result<SheetProduct, Vec<ImportedRow>> {
        let mut reader = SheetReader { sheet: self.sheet, product: self.product, faults: BTreeMap::new() };
        let product = reader.product();
        let faults = reader.faults;
        if let (Some(mut product), true) = (product, faults.is_empty()) {
            product.variants.retain(|variant| self.rows.iter().any(|row| row.line == variant.line));
            return Ok(product);
        }
        let first = faults.keys().next().copied().unwrap_or_default();
        let errors = |row: &RawRow| faults.get(&row.line).cloned().unwrap_or_else(|| vec![RowFault::beside(first)]);
        Err(self.report(|_| RowOutcome::Failed, errors))
    }
}

struct SheetReader<'a> {
    sheet: &'a ProductSheet,
    product: &'a RawProduct,
    faults: BTreeMap<u64, Vec<RowFault>>,
}

/// What a cell says that stands for all rows of a product, and on which line.
type SharedCell<'a> = (u64, &'a str);

impl<'a> SheetReader<'a> {
    fn product(&mut self) -> Option<SheetProduct> {
        for row in &self.product.rows {
            if let Some(fault) = &row.fault {
                self.faults.entry(row.line).or_default().push(fault.clone());
            }
        }
        if !self.faults.is_empty() {
            // Cells in the wrong places would only be told of as more mistakes.
            return None;
        }
        let slug = self.slug();
        let title = self.text(SheetColumn::Title).and_then(|value| match value {
            Field::Value(title) => Some(title),
            Field::Absent | Field::Null => None,
        });
        let description = self.text(SheetColumn::Description).unwrap_or_default();
        let status = self.status();
        let categories = self.list(SheetColumn::Categories, MOST_CATEGORIES_OF_A_PRODUCT, category_path);
        let attributes = self.attributes();
        let images = self.list(SheetColumn::Images, MOST_IMAGES, image);
        let options = self.options();
        let variants = self.variants();
        let slug = slug?;
        Some(SheetProduct { slug, title, description, status, categories, attributes, images, options, variants })
    }

    fn fault(&mut self, line: u64, column: SheetColumn, code: &str, detail: impl fmt::Display) {
        let faults = self.faults.entry(line).or_default();
        if faults.len() < MOST_FAULTS {
            faults.push(RowFault::of(column.name(), code, detail));
        }
    }

    fn parse<T>(&mut self, (line, text): SharedCell<'_>, column: SheetColumn) -> Option<T>
    where
        T: TryFrom<String, Error: fmt::Display>,
    {
        T::try_from(text.to_owned()).map_err(|why| self.fault(line, column, "INVALID_VALUE", why)).ok()
    }

    fn slug(&mut self) -> Option<CatalogueSlug> {
        let line = self.product.rows.first().map_or(0, |row| row.line);
        if self.product.slug.is_empty() {
            self.fault(line, SheetColumn::Slug, "REQUIRED", "each row names the product that it is of by its slug");
            return None;
        }
        let slug = self.product.slug.as_str();
        self.parse((line, slug), SheetColumn::Slug)
    }

    /// What the rows say of their product: what any of them says, and nothing else; `None` without such a column.
    fn said(&mut self, column: SheetColumn) -> Option<SharedCell<'a>> {
        let (sheet, product) = (self.sheet, self.product);
        let mut said: Option<SharedCell<'a>> = None;
        for row in &product.rows {
            let text = sheet.cell(row, column)?;
            match said {
                _ if text.trim().is_empty() => {}
                None => said = Some((row.line, text)),
                Some((_, first)) if first == text => {}
                Some((line, _)) => {
                    let detail = format!("line {line} of this product says something else; leave the cell empty here");
                    self.fault(row.line, column, "PRODUCT_DIFFERS", detail);
                }
            }
        }
        Some(said.unwrap_or((product.rows.first().map_or(0, |row| row.line), "")))
    }

    fn text<T>(&mut self, column: SheetColumn) -> Option<Field<T>>
    where
        T: TryFrom<String, Error: fmt::Display>,
    {
        match self.said(column)? {
            (_, "") => Some(Field::Null),
            said => self.parse(said, column).map(Field::Value),
        }
    }

    fn status(&mut self) -> Option<SheetStatus> {
        let status = self.said(SheetColumn::Status).unwrap_or_default();
        let publish_at = self.said(SheetColumn::PublishAt).unwrap_or_default();
        match (status.1.to_ascii_lowercase().as_str(), publish_at) {
            ("", (_, "")) => None,
            ("draft", (_, "")) => Some(SheetStatus::Draft),
            ("active", (_, "")) => Some(SheetStatus::Active),
            ("archived", (_, "")) => Some(SheetStatus::Archived),
            ("scheduled", (_, "")) => {
                self.fault(status.0, SheetColumn::PublishAt, "REQUIRED", "what is scheduled says from when on");
                None
            }
            ("scheduled", (line, text)) => {
                let at = text.parse();
                if at.is_err() {
                    let detail = "write the instant as 2026-12-01T09:00:00.000Z";
                    self.fault(line, SheetColumn::PublishAt, "INVALID_VALUE", detail);
                }
                at.ok().map(SheetStatus::Scheduled)
            }
            ("" | "draft" | "active" | "archived", (line, _)) => {
                self.fault(line, SheetColumn::PublishAt, "INVALID_VALUE", "only what is scheduled has it");
                None
            }
            _ => {
                let detail = "use draft, scheduled, active or archived";
                self.fault(status.0, SheetColumn::Status, "INVALID_VALUE", detail);
                None
            }
        }
    }

    fn list<T>(
        &mut self,
        column: SheetColumn,
        most: usize,
        element: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let (line, text) = self.said(column)?;
        self.elements((line, text), column, most, element)
    }

    fn elements<T>(
        &mut self,
        (line, text): SharedCell<'_>,
        column: SheetColumn,
        most: usize,
        element: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let found = parts(text, BETWEEN);
        if found.len() > most {
            self.fault(line, column, "INVALID_LENGTH", format_args!("give at most {most}, parted by |"));
            return None;
        }
        let mut elements = Vec::with_capacity(found.len());
        for part in found {
            match element(part) {
                Ok(element) => elements.push(element),
                Err(detail) => {
                    self.fault(line, column, "INVALID_VALUE", detail);
                    return None;
                }
            }
        }
        Some(elements)
    }

    fn attributes(&mut self) -> Option<Vec<Attribute>> {
        let attributes = self.list(SheetColumn::Attributes, MOST_ATTRIBUTES, attribute)?;
        self.each_once(SheetColumn::Attributes, attributes.iter().map(|one| one.name.as_str()));
        Some(attributes)
    }

    fn each_once<'t>(&mut self, column: SheetColumn, names: impl Iterator<Item = &'t str>) {
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                let line = self.said(column).map_or(0, |(line, _)| line);
                self.fault(line, column, "INVALID_VALUE", "name each once");
                return;
            }
        }
    }

    fn options(&mut self) -> Option<Vec<SheetOption>> {
        if !(1..=MOST_OPTIONS).any(|number| self.sheet.columns.contains(&SheetColumn::OptionName(number))) {
            return None;
        }
        let mut options: Vec<SheetOption> = Vec::new();
        for number in 1..=MOST_OPTIONS {
            let (name_column, column) = (SheetColumn::OptionName(number), SheetColumn::OptionValues(number));
            let name = self.said(name_column).unwrap_or_default();
            let values = self.said(column).unwrap_or_default();
            if name.1.is_empty() {
                if !values.1.is_empty() {
                    self.fault(values.0, name_column, "REQUIRED", "these values are of an option without a name");
                }
                continue;
            }
            let word = self.parse::<OptionWord>(name, name_column);
            let values = match values {
                (_, "") => None,
                said => self.elements(said, column, MOST_VALUES, option_word),
            };
            self.each_once(column, values.iter().flatten().map(OptionWord::as_str));
            let Some(name) = word else { continue };
            if options.iter().any(|before| before.name == name) {
                let line = self.product.rows.first().map_or(0, |row| row.line);
                self.fault(line, name_column, "INVALID_VALUE", "name each option once");
            }
            options.push(SheetOption { name, values });
        }
        Some(options)
    }

    fn variants(&mut self) -> Vec<SheetVariant> {
        let product = self.product;
        let says_of_a_variant = |row: &RawRow| {
            let of_variant = self.sheet.columns.iter().filter(|column| !column.is_of_product());
            of_variant.filter_map(|column| self.sheet.cell(row, *column)).any(|text| !text.is_empty())
        };
        if let [only] = product.rows.as_slice()
            && !says_of_a_variant(only)
        {
            // A product without variants.
            return Vec::new();
        }
        product.rows.iter().filter_map(|row| self.variant(row)).collect()
    }

    fn variant(&mut self, row: &'a RawRow) -> Option<SheetVariant> {
        if row.sku.is_empty() {
            self.fault(row.line, SheetColumn::Sku, "REQUIRED", "each row has the SKU of its variant");
            return None;
        }
        let sku = self.parse::<Sku>((row.line, &row.sku), SheetColumn::Sku);
        let barcode = self.field(row, SheetColumn::Barcode);
        let weight_grams = self.number(row, SheetColumn::WeightGrams);
        let dimensions = self.dimensions(row);
        let option_values = self.option_values(row);
        let prices = self.prices(row);
        let price_lists = self.price_lists(row);
        let (line, sku) = (row.line, sku?);
        Some(SheetVariant { line, sku, option_values, barcode, weight_grams, dimensions, prices, price_lists })
    }

    fn field<T>(&mut self, row: &RawRow, column: SheetColumn) -> Field<T>
    where
        T: TryFrom<String, Error: fmt::Display>,
    {
        match self.sheet.cell(row, column) {
            None => Field::Absent,
            Some("") => Field::Null,
            Some(text) => self.parse((row.line, text), column).map_or(Field::Null, Field::Value),
        }
    }

    fn number<T>(&mut self, row: &RawRow, column: SheetColumn) -> Field<T>
    where
        T: TryFrom<u32, Error: fmt::Display>,
    {
        let text = match self.sheet.cell(row, column) {
            None => return Field::Absent,
            Some("") => return Field::Null,
            Some(text) => text,
        };
        let number = whole_number(text).map_or_else(|| Err("use a whole number".to_owned()), Ok);
        let value = number.and_then(|number| T::try_from(number).map_err(|why| why.to_string()));
        match value {
            Ok(value) => Field::Value(value),
            Err(why) => {
                self.fault(row.line, column, "INVALID_VALUE", why);
                Field::Null
            }
        }
    }

    fn dimensions(&mut self, row: &RawRow) -> Field<Dimensions> {
        let [length, width, height] =
            [SheetColumn::LengthMm, SheetColumn::WidthMm, SheetColumn::HeightMm].map(|column| self.number(row, column));
        match (length, width, height) {
            (Field::Value(length), Field::Value(width), Field::Value(height)) => {
                Field::Value(Dimensions { length, width, height })
            }
            (Field::Absent, Field::Absent, Field::Absent) => Field::Absent,
            (Field::Value(_), _, _) | (_, Field::Value(_), _) | (_, _, Field::Value(_)) => {
                let detail = "give length_mm, width_mm and height_mm, or none of them";
                self.fault(row.line, SheetColumn::LengthMm, "REQUIRED", detail);
                Field::Null
            }
            (Field::Null | Field::Absent, Field::Null | Field::Absent, Field::Null | Field::Absent) => Field::Null,
        }
    }

    fn option_values(&mut self, row: &RawRow) -> Option<Vec<OptionWord>> {
        let (mut is_there, mut values) = (false, Vec::new());
        for number in 1..=MOST_OPTIONS {
            let column = SheetColumn::OptionValue(number);
            let Some(text) = self.sheet.cell(row, column) else { continue };
            is_there = true;
            if !text.is_empty() {
                values.extend(self.parse::<OptionWord>((row.line, text), column));
            }
        }
        is_there.then_some(values)
    }

    fn prices(&mut self, row: &RawRow) -> Vec<(Currency, Option<Money>)> {
        let sheet = self.sheet;
        let mut prices = Vec::new();
        for column in &sheet.columns {
            let SheetColumn::Price(currency) = *column else { continue };
            let text = sheet.cell(row, *column).unwrap_or_default();
            let price = amount(text, currency);
            if price.is_none() && !text.is_empty() {
                let (most, places) = (HIGHEST_PRICE, currency.exponent());
                let detail = format!(
                    "write digits, and at most {places} decimals behind a point, without separators of thousands; at most \
                     {most} in the smallest unit of {currency}"
                );
                self.fault(row.line, *column, "INVALID_VALUE", detail);
            }
            prices.push((currency, price));
        }
        if prices.iter().filter(|(_, price)| price.is_some()).count() > MOST_PRICES {
            let detail = format!("a variant has prices in at most {MOST_PRICES} currencies");
            self.faults.entry(row.line).or_default().push(RowFault::of(None, "INVALID_LENGTH", detail));
        }
        prices
    }

    fn price_lists(&mut self, row: &RawRow) -> Option<Vec<ListPrice>> {
        let text = self.sheet.cell(row, SheetColumn::PriceLists)?;
        let lists = self.elements((row.line, text), SheetColumn::PriceLists, MOST_LIST_PRICES, list_price)?;
        let is_same = |one: &ListPrice, other: &ListPrice| {
            let of = |one: &ListPrice| (one.min_quantity, one.price.currency());
            one.key == other.key && one.group == other.group && of(one) == of(other)
        };
        let mut seen: Vec<&ListPrice> = Vec::new();
        for list in &lists {
            if seen.iter().any(|before| is_same(before, list)) {
                let detail = "one list has two prices for a group, quantity and currency";
                self.fault(row.line, SheetColumn::PriceLists, "INVALID_VALUE", detail);
                return None;
            }
            seen.push(list);
        }
        Some(lists)
    }
}

/// Digits alone: `parse` would take a sign too.
fn whole_number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn option_word(text: &str) -> Result<OptionWord, String> {
    OptionWord::try_from(unescaped(text)).map_err(str::to_owned)
}

/// `clothing/shirts`.
fn category_path(text: &str) -> Result<CategoryPath, String> {
    let slugs = text.split('/').map(|slug| CatalogueSlug::try_from(slug.trim().to_owned()));
    slugs.collect::<Result<_, _>>().map_err(|why| format!("write a category as clothing/shirts: {why}"))
}

/// `Material=Cotton`.
fn attribute(text: &str) -> Result<Attribute, String> {
    let pieces = parts(text, '=');
    let [name, value] = pieces.as_slice() else {
        return Err("write an attribute as Material=Cotton; write = and | inside of it as \\= and \\|".to_owned());
    };
    Ok(Attribute { name: option_word(name)?, value: unescaped(value).try_into()? })
}

/// `https://cdn.example.com/batik.webp A shirt`.
fn image(text: &str) -> Result<Image, String> {
    let text = unescaped(text);
    let (url, alt) = text.split_once(' ').unwrap_or((&text, ""));
    let alt = Some(alt.trim().to_owned()).filter(|alt| !alt.is_empty());
    Ok(Image { url: url.to_owned().try_into()?, alt: alt.map(TryInto::try_into).transpose()? })
}

/// `wholesale:b2b:10:USD:9.50`; without a group `summer::5:IDR:99000`.
fn list_price(text: &str) -> Result<ListPrice, String> {
    let pieces: Vec<&str> = text.split(':').map(str::trim).collect();
    let [key, group, quantity, currency, price] = pieces.as_slice() else {
        return Err(
            "write a list price as list:group:from quantity:currency:price, such as summer::5:IDR:99000".to_owned()
        );
    };
    let currency: Currency = currency.parse().map_err(|why: kernel::UnknownCurrency| why.to_string())?;
    let min_quantity = whole_number(quantity).filter(|quantity| (1..=HIGHEST_MIN_QUANTITY).contains(quantity));
    let group = Some(*group).filter(|group| !group.is_empty()).map(|group| group.to_owned().try_into());
    Ok(ListPrice {
        key: (*key).to_owned().try_into()?,
        group: group.transpose()?,
        min_quantity: min_quantity.ok_or_else(|| format!("use a quantity of 1 to {HIGHEST_MIN_QUANTITY}"))?,
        price: amount(price, currency).ok_or_else(|| format!("{price} is no price in {currency}"))?,
    })
}
