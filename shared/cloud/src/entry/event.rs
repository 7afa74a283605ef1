//! Entry points for queues and streams: run a batch, report the items that failed, and only those come again; and for
//! logs, whose lines come again all together.

use std::{future::Future, io::Read, sync::Arc, time::Duration};

use aws_lambda_events::{dynamodb, sqs};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use events::Consumer;
use flate2::read::GzDecoder;
use futures::future::join_all;
use kernel::RequestId;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use table::{TableError, agenda::Due, outbox::Event};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::{Ctx, EventError, Function, Queue, telemetry};

/// What EventBridge wraps an event of ours in when it sends it to a queue.
#[derive(Debug, Deserialize)]
pub struct BusEnvelope {
    /// The event.
    pub detail: Event,
}

tokio::task_local! {
    /// When the invocation that this task runs is cut off.
    static DEADLINE: Instant;
}

/// How much of an invocation's time is kept for its answer.
const FOR_THE_ANSWER: Duration = Duration::from_secs(1);

/// Runs an invocation that is cut off after `time_left`. Outside of this a function takes as long as it likes.
pub async fn within<F: Future>(time_left: Duration, invocation: F) -> F::Output {
    DEADLINE.scope(Instant::now() + time_left, invocation).await
}

/// Why a message is to come again at a time of its own, rather than after its queue's timeout.
#[derive(Debug, thiserror::Error)]
#[error("{reason}; again in {} s", after.as_secs())]
pub struct ComeAgain {
    /// Where it came from.
    pub queue: Queue,
    /// After how long.
    pub after: Duration,
    /// Why.
    pub reason: String,
}

/// A function that is woken by a queue: `handle` gets one message's JSON at a time. A message whose handler fails, that
/// cannot be read, or that is not done a second before the invocation is cut off, is reported back and comes again until
/// the queue gives it to its dead-letter queue. Its handler is dropped where it waits, as if its process had died.
pub fn queue<M, F, Fut, E>(ctx: Ctx, handle: F) -> Function
where
    M: DeserializeOwned + Send,
    F: Fn(Ctx, M) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send,
    E: Into<EventError>,
{
    counted(ctx, move |ctx, message, _receives| handle(ctx, message))
}

/// As [`queue`]; `handle` also gets how often the queue gave the message out, with this time: once when it is new, or comes
/// out of the dead-letter queue. Its error may be a [`ComeAgain`].
pub fn counted<M, F, Fut, E>(ctx: Ctx, handle: F) -> Function
where
    M: DeserializeOwned + Send,
    F: Fn(Ctx, M, u32) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send,
    E: Into<EventError>,
{
    Function::Event(Arc::new(move |event| {
        let (ctx, handle) = (ctx.clone(), handle.clone());
        Box::pin(async move {
            follow_clock(&ctx).await;
            let batch: sqs::SqsEvent = serde_json::from_value(event)?;
            let end = DEADLINE.try_with(|deadline| deadline.checked_sub(FOR_THE_ANSWER)).ok().flatten();
            let total = batch.records.len();
            let runs = batch.records.into_iter().map(|record| {
                let id = record.message_id.unwrap_or_default();
                let span =
                    tracing::info_span!("message", message.id = %id, request.id = %RequestId::new(ctx.new_ulid()));
                let receives = record.attributes.get("ApproximateReceiveCount");
                let receives = receives.and_then(|count| count.parse().ok()).unwrap_or(1);
                let receipt = record.receipt_handle.unwrap_or_default();
                let (handle, of_handle) = (handle.clone(), ctx.clone());
                let run = async move {
                    match serde_json::from_str::<M>(record.body.as_deref().unwrap_or_default()) {
                        Ok(message) => handle(of_handle, message, receives).await.map_err(Into::into),
                        Err(error) => Err(error.into()),
                    }
                };
                let ctx = ctx.clone();
                async move {
                    let outcome: Result<(), EventError> = match end {
                        Some(end) => timeout_at(end, run).await.unwrap_or_else(|late| Err(late.into())),
                        None => run.await,
                    };
                    let error = outcome.err()?;
                    if let Some(again) = error.downcast_ref::<ComeAgain>() {
                        postpone(&ctx, again, &receipt).await;
                    } else {
                        tracing::error!(error = %telemetry::chain(error.as_ref()), "a message failed");
                    }
                    Some(id)
                }
                .instrument(span)
            });
            let failed: Vec<String> = join_all(runs).await.into_iter().flatten().collect();
            if !failed.is_empty() {
                tracing::warn!(failed = failed.len(), total, "messages of the batch come again");
            }
            Ok(failures(failed))
        })
    }))
}

/// When that fails, the message comes again after its queue's timeout.
async fn postpone(ctx: &Ctx, again: &ComeAgain, receipt: &str) {
    tracing::warn!(error = %again, "a message comes again");
    if let Err(error) = ctx.ports().queues.postpone(again.queue, receipt, again.after).await {
        tracing::warn!(%error, "a message cannot be postponed");
    }
}

/// A function that is woken by a queue of events and does with each what its consumer says.
pub fn consumer(ctx: Ctx, consumer: Consumer<Ctx>) -> Function {
    queue(ctx, move |ctx, BusEnvelope { detail }| {
        let consumer = consumer.clone();
        async move { consumer.take(ctx, detail).await }
    })
}

/// What a queue brings that both the agenda and the bus fill.
#[derive(Deserialize)]
#[serde(untagged)]
enum Work {
    /// From the agenda.
    Due(Due),
    /// From the bus.
    Told(BusEnvelope),
}

