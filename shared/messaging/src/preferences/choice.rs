//! What a user or a tenant chose.

use kernel::{Fault, FaultKind, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use table::Record;
use utoipa::ToSchema;

use super::{DigestRhythm, MessageGroup, QuietHours, quiet::OPEN_MINUTES_MIN};
use crate::{Channel, catalogue::MessageKind, texts};

/// How many switches there may be.
pub const SWITCHES_MAX: usize = 200;

/// What a switch is about: a group of messages, or the key of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    description = "A group of messages (`billing`, `account`, `news`), or the key of one kind, such as `invoice_paid`",
    value_type = String, pattern = "^[a-z][a-z0-9_]{1,59}$", example = "billing"
)]
pub struct About(String);

/// The text names no group and no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("name a group of messages or a kind: 2 to 60 of a-z, 0-9 and _, beginning with a letter")]
pub struct AboutError;

impl About {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A whole group.
    pub fn group(group: MessageGroup) -> Self {
        Self(group.as_str().to_owned())
    }

    /// Whether there are such messages. Kinds of a tenant's own come and go: any name of one will do.
    fn is_known(&self) -> bool {
        let own = self.0.starts_with(texts::OWN);
        own || MessageKind::find(&self.0).is_some() || MessageGroup::find(&self.0).is_some()
    }

    /// Whether it is about messages that are always sent.
    fn is_of_security(&self) -> bool {
        let kind = MessageKind::find(&self.0).map(|kind| MessageGroup::of(kind.key, kind.priority));
        kind.or_else(|| MessageGroup::find(&self.0)) == Some(MessageGroup::Security)
    }
}

impl TryFrom<String> for About {
    type Error = AboutError;

    fn try_from(text: String) -> Result<Self, AboutError> {
        let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let fits = (2..=60).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase());
        if fits && text.bytes().all(is_word) { Ok(Self(text)) } else { Err(AboutError) }
    }
}

impl From<About> for String {
    fn from(about: About) -> Self {
        about.0
    }
}

/// Whether messages come over a channel. One about a kind counts more than one about its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Which messages.
    pub about: About,
    /// Over which channel.
    pub channel: Channel,
    /// Whether they come.
    #[schema(example = false)]
    pub on: bool,
}

/// What a user chose, as stored. Without a row everything comes at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotificationPreferences {
    /// What comes and what does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
    /// When nobody is disturbed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// How often what can wait is told together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<DigestRhythm>,
    /// Until when nothing but security comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// Where the hours are; the tenant's zone when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Raised by every change; 0 before the first.
    #[serde(default)]
    pub version: u64,
}

/// What a tenant switches off for all, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotificationSettings {
    /// What comes and what does not. One that is on counts only against one about its group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
    /// Raised by every change; 0 before the first.
    #[serde(default)]
    pub version: u64,
}

impl Record for NotificationPreferences {
    const ROWS: &'static [&'static str] = &["NOTIFY#USER#{user} / PREFERENCES"];
}

impl Record for NotificationSettings {
    const ROWS: &'static [&'static str] = &["NOTIFY#SETTINGS / SETTINGS"];
}

/// Why a choice cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreferenceError {
    /// Messages about security are always sent.
    #[error("messages about security ({}) are always sent: a link, a code or a warning must arrive", about.as_str())]
    AlwaysSent {
        /// What was to be switched.
        about: About,
    },
    /// There are no such messages.
    #[error("there are no messages {}; name a group, a kind of GET /api/v1/notification-templates or one of your own (own_…)", about.as_str())]
    Unknown {
        /// What was to be switched.
        about: About,
    },
    /// A switch stands twice.
    #[error("the switch of {} over {} stands twice", about.as_str(), channel.as_str())]
    Twice {
        /// About what.
        about: About,
        /// Over which channel.
        channel: Channel,
    },
    /// Too many switches.
    #[error("there may be {SWITCHES_MAX} switches at most")]
    TooMany,
    /// Quiet hours that leave less than an hour of the day.
    #[error("quiet hours leave at least an hour of the day; leave them out to have none")]
    NoHours,
}

impl Fault for PreferenceError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::AlwaysSent { .. } | Self::Unknown { .. } | Self::Twice { .. } | Self::TooMany | Self::NoHours => {
                FaultKind::Invalid
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::AlwaysSent { .. } => "NOTIFICATION_ALWAYS_SENT",
            Self::Unknown { .. } | Self::Twice { .. } | Self::TooMany | Self::NoHours => {
                "NOTIFICATION_PREFERENCES_INVALID"
            }
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::AlwaysSent { .. } | Self::Unknown { .. } | Self::Twice { .. } | Self::TooMany | Self::NoHours => true,
        }
    }
}

fn check(switches: &[Switch]) -> Result<(), PreferenceError> {
    if switches.len() > SWITCHES_MAX {
        return Err(PreferenceError::TooMany);
    }
    for (place, switch) in switches.iter().enumerate() {
        let Switch { about, channel, .. } = switch;
        if about.is_of_security() {
            return Err(PreferenceError::AlwaysSent { about: about.clone() });
        }
        if !about.is_known() {
            return Err(PreferenceError::Unknown { about: about.clone() });
        }
        let mut before = switches.iter().take(place);
        if before.any(|other| (&other.about, other.channel) == (about, *channel)) {
            return Err(PreferenceError::Twice { about: about.clone(), channel: *channel });
        }
    }
    Ok(())
}

impl NotificationPreferences {
    /// Whether they can be kept.
    ///
    /// # Errors
    /// All of [`PreferenceError`].
    pub fn check(&self) -> Result<(), PreferenceError> {
        check(&self.switches)?;
        if self.quiet_hours.is_some_and(|hours| hours.open_minutes() < OPEN_MINUTES_MIN) {
            return Err(PreferenceError::NoHours);
        }
        Ok(())
    }

