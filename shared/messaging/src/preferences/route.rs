//! What becomes of a message on a channel: it leaves now, later, together with others, or not at all.

use kernel::{Priority, Timestamp, Zone};

use super::{MessageGroup, NotificationPreferences, NotificationSettings, Topic, choice::is_on};
use crate::Channel;

/// What becomes of a message on one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// It leaves now.
    Now,
    /// It waits for the end of the reader's quiet hours.
    Held(Timestamp),
    /// It is told in the digest of this time.
    Digest(Timestamp),
    /// It does not leave.
    Off(OffBy),
}

/// Who does not want a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffBy {
    /// The tenant, for all.
    Tenant,
    /// The reader.
    Reader,
    /// The reader, for a while.
    Mute,
}

impl OffBy {
    /// Why a message is not sent, as its history says it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Tenant => "switched off for all",
            Self::Reader => "switched off by the reader",
            Self::Mute => "muted by the reader",
        }
    }
}

/// What is wished of messages to one reader.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// By the tenant.
    pub tenant: &'a NotificationSettings,
    /// By the reader; none where the reader is no user.
    pub reader: Option<&'a NotificationPreferences>,
    /// The tenant's zone.
    pub zone: &'a Zone,
}

/// The route of a message. What is critical leaves now, whatever is wished; what stands in the reader's list disturbs nobody
/// and never waits.
pub fn route(topic: Topic<'_>, channel: Channel, wishes: Wishes<'_>, now: Timestamp) -> Routing {
    let group = topic.group();
    if group == MessageGroup::Security {
        return Routing::Now;
    }
    if !is_on(&wishes.tenant.switches, topic.kind, group, channel) {
        return Routing::Off(OffBy::Tenant);
    }
    let Some(reader) = wishes.reader else { return Routing::Now };
    if !is_on(&reader.switches, topic.kind, group, channel) {
        return Routing::Off(OffBy::Reader);
    }
    let disturbs = match channel {
        Channel::InApp => false,
        Channel::Email | Channel::Telegram | Channel::Sms | Channel::Push => true,
    };
    if !disturbs {
        return Routing::Now;
    }
    if reader.muted_until.is_some_and(|until| now < until) {
        return Routing::Off(OffBy::Mute);
    }
    let zone = reader.zone.as_ref().unwrap_or(wishes.zone);
    let can_wait = match topic.priority {
        Priority::Critical | Priority::High => false,
        Priority::Medium | Priority::Low => channel == Channel::Email,
    };
    let digest = reader.digest.filter(|_| can_wait).and_then(|rhythm| rhythm.next(zone, now));
    if let Some(at) = digest {
        return Routing::Digest(at);
    }
    reader.quiet_hours.and_then(|hours| hours.end(zone, now)).map_or(Routing::Now, Routing::Held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalogue::{ALL, INVOICE_READY, MessageKind, WELCOME},
        preferences::{DigestRhythm, EveryDay, QuietHours, Switch},
    };

    const CHANNELS: [Channel; 5] = [Channel::Email, Channel::Telegram, Channel::Sms, Channel::Push, Channel::InApp];

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn off(about: &str) -> Vec<Switch> {
        let about: crate::preferences::About = about.to_owned().try_into().unwrap();
        CHANNELS.map(|channel| Switch { about: about.clone(), channel, on: false }).to_vec()
    }

    /// Nothing, ever: all that a reader can wish.
    fn silent() -> NotificationPreferences {
        NotificationPreferences {
            switches: ["billing", "account", "news"].into_iter().flat_map(off).collect(),
            quiet_hours: Some(QuietHours { from: "00:00".parse().unwrap(), to: "23:59".parse().unwrap() }),
            digest: Some(DigestRhythm::Day(EveryDay { at: "08:00".parse().unwrap() })),
            muted_until: Some(at("2030-01-01T00:00:00Z")),
            zone: None,
            version: 1,
        }
    }

    fn routed(kind: MessageKind, channel: Channel, reader: &NotificationPreferences) -> Routing {
        let (tenant, zone) = (NotificationSettings::default(), "Asia/Jakarta".parse().unwrap());
        let wishes = Wishes { tenant: &tenant, reader: Some(reader), zone: &zone };
        let topic = Topic { kind: kind.key, priority: kind.priority };
        // 20:00 in Jakarta.
        route(topic, channel, wishes, at("2026-12-01T13:00:00Z"))
    }

    #[test]
    fn nothing_keeps_a_critical_message_back() {
        let tenant = NotificationSettings { switches: silent().switches, version: 1 };
        let zone = Zone::utc();
        let silent = silent();
        let wishes = Wishes { tenant: &tenant, reader: Some(&silent), zone: &zone };
        for kind in ALL {
            for channel in CHANNELS {
                let route = route(
                    Topic { kind: kind.key, priority: kind.priority },
                    channel,
                    wishes,
                    at("2026-12-01T13:00:00Z"),
                );
                let expected =
                    if kind.priority == Priority::Critical { Routing::Now } else { Routing::Off(OffBy::Tenant) };
                assert_eq!(route, expected, "{} {channel:?}", kind.key);
            }
        }
    }

    #[test]
    fn each_wish_has_its_effect_and_the_list_never_waits() {
        let none = NotificationPreferences::default;
        let quiet = QuietHours { from: "19:00".parse().unwrap(), to: "07:00".parse().unwrap() };
        let quiet = NotificationPreferences { quiet_hours: Some(quiet), ..none() };
        let muted = NotificationPreferences { muted_until: Some(at("2026-12-01T13:00:00.001Z")), ..none() };
        let over = NotificationPreferences { muted_until: Some(at("2026-12-01T13:00:00Z")), ..none() };
        let digest = NotificationPreferences {
            digest: Some(DigestRhythm::Day(EveryDay { at: "08:00".parse().unwrap() })),
            ..quiet.clone()
        };
        let morning = Routing::Held(at("2026-12-02T00:00:00Z"));
        let together = Routing::Digest(at("2026-12-02T01:00:00Z"));
        for (reader, kind, mail, chat) in [
            (&none(), INVOICE_READY, Routing::Now, Routing::Now),
            (&quiet, INVOICE_READY, morning, morning),
            (&quiet, WELCOME, morning, morning),
            (&muted, INVOICE_READY, Routing::Off(OffBy::Mute), Routing::Off(OffBy::Mute)),
            (&over, INVOICE_READY, Routing::Now, Routing::Now),
            (&digest, WELCOME, together, morning),
            // Money does not wait for a digest.
            (&digest, INVOICE_READY, morning, morning),
        ] {
            let routes =
                [Channel::Email, Channel::Telegram, Channel::InApp].map(|channel| routed(kind, channel, reader));
            assert_eq!(routes, [mail, chat, Routing::Now], "{} {reader:?}", kind.key);
        }
        assert_eq!(routed(INVOICE_READY, Channel::InApp, &silent()), Routing::Off(OffBy::Reader));
    }

    #[test]
    fn the_hours_are_the_readers_own() {
        let quiet = QuietHours { from: "19:00".parse().unwrap(), to: "07:00".parse().unwrap() };
        let in_berlin = NotificationPreferences {
            quiet_hours: Some(quiet),
            zone: Some("Europe/Berlin".parse().unwrap()),
            ..NotificationPreferences::default()
        };
        // 14:00 there.
        assert_eq!(routed(INVOICE_READY, Channel::Email, &in_berlin), Routing::Now);
    }
}
