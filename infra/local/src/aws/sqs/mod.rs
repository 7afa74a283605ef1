//! SQS: standard queues with visibility timeouts, receive counts, delays and redrive, on the test clock.
//!
//! Our own rather than winterbaume-sqs 0.2: that one knows only real time (a delay or a visibility timeout could not
//! be moved over by the test clock), leaves messages that became visible again out of the visible count, and keeps
//! every deleted receipt handle for ever.

mod digest;
mod look;
mod moves;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    random,
    template::{ACCOUNT, QueueDef, REGION},
    time::clock::TestClock,
};

pub(crate) use digest::{attributes_md5, body_md5};
pub(crate) use look::Waiting;

/// The largest message body, bytes.
pub(crate) const MAX_BODY_BYTES: usize = 1_048_576;
/// How many processed messages a queue remembers for redelivery.
const REMEMBERED: usize = 500;
/// The longest that a queue keeps a message:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
const LONGEST_RETENTION: SignedDuration = SignedDuration::from_hours(14 * 24);

/// All queues.
#[derive(Debug)]
pub(crate) struct Sqs {
    clock: Arc<TestClock>,
    queues: Mutex<BTreeMap<String, Queue>>,
    moves: Mutex<moves::Moves>,
    arrivals: Notify,
}

#[derive(Debug)]
struct Queue {
    def: QueueDef,
    messages: BTreeMap<u64, Message>,
    next: u64,
    /// What was processed lately, and when it was sent.
    processed: VecDeque<(Timestamp, Sent)>,
}

/// What a sender put into a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    /// The text.
    pub body: String,
    /// Message attributes, in SQS's wire form.
    pub attributes: BTreeMap<String, Value>,
}

#[derive(Clone, Debug)]
struct Message {
    id: String,
    sent: Sent,
    sent_at: Timestamp,
    first_received_at: Option<Timestamp>,
    receive_count: u32,
    visible_at: Timestamp,
    source_arn: Option<String>,
}

/// One message as a receiver sees it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Names the message for good.
    pub message_id: String,
    /// Names this receipt of it.
    pub receipt_handle: String,
    /// The text.
    pub body: String,
    /// MD5 of the text, hex.
    pub body_md5: String,
    /// `ApproximateReceiveCount` and the other system attributes.
    pub system_attributes: BTreeMap<String, String>,
    /// What the sender added.
    pub attributes: BTreeMap<String, Value>,
}

/// The state of one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueState {
    /// Logical id in the template.
    pub name: String,
    /// Messages that a receiver would get now.
    pub visible: usize,
    /// Messages that were received and neither deleted nor given back.
    pub in_flight: usize,
    /// Messages that wait for their delay to pass.
    pub delayed: usize,
    /// Messages in its dead-letter queue, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dlq: Option<usize>,
}

/// Why SQS refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SqsError {
    /// No such queue.
    #[error("The specified queue does not exist.")]
    NoSuchQueue,
    /// No such queue, by its ARN.
    #[error("The resource that you specified for the SourceArn parameter doesn't exist.")]
    NoSuchResource,
    /// Not one of our handles.
    #[error("The input receipt handle is invalid.")]
    InvalidHandle,
    /// The message is not hidden at present.
    #[error("Message is not available for visibility timeout change.")]
    NotInFlight,
    /// A parameter has no acceptable value.
    #[error("{0}")]
    InvalidParameter(String),
}

impl Sqs {
    /// Queues without messages.
    pub(crate) fn new(clock: Arc<TestClock>, defs: &BTreeMap<String, QueueDef>) -> Self {
        let queues = defs.iter().map(|(name, def)| (name.clone(), Queue::new(def.clone()))).collect();
        Self { clock, queues: Mutex::new(queues), moves: Mutex::default(), arrivals: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Empties every queue and forgets what was processed.
    pub(crate) fn clear(&self) {
        for queue in self.lock().values_mut() {
            *queue = Queue::new(queue.def.clone());
        }
    }

    /// Makes a queue that the template does not have; an existing one stays as it is.
    pub(crate) fn create(&self, name: &str, def: QueueDef) {
        self.lock().entry(name.to_owned()).or_insert_with(|| Queue::new(def));
    }

    /// The queues' names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Whether the queue is there.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.lock().contains_key(name)
    }

    /// Puts a message into a queue; answers its id.
    pub(crate) fn send(&self, queue: &str, sent: Sent, delay_seconds: Option<i64>) -> Result<String, SqsError> {
        if sent.body.is_empty() {
            return Err(SqsError::InvalidParameter("The request must contain the parameter MessageBody.".to_owned()));
        }
        if sent.body.len() > MAX_BODY_BYTES {
            let reason = format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {MAX_BODY_BYTES} bytes."
            );
            return Err(SqsError::InvalidParameter(reason));
        }
        let now = self.clock.now();
        let id = random::uuid();
        {
            let mut queues = self.lock();
            let queue = queues.get_mut(queue).ok_or(SqsError::NoSuchQueue)?;
            let delay = delay_seconds.unwrap_or(queue.def.delay_seconds);
            if !(0..=900).contains(&delay) {
                let reason = format!(
                    "Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
                );
                return Err(SqsError::InvalidParameter(reason));
            }
            queue.push(Message {
                id: id.clone(),
                sent,
                sent_at: now,
                first_received_at: None,
                receive_count: 0,
                visible_at: later(now, delay),
                source_arn: None,
            });
        }
        self.arrivals.notify_waiters();
        Ok(id)
    }

