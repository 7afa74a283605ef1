//! Providers that answer as a test says.

mod carriers;
mod midtrans;
mod stripe;
mod stripe_cards;
mod stripe_pages;

pub use carriers::ScriptedCarriers;
pub use midtrans::{ScriptedMidtrans, midtrans_transaction};
pub use stripe::ScriptedStripe;
