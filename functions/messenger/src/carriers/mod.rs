//! The channels: each takes a letter and says what came of it.

pub(crate) mod carrier;
pub(crate) mod in_app;
pub(crate) mod mail;
pub(crate) mod push;
pub(crate) mod sms;
pub(crate) mod telegram;
