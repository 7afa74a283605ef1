//! Carts, checkout and orders.
//!
//! A cart is a user's, or that of whoever shows its token. What it costs and whether it is there is read anew by each call
//! ([`shopping::shop_now`]), and priced as its invoice will be ([`shopping::pricing`]), so that a cart and its order never
//! disagree. An order is placed in one transaction with its goods, its invoice and the end of its cart.

mod cart;
mod course;
mod orders;
mod promotions;
#[cfg(test)]
mod sales;
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
        course {
            cancel_order, replace_order_status, create_order_fulfilment, list_order_fulfilments, create_order_return,
            list_order_returns
        },
        promotions { create_promotion, list_promotions, get_promotion, update_promotion, delete_promotion },
        settings { get_order_settings, replace_order_settings },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<FulfilmentsWrite>(),
    NeededPermission::of::<OrdersRead>(),
    NeededPermission::of::<OrdersWrite>(),
    NeededPermission::of::<PromotionsRead>(),
    NeededPermission::of::<PromotionsWrite>(),
];

/// An order was called off, or what was not yet sent of it.
pub(crate) const ORDER_CANCELLED: Action = Action::new("order.cancelled");
/// Goods of an order were sent.
pub(crate) const ORDER_FULFILLED: Action = Action::new("order.fulfilled");
/// Goods of an order came back.
pub(crate) const ORDER_RETURNED: Action = Action::new("order.returned");
/// Staff said how an order stands.
pub(crate) const ORDER_STATUS_CHANGED: Action = Action::new("order.status_changed");
/// A promotion was made.
pub(crate) const PROMOTION_CREATED: Action = Action::new("promotion.created");
/// A promotion was deleted, or ended.
pub(crate) const PROMOTION_DELETED: Action = Action::new("promotion.deleted");
/// A promotion was changed.
pub(crate) const PROMOTION_UPDATED: Action = Action::new("promotion.updated");
/// How orders are taken was changed.
pub(crate) const ORDER_SETTINGS_CHANGED: Action = Action::new("order_settings.changed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    ORDER_CANCELLED,
    ORDER_FULFILLED,
    ORDER_RETURNED,
    ORDER_SETTINGS_CHANGED,
    ORDER_STATUS_CHANGED,
    PROMOTION_CREATED,
    PROMOTION_DELETED,
    PROMOTION_UPDATED,
];

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
    const WHILE_IMPERSONATED: bool = false;
}

/// Seeing what the shop takes off.
#[derive(Clone, Copy, Debug)]
pub struct PromotionsRead;

impl Needs for PromotionsRead {
    const PERMISSION: &'static str = "promotions:read";
    const MEANING: &'static str = "See the promotions, their codes and how often each is used";
}

/// Deciding what the shop takes off.
#[derive(Clone, Copy, Debug)]
pub struct PromotionsWrite;

impl Needs for PromotionsWrite {
    const PERMISSION: &'static str = "promotions:write";
    const MEANING: &'static str = "Make, change and end promotions";
}

/// Sending and taking back what was ordered.
#[derive(Clone, Copy, Debug)]
pub struct FulfilmentsWrite;

impl Needs for FulfilmentsWrite {
    const PERMISSION: &'static str = "fulfilments:write";
    const MEANING: &'static str = "Send the goods of orders, take them back, and say how orders stand";
}
