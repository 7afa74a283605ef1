//! What lies in a queue, for people to look at: nothing is received by it.

use jiff::Timestamp;

use super::{Sqs, SqsError};

/// A message in a queue.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Names the message for good.
    pub(crate) id: String,
    /// The text.
    pub(crate) body: String,
    /// When it was sent.
    pub(crate) sent_at: Timestamp,
    /// How often it was received from this queue.
    pub(crate) received: u32,
    /// When a receiver can get it.
    pub(crate) visible_at: Timestamp,
    /// The queue that it was dead in.
    pub(crate) came_from: Option<String>,
}

impl Sqs {
    /// The messages of a queue, oldest first.
    pub(crate) fn look(&self, queue: &str) -> Result<Vec<Waiting>, SqsError> {
        let queues = self.lock();
        let queue = queues.get(queue).ok_or(SqsError::NoSuchQueue)?;
        let seen = queue.messages.values().map(|message| Waiting {
            id: message.id.clone(),
            body: message.sent.body.clone(),
            sent_at: message.sent_at,
            received: message.receive_count,
            visible_at: message.visible_at,
            came_from: message.source_arn.as_deref().and_then(|arn| arn.rsplit(':').next()).map(str::to_owned),
        });
        Ok(seen.collect())
    }
}
