//! Dead letters in memory.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use cloud::{DeadLetter, DeadLetterDepth, DeadLetterMove, DeadLetterQueue, DeadLetters, MoveStart, PortError};
use kernel::Timestamp;

/// Queues of dead letters, and what was sent again.
#[derive(Debug, Default)]
pub struct DeadLetterOffice {
    queues: Mutex<BTreeMap<String, Vec<Held>>>,
    sent_again: Mutex<Vec<(String, String)>>,
    moves: Mutex<BTreeMap<String, DeadLetterMove>>,
}

#[derive(Clone, Debug)]
struct Held {
    letter: DeadLetter,
    is_taken: bool,
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl DeadLetterOffice {
    /// A letter that lies in a queue; `source` is the queue that gave it up, if one did.
    pub fn put(&self, queue: &str, id: &str, body: &str, source: Option<&str>) {
        let letter = DeadLetter {
            id: id.to_owned(),
            receipt: format!("receipt of {id}"),
            body: body.to_owned(),
            sent_at: "2026-11-21T00:00:00Z".parse::<Timestamp>().ok(),
            takes: 0,
            source: source.map(str::to_owned),
        };
        lock(&self.queues).entry(queue.to_owned()).or_default().push(Held { letter, is_taken: false });
    }

    /// An empty queue.
    pub fn open(&self, queue: &str) {
        lock(&self.queues).entry(queue.to_owned()).or_default();
    }

    /// What was sent again: to which queue, and which body.
    pub fn sent_again(&self) -> Vec<(String, String)> {
        lock(&self.sent_again).clone()
    }

    /// The ids of the letters of a queue, and whether somebody holds each.
    pub fn left(&self, queue: &str) -> Vec<(String, bool)> {
        let queues = lock(&self.queues);
        let held = queues.get(queue).into_iter().flatten();
        held.map(|held| (held.letter.id.clone(), held.is_taken)).collect()
    }

    /// A move of the queue that goes on.
    pub fn moving(&self, queue: &str, since: Timestamp) {
        let going = DeadLetterMove { status: "RUNNING".to_owned(), moved: 1, to_move: Some(3), started_at: since };
        lock(&self.moves).insert(queue.to_owned(), going);
    }
}

#[async_trait]
impl DeadLetters for DeadLetterOffice {
    async fn queues(&self) -> Result<Vec<DeadLetterQueue>, PortError> {
        let names = lock(&self.queues).keys().cloned().collect::<Vec<_>>();
        Ok(names.into_iter().map(|name| DeadLetterQueue { url: format!("memory:{name}"), name }).collect())
    }

    async fn depth(&self, queue: &DeadLetterQueue) -> Result<DeadLetterDepth, PortError> {
        let queues = lock(&self.queues);
        let all = queues.get(&queue.name).map(Vec::as_slice).unwrap_or_default();
        let taken = u64::try_from(all.iter().filter(|held| held.is_taken).count()).unwrap_or(0);
        Ok(DeadLetterDepth { waiting: u64::try_from(all.len()).unwrap_or(0) - taken, taken })
    }

    async fn take(&self, queue: &DeadLetterQueue, _hidden: Duration) -> Result<Vec<DeadLetter>, PortError> {
        let mut queues = lock(&self.queues);
        let free = queues.get_mut(&queue.name).into_iter().flatten().filter(|held| !held.is_taken).take(10);
        let taken = free.map(|held| {
            held.is_taken = true;
            held.letter.takes += 1;
            held.letter.clone()
        });
        Ok(taken.collect())
    }

    async fn give_back(&self, queue: &DeadLetterQueue, letters: &[DeadLetter]) -> Result<(), PortError> {
        let mut queues = lock(&self.queues);
        for held in queues.get_mut(&queue.name).into_iter().flatten() {
            held.is_taken &= !letters.iter().any(|letter| letter.id == held.letter.id);
        }
        Ok(())
    }

    async fn send_again(&self, _queue: &DeadLetterQueue, letter: &DeadLetter) -> Result<MoveStart, PortError> {
        let Some(source) = &letter.source else { return Ok(MoveStart::Nowhere) };
        lock(&self.sent_again).push((source.clone(), letter.body.clone()));
        Ok(MoveStart::Begun)
    }

    async fn delete(&self, queue: &DeadLetterQueue, letter: &DeadLetter) -> Result<(), PortError> {
        let mut queues = lock(&self.queues);
        if let Some(held) = queues.get_mut(&queue.name) {
            held.retain(|held| held.letter.id != letter.id);
        }
        Ok(())
    }

    async fn move_all(&self, queue: &DeadLetterQueue) -> Result<MoveStart, PortError> {
        let mut queues = lock(&self.queues);
        let held = queues.get_mut(&queue.name).map(std::mem::take).unwrap_or_default();
        if held.iter().all(|held| held.letter.source.is_none()) {
            queues.insert(queue.name.clone(), held);
            return Ok(MoveStart::Nowhere);
        }
        for Held { letter, .. } in held {
            lock(&self.sent_again).push((letter.source.unwrap_or_default(), letter.body));
        }
        Ok(MoveStart::Begun)
    }

    async fn last_move(&self, queue: &DeadLetterQueue) -> Result<Option<DeadLetterMove>, PortError> {
        Ok(lock(&self.moves).get(&queue.name).cloned())
    }
}
