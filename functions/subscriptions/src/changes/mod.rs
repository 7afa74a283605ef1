//! What a subscription becomes: another plan, paused, over.

pub(crate) mod cancel_subscription;
pub(crate) mod change_subscription;
pub(crate) mod pause_subscription;
pub(crate) mod preview_subscription_change;
mod preview_view;
pub(crate) mod reactivate_subscription;
pub(crate) mod resume_subscription;
mod subscription_edit;
