//! Ports that remember what was sent through them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use cloud::{Bus, Entropy, Mail, Mailer, PortError, Published, Queue, Queues, Secrets};
use kernel::{Clock, Secret, Timestamp};
use serde_json::Value;
use table::outbox::Event;

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Stands at `now`.
    pub const fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves to `now`.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        let now = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default()
    }
}

/// Randomness that counts up, so that ids and tokens are the same in every run.
#[derive(Debug, Default)]
pub struct CountedEntropy(Mutex<u128>);

impl Entropy for CountedEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        let bytes = count.to_be_bytes();
        // The counter goes to the end, where ids show it.
        for (target, byte) in buffer.iter_mut().rev().zip(bytes.iter().rev().chain(std::iter::repeat(&0))) {
            *target = *byte;
        }
    }
}

/// The messages that were sent to queues, and those that were put off.
#[derive(Debug, Default)]
pub struct SentWork {
    sent: Mutex<Vec<(Queue, Value)>>,
    delays: Mutex<Vec<Duration>>,
    postponed: Mutex<Vec<(Queue, String, Duration)>>,
}

impl SentWork {
    /// Which messages of which queue were to come again, by their receipts, and after how long.
    pub fn postponed(&self) -> Vec<(Queue, String, Duration)> {
        self.postponed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long the messages that were sent for later are kept back.
    pub fn delays(&self) -> Vec<Duration> {
        self.delays.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything sent to one queue so far.
    pub fn to(&self, queue: Queue) -> Vec<Value> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().filter(|(to, _)| *to == queue).map(|(_, message)| message.clone()).collect()
    }
}

#[async_trait]
impl Queues for SentWork {
    async fn send(&self, queue: Queue, messages: &[Value]) -> Result<(), PortError> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.extend(messages.iter().map(|message| (queue, message.clone())));
        Ok(())
    }

    async fn send_later(&self, queue: Queue, message: &Value, after: Duration) -> Result<(), PortError> {
        self.delays.lock().unwrap_or_else(PoisonError::into_inner).push(after);
        self.send(queue, std::slice::from_ref(message)).await
    }

    async fn postpone(&self, queue: Queue, receipt: &str, after: Duration) -> Result<(), PortError> {
        let mut postponed = self.postponed.lock().unwrap_or_else(PoisonError::into_inner);
        postponed.push((queue, receipt.to_owned(), after));
        Ok(())
    }
}

/// The mails that were sent.
#[derive(Debug, Default)]
pub struct SentMail(Mutex<Vec<Mail>>);

impl SentMail {
    /// Everything sent so far.
    pub fn all(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Mailer for SentMail {
    async fn send(&self, mail: &Mail) -> Result<String, PortError> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(mail.clone());
        Ok(format!("mail-{}", sent.len()))
    }
}

/// A bus that remembers; it can be told to take nothing.
#[derive(Debug, Default)]
pub struct SentEvents {
    taken: Mutex<Vec<Event>>,
    closed: Mutex<bool>,
}

impl SentEvents {
    /// Every event taken so far.
    pub fn all(&self) -> Vec<Event> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes nothing any more.
    pub fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

#[async_trait]
impl Bus for SentEvents {
    async fn publish(&self, events: &[Event]) -> Result<Vec<Published>, PortError> {
        if *self.closed.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(vec![Published::No; events.len()]);
        }
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).extend(events.iter().cloned());
        Ok(vec![Published::Yes; events.len()])
    }
}

/// Secrets from a map, which remembers what was asked for.
#[derive(Debug, Default)]
pub struct KnownSecrets {
    secrets: Mutex<BTreeMap<String, String>>,
    asked: Mutex<Vec<String>>,
}

impl KnownSecrets {
    /// Stores a secret.
    pub fn put(&self, name: impl Into<String>, value: impl Into<String>) {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), value.into());
    }

    /// The names that were asked for, those of no secret too.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Secrets for KnownSecrets {
    async fn get(&self, name: &str) -> Result<Option<Secret<String>>, PortError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
        Ok(self.secrets.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().map(Secret::new))
    }

    async fn create(&self, name: &str, text: &Secret<String>) -> Result<(), PortError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.entry(name.to_owned()).or_insert_with(|| text.expose().clone());
        Ok(())
    }

    async fn delete(&self, name: &str) -> Result<(), PortError> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}
