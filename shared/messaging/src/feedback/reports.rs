//! What became of a message after it left, as its carrier tells later.
//!
//! `SENT#<ntf id>#<channel>` / `REPORT`, beside the delivery. Carriers tell in any order and more than once: a report takes
//! the place of another only when it is further on ([`Report::after`]). What a word says of the address has its consequence
//! once, such as a suppression, whether or not it is news for the status: the row says what was heeded, and is written in
//! the same transaction.

use std::collections::BTreeSet;

use kernel::{NotificationId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Condition, Key, Record, Slot, Table, TableError, TenantScope, Transaction, Write, from_item, pages};

use crate::{Channel, DeliveryTally, REMEMBERED};

/// How far a message has come behind its carrier's door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportStatus {
    /// The carrier has it.
    Queued,
    /// The carrier is handing it on.
    Sending,
    /// It is on its way.
    Sent,
    /// The reader's server or phone took it.
    Delivered,
    /// It came back, or can never arrive.
    Undelivered,
    /// It was opened.
    Opened,
    /// The reader called it spam.
    Complained,
}

impl ReportStatus {
    /// How far a message is on for its reader: one that came back is nowhere.
    const fn reached(self) -> u8 {
        match self {
            Self::Undelivered => 0,
            Self::Queued => 1,
            Self::Sending => 2,
            Self::Sent => 3,
            Self::Delivered => 4,
            Self::Opened => 5,
            Self::Complained => 6,
        }
    }

    /// What is to be counted of a message that has come this far, once each.
    const fn milestones(self) -> &'static [ReportMilestone] {
        match self {
            Self::Queued | Self::Sending | Self::Sent => &[],
            Self::Delivered | Self::Complained => &[ReportMilestone::Delivered],
            Self::Opened => &[ReportMilestone::Delivered, ReportMilestone::Opened],
            Self::Undelivered => &[ReportMilestone::Undelivered],
        }
    }

    /// Whether the reader has it, or will: what the carrier has taken, it sends.
    pub const fn has_left(self) -> bool {
        match self {
            Self::Undelivered => false,
            Self::Queued | Self::Sending | Self::Sent | Self::Delivered | Self::Opened | Self::Complained => true,
        }
    }
}

/// What is counted of a message after it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportMilestone {
    /// It arrived.
    Delivered,
    /// It was opened.
    Opened,
    /// It came back.
    Undelivered,
}

/// What a carrier says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierWord {
    /// The carrier's name of the message.
    pub message_id: String,
    /// How far it has come.
    pub status: ReportStatus,
    /// Why it came no further: the carrier's own code, such as `30003`.
    pub code: Option<String>,
}

/// The last word on a channel of a notification, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The carrier's name of the message: an attempt that may have left is followed by another, which has its own.
    pub message_id: String,
    /// How far it has come.
    pub status: ReportStatus,
    /// Why it came no further: the carrier's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// When we heard it.
    pub at: Timestamp,
    /// What was heeded of what carriers said of the address: the carrier's name of the message, a blank, and what was said.
    /// Two at most for each message.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub heeded: BTreeSet<String>,
    /// What was counted of it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub counted: BTreeSet<ReportMilestone>,
    /// Grows by one with every change.
    pub version: u64,
}

impl Record for Report {
    const ROWS: &'static [&'static str] = &["SENT#{notification}#{channel} / REPORT"];
}

impl Report {
    /// The report that follows on `known` when this is heard; `None` when that says nothing new. Of one message, the
    /// later step counts, in whichever order they are heard. Of two, the one that came further does.
    pub fn after(known: Option<&Self>, heard: CarrierWord, now: Timestamp) -> Option<Self> {
        let is_news = known.is_none_or(|known| {
            if known.message_id == heard.message_id {
                heard.status > known.status
            } else {
                heard.status.reached() > known.status.reached()
            }
        });
        let version = known.map_or(1, |known| known.version + 1);
        let heeded = known.map(|known| known.heeded.clone()).unwrap_or_default();
        let mut counted = known.map(|known| known.counted.clone()).unwrap_or_default();
        let CarrierWord { message_id, status, code } = heard;
        counted.extend(status.milestones());
        is_news.then_some(Self { message_id, status, code, at: now, heeded, counted, version })
    }

