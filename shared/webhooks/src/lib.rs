//! Events sent to tenants' own systems: endpoints, addresses, signatures, deliveries and retries.
//!
//! A tenant names an address ([`WebhookUrl`]) and the events that it wants there ([`EventPattern`]). Each public event becomes
//! one [`WebhookDelivery`] for each [`WebhookEndpoint`] that wants it, which is tried along a ladder of ten attempts
//! ([`ladder`]). A message is signed as Standard Webhooks 1.0 says ([`sign`]), and goes only to addresses of the public
//! internet ([`address`]), which a client of [`guard`] sees to. Nothing here does any I/O but for the rows and the names.

pub mod address;
mod deliveries;
mod delivery;
mod endpoint;
mod endpoints;
mod error;
mod filter;
#[cfg(test)]
mod golden;
pub mod guard;
mod health;
pub mod ladder;
mod message;
mod secret;
mod url;

pub use deliveries::{DeliveryFilter, WebhookDeliveries};
pub use delivery::{
    AttemptResult, CallResult, DELIVERY_DAYS, EndpointVerdict, NewDelivery, WebhookAttempt, WebhookDelivery,
    WebhookDeliveryStatus,
};
pub use endpoint::{
    Description, DisabledReason, NewEndpoint, OVERLAP, RetiredSecret, WebhookEndpoint, WebhookEndpointStatus,
};
pub use endpoints::{EndpointRoster, WebhookEndpoints};
pub use error::WebhookError;
pub use filter::{EventPattern, EventPatternError};
pub use health::EndpointHealth;
pub use message::{LARGEST_BODY, PING, body_of, ping_of};
pub use secret::{WebhookSecret, sign};
pub use url::{LocalHosts, UrlError, WebhookUrl};
