//! Dead letters: what the queues gave up, to be looked at, sent again and deleted.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::{
        ChangeMessageVisibilityBatchRequestEntry, Message, MessageSystemAttributeName as Attribute, QueueAttributeName,
    },
};
use kernel::Timestamp;

use crate::PortError;

/// All queues of dead letters, as the templates call them without the deployment and `-dlq`, in order; a test holds them to that.
pub const DEAD_LETTER_QUEUES: [&str; 29] = [
    "ai-run-work",
    "analytics",
    "auditor",
    "billing-cycles",
    "billing-work",
    "catalog-work",
    "critical-messages",
    "delivery",
    "documents",
    "file-work",
    "high-messages",
    "low-messages",
    "mail-reports",
    "medium-messages",
    "meter",
    "notifications",
    "order-work",
    "payment-work",
    "recommendation-work",
    "relay",
    "sales-work",
    "search-work",
    "shipping-work",
    "stock-work",
    "tenant-data",
    "tenant-work",
    "urgent-notifications",
    "webhook-deliveries",
    "webhook-events",
];

/// A queue of dead letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeadLetterQueue {
    /// What it is called, without the deployment and the ending: `billing-work`.
    pub name: String,
    /// Where it is.
    pub url: String,
}

/// How many letters there are, about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeadLetterDepth {
    /// That anybody can take.
    pub waiting: u64,
    /// That somebody took and has not given back.
    pub taken: u64,
}

/// A letter that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it for good.
    pub id: String,
    /// Names this taking of it.
    pub receipt: String,
    /// What stands in it: ids, and more than may be shown.
    pub body: String,
    /// When it was first sent.
    pub sent_at: Option<Timestamp>,
    /// How often it was taken from here.
    pub takes: u32,
    /// The queue that gave it up, by its own name; none for what no queue gave up.
    pub source: Option<String>,
}

/// A move of all letters of a queue back to where they came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterMove {
    /// How it stands: `RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`.
    pub status: String,
    /// How many were moved, about.
    pub moved: u64,
    /// How many there were when it began, where that is known.
    pub to_move: Option<u64>,
    /// When it began.
    pub started_at: Timestamp,
}

/// What became of the wish to move all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveStart {
    /// It began.
    Begun,
    /// No queue gave these letters up: there is nowhere to move them.
    Nowhere,
}

/// The queues of dead letters.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// All of the deployment, by name.
    async fn queues(&self) -> Result<Vec<DeadLetterQueue>, PortError>;

    /// How many letters are in one.
    async fn depth(&self, queue: &DeadLetterQueue) -> Result<DeadLetterDepth, PortError>;

    /// Takes up to ten letters, which nobody else gets for so long; fewer where the queue is spread out, and none at its end.
    async fn take(&self, queue: &DeadLetterQueue, hidden: Duration) -> Result<Vec<DeadLetter>, PortError>;

    /// Gives letters back at once; those whose time was over are there already.
    async fn give_back(&self, queue: &DeadLetterQueue, letters: &[DeadLetter]) -> Result<(), PortError>;

    /// Sends a letter to the queue that gave it up, which may have it twice then; it stays here until it is deleted.
    async fn send_again(&self, queue: &DeadLetterQueue, letter: &DeadLetter) -> Result<MoveStart, PortError>;

    /// Deletes a letter that was taken.
    async fn delete(&self, queue: &DeadLetterQueue, letter: &DeadLetter) -> Result<(), PortError>;

    /// Begins to move all back to where they came from.
    async fn move_all(&self, queue: &DeadLetterQueue) -> Result<MoveStart, PortError>;

    /// The move of a queue that began last, if there was one.
    async fn last_move(&self, queue: &DeadLetterQueue) -> Result<Option<DeadLetterMove>, PortError>;
}

/// SQS.
#[derive(Clone, Debug)]
pub struct SqsDeadLetters {
    client: Client,
    urls: BTreeMap<String, String>,
}

const SERVICE: &str = "the queue of dead letters";
/// SQS gives out at most ten messages a call.
const TAKEN_AT_ONCE: i32 = 10;

impl SqsDeadLetters {
    /// Those at these URLs, by name.
    pub const fn new(client: Client, urls: BTreeMap<String, String>) -> Self {
        Self { client, urls }
    }

    async fn arn(&self, queue: &DeadLetterQueue) -> Result<String, PortError> {
        let asked = self.client.get_queue_attributes().queue_url(&queue.url);
        let found = asked.attribute_names(QueueAttributeName::QueueArn).send().await.map_err(unavailable)?;
        let arn = found.attributes().and_then(|all| all.get(&QueueAttributeName::QueueArn)).cloned();
        arn.ok_or_else(|| PortError::unavailable(SERVICE, "the queue did not say its name"))
    }
}

fn unavailable(error: impl std::error::Error) -> PortError {
    PortError::unavailable(SERVICE, DisplayErrorContext(error))
}