    /// What is to be counted when this report follows on `known`.
    pub(crate) fn to_count<'a>(&'a self, known: Option<&Self>) -> impl Iterator<Item = DeliveryTally<'a>> {
        let before = known.map(|known| known.counted.clone()).unwrap_or_default();
        let new = self.counted.iter().filter(move |milestone| !before.contains(milestone));
        new.map(|milestone| match milestone {
            ReportMilestone::Delivered => DeliveryTally::Delivered,
            ReportMilestone::Opened => DeliveryTally::Opened,
            ReportMilestone::Undelivered => DeliveryTally::Failed(self.code.as_deref().unwrap_or("undelivered")),
        })
    }

    /// The report that follows on `known` when the mark of what is said of the address is heeded with `heard`; `None` when
    /// it was before.
    pub(crate) fn heeding(known: Option<&Self>, heard: CarrierWord, mark: &str, now: Timestamp) -> Option<Self> {
        let mark = format!("{} {mark}", heard.message_id);
        if known.is_some_and(|known| known.heeded.contains(&mark)) {
            return None;
        }
        let unchanged = || known.map(|known| Self { version: known.version + 1, ..known.clone() });
        let mut next = Self::after(known, heard, now).or_else(unchanged)?;
        next.heeded.insert(mark);
        Some(next)
    }
}

