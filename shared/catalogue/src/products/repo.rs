//! Where products are kept.
//!
//! `PRODUCT#<product>` has `PRODUCT`, the product, and `VARIANT#<variant>`, so that one query reads it whole; each row is far below
//! what DynamoDB takes, whatever stands in it. `PRICES#<product>` / `<instant>#<version>` says how prices changed. `SKU#<sku>` and
//! `PRODUCTSLUG#<slug>` are locks, written in the transaction of the product: a name has one owner. `SHELF#<category>`, and
//! `SHELF#ALL`, list what is there by status and instant: what is to be published already stands among what is published, behind
//! the instant, so that it is listed in time by itself. The agenda has it too, for who wants to be told.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CategoryId, ProductId, Sku, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use table::{
    Cancelled, Condition, Key, Query, Record, Slot, Table, TableError, TenantScope, Transaction, Write,
    agenda::{self, DueKind},
    from_item,
    pages::{self, Listed, PageRequest, Walk},
};

use crate::{
    CatalogueError, CatalogueSlug, PriceEntry, Product, ProductRef, ProductStatus, Variant, WholeProduct,
    categories::repo::count, products::product::SaleDecision,
};

/// Whose a SKU is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SkuOwner {
    product_id: ProductId,
    variant_id: kernel::VariantId,
}

/// Whose a slug is, or was.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductSlugOwner {
    product_id: ProductId,
}

/// A product's place in a list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShelfPlace {
    product_id: ProductId,
}

impl Record for Product {
    const ROWS: &'static [&'static str] = &["PRODUCT#{product} / PRODUCT"];
}

impl Record for Variant {
    const ROWS: &'static [&'static str] = &["PRODUCT#{product} / VARIANT#{variant}"];
}

impl Record for PriceEntry {
    const ROWS: &'static [&'static str] = &["PRICES#{product} / {at}#{version}"];
}

impl Record for SkuOwner {
    const ROWS: &'static [&'static str] = &["SKU#{sku} / SKU"];
}

impl Record for ProductSlugOwner {
    const ROWS: &'static [&'static str] = &["PRODUCTSLUG#{slug} / SLUG"];
}

impl Record for ShelfPlace {
    const ROWS: &'static [&'static str] = &["SHELF#{shelf} / {status}#{since}#{product}"];
}

/// Which list of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShelfOf {
    /// All of the tenant.
    All,
    /// Those that name this category, and not those below it.
    Category(CategoryId),
}

/// The writes of a change that others can be in the way of.
#[derive(Debug, Default)]
pub struct ProductSlots {
    slug: Option<Slot>,
    skus: Vec<(Slot, Sku)>,
    categories: Vec<(Slot, CategoryId)>,
}

impl ProductSlots {
    /// Why the change cannot be made; `None` when only a race was lost.
    pub fn refusal(&self, cancelled: &Cancelled) -> Option<CatalogueError> {
        let failed = |slot: &Slot| cancelled.failed(*slot).is_some();
        if self.slug.as_ref().is_some_and(failed) {
            return Some(CatalogueError::SlugTaken);
        }
        let sku = self.skus.iter().find(|(slot, _)| failed(slot)).map(|(_, sku)| CatalogueError::SkuTaken(sku.clone()));
        let category = || self.categories.iter().find(|(slot, _)| failed(slot));
        sku.or_else(|| category().map(|(_, id)| CatalogueError::UnknownCategory(*id)))
    }
}

