//! What is in stock, where, and what is kept for carts.
//!
//! A SKU is known by its name, which is the tenant's own. Nothing here knows of products or orders: they name the same SKUs.

mod items;
mod locations;
mod reservations;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "inventory":
        items {
            list_inventory, get_inventory, replace_inventory, create_stock_adjustment, list_stock_movements,
            list_low_stock
        },
        reservations { create_reservation, release_reservation, get_reservation, extend_reservation },
        locations { list_stock_locations, create_stock_location },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<InventoryRead>(), NeededPermission::of::<InventoryWrite>()];

/// The rules of a SKU were changed, or its goods counted.
pub(crate) const INVENTORY_REPLACED: Action = Action::new("inventory.replaced");
/// How many are on hand was changed.
pub(crate) const STOCK_ADJUSTED: Action = Action::new("stock.adjusted");
/// A location was made.
pub(crate) const STOCK_LOCATION_CREATED: Action = Action::new("stock_location.created");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[INVENTORY_REPLACED, STOCK_ADJUSTED, STOCK_LOCATION_CREATED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing what is in stock.
#[derive(Clone, Copy, Debug)]
pub struct InventoryRead;

impl Needs for InventoryRead {
    const PERMISSION: &'static str = "inventory:read";
    const MEANING: &'static str = "See what is in stock, where, and what is kept for carts and orders";
}

/// Changing what is in stock.
#[derive(Clone, Copy, Debug)]
pub struct InventoryWrite;

impl Needs for InventoryWrite {
    const PERMISSION: &'static str = "inventory:write";
    const MEANING: &'static str = "Count and adjust stock, reserve it, and make locations";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use kernel::Sku;

    use super::endpoints;

    #[test]
    fn no_sku_is_a_word_that_stands_in_its_place_in_an_address() {
        let paths: Vec<String> = endpoints().document().paths.paths.into_keys().collect();
        let below = paths.iter().filter_map(|path| path.strip_prefix("/api/v1/inventory/")?.split('/').next());
        let words: BTreeSet<&str> = below.filter(|word| !word.starts_with('{')).collect();
        assert_eq!(words, BTreeSet::from(Sku::TAKEN));
        assert!(words.iter().all(|word| word.parse::<Sku>().is_err()));
    }
}
