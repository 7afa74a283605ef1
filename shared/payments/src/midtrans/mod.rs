//! Midtrans' Core API and, for what is paid on its own page, Snap (docs.midtrans.com; its public documents of 2025 and 2026).
//!
//! Its amounts are texts such as `100000.00` in whole rupiah, its times are Western Indonesian Time without an
//! offset, and the outcome of a call stands in the body, the HTTP status, or both.

mod account;
mod amount;
mod capabilities;
mod client;
mod instructions;
mod notification;
mod outcome;
mod reading;
mod request;
mod saved_card;
#[cfg(test)]
pub(crate) mod scripted;
mod snap;
mod wib;
mod wire;

pub use account::{Environment, MidtransAccount};
pub use client::Midtrans;
pub use notification::signature;
#[cfg(test)]
pub(crate) use request::tests::charge_by;
