//! What a tenant sells: products, their variants and prices, and categories.
//!
//! What is on sale is for everybody who names the tenant. Who may write products sees the rest too.

mod categories;
mod exports;
mod imports;
mod products;
#[cfg(test)]
mod races_tests;
mod variants;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "catalog":
        products {
            list_products, create_product, get_product, replace_product, update_product, delete_product, publish_product,
            archive_product, list_product_prices
        },
        variants { create_variant, update_variant, delete_variant },
        imports { import_products, get_product_import, list_product_import_rows },
        exports { export_products, create_product_export, get_product_export, download_product_export },
        categories {
            list_categories, create_category, update_category, delete_category, list_category_products
        },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<ProductsRead>(), NeededPermission::of::<ProductsWrite>()];

/// A category was made.
pub(crate) const CATEGORY_CREATED: Action = Action::new("category.created");
/// A category was renamed or moved.
pub(crate) const CATEGORY_UPDATED: Action = Action::new("category.updated");
/// A category was deleted.
pub(crate) const CATEGORY_DELETED: Action = Action::new("category.deleted");
/// A product was made.
pub(crate) const PRODUCT_CREATED: Action = Action::new("product.created");
/// What is told of a product was changed, or one of its variants.
pub(crate) const PRODUCT_UPDATED: Action = Action::new("product.updated");
/// A product is on sale, or will be.
pub(crate) const PRODUCT_PUBLISHED: Action = Action::new("product.published");
/// A product is sold no more.
pub(crate) const PRODUCT_ARCHIVED: Action = Action::new("product.archived");
/// A product that was never on sale was deleted.
pub(crate) const PRODUCT_DELETED: Action = Action::new("product.deleted");

/// A file of all products was asked for.
pub(crate) const PRODUCTS_EXPORTED: Action = Action::new("products.exported");
/// A file of products was sent, to be done as it says.
pub(crate) const PRODUCTS_IMPORTED: Action = Action::new("products.imported");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    CATEGORY_CREATED,
    CATEGORY_DELETED,
    CATEGORY_UPDATED,
    PRODUCT_ARCHIVED,
    PRODUCT_CREATED,
    PRODUCT_DELETED,
    PRODUCT_PUBLISHED,
    PRODUCT_UPDATED,
    PRODUCTS_EXPORTED,
    PRODUCTS_IMPORTED,
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing what is sold.
#[derive(Clone, Copy, Debug)]
pub struct ProductsRead;

impl Needs for ProductsRead {
    const PERMISSION: &'static str = "products:read";
    const MEANING: &'static str = "See the products that are on sale, and the categories";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Deciding what is sold.
#[derive(Clone, Copy, Debug)]
pub struct ProductsWrite;

impl Needs for ProductsWrite {
    const PERMISSION: &'static str = "products:write";
    const MEANING: &'static str = "Make and change products, prices and categories, and see those that are not on sale";
}
