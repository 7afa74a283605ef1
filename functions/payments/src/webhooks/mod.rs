//! What providers call back with.

mod hearing;
pub(crate) mod receive_midtrans_notification;
