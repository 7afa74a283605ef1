//! Finding what a tenant sells by words.
//!
//! Everybody who names the tenant finds what is on sale. Who may write products has the index built, takes products out of it, and
//! says which words mean the same.

mod problems;
mod products;
mod settings;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "search":
        products { search_products, suggest_products },
        settings {
            get_search_index, rebuild_search_index, delete_search_document, get_search_synonyms, replace_search_synonyms
        },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<ProductsRead>(), NeededPermission::of::<ProductsWrite>()];

/// An index is to be built anew.
pub(crate) const INDEX_REBUILT: Action = Action::new("search_index.rebuilt");
/// A product was taken out of the index.
pub(crate) const DOCUMENT_DELETED: Action = Action::new("search_document.deleted");
/// Which words mean the same was changed.
pub(crate) const SYNONYMS_REPLACED: Action = Action::new("search_synonyms.replaced");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[DOCUMENT_DELETED, INDEX_REBUILT, SYNONYMS_REPLACED];

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