    /// Takes up to `limit` visible messages and hides them; one received too often moves to the dead-letter queue.
    pub(crate) fn receive(
        &self,
        queue: &str,
        limit: usize,
        visibility_seconds: Option<i64>,
    ) -> Result<Vec<Received>, SqsError> {
        let now = self.clock.now();
        let mut queues = self.lock();
        let source = queues.get_mut(queue).ok_or(SqsError::NoSuchQueue)?;
        let redrive = source.def.redrive.clone();
        let hidden_until = later(now, visibility_seconds.unwrap_or(source.def.visibility_seconds));
        let (mut received, mut exhausted) = (Vec::new(), Vec::new());
        for (number, message) in &mut source.messages {
            if received.len() >= limit {
                break;
            }
            if message.visible_at > now {
                continue;
            }
            if redrive.as_ref().is_some_and(|redrive| message.receive_count >= redrive.max_receive_count) {
                exhausted.push(*number);
                continue;
            }
            message.receive_count = message.receive_count.saturating_add(1);
            message.first_received_at.get_or_insert(now);
            message.visible_at = hidden_until;
            received.push(message.receipt(*number));
        }
        let dead: Vec<Message> = exhausted.iter().filter_map(|number| source.messages.remove(number)).collect();
        if let Some(target) = redrive.and_then(|redrive| queues.get_mut(&redrive.queue)) {
            for mut message in dead {
                message.visible_at = now;
                message.receive_count = 0;
                message.first_received_at = None;
                message.source_arn = Some(queue_arn(queue));
                target.push(message);
            }
        }
        Ok(received)
    }

    /// Resolves when a message arrives anywhere.
    pub(crate) async fn arrival(&self) {
        self.arrivals.notified().await;
    }

