//! The tenant's accounts at carriers: who is asked, what is bought there, and what their word does.
//!
//! [`accounts`] alone knows who the carriers are; whoever needs one has it from there, behind its breaker. [`Dispatch`] brings a
//! carrier's answers to the rows of a shipment: labels that were bought, and what was seen.

pub mod accounts;
mod dispatch;
mod error;
mod guarded;
mod rates;

pub use dispatch::{Dispatch, Followed};
pub use error::CarriersError;
pub use rates::{AskedRates, ShippingAsk, Unavailable, ask_all};