fn letter(message: Message) -> Option<DeadLetter> {
    let of = |name: &Attribute| message.attributes().and_then(|all| all.get(name)).map(String::as_str);
    let sent_at = of(&Attribute::SentTimestamp).and_then(|millis| millis.parse().ok());
    Some(DeadLetter {
        sent_at: sent_at.and_then(|millis| Timestamp::from_millis(millis).ok()),
        takes: of(&Attribute::ApproximateReceiveCount).and_then(|count| count.parse().ok()).unwrap_or(1),
        source: of(&Attribute::DeadLetterQueueSourceArn).and_then(|arn| arn.rsplit(':').next()).map(str::to_owned),
        id: message.message_id?,
        receipt: message.receipt_handle?,
        body: message.body.unwrap_or_default(),
    })
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn queues(&self) -> Result<Vec<DeadLetterQueue>, PortError> {
        if self.urls.is_empty() {
            return Err(PortError::unset(SERVICE, "RUKO_QUEUE_URL_PREFIX"));
        }
        let queue = |(name, url): (&String, &String)| DeadLetterQueue { name: name.clone(), url: url.clone() };
        Ok(self.urls.iter().map(queue).collect())
    }

    async fn depth(&self, queue: &DeadLetterQueue) -> Result<DeadLetterDepth, PortError> {
        let (waiting, taken) = (
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        );
        let asked = self.client.get_queue_attributes().queue_url(&queue.url);
        let asked = asked.attribute_names(waiting.clone()).attribute_names(taken.clone());
        let found = asked.send().await.map_err(unavailable)?;
        let count = |name| found.attributes().and_then(|all| all.get(name)?.parse().ok()).unwrap_or(0);
        Ok(DeadLetterDepth { waiting: count(&waiting), taken: count(&taken) })
    }

    async fn take(&self, queue: &DeadLetterQueue, hidden: Duration) -> Result<Vec<DeadLetter>, PortError> {
        let seconds = i32::try_from(hidden.as_secs()).map_err(|error| PortError::refused(SERVICE, error))?;
        let asked = self.client.receive_message().queue_url(&queue.url).max_number_of_messages(TAKEN_AT_ONCE);
        let asked = asked.visibility_timeout(seconds).message_system_attribute_names(Attribute::All);
        let taken = asked.send().await.map_err(unavailable)?;
        Ok(taken.messages.unwrap_or_default().into_iter().filter_map(letter).collect())
    }

    async fn give_back(&self, queue: &DeadLetterQueue, letters: &[DeadLetter]) -> Result<(), PortError> {
        for some in letters.chunks(usize::try_from(TAKEN_AT_ONCE).unwrap_or(1)) {
            let entries = some.iter().enumerate().map(|(index, letter)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(index.to_string());
                entry.receipt_handle(&letter.receipt).visibility_timeout(0).build()
            });
            let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| PortError::refused(SERVICE, error))?;
            let change = self.client.change_message_visibility_batch().queue_url(&queue.url);
            change.set_entries(Some(entries)).send().await.map_err(unavailable)?;
        }
        Ok(())
    }

    async fn send_again(&self, queue: &DeadLetterQueue, letter: &DeadLetter) -> Result<MoveStart, PortError> {
        // The queues of an account are beside one another.
        let beside = queue.url.rsplit_once('/').map(|(account, _)| account);
        let Some((account, source)) = beside.zip(letter.source.as_deref()) else { return Ok(MoveStart::Nowhere) };
        let send = self.client.send_message().queue_url(format!("{account}/{source}")).message_body(&letter.body);
        send.send().await.map_err(unavailable)?;
        Ok(MoveStart::Begun)
    }

    async fn delete(&self, queue: &DeadLetterQueue, letter: &DeadLetter) -> Result<(), PortError> {
        let delete = self.client.delete_message().queue_url(&queue.url).receipt_handle(&letter.receipt);
        delete.send().await.map(drop).map_err(unavailable)
    }

    async fn move_all(&self, queue: &DeadLetterQueue) -> Result<MoveStart, PortError> {
        let arn = self.arn(queue).await?;
        match self.client.start_message_move_task().source_arn(arn).send().await {
            Ok(_) => Ok(MoveStart::Begun),
            // SQS moves only what one of its queues gave up.
            Err(error) if error.code().is_some_and(is_nowhere) => Ok(MoveStart::Nowhere),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn last_move(&self, queue: &DeadLetterQueue) -> Result<Option<DeadLetterMove>, PortError> {
        let arn = self.arn(queue).await?;
        let found = match self.client.list_message_move_tasks().source_arn(arn).max_results(1).send().await {
            Ok(found) => found,
            Err(error) if error.code().is_some_and(is_nowhere) => return Ok(None),
            Err(error) => return Err(unavailable(error)),
        };
        let last = found.results().first().and_then(|task| {
            Some(DeadLetterMove {
                status: task.status()?.to_owned(),
                moved: u64::try_from(task.approximate_number_of_messages_moved()).unwrap_or(0),
                to_move: task.approximate_number_of_messages_to_move().and_then(|many| u64::try_from(many).ok()),
                started_at: Timestamp::from_millis(task.started_timestamp()).ok()?,
            })
        });
        Ok(last)
    }
}

/// Whether SQS says so of a queue into which no other gives up its messages.
fn is_nowhere(code: &str) -> bool {
    let code = code.rsplit(['.', '#']).next().unwrap_or(code);
    matches!(code, "InvalidParameterValue" | "UnsupportedOperation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nowhere_is_what_sqs_says_of_letters_that_no_queue_gave_up() {
        assert!(is_nowhere("AWS.SimpleQueueService.UnsupportedOperation") && is_nowhere("InvalidParameterValue"));
        assert!(!is_nowhere("RequestThrottled") && !is_nowhere("AccessDenied"));
        assert!(DEAD_LETTER_QUEUES.is_sorted());
    }
}
