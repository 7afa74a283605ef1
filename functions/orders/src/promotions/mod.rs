//! What the shop takes off.

pub(crate) mod create_promotion;
pub(crate) mod delete_promotion;
pub(crate) mod get_promotion;
pub(crate) mod list_promotions;
mod promotion_body;
mod promotion_view;
pub(crate) mod update_promotion;
