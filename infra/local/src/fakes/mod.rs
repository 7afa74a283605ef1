//! The providers, as faithful as their documents allow, on real HTTP.

pub(crate) mod breached_passwords;
pub(crate) mod carriers;
pub(crate) mod deliveries;
pub(crate) mod dns;
pub(crate) mod midtrans;
pub(crate) mod models;
pub(crate) mod push;
pub(crate) mod receiver;
pub(crate) mod stripe;
pub(crate) mod telegram;
pub(crate) mod twilio;
