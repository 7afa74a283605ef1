//! Stripe's payment intents (docs.stripe.com/api, version `2026-10-28.endive`).
//!
//! Its amounts are in units that are not always the currency's own, its requests are forms with brackets, and our name
//! of a payment stands in the metadata: Stripe makes a name of its own, by which it is asked once it is known.

mod account;
mod amount;
mod capabilities;
mod cards;
mod client;
mod form;
mod notification;
mod outcome;
mod reading;
mod refunds;
mod request;
mod signature;
mod wire;

pub use account::StripeAccount;
pub use cards::saved::{PaymentMethod, SetupIntent, StripeCard};
pub use client::Stripe;
pub use signature::sign;
