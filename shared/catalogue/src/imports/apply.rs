//! What a part of a sheet makes of a product. What the sheet does not say stays as it is, and no variant is taken away.

use kernel::{CategoryId, Money, ProductId, Timestamp, VariantId};

use crate::{
    CatalogueError, ImportedRow, NewProduct, NewVariant, OptionWord, PriceEntry, Product, ProductOption, ProductText,
    RowFault, RowOutcome, SheetPart, SheetProduct, Variant, WholeProduct,
    bounds::{MOST_PRICES, MOST_VALUES},
    products::{
        price::{When, changed_prices},
        product::SaleDecision,
    },
    sheet::{
        columns::SheetColumn,
        read::RawRow,
        rows::{SheetOption, SheetStatus, SheetVariant},
    },
};

/// What a part is applied to.
#[derive(Clone, Copy, Debug)]
pub struct ImportState<'a> {
    /// The product of the sheet's slug, if there is one.
    pub before: Option<&'a WholeProduct>,
    /// How its prices changed in the last 30 days.
    pub history: &'a [PriceEntry],
    /// The categories that the sheet names; `None` when it does not say.
    pub categories: Option<&'a [CategoryId]>,
    /// The present.
    pub now: Timestamp,
}

/// The ids of what may have to be made.
#[derive(Clone, Debug)]
pub struct ImportIds {
    /// Of the product.
    pub product: ProductId,
    /// Of its variants, one for each row.
    pub variants: Vec<VariantId>,
}

/// What a part makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedPart {
    /// The product as it is to be; `None` when it is so already.
    pub after: Option<WholeProduct>,
    /// What is reported of each row.
    pub rows: Vec<ImportedRow>,
}

impl SheetProduct {
    /// What a part of the sheet, which this was parsed of, makes of the product as it stands.
    ///
    /// # Errors
    /// The report on the part's rows when it cannot be done.
    pub fn applied(
        &self,
        part: SheetPart<'_>,
        state: ImportState<'_>,
        ids: ImportIds,
    ) -> Result<ImportedPart, Vec<ImportedRow>> {
        let after = self.decided(state, ids).map_err(|refusal| refused(part, &refusal))?;
        let before = state.before;
        let product_changed = before.is_none_or(|before| !is_same_product(&before.product, &after.product));
        let outcome = |row: &RawRow| {
            let of = |product: &WholeProduct| product.variants.iter().find(|one| one.sku.as_str() == row.sku).cloned();
            let (old, new) = (before.and_then(of), of(&after));
            match (old, new) {
                (None, Some(_)) => RowOutcome::Created,
                (Some(old), Some(new)) if old != new => RowOutcome::Updated,
                (None, None) if before.is_none() => RowOutcome::Created,
                _ if product_changed => RowOutcome::Updated,
                _ => RowOutcome::Unchanged,
            }
        };
        let rows = part.report(outcome, |_| Vec::new());
        let changed = product_changed || before.is_none_or(|before| before.variants != after.variants);
        Ok(ImportedPart { after: changed.then_some(after), rows })
    }

    fn decided(&self, state: ImportState<'_>, ids: ImportIds) -> Result<WholeProduct, PartRefusal> {
        let ImportState { before, now, .. } = state;
        let text = self.text(state)?;
        let was_on_sale = before.is_some_and(|before| before.product.was_on_sale(now));
        let when = When { at: now, was_on_sale };
        let mut variants = before.map(|before| before.variants.clone()).unwrap_or_default();
        for (row, id) in self.variants.iter().zip(ids.variants) {
            match variants.iter_mut().find(|variant| variant.sku == row.sku) {
                Some(old) => *old = row.applied(old, state.history, when)?,
                None => variants.push(row.made(id, now)?),
            }
        }
        let Some(before) = before else {
            let new = NewProduct { id: ids.product, text, slug: self.slug.clone() };
            let draft = WholeProduct::new(new, Vec::new(), now)?;
            let product = self.standing(&draft.product, now)?;
            return Ok(WholeProduct { product, variants }.checked(now)?);
        };
        let product = self.standing(&before.product, now)?;
        Ok(before.next(Product { text, ..product }, variants).checked(now)?)
    }

