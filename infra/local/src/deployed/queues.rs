//! The deployed queues: how they stand, waiting until they are empty, and sending again what they carried.
//!
//! What a queue carried is known from looking at it often enough while work is under way. A message that comes and goes
//! between two looks is missed; a queue none of whose messages was ever seen cannot be asked to send them again.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use cloud::telemetry::Stopwatch;

use super::{
    emulator::{Emulator, Waiting, queue_name},
    error::DeployedError,
};
use crate::{QueueState, fakes::deliveries::Deliveries};

/// How long all queues must be empty: a change must have come through the stream, the relay and the bus by then, where
/// the relay may be started for it.
const SETTLED: Duration = Duration::from_secs(2);
/// How long work may take to end.
const LIMIT: Duration = Duration::from_mins(2);
/// The pause between two looks; shorter than most messages live.
const PAUSE: Duration = Duration::from_millis(25);
/// How many messages of a queue are remembered.
const REMEMBERED: usize = 100;
/// What the names of dead-letter queues end with in the template.
const DEAD: &str = "-dlq";

/// The queues of the stack.
#[derive(Debug)]
pub(super) struct Queues {
    emulator: Emulator,
    /// URLs by logical id, of those that are somebody's work.
    urls: BTreeMap<String, String>,
    seen: Mutex<BTreeMap<String, Seen>>,
}

/// What a queue carried.
#[derive(Debug, Default)]
struct Seen {
    ids: BTreeSet<String>,
    bodies: VecDeque<String>,
}

/// What keeps the queues from being empty.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HoldUp {
    Empty,
    Busy { queue: String, messages: usize, receives: u64 },
    Dead { queue: String, body: String },
}

impl Queues {
    pub(super) fn new(emulator: Emulator, urls: BTreeMap<String, String>) -> Self {
        Self { emulator, urls, seen: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self, queue: &str) -> Result<&str, DeployedError> {
        self.urls.get(queue).map(String::as_str).ok_or_else(|| DeployedError::NoSuchQueue(queue.to_owned()))
    }

    /// Looks at all queues and remembers their messages.
    async fn look(&self) -> Result<Vec<(String, Vec<Waiting>)>, DeployedError> {
        let queues = self.emulator.queues().await?;
        let mut seen = self.lock();
        for (name, messages) in &queues {
            let seen = seen.entry(name.clone()).or_default();
            for message in messages {
                seen.remember(message);
            }
        }
        Ok(queues)
    }

    /// Puts messages into the queue of a logical id, in order.
    pub(super) async fn send(&self, queue: &str, bodies: &[String]) -> Result<(), DeployedError> {
        self.emulator.send(self.url(queue)?, bodies).await.map(drop)
    }

    /// Waits until no call of a provider is under way and every queue is empty, and stays so.
    pub(super) async fn drain(&self, deliveries: &Deliveries) -> Result<(), DeployedError> {
        let watch = Stopwatch::start();
        let mut empty: Option<Stopwatch> = None;
        loop {
            let begun = deliveries.begun();
            deliveries.settle().await;
            match standing(&self.look().await?) {
                HoldUp::Dead { queue, body } => return Err(DeployedError::Dead { queue, body }),
                HoldUp::Busy { queue, messages, receives } if watch.elapsed() > LIMIT => {
                    return Err(DeployedError::NeverIdle { queue, messages, receives });
                }
                HoldUp::Empty if deliveries.begun() == begun => {
                    if empty.get_or_insert_with(Stopwatch::start).elapsed() > SETTLED {
                        tracing::debug!(took = ?watch.elapsed(), "drained");
                        return Ok(());
                    }
                }
                HoldUp::Empty | HoldUp::Busy { .. } => empty = None,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How the queues stand, each with its dead-letter queue.
    pub(super) async fn states(&self) -> Result<Vec<QueueState>, DeployedError> {
        let queues: BTreeMap<String, Vec<Waiting>> = self.look().await?.into_iter().collect();
        let state = |(id, url): (&String, &String)| {
            let name = queue_name(url);
            let messages = queues.get(name).map(Vec::as_slice).unwrap_or_default();
            QueueState {
                name: id.clone(),
                visible: messages.iter().filter(|message| message.visible).count(),
                in_flight: messages.iter().filter(|message| !message.visible && message.receives > 0).count(),
                delayed: messages.iter().filter(|message| !message.visible && message.receives == 0).count(),
                dlq: queues.get(&format!("{name}{DEAD}")).map(Vec::len),
            }
        };
        Ok(self.urls.iter().map(state).collect())
    }

    /// Sends copies of the messages that the queue carried lately; answers how many.
    pub(super) async fn redeliver(&self, queue: &str) -> Result<usize, DeployedError> {
        let url = self.url(queue)?;
        let bodies: Vec<String> =
            self.lock().get(queue_name(url)).map(|seen| seen.bodies.iter().cloned().collect()).unwrap_or_default();
        if bodies.is_empty() {
            return Err(DeployedError::NothingSeen(queue.to_owned()));
        }
        let ids = self.emulator.send(url, &bodies).await?;
        if let Some(seen) = self.lock().get_mut(queue_name(url)) {
            seen.ids.extend(ids);
        }
        Ok(bodies.len())
    }
}

impl Seen {
    fn remember(&mut self, message: &Waiting) {
        if self.ids.insert(message.id.clone()) {
            self.bodies.push_back(message.body.clone());
            if self.bodies.len() > REMEMBERED {
                self.bodies.pop_front();
            }
        }
    }
}

fn standing(queues: &[(String, Vec<Waiting>)]) -> HoldUp {
    let dead =
        queues.iter().find_map(|(name, messages)| Some((name, messages.first().filter(|_| name.ends_with(DEAD))?)));
    if let Some((queue, message)) = dead {
        return HoldUp::Dead { queue: queue.clone(), body: message.body.clone() };
    }
    match queues.iter().find(|(_, messages)| !messages.is_empty()) {
        Some((queue, messages)) => HoldUp::Busy {
            queue: queue.clone(),
            messages: messages.len(),
            receives: messages.iter().map(|message| message.receives).max().unwrap_or_default(),
        },
        None => HoldUp::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str) -> Waiting {
        Waiting { id: id.to_owned(), body: format!("body of {id}"), visible: true, receives: 3 }
    }

    #[test]
    fn a_dead_letter_is_worse_than_work() {
        let mut queues = vec![("s-work".to_owned(), vec![]), ("s-work-dlq".to_owned(), vec![])];
        assert_eq!(standing(&queues), HoldUp::Empty);
        queues[0].1 = vec![message("1"), message("2")];
        assert_eq!(standing(&queues), HoldUp::Busy { queue: "s-work".to_owned(), messages: 2, receives: 3 });
        queues[1].1 = vec![message("3")];
        assert_eq!(standing(&queues), HoldUp::Dead { queue: "s-work-dlq".to_owned(), body: "body of 3".to_owned() });
    }

    #[test]
    fn a_message_is_remembered_once_and_the_oldest_is_forgotten() {
        let mut seen = Seen::default();
        for _ in 0..2 {
            (0..=REMEMBERED).for_each(|number| seen.remember(&message(&number.to_string())));
        }
        assert_eq!(seen.bodies.len(), REMEMBERED);
        assert_eq!(seen.bodies.front().map(String::as_str), Some("body of 1"));
        assert_eq!(seen.bodies.back().map(String::as_str), Some("body of 100"));
    }
}
