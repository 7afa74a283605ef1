//! What sending costs, labels, and where parcels are.

mod carriers;
mod rates;
mod shipments;
mod webhooks;
#[cfg(test)]
mod world;
mod zones;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, PlanAccess};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "shipping":
        zones { get_shipping_zones, replace_shipping_zones },
        carriers { list_shipping_carriers },
        rates { create_shipping_quote },
        shipments { create_shipment, list_shipments, get_shipment, get_tracking },
        webhooks { receive_carrier_event },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] = &[
    NeededPermission::of::<ShipmentsRead>(),
    NeededPermission::of::<ShipmentsWrite>(),
    NeededPermission::of::<ShippingQuotesWrite>(),
    NeededPermission::of::<ShippingRead>(),
    NeededPermission::of::<ShippingWrite>(),
];

/// The zones, origins and carriers were changed.
pub(crate) const SHIPPING_ZONES_REPLACED: Action = Action::new("shipping_zones.replaced");
/// A shipment was made.
pub(crate) const SHIPMENT_CREATED: Action = Action::new("shipment.created");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[SHIPMENT_CREATED, SHIPPING_ZONES_REPLACED];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing what was sent.
#[derive(Clone, Copy, Debug)]
pub struct ShipmentsRead;

impl Needs for ShipmentsRead {
    const PERMISSION: &'static str = "shipments:read";
    const MEANING: &'static str = "See shipments, and where they are";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Sending goods.
#[derive(Clone, Copy, Debug)]
pub struct ShipmentsWrite;

impl Needs for ShipmentsWrite {
    const PERMISSION: &'static str = "shipments:write";
    const MEANING: &'static str = "Buy labels, and record what was sent";
}

/// Asking what sending a cart costs.
#[derive(Clone, Copy, Debug)]
pub struct ShippingQuotesWrite;

impl Needs for ShippingQuotesWrite {
    const PERMISSION: &'static str = "shipping_quotes:write";
    const MEANING: &'static str = "Ask what sending a cart of one's own costs";
    const ACCESS: PlanAccess = PlanAccess::Basic;
}

/// Seeing what sending costs.
#[derive(Clone, Copy, Debug)]
pub struct ShippingRead;

impl Needs for ShippingRead {
    const PERMISSION: &'static str = "shipping:read";
    const MEANING: &'static str = "See shipping zones and carriers, and ask for rates";
}

/// Setting what sending costs.
#[derive(Clone, Copy, Debug)]
pub struct ShippingWrite;

impl Needs for ShippingWrite {
    const PERMISSION: &'static str = "shipping:write";
    const MEANING: &'static str = "Set shipping zones, their rates, and where goods are sent from";
}
