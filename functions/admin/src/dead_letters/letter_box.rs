//! One queue of dead letters: found by its name, and what is in it taken out for a moment.

use std::time::Duration;

use cloud::{DeadLetter, DeadLetterQueue, PortError};
use web::{Api, Problem};

use crate::dead_letters::names::{DeadLetterId, DeadLetterQueueName};

/// How often ten letters at most are taken; SQS may give fewer than there are.
const ROUNDS: usize = 20;
/// How many letters are looked at.
pub(crate) const LOOKED_AT: usize = 100;
/// How long letters are hidden from others meanwhile: longer than a call may take.
const HIDDEN: Duration = Duration::from_secs(40);

/// The queue of a path.
///
/// # Errors
/// Not found, or that the queues do not answer.
pub(crate) async fn queue_named(api: &Api, name: &DeadLetterQueueName) -> Result<DeadLetterQueue, Problem> {
    let queues = api.ports().dead_letters.queues().await?;
    queues.into_iter().find(|queue| queue.name == name.as_str()).ok_or_else(Problem::not_found)
}

/// Up to a hundred letters, which nobody else gets until they are given back.
///
/// # Errors
/// That the queue does not answer.
pub(crate) async fn take_some(api: &Api, queue: &DeadLetterQueue) -> Result<Vec<DeadLetter>, PortError> {
    let mut taken: Vec<DeadLetter> = Vec::new();
    for _ in 0..ROUNDS {
        let more = api.ports().dead_letters.take(queue, HIDDEN).await?;
        if more.is_empty() {
            break;
        }
        taken.extend(more);
        if taken.len() >= LOOKED_AT {
            break;
        }
    }
    Ok(taken)
}

/// Those of up to a hundred letters that are named; the others are given back.
///
/// # Errors
/// That the queue does not answer.
pub(crate) async fn take_named(
    api: &Api,
    queue: &DeadLetterQueue,
    ids: &[DeadLetterId],
) -> Result<Vec<DeadLetter>, PortError> {
    let taken = take_some(api, queue).await?;
    let is_named = |letter: &DeadLetter| ids.iter().any(|id| id.as_str() == letter.id);
    let (named, others): (Vec<DeadLetter>, Vec<DeadLetter>) = taken.into_iter().partition(is_named);
    api.ports().dead_letters.give_back(queue, &others).await?;
    Ok(named)
}
