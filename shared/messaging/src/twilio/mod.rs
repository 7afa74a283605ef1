//! Twilio's Messages API: sending SMS, and hearing what became of them.

mod account;
mod callback;
mod client;
mod signature;

pub use account::{SmsSender, TwilioAccount};
pub use callback::{StatusCallback, read};
pub use client::{OPTED_OUT, Sms, Twilio, TwilioError};
pub use signature::{CallbackError, TwilioCall, verify};
