//! How far each channel of a notification has come, so that what is delivered twice is sent once.
//!
//! `SENT#<ntf id>#<channel>` / `DELIVERY`. A sender claims the message, sends it and marks it as sent. A sender that dies in
//! between leaves a claim behind; when it has run out the next one sends. A death after sending and before marking
//! therefore sends a message twice: mail and chat have no way to make that impossible, and a message lost would be
//! worse.

use std::time::Duration;

use jiff::SignedDuration;
use kernel::{NotificationId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{
    Condition, Key, Record, Slot, Table, TableError, TenantScope, TransactError, Transaction, Write, WriteError,
    from_item, pages, to_item,
};

use crate::{Channel, DeliveryTally, REMEMBERED, Stats};

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
    /// How many times somebody began to send it, since its queue gave it out for the first time, but for those when the
    /// channel took no more messages.
    pub attempts: u32,
    /// Grows by one with every claim.
    pub version: u64,
}

impl Record for Delivery {
    const ROWS: &'static [&'static str] = &["SENT#{notification}#{channel} / DELIVERY"];
}

/// Whether to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendClaim {
    /// Yes: it is yours.
    Yours {
        /// How many times it was tried, with this one.
        attempt: u32,
    },
    /// Somebody else is at it: come back later.
    Theirs,
    /// No: it was tried often enough, and now it is for a person to look at.
    Spent,
    /// No: it was sent, or can never be.
    Done,
}

/// What came of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It left.
    Sent {
        /// The channel's name of it.
        id: String,
    },
    /// It can never be delivered, or is not to be any more.
    Never {
        /// Why, without naming the person.
        reason: String,
    },
    /// It surely did not leave, and may later.
    Later {
        /// How long the channel asks to wait, if it says so.
        after: Option<Duration>,
        /// Why, without naming the person.
        reason: String,
    },
    /// It surely did not leave: the channel takes no more messages for now, whichever they are. That is no attempt.
    Throttled {
        /// How long the channel asks to wait, if it says so.
        after: Option<Duration>,
        /// Why, without naming the person.
        reason: String,
    },
    /// It may have left: the channel did not say.
    Unknown,
}

/// How often a message to a person is tried, before it is a dead letter.
pub const ATTEMPTS: u32 = 3;
/// How long a claim lasts: longer than the sender's function may run.
pub const CLAIM: Duration = Duration::from_mins(1);
/// How long to wait after the first attempt; four times as long after the second.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// How long a channel may take no more messages before that counts as an attempt.
const THROTTLED_FOR: SignedDuration = SignedDuration::from_hours(6);
/// The longest of the pauses that grow while a channel takes no more messages.
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

impl Outcome {
    /// The same outcome at `now`, of a channel that has been taking no more messages since `since`: after six hours that is
    /// an attempt that failed, so that somebody hears of it.
    #[must_use]
    pub fn throttled_since(self, since: Timestamp, now: Timestamp) -> Self {
        match self {
            Self::Throttled { after, reason } if now >= since.plus(THROTTLED_FOR) => Self::Later { after, reason },
            Self::Sent { .. } | Self::Never { .. } | Self::Later { .. } | Self::Throttled { .. } | Self::Unknown => {
                self
            }
        }
    }

    /// How long to wait for a channel that has been taking no more messages for `elapsed`: as long as it asks for, and twice
    /// as long each time, up to a quarter of an hour.
    pub fn throttled_pause(after: Option<Duration>, elapsed: Duration) -> Duration {
        after.unwrap_or(FIRST_PAUSE).max(elapsed.min(LONGEST_PAUSE))
    }

    /// How long to wait before the next attempt after this one; `None` when nothing is left to try.
    pub fn pause(&self, attempt: u32) -> Option<Duration> {
        match self {
            Self::Sent { .. } | Self::Never { .. } => None,
            // Nobody may try before the claim has run out.
            Self::Unknown => Some(CLAIM),
            Self::Throttled { after, .. } => Some(after.unwrap_or(FIRST_PAUSE)),
            // Into the dead-letter queue, without a wait.
            Self::Later { .. } if attempt >= ATTEMPTS => Some(Duration::ZERO),
            Self::Later { after, .. } => {
                let own = FIRST_PAUSE.saturating_mul(4_u32.saturating_pow(attempt.saturating_sub(1)));
                Some(after.unwrap_or(own))
            }
        }
    }
}

