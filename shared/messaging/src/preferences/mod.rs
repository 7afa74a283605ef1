//! What somebody wants to be told, where and when: switches, quiet hours, digests, and what a tenant switches off for all.

mod choice;
mod digest;
mod group;
mod quiet;
mod repo;
mod route;

pub use choice::{
    About, AboutError, NotificationPreferences, NotificationSettings, PreferenceError, SWITCHES_MAX, Switch,
};
pub use digest::{DigestRhythm, EveryDay, EveryWeek, Weekday};
pub use group::{MessageGroup, Topic};
pub use quiet::{ClockTime, ClockTimeError, QuietHours};
pub use repo::{Choices, PreferenceRows};
pub use route::{OffBy, Routing, Wishes, route};
