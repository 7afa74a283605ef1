//! Twilio's Messages API: sending SMS.

mod account;
mod client;

pub use account::{Sender, TwilioAccount};
pub use client::{Twilio, TwilioError};
