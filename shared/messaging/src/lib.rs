//! Templates, channels and the messages sent through them.
//!
//! A message is a template's text in the reader's language, written once and rendered for each channel with that
//! channel's escaping ([`catalogue`], [`Template`]). [`Notifications`] holds what is to be told, [`Deliveries`] keeps it
//! from being sent twice, [`Inbox`] is a user's list of what was told, [`Contacts`] knows
//! where a user can be reached, [`telegram`] speaks to Telegram
//! and [`twilio`] to Twilio. Mail leaves through `cloud`'s port.

pub mod catalogue;
mod contacts;
mod deliveries;
mod digests;
pub mod escape;
mod feedback;
#[cfg(test)]
mod golden;
mod held;
mod inbox;
mod mail_page;
mod notifications;
pub mod preferences;
pub mod push;
mod render;
mod stats;
pub mod telegram;
mod template;
pub mod texts;
pub mod twilio;
mod unsubscribe;
mod value;

pub use contacts::{Contacts, LinkCode, LinkError, TelegramContact};
pub use deliveries::{
    ATTEMPTS, CLAIM, Channel, Deliveries, Delivery, DeliveryState, Outcome, REMEMBERED, SendClaim, decide, spread,
};
pub use digests::{DigestEntry, DigestOf, Digests, TOLD_AT_ONCE};
pub use feedback::{
    Bounces, CarrierWord, ContactPoint, Hearing, NoSuppression, OfAddress, Report, ReportStatus, Reports, Suppression,
    SuppressionIndex, SuppressionReason, Suppressions, ses,
};
pub use held::Held;
pub use inbox::{Inbox, InboxFilter, InboxItem, MARKED_AT_ONCE, UNREAD_COUNTED, Unread};
pub use mail_page::Look;
pub use notifications::{Dispatch, Notice, Notification, Notifications, Recipient, Resent, SendWhile, SentTo, Stored};
pub use render::{Rendered, Retold};
pub use stats::{ChannelCounts, STATS_DAYS_MAX, Stats, Tally};
pub use template::{Template, TemplateError};
pub use unsubscribe::{UnsubscribeFrom, UnsubscribeLink, UnsubscribeLinks};
pub use value::{Link, LinkTextError, ValueKind, Values};
