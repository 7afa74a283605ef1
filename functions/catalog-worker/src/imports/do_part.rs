//! One part of an import: what it makes, its rows of the report and the import's next version, all in one transaction.
//!
//! Round trips: one read of the slug, one query of the product and, where it was on sale, one of its prices, one transaction; again
//! for each lost race with another change of the product.

use catalogue::{
    CatalogueError, Categories, CategoryTree, ImportIds, ImportState, ImportedPart, ImportedRow, ProductImport,
    ProductImports, ProductRef, ProductSlots, ProductStatus, Products, RowFault, SheetPart, SheetProduct, WholeProduct,
};
use cloud::Ctx;
use events::product::{ProductArchived, ProductCreated, ProductPublished, ProductUpdated};
use kernel::{CategoryId, ProductId, RequestId, Timestamp, VariantId};
use table::{
    Race, Slot, TableError, TenantScope, TransactError, Transaction,
    agenda::{self, DueKind},
    until_settled,
};

use crate::{CatalogWorkError, imports::places::places_of};

/// The work of a turn.
pub(crate) struct ImportWork<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) scope: TenantScope,
    /// As the last part left it.
    pub(crate) import: ProductImport,
    /// The categories, as they were when they were last needed.
    pub(crate) tree: CategoryTree,
}

/// How a try at a part ended, other than by a lost race.
enum Tried {
    /// It is done, or failed, and is counted.
    Counted(ProductImport),
    /// It cannot be done.
    Refused(Vec<ImportedRow>),
    /// A category that it names is gone.
    Unplaced,
    /// Another turn counted it.
    Elsewhere,
}

/// Does a part; false when another turn of the import runs beside this one.
pub(crate) async fn do_part(work: &mut ImportWork<'_>, part: SheetPart<'_>) -> Result<bool, CatalogWorkError> {
    let mut tried = match part.parsed() {
        Ok(product) => make(work, part, &product).await?,
        Err(rows) => Tried::Refused(rows),
    };
    if let Tried::Refused(rows) = tried {
        tried = count_refused(work, &rows).await?;
    }
    match tried {
        Tried::Counted(import) => {
            work.import = import;
            Ok(true)
        }
        Tried::Elsewhere => Ok(false),
        Tried::Refused(_) | Tried::Unplaced => Err(CatalogWorkError::Outrun),
    }
}

async fn make(
    work: &mut ImportWork<'_>,
    part: SheetPart<'_>,
    product: &SheetProduct,
) -> Result<Tried, CatalogWorkError> {
    let Some(paths) = &product.categories else { return settle(work, part, product, None).await };
    let (ids, tree) = match places_of(work.ctx, work.scope, &work.tree, paths).await? {
        Ok(found) => found,
        Err(error) => {
            let fault = RowFault::from(&error);
            return Ok(Tried::Refused(part.failed(&RowFault { column: Some("categories".to_owned()), ..fault })));
        }
    };
    work.tree = tree;
    let tried = settle(work, part, product, Some(&ids)).await?;
    if !matches!(tried, Tried::Unplaced) {
        return Ok(tried);
    }
    // Somebody deleted a category meanwhile: it is made anew.
    work.tree = Categories::new(work.ctx.table(), work.scope).tree().await?;
    let Ok((ids, tree)) = places_of(work.ctx, work.scope, &work.tree, paths).await? else { return Ok(Tried::Unplaced) };
    work.tree = tree;
    settle(work, part, product, Some(&ids)).await
}

async fn settle(
    work: &ImportWork<'_>,
    part: SheetPart<'_>,
    product: &SheetProduct,
    categories: Option<&[CategoryId]>,
) -> Result<Tried, CatalogWorkError> {
    until_settled(|| CatalogWorkError::Outrun, || attempt(work, part, product, categories)).await
}