    /// Removes a message for good; removing it again is no error.
    pub(crate) fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), SqsError> {
        let (number, _) = parse_handle(receipt_handle)?;
        let mut queues = self.lock();
        let queue = queues.get_mut(queue).ok_or(SqsError::NoSuchQueue)?;
        if let Some(message) = queue.messages.remove(&number) {
            queue.processed.push_back((message.sent_at, message.sent));
            if queue.processed.len() > REMEMBERED {
                queue.processed.pop_front();
            }
        }
        Ok(())
    }

    /// Shows or hides a received message `seconds` from now.
    pub(crate) fn change_visibility(&self, queue: &str, receipt_handle: &str, seconds: i64) -> Result<(), SqsError> {
        if !(0..=43_200).contains(&seconds) {
            let reason = format!(
                "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200."
            );
            return Err(SqsError::InvalidParameter(reason));
        }
        let (number, _) = parse_handle(receipt_handle)?;
        let now = self.clock.now();
        let mut queues = self.lock();
        let queue = queues.get_mut(queue).ok_or(SqsError::NoSuchQueue)?;
        match queue.messages.get_mut(&number) {
            Some(message) if message.visible_at > now => {
                message.visible_at = later(now, seconds);
                Ok(())
            }
            Some(_) | None => Err(SqsError::NotInFlight),
        }
    }

    /// Shows a received message again at once, unless its receiver chose another time since `hidden_until`.
    pub(crate) fn give_back(&self, queue: &str, receipt_handle: &str) -> Result<(), SqsError> {
        let (number, hidden_until) = parse_handle(receipt_handle)?;
        let now = self.clock.now();
        let mut queues = self.lock();
        let queue = queues.get_mut(queue).ok_or(SqsError::NoSuchQueue)?;
        if let Some(message) = queue.messages.get_mut(&number)
            && message.visible_at.as_nanosecond() == hidden_until
        {
            message.visible_at = now;
        }
        Ok(())
    }

    /// Removes every message.
    pub(crate) fn purge(&self, queue: &str) -> Result<(), SqsError> {
        self.lock().get_mut(queue).ok_or(SqsError::NoSuchQueue).map(|queue| queue.messages.clear())
    }

    /// Sends copies of the messages processed lately, oldest first; answers how many. Those that a queue would not have
    /// kept until now are left out: nothing can deliver them again.
    pub(crate) fn redeliver(&self, queue: &str) -> Result<usize, SqsError> {
        let oldest = self.clock.now().checked_sub(LONGEST_RETENTION).unwrap_or(Timestamp::MIN);
        let copies: Vec<Sent> = {
            let mut queues = self.lock();
            let queue = queues.get_mut(queue).ok_or(SqsError::NoSuchQueue)?;
            let processed = std::mem::take(&mut queue.processed);
            processed.into_iter().filter(|(sent_at, _)| *sent_at >= oldest).map(|(_, sent)| sent).collect()
        };
        let count = copies.len();
        for copy in copies {
            self.send(queue, copy, Some(0))?;
        }
        Ok(count)
    }

    /// Moves the messages of the queue's dead-letter queue back into it; answers how many.
    pub(crate) fn redrive(&self, queue: &str) -> Result<usize, SqsError> {
        let now = self.clock.now();
        let mut queues = self.lock();
        let source = queues.get(queue).ok_or(SqsError::NoSuchQueue)?.def.redrive.clone();
        let Some(dead_queue) = source.and_then(|redrive| queues.get_mut(&redrive.queue)) else {
            return Ok(0);
        };
        let dead = std::mem::take(&mut dead_queue.messages);
        let count = dead.len();
        if let Some(target) = queues.get_mut(queue) {
            for mut message in dead.into_values() {
                message.receive_count = 0;
                message.visible_at = now;
                target.push(message);
            }
        }
        drop(queues);
        self.arrivals.notify_waiters();
        Ok(count)
    }

    /// How every queue stands.
    pub(crate) fn states(&self) -> Vec<QueueState> {
        let now = self.clock.now();
        let queues = self.lock();
        queues
            .iter()
            .map(|(name, queue)| {
                let hidden = |received: bool| {
                    let of_kind =
                        |message: &&Message| message.visible_at > now && (message.receive_count > 0) == received;
                    queue.messages.values().filter(of_kind).count()
                };
                QueueState {
                    name: name.clone(),
                    visible: queue.messages.values().filter(|message| message.visible_at <= now).count(),
                    in_flight: hidden(true),
                    delayed: hidden(false),
                    dlq: queue
                        .def
                        .redrive
                        .as_ref()
                        .map(|redrive| queues.get(&redrive.queue).map_or(0, |dead| dead.messages.len())),
                }
            })
            .collect()
    }

    /// The definition of a queue.
    pub(crate) fn def(&self, queue: &str) -> Option<QueueDef> {
        self.lock().get(queue).map(|queue| queue.def.clone())
    }

    /// When the next hidden message becomes visible.
    pub(crate) fn next_visible(&self) -> Option<Timestamp> {
        let now = self.clock.now();
        self.lock()
            .values()
            .flat_map(|queue| queue.messages.values().map(|message| message.visible_at))
            .filter(|at| *at > now)
            .min()
    }
}

impl Queue {
    fn new(def: QueueDef) -> Self {
        Self { def, messages: BTreeMap::new(), next: 0, processed: VecDeque::new() }
    }

    fn push(&mut self, message: Message) {
        self.messages.insert(self.next, message);
        self.next = self.next.saturating_add(1);
    }
}

impl Message {
    fn receipt(&self, number: u64) -> Received {
        let mut system_attributes = BTreeMap::from([
            ("ApproximateReceiveCount".to_owned(), self.receive_count.to_string()),
            ("SentTimestamp".to_owned(), self.sent_at.as_millisecond().to_string()),
            ("SenderId".to_owned(), "AIDALOCALLOCALLOCAL00".to_owned()),
        ]);
        if let Some(first) = self.first_received_at {
            system_attributes.insert("ApproximateFirstReceiveTimestamp".to_owned(), first.as_millisecond().to_string());
        }
        if let Some(arn) = &self.source_arn {
            system_attributes.insert("DeadLetterQueueSourceArn".to_owned(), arn.clone());
        }
        let handle = format!("{number}:{}:{}", self.visible_at.as_nanosecond(), self.id);
        Received {
            message_id: self.id.clone(),
            receipt_handle: URL_SAFE_NO_PAD.encode(handle),
            body: self.sent.body.clone(),
            body_md5: body_md5(&self.sent.body),
            system_attributes,
            attributes: self.sent.attributes.clone(),
        }
    }
}

/// The number of the message in its queue, and until when this receipt hid it.
fn parse_handle(handle: &str) -> Result<(u64, i128), SqsError> {
    let text = URL_SAFE_NO_PAD.decode(handle).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let mut parts = text.as_deref().unwrap_or_default().split(':');
    match (parts.next().and_then(|part| part.parse().ok()), parts.next().and_then(|part| part.parse().ok())) {
        (Some(number), Some(hidden_until)) => Ok((number, hidden_until)),
        _ => Err(SqsError::InvalidHandle),
    }
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// The ARN of a queue.
pub(crate) fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

#[cfg(test)]
mod tests;
