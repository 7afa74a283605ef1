//! What providers call back with.

mod delivery;
mod heard;
mod hearing;
pub(crate) mod receive_midtrans_notification;
pub(crate) mod receive_stripe_event;
mod returned_refund;
