//! Providers that answer as a test says.

mod midtrans;
mod stripe;

pub use midtrans::{ScriptedMidtrans, midtrans_transaction};
pub use stripe::ScriptedStripe;
