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
mod feedback;
#[cfg(test)]
mod golden;
mod mail_page;
mod notifications;
pub mod push;
mod render;
pub mod telegram;
mod template;
pub mod twilio;
mod value;

pub use contacts::{Contacts, LinkCode, LinkError, TelegramContact};
pub use deliveries::{
    ATTEMPTS, CLAIM, Channel, Deliveries, Delivery, DeliveryState, Outcome, REMEMBERED, SendClaim, decide, spread,
};
pub use feedback::{
    Bounces, CarrierWord, ContactPoint, Hearing, NoSuppression, OfAddress, Report, ReportStatus, Reports, Suppression,
    SuppressionIndex, SuppressionReason, Suppressions, ses,
};
pub use mail_page::Look;
pub use notifications::{Dispatch, Notice, Notification, Notifications, Recipient, Resent, SendWhile, Stored};
pub use render::Rendered;
pub use template::{Template, TemplateError};
pub use value::{Link, LinkTextError, ValueKind, Values};
