//! The tenant's accounts at carriers: who is asked, what is bought there, and what their word does.
//!
//! [`accounts`] alone knows who the carriers are; whoever needs one has it from there, behind its breaker. [`Forwarder`] brings a
//! carrier's answers to the rows of a shipment: labels that were bought, and what was seen.

pub mod accounts;
mod error;
mod forwarder;
mod guarded;
mod rates;

pub use error::CarriersError;
pub use forwarder::{Followed, Forwarder};
pub use rates::{AskedRates, ShippingAsk, Unavailable, ask_all};
