//! What was sent, so that an event that is delivered twice sends its message once.
//!
//! `SENT#<dedupe id>` / `DELIVERY`. A sender claims the message, sends it and marks it as sent. A sender that dies in
//! between leaves a claim behind; when it has run out the next one sends. A death after sending and before marking
//! therefore sends a message twice: mail and chat have no way to make that impossible, and a message lost would be
//! worse.

use jiff::SignedDuration;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{Condition, Key, Record, Table, TableError, TenantScope, Write, WriteError, from_item, to_item};

/// How a person is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By mail.
    Email,
    /// In Telegram.
    Telegram,
    /// By SMS.
    Sms,
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DeliveryState {
    /// Somebody is sending it.
    Claimed {
        /// Until when it is theirs.
        until: Timestamp,
    },
    /// It left.
    Sent {
        /// When.
        at: Timestamp,
        /// The channel's name of it.
        message_id: String,
    },
    /// It can never be delivered.
    Failed {
        /// When we learnt so.
        at: Timestamp,
        /// Why, without naming the person.
        reason: String,
    },
}

/// One message to one person over one channel, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Over which channel.
    pub channel: Channel,
    /// How far it has come.
    #[serde(flatten)]
    pub state: DeliveryState,
    /// How many times somebody began to send it.
    pub attempts: u32,
    /// Grows by one with every claim.
    pub version: u64,
}

impl Record for Delivery {
    const ROWS: &'static [&'static str] = &["SENT#{id} / DELIVERY"];
}

/// Whether to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Yes: it is yours.
    Yours,
    /// Somebody else is at it: come back later.
    Theirs,
    /// No: it was sent, or can never be.
    Done,
}

/// How long a claim lasts: longer than the sender's function may run.
const CLAIM: SignedDuration = SignedDuration::from_secs(60);
/// How long a delivery is remembered: longer than any queue keeps its event.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether a delivery that is known already may be sent now.
pub fn decide(known: &Delivery, now: Timestamp) -> Claim {
    match known.state {
        DeliveryState::Sent { .. } | DeliveryState::Failed { .. } => Claim::Done,
        DeliveryState::Claimed { until } if now < until => Claim::Theirs,
        DeliveryState::Claimed { .. } => Claim::Yours,
    }
}

/// The deliveries of one tenant.
#[derive(Clone, Copy)]
pub struct Deliveries<'a> {
    table: &'a dyn Table,
    scope: TenantScope,
}

impl<'a> Deliveries<'a> {
    /// The deliveries of the tenant of `scope`.
    pub const fn new(table: &'a dyn Table, scope: TenantScope) -> Self {
        Self { table, scope }
    }

    /// Claims a message. `dedupe_id` is the same for every delivery of the event that asks for it: our own ids and
    /// words, never a client's text. One round trip, two when it is known already.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn claim(&self, dedupe_id: &str, channel: Channel, now: Timestamp) -> Result<Claim, TableError> {
        let state = DeliveryState::Claimed { until: now.plus(CLAIM) };
        let first = Delivery { channel, state: state.clone(), attempts: 1, version: 1 };
        let put = self.put(dedupe_id, &first, now)?.when(Condition::NotExists);
        let current = match self.table.write(put).await {
            Ok(_) => return Ok(Claim::Yours),
            Err(WriteError::ConditionFailed { current }) => current,
            Err(WriteError::Table(error)) => return Err(error),
        };
        // Gone in between, by its time to live: the next delivery of the event finds nothing and sends.
        let Some(known) = current.map(from_item::<Delivery>).transpose()? else { return Ok(Claim::Theirs) };
        let decision = decide(&known, now);
        if decision != Claim::Yours {
            return Ok(decision);
        }
        let next = Delivery { channel, state, attempts: known.attempts.saturating_add(1), version: known.version + 1 };
        let take = self.put(dedupe_id, &next, now)?.when(Condition::VersionIs(known.version));
        match self.table.write(take).await {
            Ok(_) => Ok(Claim::Yours),
            Err(WriteError::ConditionFailed { .. }) => Ok(Claim::Theirs),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Marks a claimed message as sent.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn sent(&self, dedupe_id: &str, message_id: &str, now: Timestamp) -> Result<(), TableError> {
        self.end(dedupe_id, DeliveryState::Sent { at: now, message_id: message_id.to_owned() }).await
    }

    /// Marks a claimed message as one that can never be delivered.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn failed(&self, dedupe_id: &str, reason: &str, now: Timestamp) -> Result<(), TableError> {
        let reason = reason.chars().take(200).collect();
        self.end(dedupe_id, DeliveryState::Failed { at: now, reason }).await
    }

    /// Gives a claim back, since the message surely did not leave: the event's next delivery may send at once.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn release(&self, dedupe_id: &str, now: Timestamp) -> Result<(), TableError> {
        self.end(dedupe_id, DeliveryState::Claimed { until: now }).await
    }

    async fn end(&self, dedupe_id: &str, state: DeliveryState) -> Result<(), TableError> {
        let mut write = Write::update::<Delivery>(self.key(dedupe_id)).when(Condition::Exists);
        for gone in ["until", "at", "messageId", "reason"] {
            if json!(state).get(gone).is_none() {
                write = write.remove(gone);
            }
        }
        for (name, value) in to_item(&state)? {
            write = write.set(name, value);
        }
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::ConditionFailed { .. }) => Ok(()),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    fn put(&self, dedupe_id: &str, delivery: &Delivery, now: Timestamp) -> Result<Write, TableError> {
        Ok(Write::put(self.key(dedupe_id), delivery)?.ttl(now.plus(REMEMBERED)))
    }

    fn key(&self, dedupe_id: &str) -> Key {
        self.scope.key(format_args!("SENT#{dedupe_id}"), "DELIVERY")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn delivery(state: DeliveryState) -> Delivery {
        Delivery { channel: Channel::Email, state, attempts: 1, version: 1 }
    }

    #[test]
    fn a_message_is_sent_by_one_at_a_time_and_not_again() {
        let now = at("2026-12-01T00:01:00Z");
        let claimed = |until: &str| delivery(DeliveryState::Claimed { until: at(until) });
        assert_eq!(decide(&claimed("2026-12-01T00:01:00.001Z"), now), Claim::Theirs);
        assert_eq!(decide(&claimed("2026-12-01T00:01:00Z"), now), Claim::Yours);
        let sent = delivery(DeliveryState::Sent { at: now, message_id: "m".to_owned() });
        let failed = delivery(DeliveryState::Failed { at: now, reason: "blocked".to_owned() });
        assert_eq!((decide(&sent, now), decide(&failed, now)), (Claim::Done, Claim::Done));
    }
}
