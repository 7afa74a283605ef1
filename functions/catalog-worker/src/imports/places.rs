//! The categories that a file names by their paths. Those that are not there are made.

use catalogue::{CatalogueError, Categories, Category, CategoryPath, CategoryTree, NewCategory};
use cloud::Ctx;
use kernel::CategoryId;
use table::{Race, TableError, TenantScope, TransactError, Transaction, until_settled};

use crate::CatalogWorkError;

/// The ids of paths, and the tree that has them. No round trip when all are there; else one query and one transaction, again for
/// each lost race.
///
/// # Errors
/// The inner one is of the file: `CategoryTooDeep`, `TooManyCategories`.
pub(crate) async fn places_of(
    ctx: &Ctx,
    scope: TenantScope,
    known: &CategoryTree,
    paths: &[CategoryPath],
) -> Result<Result<(Vec<CategoryId>, CategoryTree), CatalogueError>, CatalogWorkError> {
    if let Some(ids) = all_of(known, paths) {
        return Ok(Ok((ids, known.clone())));
    }
    let categories = Categories::new(ctx.table(), scope);
    until_settled(
        || CatalogWorkError::Outrun,
        || async {
            let tree = categories.tree().await?;
            let (grown, made) = match grown(ctx, tree, paths)? {
                Ok(grown) => grown,
                Err(error) => return Ok(Race::Settled(Err(error))),
            };
            let ids = all_of(&grown, paths).unwrap_or_default();
            if made.is_empty() {
                return Ok(Race::Settled(Ok((ids, grown))));
            }
            let mut transaction = Transaction::new();
            for category in &made {
                categories.insert(&mut transaction, category)?;
            }
            categories.save_tree(&mut transaction, &grown)?;
            match ctx.table().transact(transaction).await {
                Ok(()) => Ok(Race::Settled(Ok((ids, grown)))),
                Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
                Err(TransactError::Table(error)) => Err(error.into()),
            }
        },
    )
    .await
}

/// The tree with all paths, and what of it is new. One change of the tree, however many are.
fn grown(
    ctx: &Ctx,
    tree: CategoryTree,
    paths: &[CategoryPath],
) -> Result<Result<(CategoryTree, Vec<Category>), CatalogueError>, TableError> {
    let (before, mut grown, mut made) = (tree.version, tree, Vec::new());
    for path in paths {
        let mut above = None;
        for slug in path {
            if let Some(there) = below(&grown, above, slug.as_str()) {
                above = Some(there);
                continue;
            }
            // A name that people read may be given later.
            let mut name = slug.as_str().replace('-', " ");
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            let name = name.try_into().map_err(|why: &str| TableError::Corrupt(why.to_owned()))?;
            let new = NewCategory { name, slug: slug.clone(), parent_id: above };
            let category = Category::new(CategoryId::new(ctx.new_ulid()), new, ctx.now());
            grown = match grown.with(category.clone()) {
                Ok(grown) => grown,
                Err(error) => return Ok(Err(error)),
            };
            above = Some(category.id);
            made.push(category);
        }
    }
    if !made.is_empty() {
        grown.version = before + 1;
    }
    Ok(Ok((grown, made)))
}

/// The ids of all paths, each once; `None` when one is not there.
fn all_of(tree: &CategoryTree, paths: &[CategoryPath]) -> Option<Vec<CategoryId>> {
    let mut ids = Vec::with_capacity(paths.len());
    for path in paths {
        let mut at = None;
        for slug in path {
            at = Some(below(tree, at, slug.as_str())?);
        }
        ids.extend(at.filter(|id| !ids.contains(id)));
    }
    Some(ids)
}

fn below(tree: &CategoryTree, above: Option<CategoryId>, slug: &str) -> Option<CategoryId> {
    let is_it = |one: &&Category| one.parent_id == above && one.slug.as_str() == slug;
    tree.categories.iter().find(is_it).map(|one| one.id)
}
