//! What became of each event.

pub(crate) mod delivery_view;
pub(crate) mod get_webhook_delivery;
pub(crate) mod hand_over;
pub(crate) mod list_webhook_deliveries;
pub(crate) mod replay_webhook_deliveries;
pub(crate) mod replay_webhook_delivery;