    fn text(&self, state: ImportState<'_>) -> Result<ProductText, PartRefusal> {
        let old = state.before.map(|before| &before.product.text);
        let title = self.title.clone().or_else(|| old.map(|old| old.title.clone()));
        let title =
            title.ok_or_else(|| PartRefusal::of(SheetColumn::Title, "REQUIRED", "a new product has a title"))?;
        let kept = |of: fn(&ProductText) -> &Vec<CategoryId>| old.map(|old| of(old).clone()).unwrap_or_default();
        Ok(ProductText {
            title,
            description: self.description.clone().apply(old.and_then(|old| old.description.clone())),
            options: self.options(state.before)?,
            category_ids: state.categories.map_or_else(|| kept(|old| &old.category_ids), <[CategoryId]>::to_vec),
            attributes: self.attributes.clone().or_else(|| old.map(|old| old.attributes.clone())).unwrap_or_default(),
            images: self.images.clone().or_else(|| old.map(|old| old.images.clone())).unwrap_or_default(),
        })
    }

    /// The options: where the sheet does not say which values one has, those that it has and those of the rows.
    fn options(&self, before: Option<&WholeProduct>) -> Result<Vec<ProductOption>, PartRefusal> {
        let old = before.map(|before| before.product.text.options.as_slice()).unwrap_or_default();
        let keep = || old.iter().map(|one| SheetOption { name: one.name.clone(), values: None }).collect();
        let wanted: Vec<SheetOption> = self.options.clone().unwrap_or_else(keep);
        let mut options = Vec::with_capacity(wanted.len());
        for (place, SheetOption { name, values }) in wanted.into_iter().enumerate() {
            let values = values.unwrap_or_else(|| {
                let known = old.iter().find(|one| one.name == name).map(|one| one.values.clone());
                let mut values: Vec<OptionWord> = known.unwrap_or_default();
                for value in self.variants.iter().filter_map(|row| row.option_values.as_ref()?.get(place)) {
                    if !values.contains(value) {
                        values.push(value.clone());
                    }
                }
                values
            });
            if values.is_empty() || values.len() > MOST_VALUES {
                let detail = format!("an option has 1 to {MOST_VALUES} values");
                return Err(PartRefusal::of(SheetColumn::OptionValues(place + 1), "INVALID_LENGTH", &detail));
            }
            options.push(ProductOption { name, values });
        }
        Ok(options)
    }

    /// The product as the sheet wants it to stand.
    fn standing(&self, product: &Product, now: Timestamp) -> Result<Product, PartRefusal> {
        let is_on_sale = product.is_on_sale(now);
        Ok(match self.status {
            None => product.clone(),
            Some(SheetStatus::Draft) if product.status == SaleDecision::Draft => product.clone(),
            Some(SheetStatus::Draft) => {
                let detail = "what was published, or archived, is no draft again; use archived";
                return Err(PartRefusal::of(SheetColumn::Status, "NOT_A_DRAFT", detail));
            }
            Some(SheetStatus::Active | SheetStatus::Scheduled(_)) if is_on_sale => product.clone(),
            Some(SheetStatus::Active) => product.decided(SaleDecision::Published, now, now),
            Some(SheetStatus::Scheduled(at)) if product.published_at() == Some(at.max(now)) => product.clone(),
            Some(SheetStatus::Scheduled(at)) => product.decided(SaleDecision::Published, at.max(now), now),
            Some(SheetStatus::Archived) if product.status == SaleDecision::Archived => product.clone(),
            Some(SheetStatus::Archived) => product.decided(SaleDecision::Archived, now, now),
        })
    }
}

impl SheetVariant {
    /// The variant, changed to what the row says.
    fn applied(&self, old: &Variant, history: &[PriceEntry], when: When) -> Result<Variant, PartRefusal> {
        let kept = old.prices.iter().map(|one| one.price);
        let kept = kept.filter(|price| self.prices.iter().all(|(currency, _)| *currency != price.currency()));
        let prices = self.bounded(kept.chain(self.given_prices()).collect())?;
        Ok(Variant {
            id: old.id,
            sku: old.sku.clone(),
            option_values: self.option_values.clone().unwrap_or_else(|| old.option_values.clone()),
            barcode: self.barcode.clone().apply(old.barcode.clone()),
            weight_grams: self.weight_grams.clone().apply(old.weight_grams),
            dimensions: self.dimensions.clone().apply(old.dimensions),
            prices: changed_prices(old, prices, history, when),
            price_lists: self.price_lists.clone().unwrap_or_else(|| old.price_lists.clone()),
        })
    }

