//! Push: messages to the browsers and phones that a user registered.
//!
//! Browsers are reached by Web Push (RFC 8030): the message is encrypted for one browser ([`encryption`], RFC 8291) and
//! signed by the sender ([`vapid`], RFC 8292). Phones are reached through Firebase Cloud Messaging ([`fcm`]). [`devices`] says
//! whose they are.

mod address;
mod devices;
mod encryption;
mod endpoint;
mod fcm;
mod google_token;
mod note;
mod vapid;
mod web_push;

pub use address::{AppToken, DeviceError, Platform, PushAddress, WebKeys};
#[cfg(test)]
pub(crate) use devices::DeviceOwner;
pub use devices::{DeviceBook, DeviceIndex, Devices, MOST_DEVICES, PushDevice};
pub use encryption::{Encrypted, EncryptionError, Ephemeral, encrypt};
pub use endpoint::{Endpoint, EndpointError};
pub use fcm::Fcm;
pub use google_token::{ServiceAccount, TokenCache};
pub use note::{PushError, PushNote, PushedTo};
pub use vapid::{NoVapidKey, VapidKey};
pub use web_push::WebPush;
