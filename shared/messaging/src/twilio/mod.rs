//! Twilio's Messages API: sending SMS.

mod account;
mod client;

pub use account::{SmsSender, TwilioAccount};
pub use client::{Twilio, TwilioError};