    fn made(&self, id: VariantId, now: Timestamp) -> Result<Variant, PartRefusal> {
        let new = NewVariant {
            id,
            sku: self.sku.clone(),
            option_values: self.option_values.clone().unwrap_or_default(),
            barcode: self.barcode.clone().apply(None),
            weight_grams: self.weight_grams.clone().apply(None),
            dimensions: self.dimensions.clone().apply(None),
            prices: self.bounded(self.given_prices().collect())?,
            price_lists: self.price_lists.clone().unwrap_or_default(),
        };
        Ok(Variant::new(new, now))
    }

    fn given_prices(&self) -> impl Iterator<Item = Money> {
        self.prices.iter().filter_map(|(_, price)| *price)
    }

    fn bounded(&self, prices: Vec<Money>) -> Result<Vec<Money>, PartRefusal> {
        if prices.len() <= MOST_PRICES {
            return Ok(prices);
        }
        let detail = format!("a variant has prices in at most {MOST_PRICES} currencies");
        Err(PartRefusal { line: Some(self.line), fault: RowFault::of(None, "INVALID_LENGTH", detail) })
    }
}

/// Whether both are the same but for their versions.
fn is_same_product(before: &Product, after: &Product) -> bool {
    *after == Product { version: after.version, ..before.clone() }
}

/// Why a part cannot be done.
struct PartRefusal {
    /// The line that it is of; `None` when it is of all.
    line: Option<u64>,
    fault: RowFault,
}

impl PartRefusal {
    fn of(column: SheetColumn, code: &str, detail: &str) -> Self {
        Self { line: None, fault: RowFault::of(column.name(), code, detail) }
    }
}

impl From<CatalogueError> for PartRefusal {
    fn from(error: CatalogueError) -> Self {
        Self { line: None, fault: RowFault::from(&error) }
    }
}

fn refused(part: SheetPart<'_>, refusal: &PartRefusal) -> Vec<ImportedRow> {
    match refusal.line {
        None => part.failed(&refusal.fault),
        Some(line) => part.failed_at(|row| row.line == line, &refusal.fault),
    }
}

impl From<&CatalogueError> for RowFault {
    fn from(error: &CatalogueError) -> Self {
        use kernel::Fault;
        Self::of(None, error.code(), error)
    }
}

impl SheetPart<'_> {
    /// The report when what was decided could not be saved: the row that is to blame is told why, the others that it was.
    pub fn refused(&self, error: &CatalogueError) -> Vec<ImportedRow> {
        let fault = RowFault::from(error);
        match error {
            CatalogueError::SkuTaken(sku) => self.failed_at(|row| row.sku == sku.as_str(), &fault),
            CatalogueError::SlugTaken
            | CatalogueError::OptionsMismatch
            | CatalogueError::VariantExists
            | CatalogueError::TooManyVariants { .. }
            | CatalogueError::NotSellable
            | CatalogueError::UnknownCategory(_)
            | CatalogueError::CategorySlugTaken
            | CatalogueError::CategoryCycle
            | CatalogueError::CategoryTooDeep { .. }
            | CatalogueError::TooManyCategories { .. }
            | CatalogueError::CategoryNotEmpty => self.failed(&fault),
        }
    }

    fn failed_at(&self, is_wrong: impl Fn(&RawRow) -> bool, fault: &RowFault) -> Vec<ImportedRow> {
        let line = self.rows.iter().find(|row| is_wrong(row)).map_or(0, |row| row.line);
        let errors = |row: &RawRow| vec![if is_wrong(row) { fault.clone() } else { RowFault::beside(line) }];
        self.report(|_| RowOutcome::Failed, errors)
    }
}