/// A wait made longer by up to a half of it, more for one message than for another: those that were refused together do not
/// come again together.
pub fn spread(wait: Duration, id: NotificationId) -> Duration {
    // The id ends in a hash.
    let part = u32::try_from(id.ulid().0 & 0xff).unwrap_or_default();
    wait.saturating_add((wait / 512).saturating_mul(part))
}

/// Whether a delivery that is known already may be sent now. `receives` counts how often its queue gave the message out:
/// one that comes for the first time, out of the dead-letter queue too, has all of its attempts before it.
pub fn decide(known: &Delivery, receives: u32, now: Timestamp) -> SendClaim {
    let tried = if receives <= 1 { 0 } else { known.attempts };
    match known.state {
        DeliveryState::Sent { .. } | DeliveryState::Failed { .. } => SendClaim::Done,
        DeliveryState::Claimed { .. } if tried >= ATTEMPTS => SendClaim::Spent,
        DeliveryState::Claimed { until } if now < until => SendClaim::Theirs,
        DeliveryState::Claimed { .. } => SendClaim::Yours { attempt: tried + 1 },
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

    /// How far a channel of a notification has come; none where nobody began. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn get(&self, id: NotificationId, channel: Channel) -> Result<Option<Delivery>, TableError> {
        self.table.get(&self.key(id, channel)).await?.map(from_item).transpose()
    }

    /// How far these channels of notifications have come, in their order. One round trip for each hundred.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn each_of(&self, channels: &[(NotificationId, Channel)]) -> Result<Vec<Option<Delivery>>, TableError> {
        let keys: Vec<Key> = channels.iter().map(|(id, channel)| self.key(*id, *channel)).collect();
        let rows = pages::each_of(self.table, &keys).await?;
        rows.into_iter().map(|row| row.map(from_item).transpose()).collect()
    }

    /// Whether nothing is left to do for a channel of a notification. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn is_done(&self, id: NotificationId, channel: Channel) -> Result<bool, TableError> {
        let known = self.get(id, channel).await?;
        Ok(known.is_some_and(|known| !matches!(known.state, DeliveryState::Claimed { .. })))
    }

    /// Claims a channel of a notification; `receives` as for [`decide`]. One round trip, two when it is known already.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn claim(
        &self,
        id: NotificationId,
        channel: Channel,
        receives: u32,
        now: Timestamp,
    ) -> Result<SendClaim, TableError> {
        let until = SignedDuration::try_from(CLAIM).map_or(now, |claim| now.plus(claim));
        let state = DeliveryState::Claimed { until };
        let first = Delivery { channel, state: state.clone(), attempts: 1, version: 1 };
        let put = self.put(id, &first, now)?.when(Condition::NotExists);
        let current = match self.table.write(put).await {
            Ok(_) => return Ok(SendClaim::Yours { attempt: 1 }),
            Err(WriteError::ConditionFailed { current }) => current,
            Err(WriteError::Table(error)) => return Err(error),
        };
        // Gone in between, by its time to live: the next delivery of the message finds nothing and sends.
        let Some(known) = current.map(from_item::<Delivery>).transpose()? else { return Ok(SendClaim::Theirs) };
        let decision = decide(&known, receives, now);
        let SendClaim::Yours { attempt } = decision else { return Ok(decision) };
        let next = Delivery { channel, state, attempts: attempt, version: known.version + 1 };
        let take = self.put(id, &next, now)?.when(Condition::VersionIs(known.version));
        match self.table.write(take).await {
            Ok(_) => Ok(decision),
            Err(WriteError::ConditionFailed { .. }) => Ok(SendClaim::Theirs),
            Err(WriteError::Table(error)) => Err(error),
        }
    }

    /// Marks a message that nobody sends as what it is: it was sent within another one, which is the one that is counted.
    ///
    /// # Errors
    /// `Corrupt` when the row does not serialise.
    pub fn insert_sent(
        &self,
        transaction: &mut Transaction,
        id: NotificationId,
        channel: Channel,
        (within, now): (NotificationId, Timestamp),
    ) -> Result<Slot, TableError> {
        let state = DeliveryState::Sent { at: now, message_id: within.to_string() };
        let sent = Delivery { channel, state, attempts: 1, version: 1 };
        Ok(transaction.add(self.put(id, &sent, now)?.when(Condition::NotExists)))
    }

    /// Notes that a message is not sent, unless somebody has begun to. One round trip.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn refuse(
        &self,
        id: NotificationId,
        channel: Channel,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let state = DeliveryState::Failed { at: now, reason: reason.to_owned() };
        let refused = Delivery { channel, state, attempts: 0, version: 1 };
        let mut transaction = Transaction::new();
        transaction.add(self.put(id, &refused, now)?.when(Condition::NotExists));
        Stats::new(self.table, self.scope).count(
            &mut transaction,
            (id, channel),
            &[DeliveryTally::Failed(reason)],
            now,
        );
        self.unless_done(transaction).await
    }

    /// Notes what came of a claimed message. What did not leave may be claimed at once; what may have left stays claimed
    /// until the claim runs out.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn settle(
        &self,
        id: NotificationId,
        channel: Channel,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let state = match outcome {
            Outcome::Sent { id } => DeliveryState::Sent { at: now, message_id: id.clone() },
            Outcome::Never { reason } => DeliveryState::Failed { at: now, reason: reason.chars().take(200).collect() },
            Outcome::Later { .. } | Outcome::Throttled { .. } => DeliveryState::Claimed { until: now },
            Outcome::Unknown => return Ok(()),
        };
        let key = self.key(id, channel);
        // Whoever took it over after the claim had run out may have been faster: what is settled stays, and is counted once.
        let write = Write::update::<Delivery>(key).when(Condition::Equals("state", json!("claimed")));
        let write = if matches!(outcome, Outcome::Throttled { .. }) { write.add("attempts", -1) } else { write };
        let counted = match outcome {
            Outcome::Sent { .. } => vec![DeliveryTally::Sent],
            Outcome::Never { reason } => vec![DeliveryTally::Failed(reason)],
            Outcome::Later { .. } | Outcome::Throttled { .. } | Outcome::Unknown => Vec::new(),
        };
        let mut transaction = Transaction::new();
        transaction.add(Self::ended(write, &state)?);
        Stats::new(self.table, self.scope).count(&mut transaction, (id, channel), &counted, now);
        self.unless_done(transaction).await
    }

    fn ended(mut write: Write, state: &DeliveryState) -> Result<Write, TableError> {
        for gone in ["until", "at", "messageId", "reason"] {
            if json!(state).get(gone).is_none() {
                write = write.remove(gone);
            }
        }
        for (name, value) in to_item(state)? {
            write = write.set(name, value);
        }
        Ok(write)
    }

    async fn unless_done(&self, transaction: Transaction) -> Result<(), TableError> {
        match self.table.transact(transaction).await {
            Ok(()) | Err(TransactError::Cancelled(_)) => Ok(()),
            Err(TransactError::Table(error)) => Err(error),
        }
    }

    fn put(&self, id: NotificationId, delivery: &Delivery, now: Timestamp) -> Result<Write, TableError> {
        Ok(Write::put(self.key(id, delivery.channel), delivery)?.ttl(now.plus(REMEMBERED)))
    }

    fn key(&self, id: NotificationId, channel: Channel) -> Key {
        self.scope.key(format_args!("SENT#{id}#{}", channel.as_str()), "DELIVERY")
    }
}

#[cfg(test)]
#[path = "deliveries_tests.rs"]
mod tests;
