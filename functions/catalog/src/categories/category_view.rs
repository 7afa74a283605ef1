//! A category, as callers see one.

use catalogue::{CatalogueSlug, Category, CategoryTree, ProductTitle};
use kernel::{CategoryId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A category of products.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    pub id: CategoryId,
    pub name: ProductTitle,
    /// Its part of the path.
    pub slug: CatalogueSlug,
    /// The category above it; null at the top.
    pub parent_id: Option<CategoryId>,
    /// The slugs of the categories above it and its own.
    #[schema(example = "clothing/shirts")]
    pub path: String,
    pub created_at: Timestamp,
}

impl CategoryView {
    /// A category in its tree.
    pub(crate) fn of(category: &Category, tree: &CategoryTree) -> Self {
        Self {
            id: category.id,
            name: category.name.clone(),
            slug: category.slug.clone(),
            parent_id: category.parent_id,
            path: tree.path_of(category.id),
            created_at: category.created_at,
        }
    }
}