/// The products of one tenant.
#[derive(Clone, Copy)]
pub struct Products<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Products<'a> {
    /// Those of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// A product with its variants. One query; more when it is larger than a megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: ProductId) -> Result<Option<WholeProduct>, TableError> {
        let mut walk = Walk::new(self.table, Query::partition(self.scope.partition(format_args!("PRODUCT#{id}"))));
        let (mut product, mut variants) = (None::<Product>, Vec::<Variant>::new());
        while let Some(rows) = walk.next().await? {
            for row in rows {
                if row.get("SK").and_then(Value::as_str) == Some("PRODUCT") {
                    product = Some(from_item(row)?);
                } else {
                    variants.push(from_item(row)?);
                }
            }
        }
        let Some(product) = product else { return Ok(None) };
        // Ids that were made in one millisecond are in no order.
        variants.sort_by_key(|variant| product.variant_ids.iter().position(|id| *id == variant.id));
        Ok(Some(WholeProduct { product, variants }))
    }

    /// A product by its id, or by a slug that it has or had. One query, and one read before it for a slug.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn find(&self, named: &ProductRef) -> Result<Option<WholeProduct>, TableError> {
        let slug = match named {
            ProductRef::Id(id) => return self.get(*id).await,
            ProductRef::Slug(slug) => slug,
        };
        match self.table.get(&self.slug_key(slug)).await? {
            Some(row) => self.get(from_item::<ProductSlugOwner>(row)?.product_id).await,
            None => Ok(None),
        }
    }

    /// Those of these products that are there, in their order, without their variants. One read for each hundred.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get_many(&self, ids: &[ProductId]) -> Result<Vec<Product>, TableError> {
        let keys: Vec<Key> = ids.iter().map(|id| self.product_key(*id)).collect();
        pages::all_of(self.table, &keys).await
    }

    /// Which variant of which product has a SKU. One read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn owner_of(&self, sku: &Sku) -> Result<Option<(ProductId, kernel::VariantId)>, TableError> {
        let row = self.table.get(&self.sku_key(sku)).await?;
        let owner = row.map(from_item::<SkuOwner>).transpose()?;
        Ok(owner.map(|owner| (owner.product_id, owner.variant_id)))
    }

    /// The products of a list that stand so at `now`, those first that do so for the shortest time; what is to be published
    /// last comes first. One query and one batch of reads, more where products just changed.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn list(
        &self,
        shelf: ShelfOf,
        status: ProductStatus,
        now: Timestamp,
        request: &PageRequest,
    ) -> Result<Listed<Product>, TableError> {
        let all = Query::partition(self.shelf(shelf)).descending();
        let name = decided(status).name();
        // Behind all that have this instant: ids have none of these characters.
        let present = format!("{name}#{now}#~");
        let query = match status {
            ProductStatus::Draft | ProductStatus::Archived => all.begins_with(format!("{name}#")),
            ProductStatus::Active => all.between(format!("{name}#"), present),
            ProductStatus::Scheduled => all.between(present, format!("{name}#~")),
        };
        let key = |place: &ShelfPlace| self.product_key(place.product_id);
        pages::pointed(self.table, query, request, key, |product: &Product| product.stands(now) == status).await
    }

    /// How the prices of a product changed while it was, or had been, on sale; newest first. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn history(&self, id: ProductId, request: &PageRequest) -> Result<Listed<PriceEntry>, TableError> {
        pages::page(self.table, Query::partition(self.prices(id)).descending(), request, |_| true).await
    }

    /// The changes of the last 30 days. One query.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn recent_history(&self, id: ProductId, now: Timestamp) -> Result<Vec<PriceEntry>, TableError> {
        let first = PriceEntry::window(now);
        let query = Query::partition(self.prices(id)).between(first.to_string(), format!("{now}#~"));
        pages::all(self.table, query).await
    }

    /// Adds a new product and all that goes with it to a transaction.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn insert(&self, transaction: &mut Transaction, article: &WholeProduct) -> Result<ProductSlots, TableError> {
        if let Some(at) = article.product.published_at().filter(|at| article.product.created_at < *at) {
            agenda::set(transaction, self.scope, DueKind::ProductPublication, article.id(), at)?;
        }
        self.change(transaction, None, Some(article))
    }

    /// The ids of all products, whatever their status, in no order; up to so many, and one more when there are more. One query
    /// for each megabyte.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn ids(&self, most: usize) -> Result<Vec<ProductId>, TableError> {
        let mut walk = Walk::new(self.table, Query::partition(self.shelf(ShelfOf::All)));
        let mut ids = Vec::new();
        while let Some(rows) = walk.next().await? {
            for row in rows {
                ids.push(from_item::<ShelfPlace>(row)?.product_id);
                if ids.len() > most {
                    return Ok(ids);
                }
            }
        }
        Ok(ids)
    }

    /// Adds a changed product and all that changes with it to a transaction, in the place of the version before it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        before: &WholeProduct,
        after: &WholeProduct,
        now: Timestamp,
    ) -> Result<ProductSlots, TableError> {
        // Nobody could pay what stood in a draft.
        let entry = PriceEntry::of(&before.variants, &after.variants, after.product.version, now)
            .filter(|_| before.product.was_on_sale(now));
        if let Some(entry) = entry {
            let key = self
                .scope
                .key(format_args!("PRICES#{}", after.id()), format_args!("{}#{:010}", entry.at, entry.version));
            transaction.add(Write::put(key, &entry)?.when(Condition::NotExists));
        }
        let (had, wanted) = (before.product.published_at(), after.product.published_at().filter(|at| now < *at));
        match wanted {
            Some(at) if had != wanted => {
                agenda::set(transaction, self.scope, DueKind::ProductPublication, after.id(), at)?;
            }
            None if had.is_some_and(|at| now < at) => {
                agenda::clear(transaction, self.scope, DueKind::ProductPublication, after.id());
            }
            Some(_) | None => {}
        }
        self.change(transaction, Some(before), Some(after))
    }

    /// Takes a product and all that goes with it away. It was never on sale, so that nothing names it.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub fn delete(&self, transaction: &mut Transaction, article: &WholeProduct) -> Result<(), TableError> {
        if article.product.published_at().is_some() {
            agenda::clear(transaction, self.scope, DueKind::ProductPublication, article.id());
        }
        self.change(transaction, Some(article), None).map(drop)
    }

    fn change(
        &self,
        transaction: &mut Transaction,
        before: Option<&WholeProduct>,
        after: Option<&WholeProduct>,
    ) -> Result<ProductSlots, TableError> {
        let mut slots = ProductSlots::default();
        match (before, after) {
            (_, Some(WholeProduct { product, .. })) => {
                let row = Write::put(self.product_key(product.id), product)?;
                transaction.add(row.when(Condition::follows(product.version)));
            }
            (Some(WholeProduct { product, .. }), None) => {
                let is_same = Condition::VersionIs(product.version);
                transaction.add(Write::delete(self.product_key(product.id)).when(is_same));
            }
            (None, None) => {}
        }
        self.variants(transaction, before, after)?;
        self.skus(transaction, before, after, &mut slots)?;
        self.slugs(transaction, before, after, &mut slots)?;
        self.places(transaction, before, after)?;
        let (old, new) = (categories(before), categories(after));
        for id in old.difference(&new) {
            transaction.add(count(self.scope, *id, -1));
        }
        for id in new.difference(&old) {
            slots.categories.push((transaction.add(count(self.scope, *id, 1)), *id));
        }
        Ok(slots)
    }

    fn variants(
        &self,
        transaction: &mut Transaction,
        before: Option<&WholeProduct>,
        after: Option<&WholeProduct>,
    ) -> Result<(), TableError> {
        // The version of the product stands for its variants too.
        for variant in after.into_iter().flat_map(|one| &one.variants) {
            if before.and_then(|one| one.variant(variant.id)) != Some(variant) {
                let id = after.map_or_else(String::new, |one| one.id().to_string());
                transaction.add(Write::put(self.variant_key(&id, variant), variant)?);
            }
        }
        for gone in before.into_iter().flat_map(|one| &one.variants) {
            if after.is_none_or(|one| one.variant(gone.id).is_none()) {
                let id = before.map_or_else(String::new, |one| one.id().to_string());
                transaction.add(Write::delete(self.variant_key(&id, gone)));
            }
        }
        Ok(())
    }

    fn skus(
        &self,
        transaction: &mut Transaction,
        before: Option<&WholeProduct>,
        after: Option<&WholeProduct>,
        slots: &mut ProductSlots,
    ) -> Result<(), TableError> {
        let (old, new) = (owners(before), owners(after));
        for (sku, owner) in &new {
            let variant_id = *owner;
            let Some(product_id) = after.map(WholeProduct::id) else { continue };
            let row = Write::put(self.sku_key(sku), &SkuOwner { product_id, variant_id })?;
            match old.get(sku) {
                None => slots.skus.push((transaction.add(row.when(Condition::NotExists)), (*sku).clone())),
                Some(had) if had != owner => {
                    transaction.add(row);
                }
                Some(_) => {}
            }
        }
        for sku in old.keys().filter(|sku| !new.contains_key(*sku)) {
            transaction.add(Write::delete(self.sku_key(sku)));
        }
        Ok(())
    }

    fn slugs(
        &self,
        transaction: &mut Transaction,
        before: Option<&WholeProduct>,
        after: Option<&WholeProduct>,
        slots: &mut ProductSlots,
    ) -> Result<(), TableError> {
        let all = |article: Option<&'_ WholeProduct>| -> BTreeSet<CatalogueSlug> {
            article.into_iter().flat_map(|one| one.product.slugs().cloned().collect::<Vec<_>>()).collect()
        };
        let (old, new) = (all(before), all(after));
        for slug in new.difference(&old) {
            let Some(product_id) = after.map(WholeProduct::id) else { continue };
            let row = Write::put(self.slug_key(slug), &ProductSlugOwner { product_id })?.when(Condition::NotExists);
            slots.slug = Some(transaction.add(row));
        }
        for slug in old.difference(&new) {
            transaction.add(Write::delete(self.slug_key(slug)));
        }
        Ok(())
    }

    fn places(
        &self,
        transaction: &mut Transaction,
        before: Option<&WholeProduct>,
        after: Option<&WholeProduct>,
    ) -> Result<(), TableError> {
        let (old, new) = (places(before), places(after));
        for (shelf, place) in old.difference(&new) {
            transaction.add(Write::delete(self.scope.key(shelf_name(*shelf), place)));
        }
        for (shelf, place) in new.difference(&old) {
            let Some(product_id) = after.map(WholeProduct::id) else { continue };
            transaction.add(Write::put(self.scope.key(shelf_name(*shelf), place), &ShelfPlace { product_id })?);
        }
        Ok(())
    }

    fn product_key(&self, id: ProductId) -> Key {
        self.scope.key(format_args!("PRODUCT#{id}"), "PRODUCT")
    }

    fn variant_key(&self, product: &str, variant: &Variant) -> Key {
        self.scope.key(format_args!("PRODUCT#{product}"), format_args!("VARIANT#{}", variant.id))
    }

    fn sku_key(&self, sku: &Sku) -> Key {
        self.scope.key(format_args!("SKU#{sku}"), "SKU")
    }

    fn slug_key(&self, slug: &CatalogueSlug) -> Key {
        self.scope.key(format_args!("PRODUCTSLUG#{slug}"), "SLUG")
    }

    fn prices(&self, id: ProductId) -> table::Partition {
        self.scope.partition(format_args!("PRICES#{id}"))
    }

    fn shelf(&self, shelf: ShelfOf) -> table::Partition {
        self.scope.partition(shelf_name(shelf))
    }
}

