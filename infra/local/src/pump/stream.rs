//! From the table's stream to the function that it wakes: in order, batch by batch, with retries and bisection.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    StartError,
    aws::{sqs::Sent, store::Stream},
    invoke::{failed_items, invoke},
    random,
    stack::Stack,
    template::StreamMapping,
};

/// How often a batch without a bound on its retries is tried before others get their turn.
const TRIES_PER_ROUND: u32 = 3;

/// Where each function has read the stream to.
#[derive(Debug, Default)]
pub(super) struct Positions(BTreeMap<String, Position>);

#[derive(Clone, Debug)]
struct Position {
    stream: Stream,
    next: String,
}

/// How a batch ended.
enum Outcome {
    /// Every record is done or given up.
    Done,
    /// It fails and its mapping says to try for ever: it stays where it is.
    Blocked,
}

/// Reads one batch of the stream and invokes the function with it; whether there was one.
pub(super) async fn deliver(stack: &Stack, positions: &mut Positions, binary: &str, mapping: &StreamMapping) -> bool {
    match try_deliver(stack, positions, binary, mapping).await {
        Ok(moved) => moved,
        Err(error) => {
            tracing::error!(%error, "the stream cannot be read");
            false
        }
    }
}

async fn try_deliver(
    stack: &Stack,
    positions: &mut Positions,
    binary: &str,
    mapping: &StreamMapping,
) -> Result<bool, StartError> {
    if stack.function(binary).is_none() {
        return Ok(false);
    }
    let store = &stack.aws.store;
    let position = if let Some(position) = positions.0.get(binary) {
        position.clone()
    } else {
        let Some(stream) = store.stream().await? else { return Ok(false) };
        let remembered = stack.data.remembered_position(&stream.arn, binary);
        let next = match remembered {
            Some(next) => next,
            None => store.first_position(&stream, mapping.only_new).await?,
        };
        let position = Position { stream, next };
        positions.0.insert(binary.to_owned(), position.clone());
        position
    };
    let (mut records, next) = store.records(&position.next, mapping.batch_size).await?;
    if records.is_empty() {
        return Ok(false);
    }
    for record in &mut records {
        record["eventSourceARN"] = position.stream.arn.clone().into();
    }
    records.retain(|record| mapping.filters.is_empty() || mapping.filters.iter().any(|filter| filter.matches(record)));
    if !records.is_empty()
        && let Outcome::Blocked = process(stack, &position.stream, binary, mapping, records).await
    {
        return Ok(false);
    }
    stack.data.remember_position(&position.stream.arn, binary, &next);
    positions.0.insert(binary.to_owned(), Position { stream: position.stream, next });
    Ok(true)
}

/// Invokes the function with `records` until each is done or given up.
async fn process(
    stack: &Stack,
    stream: &Stream,
    binary: &str,
    mapping: &StreamMapping,
    records: Vec<Value>,
) -> Outcome {
    // The last is next; a halved batch puts its later half below its earlier one.
    let mut batches = vec![(records, 0_u32)];
    while let Some((batch, failures)) = batches.pop() {
        let Some(first_failed) = first_failure(stack, binary, mapping, &batch).await else { continue };
        let mut rest = batch;
        let remaining = rest.split_off(first_failed.min(rest.len()));
        let progressed = first_failed > 0;
        if !progressed && mapping.bisects && remaining.len() > 1 {
            let mut earlier = remaining;
            let later = earlier.split_off(earlier.len() / 2);
            batches.push((later, failures));
            batches.push((earlier, failures));
            continue;
        }
        let failures = if progressed { 0 } else { failures.saturating_add(1) };
        match mapping.retries {
            Some(retries) if failures > retries => give_up(stack, stream, binary, mapping, &remaining, failures),
            None if failures >= TRIES_PER_ROUND => return Outcome::Blocked,
            Some(_) | None => batches.push((remaining, failures)),
        }
    }
    Outcome::Done
}

/// The index of the first record that is not done, or `None` when all are.
async fn first_failure(stack: &Stack, binary: &str, mapping: &StreamMapping, batch: &[Value]) -> Option<usize> {
    match invoke(stack, binary, json!({ "Records": batch })).await {
        Err(error) => {
            stack.pump.note_failure(binary, &error);
            Some(0)
        }
        Ok(_) if !mapping.reports_failures => None,
        Ok(answer) => match failed_items(&answer) {
            Some(failed) if failed.is_empty() => None,
            // Lambda goes back to the lowest sequence number; an identifier that it does not know fails all.
            Some(failed) => batch.iter().position(|record| {
                record["dynamodb"]["SequenceNumber"].as_str().is_some_and(|number| failed.contains(&number))
            }),
            None => Some(0),
        }
        .or_else(|| failed_items(&answer).is_none_or(|failed| !failed.is_empty()).then_some(0)),
    }
}

/// Tells the mapping's failure queue which records were given up, by their place in the stream as Lambda does.
fn give_up(stack: &Stack, stream: &Stream, binary: &str, mapping: &StreamMapping, records: &[Value], attempts: u32) {
    tracing::error!(function = binary, records = records.len(), attempts, "stream records are given up");
    let Some(queue) = &mapping.on_failure else { return };
    let number =
        |record: Option<&Value>| record.map_or(Value::Null, |record| record["dynamodb"]["SequenceNumber"].clone());
    let now = stack.clock.now().to_string();
    let notice = json!({
        "requestContext": {
            "requestId": random::uuid(),
            "functionArn": format!("arn:aws:lambda:local:{binary}"),
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": attempts,
        },
        "version": "1.0",
        "timestamp": now,
        "DDBStreamBatchInfo": {
            "shardId": stream.shard,
            "startSequenceNumber": number(records.first()),
            "endSequenceNumber": number(records.last()),
            "batchSize": records.len(),
            "streamArn": stream.arn,
        },
    });
    if let Err(error) = stack.aws.sqs.send(queue, Sent { body: notice.to_string(), ..Sent::default() }, None) {
        tracing::error!(queue, %error, "the failure queue took no notice");
    }
}
