//! Where a tenant wants its events, and what became of each.
//!
//! Nothing is sent from here: a delivery is a row with a place on the agenda, and `webhook-sender` does the rest.

mod deliveries;
mod endpoints;
#[cfg(test)]
mod world;

use cloud::{Ctx, Function};
use identity::audit::Action;
use web::{Endpoints, NeededPermission, Needs, WhileSuspended};

/// The endpoints of this group.
pub fn endpoints() -> Endpoints {
    web::endpoints!(
        "webhooks":
        endpoints {
            create_webhook_endpoint, list_webhook_endpoints, get_webhook_endpoint, update_webhook_endpoint,
            delete_webhook_endpoint, enable_webhook_endpoint, disable_webhook_endpoint, rotate_webhook_secret,
            test_webhook_endpoint
        },
        deliveries {
            list_webhook_deliveries, get_webhook_delivery, replay_webhook_delivery, replay_webhook_deliveries
        },
    )
    .asking(PERMISSIONS)
    .recording(ACTIONS)
}

/// What the endpoints ask for.
const PERMISSIONS: &[NeededPermission] =
    &[NeededPermission::of::<WebhooksRead>(), NeededPermission::of::<WebhooksWrite>()];

/// An endpoint was made.
pub(crate) const WEBHOOK_ENDPOINT_CREATED: Action = Action::new("webhook_endpoint.created");
/// An endpoint's address, events or description were changed.
pub(crate) const WEBHOOK_ENDPOINT_UPDATED: Action = Action::new("webhook_endpoint.updated");
/// An endpoint was deleted.
pub(crate) const WEBHOOK_ENDPOINT_DELETED: Action = Action::new("webhook_endpoint.deleted");
/// Events are sent to an endpoint again.
pub(crate) const WEBHOOK_ENDPOINT_ENABLED: Action = Action::new("webhook_endpoint.enabled");
/// Somebody stopped what is sent to an endpoint.
pub(crate) const WEBHOOK_ENDPOINT_DISABLED: Action = Action::new("webhook_endpoint.disabled");
/// An endpoint got another secret.
pub(crate) const WEBHOOK_SECRET_ROTATED: Action = Action::new("webhook_endpoint.secret_rotated");
/// Somebody had deliveries sent again.
pub(crate) const WEBHOOK_REPLAYED: Action = Action::new("webhook_delivery.replayed");

/// What the endpoints record in the audit trail.
const ACTIONS: &[Action] = &[
    WEBHOOK_ENDPOINT_CREATED,
    WEBHOOK_ENDPOINT_UPDATED,
    WEBHOOK_ENDPOINT_DELETED,
    WEBHOOK_ENDPOINT_ENABLED,
    WEBHOOK_ENDPOINT_DISABLED,
    WEBHOOK_SECRET_ROTATED,
    WEBHOOK_REPLAYED,
];

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    web::serve(ctx, endpoints())
}

/// Seeing where events go.
#[derive(Clone, Copy, Debug)]
pub struct WebhooksRead;

impl Needs for WebhooksRead {
    const PERMISSION: &'static str = "webhooks:read";
    const MEANING: &'static str = "See webhook endpoints and what was delivered to them";
}

/// Deciding where events go.
#[derive(Clone, Copy, Debug)]
pub struct WebhooksWrite;

impl Needs for WebhooksWrite {
    const PERMISSION: &'static str = "webhooks:write";
    const MEANING: &'static str = "Set up webhook endpoints, rotate their secrets and send deliveries again";
    // Events go on while a tenant is suspended: where they go wrong, it must be able to stop them.
    const WHILE_SUSPENDED: WhileSuspended = WhileSuspended::ReadsAndDeletes;
    const WHILE_IMPERSONATED: bool = false;
}
