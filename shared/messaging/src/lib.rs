//! Templates, channels and the messages sent through them.
//!
//! A message is a template's text in the reader's language, written once and rendered for each channel with that
//! channel's escaping ([`catalogue`], [`Template`]). [`Notifications`] holds what is to be told, [`Deliveries`] keeps it
//! from being sent twice, [`Inbox`] is a user's list of what was told, [`Contacts`] knows
//! where a user can be reached, [`telegram`] speaks to Telegram
//! and [`twilio`] to Twilio. Mail leaves through `cloud`'s port.

pub mod catalogue;
mod channel;
mod contacts;
mod deliveries;
mod digests;
mod feedback;
#[cfg(test)]
mod golden;
mod held;
mod inbox;
mod notifications;
pub mod preferences;
pub mod push;
mod rendering;
mod stats;
pub mod telegram;
pub mod texts;
pub mod twilio;
mod unsubscribe;

pub use channel::{Channel, REMEMBERED};
pub use contacts::{Contacts, LinkCode, LinkError, TelegramContact};
pub use deliveries::{ATTEMPTS, CLAIM, Deliveries, Delivery, DeliveryState, Outcome, SendClaim, decide, spread};
pub use digests::{DigestEntry, DigestOf, Digests, TOLD_AT_ONCE};
pub use feedback::{
    Bounces, CarrierWord, ChannelHistory, ContactPoint, Hearing, NoSuppression, OfAddress, Report, ReportStatus,
    Reports, Suppression, SuppressionIndex, SuppressionReason, Suppressions, ses,
};
pub use held::Held;
pub use inbox::{Inbox, InboxFilter, InboxItem, MARKED_AT_ONCE, UNREAD_COUNTED, Unread};
pub use notifications::{Dispatch, Notice, Notification, Notifications, Recipient, Resent, SendWhile, SentTo, Stored};
pub use rendering::{
    escape,
    mail_page::Look,
    render::{Rendered, Retold},
    template::{Template, TemplateError},
    value::{Link, LinkTextError, ValueKind, Values},
};
pub use stats::{ChannelCounts, DeliveryTally, STATS_DAYS_MAX, Stats};
pub use unsubscribe::{UnsubscribeFrom, UnsubscribeLink, UnsubscribeLinks};
