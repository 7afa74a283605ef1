//! Carts, checkout and orders.
//!
//! A cart is a user's, or that of whoever shows its token. What it costs and whether it is there is read anew by each call
//! ([`shopping::shop_now`]), and priced as its invoice will be ([`shopping::pricing`]), so that a cart and its order never
//! disagree. An order is placed in one transaction with its goods, its invoice and the end of its cart.

mod cart;
mod orders;
mod settings;
mod shopping;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "orders":
        cart {
            get_cart, add_cart_item, replace_cart_item, remove_cart_item, add_cart_coupon, remove_cart_coupons,
            replace_cart_address, replace_cart_shipping, merge_cart
        },
        orders { create_order, list_orders, get_order },
        settings { get_order_settings, replace_order_settings },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[NeededPermission::of::<OrdersRead>(), NeededPermission::of::<OrdersWrite>()];

/// How orders are taken was changed.
pub(crate) const ORDER_SETTINGS_CHANGED: Action = Action::new("order_settings.changed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[ORDER_SETTINGS_CHANGED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing carts and orders.
#[derive(Clone, Copy, Debug)]
pub struct OrdersRead;

impl Needs for OrdersRead {
    const PERMISSION: &'static str = "orders:read";
    const MEANING: &'static str = "See orders, and the own cart";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Filling carts and ordering.
#[derive(Clone, Copy, Debug)]
pub struct OrdersWrite;

impl Needs for OrdersWrite {
    const PERMISSION: &'static str = "orders:write";
    const MEANING: &'static str = "Fill a cart and order; over the whole organisation, decide how orders are taken";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}
