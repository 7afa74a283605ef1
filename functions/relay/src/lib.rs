//! The outbox relay: publishes what was committed, woken by the table's stream; and by an operator's hand, what the
//! stream gave up on.
//!
//! The stream delivers at least once and in order; the bus takes ten events a call. Where the bus stops taking, the
//! stream comes back to that place, so that no event is skipped. Consumers know repeats by the event's id.

mod replay;

use cloud::{Ctx, EventError, Function, Published, event};
use replay::replay;
use serde_json::Value;
use table::{from_item, outbox::Event};

/// The bus takes at most ten events a call.
pub(crate) const BATCH: usize = 10;

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::by_hand(ctx.clone(), "replay", replay, event::stream(ctx, relay))
}

/// Publishes the events of these outbox rows in order; how many from the front the bus took. A row that is no event stops
/// the stream where it stands, behind all that was published before it.
async fn relay(ctx: Ctx, rows: Vec<Value>) -> Result<usize, EventError> {
    let (mut events, mut unreadable) = (Vec::with_capacity(rows.len()), None);
    for row in &rows {
        match event_of(row) {
            Ok(event) => events.push(event),
            Err(error) => {
                unreadable = Some(error);
                break;
            }
        }
    }
    let done = publish(&ctx, &events).await?;
    match unreadable {
        Some(error) if done == 0 && events.is_empty() => Err(error),
        Some(error) if done == events.len() => {
            tracing::error!(%error, done, "a row is no event; the stream stops before it");
            Ok(done)
        }
        Some(_) | None => Ok(done),
    }
}

async fn publish(ctx: &Ctx, events: &[Event]) -> Result<usize, EventError> {
    let mut done = 0;
    for events in events.chunks(BATCH) {
        let published = match ctx.ports().bus.publish(events).await {
            Ok(published) => published,
            Err(error) if done == 0 => return Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, done, "the bus stopped answering; the rest comes again");
                return Ok(done);
            }
        };
        let taken = published.iter().take_while(|published| **published == Published::Yes).count();
        done += taken;
        if taken < events.len() {
            tracing::warn!(done, "the bus refused an event; it comes again");
            return Ok(done);
        }
    }
    Ok(done)
}

fn event_of(row: &Value) -> Result<Event, EventError> {
    let row = row.as_object().cloned().ok_or("a stream record without a new image")?;
    Ok(from_item(row)?)
}

#[cfg(test)]
mod tests {
    use kernel::{EventId, RequestId, TenantId};
    use serde_json::{Value, json};
    use table::outbox::Event;
    use testkit::Stack;

    use super::*;

    /// Outbox rows as the stream shows them.
    fn batch(count: u32) -> Value {
        let records: Vec<Value> = (0..count)
            .map(|number| {
                let row = json!({
                    "PK": { "S": "T#tnt_00000000000000000000000000#OUT#2026112101" },
                    "SK": { "S": format!("OUT#{number}") },
                    "id": { "S": EventId::new(number_ulid(number)).to_string() },
                    "type": { "S": "invoice.issued" },
                    "version": { "N": "1" },
                    "subject": { "S": "inv_00000000000000000000000000" },
                    "subjectVersion": { "N": "1" },
                    "audience": { "S": "public" },
                    "tenantId": { "S": TenantId::PLATFORM.to_string() },
                    "occurredAt": { "S": "2026-11-21T01:00:00.000Z" },
                    "requestId": { "S": RequestId::new(number_ulid(0)).to_string() },
                    "data": { "M": { "number": { "N": number.to_string() } } },
                    "ttl": { "N": "1" },
                });
                let image = json!({ "SequenceNumber": format!("s{number}"), "NewImage": row, "Keys": {}, "SizeBytes": 1,
                    "StreamViewType": "NEW_AND_OLD_IMAGES", "ApproximateCreationDateTime": 0 });
                json!({ "eventID": "1", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
                    "awsRegion": "x", "eventSourceARN": "arn", "dynamodb": image })
            })
            .collect();
        json!({ "Records": records })
    }

    fn number_ulid(number: u32) -> ulid::Ulid {
        ulid::Ulid(u128::from(number))
    }

    async fn wake(stack: &Stack, event: Value) -> Result<Value, EventError> {
        let Function::Event(handle) = function(stack.ctx().clone()) else { unreachable!("woken by a stream") };
        handle(event).await
    }

    #[tokio::test]
    async fn every_row_is_published_in_order() {
        let stack = Stack::start().await;
        let answer = wake(&stack, batch(23)).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        let numbers: Vec<Value> =
            stack.events.all().into_iter().map(|event: Event| event.data["number"].clone()).collect();
        assert_eq!(numbers, (0..23).map(Value::from).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_the_bus_does_not_take_comes_again_from_there() {
        let stack = Stack::start().await;
        stack.events.close();
        let answer = wake(&stack, batch(3)).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "s0" }] }));
    }

    #[tokio::test]
    async fn what_stands_before_a_row_that_is_no_event_is_published_once() {
        let stack = Stack::start().await;
        // One that no record can be made of, and one that no event can be made of.
        for unreadable in [json!({ "PK": { "S": "x" } }), json!({ "PK": { "N": "x" } })] {
            let mut event = batch(13);
            event["Records"][11]["dynamodb"]["NewImage"] = unreadable;
            let before = stack.events.all().len();
            let answer = wake(&stack, event.clone()).await.unwrap();
            assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "s11" }] }));
            assert_eq!(stack.events.all().len() - before, 11);
            // What comes again begins with it.
            event["Records"].as_array_mut().unwrap().drain(..11);
            assert!(wake(&stack, event).await.is_err());
            assert_eq!(stack.events.all().len() - before, 11);
        }
    }

    #[tokio::test]
    async fn a_row_that_is_no_event_fails_the_batch() {
        let stack = Stack::start().await;
        let mut event = batch(1);
        event["Records"][0]["dynamodb"]["NewImage"] = json!({ "PK": { "S": "x" } });
        assert!(wake(&stack, event).await.is_err());
    }
}
