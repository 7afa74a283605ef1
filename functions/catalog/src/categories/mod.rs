//! Categories, and the products in them.

pub(crate) mod category_view;
pub(crate) mod create_category;
pub(crate) mod delete_category;
pub(crate) mod list_categories;
pub(crate) mod list_category_products;
pub(crate) mod update_category;