impl SaleDecision {
    /// As places in lists begin.
    const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
        }
    }
}

/// What was decided of what stands so.
const fn decided(status: ProductStatus) -> SaleDecision {
    match status {
        ProductStatus::Draft => SaleDecision::Draft,
        ProductStatus::Scheduled | ProductStatus::Active => SaleDecision::Published,
        ProductStatus::Archived => SaleDecision::Archived,
    }
}

fn shelf_name(shelf: ShelfOf) -> String {
    match shelf {
        ShelfOf::All => "SHELF#ALL".to_owned(),
        ShelfOf::Category(id) => format!("SHELF#{id}"),
    }
}

fn categories(article: Option<&WholeProduct>) -> BTreeSet<CategoryId> {
    article.into_iter().flat_map(|one| one.product.text.category_ids.iter().copied()).collect()
}

fn owners(article: Option<&WholeProduct>) -> BTreeMap<&Sku, kernel::VariantId> {
    article.into_iter().flat_map(|one| &one.variants).map(|one| (&one.sku, one.id)).collect()
}

/// Where a product stands in lists.
fn places(article: Option<&WholeProduct>) -> BTreeSet<(ShelfOf, String)> {
    let Some(WholeProduct { product, .. }) = article else { return BTreeSet::new() };
    let place = format!("{}#{}#{}", product.status.name(), product.since, product.id);
    let shelves = categories(article).into_iter().map(ShelfOf::Category).chain([ShelfOf::All]);
    shelves.map(|shelf| (shelf, place.clone())).collect()
}