/// The reports of one tenant.
#[derive(Clone, Copy)]
pub struct Reports<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Reports<'a> {
    /// The reports of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// The last word on a channel of a notification. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: NotificationId, channel: Channel) -> Result<Option<Report>, TableError> {
        self.table.get(&self.key(id, channel)).await?.map(from_item).transpose()
    }

    /// The last words on these channels of notifications, in their order. One round trip for each hundred.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn each_of(&self, channels: &[(NotificationId, Channel)]) -> Result<Vec<Option<Report>>, TableError> {
        let keys: Vec<Key> = channels.iter().map(|(id, channel)| self.key(*id, *channel)).collect();
        let rows = pages::each_of(self.table, &keys).await?;
        rows.into_iter().map(|row| row.map(from_item).transpose()).collect()
    }

    /// Adds a report to a transaction; it fails when another was heard in between. Kept as long as its delivery.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn save(
        &self,
        transaction: &mut Transaction,
        (id, channel): (NotificationId, Channel),
        report: &Report,
    ) -> Result<Slot, TableError> {
        let row = Write::put(self.key(id, channel), report)?.ttl(report.at.plus(REMEMBERED));
        Ok(transaction.add(row.when(Condition::follows(report.version))))
    }

    fn key(&self, id: NotificationId, channel: Channel) -> Key {
        self.scope.key(format_args!("SENT#{id}#{}", channel.as_str()), "REPORT")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [ReportStatus; 7] = [
        ReportStatus::Queued,
        ReportStatus::Sending,
        ReportStatus::Sent,
        ReportStatus::Delivered,
        ReportStatus::Undelivered,
        ReportStatus::Opened,
        ReportStatus::Complained,
    ];

    fn now() -> Timestamp {
        "2026-12-01T00:00:00Z".parse().unwrap()
    }

    fn heard(message: &str, status: ReportStatus) -> CarrierWord {
        CarrierWord { message_id: message.to_owned(), status, code: None }
    }

    fn played(words: &[(&str, ReportStatus)]) -> Option<Report> {
        words.iter().fold(None, |known: Option<Report>, (message, status)| {
            Report::after(known.as_ref(), heard(message, *status), now()).or(known)
        })
    }

    #[test]
    fn what_is_delivered_is_not_sent_again_by_a_late_word() {
        let report = played(&[("a", ReportStatus::Delivered), ("a", ReportStatus::Sent), ("a", ReportStatus::Queued)]);
        let report = report.unwrap();
        assert_eq!((report.status, report.version), (ReportStatus::Delivered, 1));
        // A server may take a mail and send it back later.
        let report = played(&[("a", ReportStatus::Delivered), ("a", ReportStatus::Undelivered)]).unwrap();
        assert_eq!((report.status, report.version), (ReportStatus::Undelivered, 2));
    }

    #[test]
    fn of_two_messages_the_one_that_came_further_counts() {
        use ReportStatus::{Delivered, Sent, Undelivered};
        for (words, expected) in [
            ([("a", Undelivered), ("b", Sent), ("a", Undelivered)], ("b", Sent)),
            ([("a", Delivered), ("b", Sent), ("b", Undelivered)], ("a", Delivered)),
            ([("a", Sent), ("b", Delivered), ("a", Delivered)], ("b", Delivered)),
            ([("a", Sent), ("b", Undelivered), ("a", Undelivered)], ("a", Undelivered)),
        ] {
            let report = played(&words).unwrap();
            assert_eq!((report.message_id.as_str(), report.status), expected, "{words:?}");
        }
    }

    #[test]
    fn what_is_said_of_the_address_is_heeded_once_for_each_message_whatever_the_status() {
        let heed =
            |known: Option<&Report>, message, status, mark| Report::heeding(known, heard(message, status), mark, now());
        let opened = played(&[("a", ReportStatus::Opened)]);
        let bounced = heed(opened.as_ref(), "a", ReportStatus::Undelivered, "gone").unwrap();
        assert_eq!(
            (bounced.status, bounced.version),
            (ReportStatus::Opened, 2),
            "the status is no news, the address is"
        );
        assert_eq!(heed(Some(&bounced), "a", ReportStatus::Undelivered, "gone"), None, "the same again");
        let later = Report::after(Some(&bounced), heard("a", ReportStatus::Complained), now()).unwrap();
        assert_eq!(heed(Some(&later), "a", ReportStatus::Undelivered, "gone"), None, "the row remembers");
        let second = heed(Some(&later), "b", ReportStatus::Undelivered, "gone").unwrap();
        assert_eq!((second.message_id.as_str(), second.heeded.len()), ("a", 2), "another copy is another word");
    }

    proptest! {
        #[test]
        fn the_order_and_number_of_words_about_a_message_do_not_matter(
            words in prop::collection::vec(0..ALL.len(), 1..12),
            turned in any::<prop::sample::Index>(),
        ) {
            let words: Vec<(&str, ReportStatus)> =
                words.iter().filter_map(|place| ALL.get(*place)).map(|status| ("a", *status)).collect();
            let mut other = words.clone();
            other.rotate_left(turned.index(words.len()));
            other.extend(words.clone());
            let (one, other) = (played(&words).unwrap(), played(&other).unwrap());
            prop_assert_eq!(one.status, other.status);
            prop_assert_eq!(Some(one.status), words.iter().map(|(_, status)| *status).max());
        }
    }

    #[test]
    fn what_a_message_reached_is_counted_once_in_whichever_order_it_is_told() {
        use DeliveryTally::{Failed, Opened as Read};
        use ReportStatus::{Complained, Delivered, Opened, Sent, Undelivered};
        for (words, expected) in [
            (vec![Sent, Delivered, Delivered, Opened, Opened], vec![DeliveryTally::Delivered, Read]),
            (vec![Opened, Delivered], vec![DeliveryTally::Delivered, Read]),
            (vec![Delivered, Undelivered], vec![DeliveryTally::Delivered, Failed("undelivered")]),
            (vec![Undelivered, Sent, Undelivered], vec![Failed("undelivered")]),
            (vec![Complained], vec![DeliveryTally::Delivered]),
            (vec![Sent], vec![]),
        ] {
            let (mut known, mut counted) = (None::<Report>, Vec::new());
            for status in &words {
                let Some(next) = Report::after(known.as_ref(), heard("a", *status), now()) else { continue };
                counted.extend(next.to_count(known.as_ref()).map(|tally| format!("{tally:?}")));
                known = Some(next);
            }
            let expected: Vec<String> = expected.iter().map(|tally| format!("{tally:?}")).collect();
            assert_eq!(counted, expected, "{words:?}");
        }
    }
}