/// A function that is woken by a queue that the bus and the agenda fill: it does with each event what its consumer says, and
/// with what is due what `do_due` says.
pub fn work<F, Fut, E>(ctx: Ctx, consumer: Consumer<Ctx>, do_due: F) -> Function
where
    F: Fn(Ctx, Due) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send,
    E: Into<EventError>,
{
    queue(ctx, move |ctx, work| {
        let (consumer, do_due) = (consumer.clone(), do_due.clone());
        async move {
            match work {
                Work::Due(due) => do_due(ctx, due).await.map_err(Into::into),
                Work::Told(BusEnvelope { detail }) => consumer.take(ctx, detail).await,
            }
        }
    })
}

/// A function that is woken by the table's stream: `handle` gets the new images of the batch in order and answers how
/// many from the front are done. The stream goes on behind them; the rest comes again. An image that cannot be read ends the
/// batch in front of it.
pub fn stream<F, Fut>(ctx: Ctx, handle: F) -> Function
where
    F: Fn(Ctx, Vec<Value>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<usize, EventError>> + Send,
{
    Function::Event(Arc::new(move |event| {
        let (ctx, handle) = (ctx.clone(), handle.clone());
        Box::pin(async move {
            follow_clock(&ctx).await;
            let batch: dynamodb::Event = serde_json::from_value(event)?;
            let sequence_of =
                |record: &dynamodb::EventRecord| record.change.sequence_number.clone().unwrap_or_default();
            let sequences: Vec<String> = batch.records.iter().map(sequence_of).collect();
            let (mut images, mut unreadable): (Vec<Value>, Option<TableError>) = (Vec::new(), None);
            for record in batch.records {
                match table::from_image(record.change.new_image) {
                    Ok(image) => images.push(image),
                    Err(error) => {
                        tracing::error!(%error, done = images.len(), "an image of the stream cannot be read");
                        unreadable = Some(error);
                        break;
                    }
                }
            }
            if let (true, Some(error)) = (images.is_empty(), unreadable) {
                return Err(error.into());
            }
            let done = handle(ctx, images).await?;
            Ok(failures(sequences.into_iter().nth(done).into_iter().collect()))
        })
    }))
}

/// A function that is woken by a schedule: `handle` gets nothing, since whatever is due at the present is to be done. An
/// invocation that fails is retried as the template says.
pub fn schedule<F, Fut, E>(ctx: Ctx, handle: F) -> Function
where
    F: Fn(Ctx) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), E>> + Send,
    E: Into<EventError>,
{
    Function::Event(Arc::new(move |_event| {
        let (ctx, handle) = (ctx.clone(), handle.clone());
        Box::pin(async move {
            follow_clock(&ctx).await;
            handle(ctx).await.map(|()| Value::Null).map_err(Into::into)
        })
    }))
}

/// A function that also does a task that an operator invokes it with, as `{"<name>": …}`: `handle` gets what stands under
/// the name. Every other event goes to `otherwise`.
pub fn by_hand<T, F, Fut>(ctx: Ctx, name: &'static str, handle: F, otherwise: Function) -> Function
where
    T: DeserializeOwned + Send,
    F: Fn(Ctx, T) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Value, EventError>> + Send,
{
    let woken = match otherwise {
        Function::Event(woken) => woken,
        http @ Function::Http(_) => return http,
    };
    Function::Event(Arc::new(move |mut event| {
        let Some(task) = event.get_mut(name).map(Value::take) else { return woken(event) };
        let (ctx, handle) = (ctx.clone(), handle.clone());
        Box::pin(async move {
            follow_clock(&ctx).await;
            handle(ctx, serde_json::from_value(task)?).await
        })
    }))
}

/// One line of a log group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LogLine {
    /// The same on every delivery, and that of no other line.
    pub id: String,
    /// What was written.
    pub message: String,
}

/// What a subscription of a log group hands over: base64 of gzipped JSON.
#[derive(Deserialize)]
struct Subscribed {
    awslogs: Packed,
}

#[derive(Deserialize)]
struct Packed {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unpacked {
    message_type: String,
    log_events: Vec<LogLine>,
}

/// A function that is woken by the lines of log groups. When `handle` fails, Lambda delivers the same lines again, twice,
/// and then gives them to the function's failure queue.
pub fn logs<F, Fut>(ctx: Ctx, handle: F) -> Function
where
    F: Fn(Ctx, Vec<LogLine>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), EventError>> + Send,
{
    Function::Event(Arc::new(move |event| {
        let (ctx, handle) = (ctx.clone(), handle.clone());
        Box::pin(async move {
            follow_clock(&ctx).await;
            let unpacked = unpack(serde_json::from_value(event)?)?;
            // The other kind of message only asks whether the destination can be reached.
            if unpacked.message_type == "DATA_MESSAGE" {
                handle(ctx, unpacked.log_events).await?;
            }
            Ok(Value::Null)
        })
    }))
}

fn unpack(event: Subscribed) -> Result<Unpacked, EventError> {
    let packed = STANDARD.decode(event.awslogs.data)?;
    let mut text = String::new();
    GzDecoder::new(packed.as_slice()).read_to_string(&mut text)?;
    Ok(serde_json::from_str(&text)?)
}

fn failures(ids: Vec<String>) -> Value {
    let items: Vec<Value> = ids.into_iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": items })
}

/// In a test deployment, brings the clock up to the test clock's time.
pub(crate) async fn follow_clock(ctx: &Ctx) {
    if let Some(clock) = &ctx.ports().remote_clock {
        clock.follow().await;
    }
}