async fn attempt(
    work: &ImportWork<'_>,
    part: SheetPart<'_>,
    product: &SheetProduct,
    categories: Option<&[CategoryId]>,
) -> Result<Race<Tried>, CatalogWorkError> {
    let (ctx, scope, now) = (work.ctx, work.scope, work.ctx.now());
    let products = Products::new(ctx.table(), scope);
    let before = products.find(&ProductRef::Slug(product.slug.clone())).await?;
    let before = before.as_ref();
    let history = match before {
        Some(before) if before.product.was_on_sale(now) => products.recent_history(before.id(), now).await?,
        Some(_) | None => Vec::new(),
    };
    let ids = ImportIds {
        product: ProductId::new(ctx.new_ulid()),
        variants: (0..part.len()).map(|_| VariantId::new(ctx.new_ulid())).collect(),
    };
    let state = ImportState { before, history: &history, categories, now };
    let ImportedPart { after, rows } = match product.applied(part, state, ids) {
        Ok(imported) => imported,
        Err(rows) => return Ok(Race::Settled(Tried::Refused(rows))),
    };
    let mut transaction = Transaction::new();
    let (import, counted) = count(work, &mut transaction, &rows)?;
    let mut slots = ProductSlots::default();
    if let Some(after) = &after {
        slots = match before {
            Some(before) => products.save(&mut transaction, before, after, now)?,
            None => products.insert(&mut transaction, after)?,
        };
        tell(ctx, &mut transaction, scope, (before, after))?;
    }
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(Race::Settled(Tried::Counted(import))),
        Err(TransactError::Table(error)) => Err(error.into()),
        Err(TransactError::Cancelled(cancelled)) if cancelled.failed(counted).is_some() => {
            Ok(Race::Settled(Tried::Elsewhere))
        }
        Err(TransactError::Cancelled(cancelled)) => Ok(match slots.refusal(&cancelled) {
            // Somebody made a product of this slug: it is changed then.
            Some(CatalogueError::SlugTaken) | None => Race::Lost,
            Some(CatalogueError::UnknownCategory(_)) if categories.is_some() => Race::Settled(Tried::Unplaced),
            Some(error) => Race::Settled(Tried::Refused(part.refused(&error))),
        }),
    }
}

/// The report on a part that cannot be done, and the import behind it.
async fn count_refused(work: &ImportWork<'_>, rows: &[ImportedRow]) -> Result<Tried, CatalogWorkError> {
    let mut transaction = Transaction::new();
    let (import, _) = count(work, &mut transaction, rows)?;
    match work.ctx.table().transact(transaction).await {
        Ok(()) => Ok(Tried::Counted(import)),
        Err(TransactError::Cancelled(_)) => Ok(Tried::Elsewhere),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Counts a part as done; behind the last one nothing is due any more.
fn count(
    work: &ImportWork<'_>,
    transaction: &mut Transaction,
    rows: &[ImportedRow],
) -> Result<(ProductImport, Slot), TableError> {
    let imports = ProductImports::new(work.ctx.table(), work.scope);
    let import = work.import.after(rows, work.ctx.now());
    let counted = imports.save(transaction, &import)?;
    imports.insert_rows(transaction, &import, rows)?;
    if import.ended_at.is_some() {
        agenda::clear(transaction, work.scope, DueKind::ProductImport, import.id);
    }
    Ok((import, counted))
}

/// What the tenant's systems are told, as of a change by hand.
fn tell(
    ctx: &Ctx,
    transaction: &mut Transaction,
    scope: TenantScope,
    (before, after): (Option<&WholeProduct>, &WholeProduct),
) -> Result<(), TableError> {
    let (tenant, cause, now) = (scope.tenant(), RequestId::new(ctx.new_ulid()), ctx.now());
    let (product_id, slug, version) = (after.id(), after.product.slug.to_string(), after.product.version);
    let stood = |at: Timestamp| before.map(|before| before.product.stands(at));
    let (old, new) = (stood(now), after.product.stands(now));
    if before.is_none() {
        let told = ProductCreated { product_id, slug: slug.clone() };
        ctx.insert_event(transaction, tenant, cause, version, &told)?;
    }
    match (new, after.product.published_at()) {
        (ProductStatus::Active, Some(published_at)) if old != Some(ProductStatus::Active) => {
            ctx.insert_event(
                transaction,
                tenant,
                cause,
                version,
                &ProductPublished { product_id, slug, published_at },
            )?;
        }
        (ProductStatus::Archived, _) if old != Some(ProductStatus::Archived) => {
            ctx.insert_event(transaction, tenant, cause, version, &ProductArchived { product_id, slug })?;
        }
        _ if before.is_some() => {
            ctx.insert_event(transaction, tenant, cause, version, &ProductUpdated { product_id, slug })?;
        }
        _ => {}
    }
    Ok(())
}
