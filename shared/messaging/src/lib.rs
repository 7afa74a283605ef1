//! Templates, channels and the messages sent through them.
//!
//! A message is a template's text in the reader's language, written once and rendered for each channel with that
//! channel's escaping ([`catalogue`], [`Template`]). [`Notifications`] holds what is to be told, [`Deliveries`] keeps it
//! from being sent twice, [`Contacts`] knows where a user can be reached, [`telegram`] speaks to Telegram
//! and [`twilio`] to Twilio. Mail leaves through `cloud`'s port.

pub mod catalogue;
mod contacts;
mod deliveries;
pub mod escape;
#[cfg(test)]
mod golden;
mod hearing;
mod mail_page;
mod notifications;
pub mod push;
mod render;
mod reports;
pub mod ses;
mod suppressions;
pub mod telegram;
mod template;
pub mod twilio;
mod value;

pub use contacts::{Contacts, LinkCode, LinkError, TelegramContact};
pub use deliveries::{
    ATTEMPTS, CLAIM, Channel, Deliveries, Delivery, DeliveryState, Outcome, REMEMBERED, SendClaim, decide, spread,
};
pub use hearing::{Hearing, OfAddress};
pub use mail_page::Look;
pub use notifications::{Dispatch, Notice, Notification, Notifications, Recipient, Resent, SendWhile, Stored};
pub use render::Rendered;
pub use reports::{Heard, Report, ReportStatus, Reports};
pub use suppressions::{
    Address, Bounces, NoSuppression, Suppression, SuppressionIndex, SuppressionReason, Suppressions,
};
pub use template::{Template, TemplateError};
pub use value::{Link, LinkTextError, ValueKind, Values};
