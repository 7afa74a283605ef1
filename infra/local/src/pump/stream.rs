//! From the table's stream to the function that it wakes: in order, batch by batch, with retries and bisection.

use std::collections::BTreeMap;

use embedded::Position;
use serde_json::{Value, json};

use crate::{
    StartError,
    aws::{sqs::Sent, store::Stream},
    functions::invoke::{failed_items, invoke},
    random,
    stack::Stack,
    template::StreamMapping,
};

/// How often a batch without a bound on its retries is tried before others get their turn.
const TRIES_PER_ROUND: u32 = 3;

/// Where each function has read the stream to.
#[derive(Debug, Default)]
pub(super) struct Readers(BTreeMap<String, Reader>);

#[derive(Clone, Debug)]
struct Reader {
    stream: Stream,
    next: Position,
    /// The version of the store that had nothing more for it.
    exhausted: Option<i64>,
}

impl Readers {
    /// How far all of these functions have read; `None` when one of them has not begun.
    pub(super) fn passed<'a>(&self, functions: impl Iterator<Item = &'a str>) -> Option<Position> {
        let positions: Option<Vec<Position>> =
            functions.map(|function| self.0.get(function).map(|reader| reader.next)).collect();
        positions?.into_iter().min()
    }
}

/// How a batch ended.
enum Outcome {
    /// Every record is done or given up.
    Done,
    /// It fails and its mapping says to try for ever: it stays where it is.
    Blocked,
}

/// Reads one batch of the stream and invokes the function with it; whether there was one. `version` is the store's before
/// this round.
pub(super) async fn deliver(
    stack: &Stack,
    readers: &mut Readers,
    version: i64,
    binary: &str,
    mapping: &StreamMapping,
) -> bool {
    match try_deliver(stack, readers, version, binary, mapping).await {
        Ok(moved) => moved,
        Err(error) => {
            tracing::error!(%error, "the stream cannot be read");
            false
        }
    }
}

async fn try_deliver(
    stack: &Stack,
    readers: &mut Readers,
    version: i64,
    binary: &str,
    mapping: &StreamMapping,
) -> Result<bool, StartError> {
    if stack.function(binary).is_none() {
        return Ok(false);
    }
    let store = &stack.aws.store;
    let mut reader = if let Some(reader) = readers.0.get(binary) {
        reader.clone()
    } else {
        let Some(stream) = store.stream().await? else { return Ok(false) };
        let next = match stack.data.remembered_position(&stream.arn, binary) {
            Some(next) => next,
            None => store.first_position(mapping.only_new).await?,
        };
        let reader = Reader { stream, next, exhausted: None };
        readers.0.insert(binary.to_owned(), reader.clone());
        reader
    };
    if reader.exhausted == Some(version) {
        return Ok(false);
    }
    let (mut records, next) = store.records(reader.next, mapping.batch_size).await?;
    if records.is_empty() {
        reader.exhausted = Some(version);
        readers.0.insert(binary.to_owned(), reader);
        return Ok(false);
    }
    for record in &mut records {
        record["eventSourceARN"] = reader.stream.arn.clone().into();
    }
    records.retain(|record| mapping.filters.is_empty() || mapping.filters.iter().any(|filter| filter.matches(record)));
    if !records.is_empty()
        && let Outcome::Blocked = process(stack, &reader.stream, binary, mapping, records).await
    {
        return Ok(false);
    }
    stack.data.remember_position(&reader.stream.arn, binary, next);
    reader.next = next;
    readers.0.insert(binary.to_owned(), reader);
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
            stack.note_failure(binary, &error);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_reader_has_not_passed_is_not_passed() {
        let at = |next| Reader { stream: Stream { arn: String::new(), shard: String::new() }, next, exhausted: None };
        let readers = Readers(BTreeMap::from([("auditor".to_owned(), at(7)), ("relay".to_owned(), at(5))]));
        assert_eq!(readers.passed(["auditor", "relay"].into_iter()), Some(5));
        assert_eq!(readers.passed(["auditor"].into_iter()), Some(7));
        assert_eq!(readers.passed(["auditor", "relay", "not begun"].into_iter()), None);
        assert_eq!(readers.passed([].into_iter()), None);
    }
}
