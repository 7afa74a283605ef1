//! Sending work to SQS queues.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use serde_json::Value;

use crate::{PortError, Queue, config::QueueUrls};

/// Sends messages, each at least once.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Sends all messages; on an error some may have been sent, so their handlers must bear duplicates.
    async fn send(&self, queue: Queue, messages: &[Value]) -> Result<(), PortError>;

    /// Sends a message that is given out after this long, of which a quarter of an hour is the most.
    async fn send_later(&self, queue: Queue, message: &Value, after: Duration) -> Result<(), PortError>;

    /// Has a message that was received come again after this long, of which twelve hours are the most, unless it is
    /// deleted before.
    async fn postpone(&self, queue: Queue, receipt: &str, after: Duration) -> Result<(), PortError>;
}

/// SQS.
#[derive(Clone, Debug)]
pub struct Sqs {
    client: Client,
    urls: QueueUrls,
}

/// SQS takes at most ten messages a call.
const BATCH: usize = 10;
/// SQS hides a message for twelve hours at most, since it was received; the rest is for the function that received it.
const LONGEST: Duration = Duration::from_mins(12 * 60 - 1);
/// SQS keeps a new message back for a quarter of an hour at most.
const LONGEST_DELAY: Duration = Duration::from_mins(15);
const SERVICE: &str = "the queue";

impl Sqs {
    /// The queues at these URLs.
    pub const fn new(client: Client, urls: QueueUrls) -> Self {
        Self { client, urls }
    }

    fn url(&self, queue: Queue) -> Result<&str, PortError> {
        self.urls.get(queue).ok_or_else(|| PortError::unset(SERVICE, &queue.variable()))
    }
}

#[async_trait]
impl Queues for Sqs {
    async fn send(&self, queue: Queue, messages: &[Value]) -> Result<(), PortError> {
        let url = self.url(queue)?;
        let batches = messages.chunks(BATCH).map(|batch| async move {
            let entries = batch.iter().enumerate().map(|(index, message)| {
                SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(message.to_string()).build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| PortError::refused(SERVICE, error))?;
            let sent = self.client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
            let sent =
                sent.map_err(|error| PortError::unavailable(SERVICE, aws_sdk_sqs::error::DisplayErrorContext(error)))?;
            match sent.failed().first() {
                None => Ok(()),
                Some(failed) => {
                    Err(PortError::unavailable(SERVICE, failed.message().unwrap_or("a message was not taken")))
                }
            }
        });
        futures::future::try_join_all(batches).await.map(drop)
    }

    async fn send_later(&self, queue: Queue, message: &Value, after: Duration) -> Result<(), PortError> {
        // Rather a second too late than one too early.
        let seconds = after.saturating_add(Duration::from_millis(999)).min(LONGEST_DELAY).as_secs();
        let send = self.client.send_message().queue_url(self.url(queue)?).message_body(message.to_string());
        let seconds = i32::try_from(seconds).map_err(|error| PortError::refused(SERVICE, error))?;
        let sent = send.delay_seconds(seconds).send().await;
        sent.map(drop).map_err(|error| PortError::unavailable(SERVICE, aws_sdk_sqs::error::DisplayErrorContext(error)))
    }

    async fn postpone(&self, queue: Queue, receipt: &str, after: Duration) -> Result<(), PortError> {
        let seconds = i32::try_from(after.min(LONGEST).as_secs());
        let seconds = seconds.map_err(|error| PortError::refused(SERVICE, error))?;
        let change = self.client.change_message_visibility().queue_url(self.url(queue)?).receipt_handle(receipt);
        let changed = change.visibility_timeout(seconds).send().await;
        changed
            .map(drop)
            .map_err(|error| PortError::unavailable(SERVICE, aws_sdk_sqs::error::DisplayErrorContext(error)))
    }
}