    /// With a switch about a group: it takes the place of the one that there was, and of those about the group's kinds
    /// over the channel.
    #[must_use]
    pub fn switched(self, group: MessageGroup, channel: Channel, on: bool) -> Self {
        let is_other = |switch: &Switch| {
            let kind = MessageKind::find(switch.about.as_str());
            let of_group = kind.map(|kind| MessageGroup::of(kind.key, kind.priority));
            let of_group = of_group.or_else(|| MessageGroup::find(switch.about.as_str()));
            switch.channel != channel || of_group.unwrap_or(MessageGroup::News) != group
        };
        let mut switches: Vec<Switch> = self.switches.into_iter().filter(is_other).collect();
        switches.push(Switch { about: About::group(group), channel, on });
        Self { switches, version: self.version + 1, ..self }
    }
}

impl NotificationSettings {
    /// Whether they can be kept.
    ///
    /// # Errors
    /// `AlwaysSent`, `Twice` and `TooMany`.
    pub fn check(&self) -> Result<(), PreferenceError> {
        check(&self.switches)
    }
}

/// What the switches say of a message: the one about its kind before the one about its group; on where neither is.
pub(super) fn is_on(switches: &[Switch], kind: &str, group: MessageGroup, channel: Channel) -> bool {
    let about = |name: &str| {
        let mut all = switches.iter();
        all.find(|switch| switch.channel == channel && switch.about.as_str() == name).map(|switch| switch.on)
    };
    about(kind).or_else(|| about(group.as_str())).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switch(about: &str, channel: Channel, on: bool) -> Switch {
        Switch { about: about.to_owned().try_into().unwrap(), channel, on }
    }

    fn preferences(switches: Vec<Switch>) -> NotificationPreferences {
        NotificationPreferences { switches, ..NotificationPreferences::default() }
    }

    #[test]
    fn security_cannot_be_switched_at_all() {
        for about in ["security", "reset_password", "phone_code", "mfa_removed"] {
            for on in [true, false] {
                let refused = preferences(vec![switch(about, Channel::Email, on)]).check().unwrap_err();
                assert_eq!(refused.code(), "NOTIFICATION_ALWAYS_SENT", "{about}");
            }
        }
        let allowed = ["billing", "invoice_paid", "own_spring_sale"].map(|about| switch(about, Channel::Email, false));
        assert_eq!(preferences(allowed.to_vec()).check(), Ok(()));
    }

    #[test]
    fn a_switch_is_about_messages_that_there_are() {
        for unknown in ["invoice_payed", "bills"] {
            let about = preferences(vec![switch(unknown, Channel::Email, false)]);
            assert!(matches!(about.check(), Err(PreferenceError::Unknown { .. })), "{unknown}");
        }
    }

    #[test]
    fn a_switch_stands_once() {
        let twice = vec![switch("billing", Channel::Email, false), switch("billing", Channel::Email, true)];
        assert!(matches!(preferences(twice).check(), Err(PreferenceError::Twice { .. })));
        let many = (0..=SWITCHES_MAX).map(|number| switch(&format!("own_{number}"), Channel::Email, true));
        assert_eq!(preferences(many.collect()).check(), Err(PreferenceError::TooMany));
    }

    #[test]
    fn quiet_hours_leave_an_hour_of_the_day() {
        let check = |from: &str, to: &str| {
            let hours = QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap() };
            NotificationPreferences { quiet_hours: Some(hours), ..NotificationPreferences::default() }.check()
        };
        for (from, to) in
            [("07:00", "07:00"), ("07:00", "06:59"), ("07:00", "06:01"), ("00:00", "23:59"), ("00:30", "00:00")]
        {
            assert_eq!(check(from, to), Err(PreferenceError::NoHours), "{from} {to}");
        }
        for (from, to) in [("07:00", "06:00"), ("00:00", "23:00"), ("22:00", "07:00"), ("12:00", "12:01")] {
            assert_eq!(check(from, to), Ok(()), "{from} {to}");
        }
    }

    #[test]
    fn a_kind_counts_more_than_its_group() {
        let switches = [switch("billing", Channel::Telegram, false), switch("invoice_paid", Channel::Telegram, true)];
        let is_on = |kind, channel| is_on(&switches, kind, MessageGroup::Billing, channel);
        assert!(is_on("invoice_paid", Channel::Telegram) && !is_on("invoice_ready", Channel::Telegram));
        assert!(is_on("invoice_ready", Channel::Email));
    }

    #[test]
    fn switching_a_group_takes_its_kinds_along() {
        let before = preferences(vec![
            switch("payment_method_expiring", Channel::Email, true),
            switch("invoice_paid", Channel::Email, true),
            switch("account", Channel::Telegram, false),
            switch("own_spring_sale", Channel::Email, true),
        ]);
        let after = before.clone().switched(MessageGroup::Account, Channel::Email, false);
        let kept = [before.switches[1].clone(), before.switches[2].clone(), before.switches[3].clone()];
        assert_eq!(after.switches, [&kept[..], &[switch("account", Channel::Email, false)]].concat());
        assert_eq!((after.version, after.check()), (1, Ok(())));
        assert_eq!(after.clone().switched(MessageGroup::Account, Channel::Email, false).switches, after.switches);
        assert_eq!(before.switched(MessageGroup::News, Channel::Email, false).switches.len(), 4);
    }

    #[test]
    fn names_are_words() {
        for bad in ["", "a", "A_b", "1ab", "a-b", "é_x", &"a".repeat(61)] {
            assert_eq!(About::try_from(bad.to_owned()), Err(AboutError), "{bad}");
        }
    }
}
