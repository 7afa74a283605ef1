//! SQS's AWS JSON 1.0 protocol over the queues.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    AwsError,
    sqs::{Received, Sent, Sqs, SqsError, attributes_md5, body_md5, queue_arn},
};
use crate::template::{ACCOUNT, QueueDef};

/// How many entries a batch may have.
const MAX_BATCH: usize = 10;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage {
    #[serde(default)]
    id: String,
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReceiveMessage {
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<u64>,
    /// The older name of `message_system_attribute_names`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

impl ReceiveMessage {
    /// Whether it asks for an attribute that SQS adds.
    fn wants_system(&self, name: &str) -> bool {
        let mut asked = self.attribute_names.iter().chain(&self.message_system_attribute_names);
        asked.any(|asked| asked == "All" || asked == name)
    }

    /// Whether it asks for an attribute of the sender: all, by name, or by how the name begins.
    fn wants(&self, name: &str) -> bool {
        let begins = |asked: &str| asked.strip_suffix(".*").is_some_and(|start| name.starts_with(start));
        self.message_attribute_names.iter().any(|asked| asked == "All" || asked == name || begins(asked))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receipt {
    #[serde(default)]
    id: String,
    #[serde(rename = "ReceiptHandle")]
    handle: String,
    #[serde(default)]
    visibility_timeout: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<T> {
    entries: Vec<T>,
}

impl From<SqsError> for AwsError {
    fn from(error: SqsError) -> Self {
        let (code, old_code) = match error {
            SqsError::NoSuchQueue => ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
            SqsError::NoSuchResource => ("ResourceNotFoundException", "ResourceNotFoundException"),
            SqsError::InvalidHandle => ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
            SqsError::NotInFlight => ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"),
            SqsError::InvalidParameter(_) => ("InvalidParameterValue", "InvalidParameterValue"),
        };
        Self {
            status: 400,
            code: format!("com.amazonaws.sqs#{code}"),
            message: error.to_string(),
            query_code: Some(old_code.to_owned()),
        }
    }
}

/// Answers `AmazonSQS.<action>`; `base` is the endpoint that queue URLs begin with.
pub(crate) async fn answer(sqs: &Sqs, base: &str, action: &str, body: &[u8]) -> Result<Value, AwsError> {
    let input: Value = serde_json::from_slice(body).map_err(|error| AwsError::malformed(&error))?;
    let url = input["QueueUrl"].as_str().unwrap_or_default().to_owned();
    let queue = url.rsplit('/').next().unwrap_or_default();
    let names_none = ["CreateQueue", "GetQueueUrl", "ListMessageMoveTasks", "ListQueues", "StartMessageMoveTask"];
    if !names_none.contains(&action) && !sqs.contains(queue) {
        return Err(SqsError::NoSuchQueue.into());
    }
    match action {
        "CreateQueue" => {
            let name = input["QueueName"].as_str().unwrap_or_default();
            let seconds = |name: &str, default| {
                input["Attributes"][name].as_str().and_then(|text| text.parse().ok()).unwrap_or(default)
            };
            let visibility_seconds = seconds("VisibilityTimeout", 30);
            sqs.create(name, QueueDef { visibility_seconds, delay_seconds: seconds("DelaySeconds", 0), redrive: None });
            Ok(json!({"QueueUrl": queue_url(base, name)}))
        }
        "GetQueueUrl" => {
            let name = input["QueueName"].as_str().filter(|name| sqs.contains(name)).ok_or(SqsError::NoSuchQueue)?;
            Ok(json!({"QueueUrl": queue_url(base, name)}))
        }
        "ListQueues" => {
            let prefix = input["QueueNamePrefix"].as_str().unwrap_or_default();
            let names = sqs.names().into_iter().filter(|name| name.starts_with(prefix));
            Ok(json!({"QueueUrls": names.map(|name| queue_url(base, &name)).collect::<Vec<_>>()}))
        }
        "StartMessageMoveTask" => {
            let handle = sqs.start_move(input["SourceArn"].as_str().unwrap_or_default())?;
            Ok(json!({"TaskHandle": handle}))
        }
        "ListMessageMoveTasks" => {
            let source = input["SourceArn"].as_str().unwrap_or_default();
            let most = input["MaxResults"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(1);
            let results = sqs.moves(source)?.into_iter().take(most).map(|done| {
                json!({
                    "Status": "COMPLETED",
                    "SourceArn": source,
                    "ApproximateNumberOfMessagesMoved": done.moved,
                    "ApproximateNumberOfMessagesToMove": done.moved,
                    "StartedTimestamp": done.started_millis,
                })
            });
            Ok(json!({"Results": results.collect::<Vec<_>>()}))
        }
        "GetQueueAttributes" => attributes(sqs, queue, &input["AttributeNames"]),
        "SendMessage" => {
            let message: SendMessage = parse(input)?;
            Ok(Value::Object(send(sqs, queue, message)?))
        }
        "SendMessageBatch" => batch(input, |message: SendMessage| {
            let id = message.id.clone();
            (id, send(sqs, queue, message))
        }),
        "ReceiveMessage" => receive(sqs, queue, parse(input)?).await,
        "DeleteMessage" => {
            let receipt: Receipt = parse(input)?;
            sqs.delete(queue, &receipt.handle)?;
            Ok(json!({}))
        }
        "DeleteMessageBatch" => batch(input, |receipt: Receipt| {
            (receipt.id, sqs.delete(queue, &receipt.handle).map(|()| serde_json::Map::new()))
        }),
        "ChangeMessageVisibility" => {
            let receipt: Receipt = parse(input)?;
            sqs.change_visibility(queue, &receipt.handle, receipt.visibility_timeout)?;
            Ok(json!({}))
        }
        "ChangeMessageVisibilityBatch" => batch(input, |receipt: Receipt| {
            let changed = sqs.change_visibility(queue, &receipt.handle, receipt.visibility_timeout);
            (receipt.id, changed.map(|()| serde_json::Map::new()))
        }),
        "PurgeQueue" => {
            sqs.purge(queue)?;
            Ok(json!({}))
        }
        other => Err(AwsError::unknown_operation("AmazonSQS", other)),
    }
}

/// The URL of a queue at this endpoint.
pub(crate) fn queue_url(base: &str, name: &str) -> String {
    format!("{base}/{ACCOUNT}/{name}")
}

fn parse<T: serde::de::DeserializeOwned>(input: Value) -> Result<T, AwsError> {
    serde_json::from_value(input).map_err(|error| AwsError::malformed(&error))
}

fn send(sqs: &Sqs, queue: &str, message: SendMessage) -> Result<serde_json::Map<String, Value>, SqsError> {
    let md5 = body_md5(&message.message_body);
    let attributes = attributes_md5(&message.message_attributes.iter().collect());
    let sent = Sent { body: message.message_body, attributes: message.message_attributes };
    let id = sqs.send(queue, sent, message.delay_seconds)?;
    let mut answer =
        serde_json::Map::from_iter([("MessageId".to_owned(), id.into()), ("MD5OfMessageBody".to_owned(), md5.into())]);
    answer.extend(attributes.map(|md5| ("MD5OfMessageAttributes".to_owned(), md5.into())));
    Ok(answer)
}

/// Runs `each` on the entries of a batch; each fails or succeeds alone.
fn batch<T: serde::de::DeserializeOwned>(
    input: Value,
    each: impl Fn(T) -> (String, Result<serde_json::Map<String, Value>, SqsError>),
) -> Result<Value, AwsError> {
    let batch: Batch<Value> = parse(input)?;
    let fail = |code: &str, message: &str| AwsError {
        status: 400,
        code: format!("com.amazonaws.sqs#{code}"),
        message: message.to_owned(),
        query_code: Some(format!("AWS.SimpleQueueService.{code}")),
    };
    if batch.entries.is_empty() {
        return Err(fail("EmptyBatchRequest", "There should be at least one entry in the request."));
    }
    if batch.entries.len() > MAX_BATCH {
        return Err(fail("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10."));
    }
    let ids: std::collections::BTreeSet<&str> = batch.entries.iter().filter_map(|entry| entry["Id"].as_str()).collect();
    if ids.len() != batch.entries.len() {
        return Err(fail("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in batch.entries {
        let (id, outcome) = each(parse(entry)?);
        match outcome {
            Ok(mut fields) => {
                fields.insert("Id".to_owned(), id.into());
                successful.push(Value::Object(fields));
            }
            Err(error) => {
                let message = error.to_string();
                let code = AwsError::from(error).code.split('#').next_back().unwrap_or_default().to_owned();
                failed.push(json!({"Id": id, "Code": code, "Message": message, "SenderFault": true}));
            }
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

async fn receive(sqs: &Sqs, queue: &str, request: ReceiveMessage) -> Result<Value, AwsError> {
    let limit = usize::try_from(request.max_number_of_messages.unwrap_or(1)).unwrap_or(0);
    if !(1..=10).contains(&limit) {
        let reason =
            "Value for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.";
        return Err(SqsError::InvalidParameter(reason.to_owned()).into());
    }
    let wait = Duration::from_secs(request.wait_time_seconds.unwrap_or(0).min(20));
    let poll = async {
        loop {
            let arrival = sqs.arrival();
            let messages = sqs.receive(queue, limit, request.visibility_timeout)?;
            if !messages.is_empty() {
                return Ok::<_, SqsError>(messages);
            }
            // A timeout that passes on the test clock announces nothing, hence the look every now and then.
            let _ = tokio::time::timeout(Duration::from_millis(100), arrival).await;
        }
    };
    let messages = if wait.is_zero() {
        sqs.receive(queue, limit, request.visibility_timeout)?
    } else {
        tokio::time::timeout(wait, poll).await.unwrap_or(Ok(Vec::new()))?
    };
    if messages.is_empty() {
        return Ok(json!({}));
    }
    Ok(json!({"Messages": messages.iter().map(|received| message(received, &request)).collect::<Vec<_>>()}))
}

/// A message with the attributes that were asked for.
fn message(received: &Received, request: &ReceiveMessage) -> Value {
    let mut message = json!({
        "MessageId": received.message_id,
        "ReceiptHandle": received.receipt_handle,
        "MD5OfBody": received.body_md5,
        "Body": received.body,
    });
    let system: BTreeMap<_, _> =
        received.system_attributes.iter().filter(|(name, _)| request.wants_system(name)).collect();
    let own: BTreeMap<_, _> = received.attributes.iter().filter(|(name, _)| request.wants(name)).collect();
    if !system.is_empty() {
        message["Attributes"] = json!(system);
    }
    if !own.is_empty() {
        message["MD5OfMessageAttributes"] = json!(attributes_md5(&own));
        message["MessageAttributes"] = json!(own);
    }
    message
}

/// The attributes of a queue that `names` asks for.
fn attributes(sqs: &Sqs, queue: &str, names: &Value) -> Result<Value, AwsError> {
    let states = sqs.states();
    let state = states.iter().find(|state| state.name == queue).ok_or(SqsError::NoSuchQueue)?;
    let def = sqs.def(queue).ok_or(SqsError::NoSuchQueue)?;
    let mut attributes = BTreeMap::from([
        ("QueueArn", queue_arn(queue)),
        ("ApproximateNumberOfMessages", state.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", state.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", state.delayed.to_string()),
        ("VisibilityTimeout", def.visibility_seconds.to_string()),
        ("DelaySeconds", def.delay_seconds.to_string()),
    ]);
    if let Some(redrive) = def.redrive {
        let policy = json!({
            "deadLetterTargetArn": queue_arn(&redrive.queue),
            "maxReceiveCount": redrive.max_receive_count,
        });
        attributes.insert("RedrivePolicy", policy.to_string());
    }
    let asked = |name: &str| names.as_array().is_some_and(|names| names.iter().any(|n| n == "All" || n == name));
    attributes.retain(|name, _| asked(name));
    if attributes.is_empty() { Ok(json!({})) } else { Ok(json!({"Attributes": attributes})) }
}
