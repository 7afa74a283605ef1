//! Moves of dead letters back to the queues that they came from: done at once, and remembered as SQS tells of them.
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>

use std::collections::BTreeMap;

use super::{Message, Sqs, SqsError, queue_arn};
use crate::random;

/// How many moves of a queue are told of.
const REMEMBERED: usize = 10;

/// A move that was done.
#[derive(Clone, Debug)]
pub(crate) struct MessageMove {
    /// How many messages were moved.
    pub(crate) moved: usize,
    /// When, in milliseconds since 1970.
    pub(crate) started_millis: i64,
}

/// The moves by queue, the newest first.
pub(super) type Moves = BTreeMap<String, Vec<MessageMove>>;

impl Sqs {
    /// Moves every message of a dead-letter queue to the queue that gave it up; answers a handle for the move. What no queue gave up
    /// stays.
    pub(crate) fn start_move(&self, source_arn: &str) -> Result<String, SqsError> {
        let name = self.dead_letter_queue(source_arn)?;
        let now = self.clock.now();
        let mut queues = self.lock();
        let messages = queues.get_mut(&name).map(|queue| std::mem::take(&mut queue.messages)).unwrap_or_default();
        let mut moved = 0;
        for message in messages.into_values() {
            let target = message.source_arn.as_deref().and_then(|arn| arn.rsplit(':').next()).map(str::to_owned);
            let target = target.filter(|target| queues.contains_key(target));
            let is_moved = target.is_some();
            let Some(queue) = queues.get_mut(target.as_ref().unwrap_or(&name)) else { continue };
            if is_moved {
                moved += 1;
                queue.push(Message {
                    receive_count: 0,
                    first_received_at: None,
                    visible_at: now,
                    source_arn: None,
                    ..message
                });
            } else {
                queue.push(message);
            }
        }
        drop(queues);
        let mut moves = self.moves.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let of_queue = moves.entry(name).or_default();
        of_queue.insert(0, MessageMove { moved, started_millis: now.as_millisecond() });
        of_queue.truncate(REMEMBERED);
        drop(moves);
        self.arrivals.notify_waiters();
        Ok(random::uuid())
    }

    /// The moves of a dead-letter queue, the newest first.
    pub(crate) fn moves(&self, source_arn: &str) -> Result<Vec<MessageMove>, SqsError> {
        let name = self.dead_letter_queue(source_arn)?;
        let moves = self.moves.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(moves.get(&name).cloned().unwrap_or_default())
    }

    /// The queue of an ARN, if other queues give up their messages into it.
    fn dead_letter_queue(&self, arn: &str) -> Result<String, SqsError> {
        let name = arn.rsplit(':').next().unwrap_or_default();
        let queues = self.lock();
        if !queues.contains_key(name) || arn != queue_arn(name) {
            return Err(SqsError::NoSuchResource);
        }
        let is_target = |queue: &super::Queue| queue.def.redrive.as_ref().is_some_and(|redrive| redrive.queue == name);
        if queues.values().any(is_target) {
            Ok(name.to_owned())
        } else {
            Err(SqsError::InvalidParameter("Source queue must be configured as a Dead Letter Queue.".to_owned()))
        }
    }
}
