//! Which of the tenant's news a chat gets, as its user told the bot.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::SignedDuration;
use kernel::{Priority, Timestamp};
use serde::{Deserialize, Serialize};

/// Which of the tenant's news a chat gets. Links, codes and account security are no news: they always come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alerts {
    /// Whether the chat gets none, until its user subscribes again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// Until when the chat gets none. What falls into that time is not sent later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// Of what the chat gets none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub off: BTreeSet<AlertTopic>,
}

/// What news is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertTopic {
    /// Invoices, and what is taken back of them.
    Invoices,
    /// Reminders of what is overdue, and what follows.
    Reminders,
    /// Payments, refunds and the balance.
    Payments,
    /// All else.
    News,
}

/// The text names no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTopic;

/// What `/mute` alone means.
pub const MUTED: SignedDuration = SignedDuration::from_hours(8);
/// The longest time that a chat can be muted for.
const MOST: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Alerts {
    /// Whether nothing was ever told.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a message of this kind is sent now.
    pub fn wants(&self, kind: &str, priority: Priority, now: Timestamp) -> bool {
        AlertTopic::of(kind, priority)
            .is_none_or(|topic| !self.stopped && !self.is_muted(now) && !self.off.contains(&topic))
    }

    /// Whether the chat is muted now.
    pub fn is_muted(&self, now: Timestamp) -> bool {
        self.muted_until.is_some_and(|until| now < until)
    }

    /// With news of a topic, or without.
    #[must_use]
    pub fn with(mut self, topic: AlertTopic, wanted: Wanted) -> Self {
        match wanted {
            Wanted::Yes => self.off.remove(&topic),
            Wanted::No => self.off.insert(topic),
        };
        self
    }

    /// As after `/subscribe`: all news again.
    #[must_use]
    pub fn subscribed() -> Self {
        Self::default()
    }

    /// As after `/unsubscribe`: none, until `/subscribe`.
    #[must_use]
    pub fn unsubscribed(self) -> Self {
        Self { stopped: true, muted_until: None, ..self }
    }

    /// Without any until then.
    #[must_use]
    pub fn muted(self, until: Timestamp) -> Self {
        Self { muted_until: Some(until), ..self }
    }

    /// Not muted.
    #[must_use]
    pub fn unmuted(self) -> Self {
        Self { muted_until: None, ..self }
    }
}

/// Whether something is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    Yes,
    /// It is not.
    No,
}

impl AlertTopic {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Invoices, Self::Reminders, Self::Payments, Self::News];

    /// What a message is about; `None` for one that always comes.
    pub fn of(kind: &str, priority: Priority) -> Option<Self> {
        if priority == Priority::Critical {
            return None;
        }
        let begins = |with: &[&str]| with.iter().any(|with| kind.starts_with(with));
        Some(if begins(&["payment_reminder", "service_", "subscription_end"]) {
            Self::Reminders
        } else if begins(&["invoice_", "credit_note"]) {
            Self::Invoices
        } else if begins(&["payment_", "charge_", "deposit_", "refund_", "transfer_", "withdrawal_"]) {
            Self::Payments
        } else {
            Self::News
        })
    }

    /// Its name in a button's data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invoices => "invoices",
            Self::Reminders => "reminders",
            Self::Payments => "payments",
            Self::News => "news",
        }
    }
}

impl fmt::Display for AlertTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AlertTopic {
    type Err = NoTopic;

    fn from_str(text: &str) -> Result<Self, NoTopic> {
        Self::ALL.into_iter().find(|topic| topic.name() == text).ok_or(NoTopic)
    }
}

/// For how long `/mute` and what follows it mutes: `30m`, `2h`, `3d`, or a number of hours; 1 minute to 30 days. Eight hours
/// when nothing follows; `None` for any other text.
pub fn mute_for(argument: &str) -> Option<SignedDuration> {
    let argument = argument.trim().to_ascii_lowercase();
    if argument.is_empty() {
        return Some(MUTED);
    }
    let digits = argument.trim_end_matches(|c: char| !c.is_ascii_digit());
    let count: i64 = digits.parse().ok().filter(|count| (1..=100_000).contains(count))?;
    let minutes = match argument.get(digits.len()..)?.trim() {
        "m" | "min" | "menit" => count,
        "" | "h" | "hour" | "hours" | "j" | "jam" => count.checked_mul(60)?,
        "d" | "day" | "days" | "hari" => count.checked_mul(24 * 60)?,
        _ => return None,
    };
    Some(SignedDuration::from_mins(minutes)).filter(|duration| *duration <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{ALL, INVOICE_READY, PAYMENT_RECEIVED, PAYMENT_REMINDER, RESET_PASSWORD, WELCOME};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_chat_gets_the_news_that_its_user_wants() {
        let now = at("2026-12-01T00:00:00Z");
        let usual = Alerts::default();
        assert!(ALL.iter().all(|kind| usual.wants(kind.key, kind.priority, now)), "all of it, unless told otherwise");
        let some = usual.clone().with(AlertTopic::Invoices, Wanted::No);
        assert_eq!(
            [INVOICE_READY, PAYMENT_REMINDER, PAYMENT_RECEIVED].map(|kind| some.wants(kind.key, kind.priority, now)),
            [false, true, true]
        );
        assert_eq!(some.clone().with(AlertTopic::Invoices, Wanted::Yes), usual);
        let until = at("2026-12-01T02:00:00Z");
        let muted = some.clone().muted(until);
        let wants = |at| muted.wants(PAYMENT_RECEIVED.key, PAYMENT_RECEIVED.priority, at);
        assert!(!wants(now) && wants(until), "until then, exclusive");
        assert_eq!(muted.unmuted(), some);
        let stopped = some.unsubscribed();
        for kind in ALL {
            assert_eq!(
                stopped.wants(kind.key, kind.priority, now),
                kind.priority == Priority::Critical,
                "{}",
                kind.key
            );
        }
        assert!(Alerts::subscribed().is_usual());
    }

    #[test]
    fn each_message_has_its_topic_and_none_that_keeps_an_account_safe() {
        let topics = [
            (INVOICE_READY, Some(AlertTopic::Invoices)),
            (PAYMENT_REMINDER, Some(AlertTopic::Reminders)),
            (PAYMENT_RECEIVED, Some(AlertTopic::Payments)),
            (WELCOME, Some(AlertTopic::News)),
            (RESET_PASSWORD, None),
        ];
        for (kind, topic) in topics {
            assert_eq!(AlertTopic::of(kind.key, kind.priority), topic, "{}", kind.key);
        }
        for topic in AlertTopic::ALL {
            assert_eq!(topic.to_string().parse(), Ok(topic));
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.name());
        }
        assert_eq!("".parse::<AlertTopic>(), Err(NoTopic));
    }

    #[test]
    fn a_time_to_be_quiet_is_read_as_people_write_it() {
        let minutes = |text: &str| mute_for(text).map(|duration| duration.as_mins());
        for (text, expected) in [
            ("", Some(480)),
            ("30m", Some(30)),
            ("2h", Some(120)),
            ("2", Some(120)),
            (" 3 d ", Some(4_320)),
            ("2 jam", Some(120)),
            ("1 hari", Some(1_440)),
            ("15 Menit", Some(15)),
            ("30d", Some(43_200)),
            ("31d", None),
            ("0h", None),
            ("-1h", None),
            ("soon", None),
            ("2y", None),
            ("99999999999999999999d", None),
            ("é", None),
            ("2é", None),
        ] {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }
}
