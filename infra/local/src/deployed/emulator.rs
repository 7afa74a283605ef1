//! The emulator's own endpoints, and the few AWS calls that are made to it from outside the stack.
//!
//! Plain JSON rather than AWS's SDK: an emulator checks no signatures, and what has to be seen (messages in queues
//! without receiving them, sent mail) AWS does not show at all.

use std::time::Duration;

use serde_json::{Value, json};

use super::error::DeployedError;

/// The emulator is on this machine: whatever takes longer than this hangs.
const TIMEOUT: Duration = Duration::from_secs(30);
/// SQS takes at most ten messages a call.
const BATCH: usize = 10;

/// A running ministack.
#[derive(Clone, Debug)]
pub(super) struct Emulator {
    http: reqwest::Client,
    url: String,
}

/// A message that is in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) body: String,
    /// Whether a receiver would get it now.
    pub(super) visible: bool,
    /// How often it was received.
    pub(super) receives: u64,
}

/// A mail that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) id: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
}

impl Emulator {
    pub(super) fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url }
    }

    /// Every queue's name and its messages, which stay as they are.
    pub(super) async fn queues(&self) -> Result<Vec<(String, Vec<Waiting>)>, DeployedError> {
        let answer = self.inspect("/_ministack/sqs/messages").await?;
        Ok(scopes(&answer).flat_map(objects).flat_map(objects_of).collect())
    }

    /// All mail that was sent, oldest first.
    pub(super) async fn mails(&self) -> Result<Vec<Mail>, DeployedError> {
        let answer = self.inspect("/_ministack/ses/messages").await?;
        Ok(scopes(&answer).flat_map(|mails| mails.as_array().into_iter().flatten()).map(mail).collect())
    }

    /// Puts messages into a queue, ten a call and in order; answers their ids.
    pub(super) async fn send(&self, queue_url: &str, bodies: &[String]) -> Result<Vec<String>, DeployedError> {
        let mut ids = Vec::with_capacity(bodies.len());
        for batch in bodies.chunks(BATCH) {
            let entries = batch.iter().enumerate();
            let entries: Vec<Value> =
                entries.map(|(index, body)| json!({"Id": index.to_string(), "MessageBody": body})).collect();
            let answer =
                self.call("AmazonSQS.SendMessageBatch", &json!({"QueueUrl": queue_url, "Entries": entries})).await?;
            let sent = answer["Successful"].as_array().into_iter().flatten();
            ids.extend(sent.map(|sent| text(&sent["MessageId"])));
            if answer["Failed"].as_array().is_some_and(|failed| !failed.is_empty()) {
                return Err(fault("AmazonSQS.SendMessageBatch", &answer["Failed"]));
            }
        }
        Ok(ids)
    }

    /// Makes a secret unless it is there.
    pub(super) async fn ensure_secret(&self, name: &str, value: &str) -> Result<(), DeployedError> {
        match self.call("secretsmanager.CreateSecret", &json!({"Name": name, "SecretString": value})).await {
            Err(DeployedError::Emulator { cause, .. }) if cause.contains("ResourceExistsException") => Ok(()),
            made => made.map(drop),
        }
    }

    /// Invokes a function without an event and waits for its answer.
    pub(super) async fn invoke(&self, function: &str) -> Result<Value, DeployedError> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.url);
        Self::answer("Lambda.Invoke", self.http.post(url).json(&json!({}))).await
    }

    async fn inspect(&self, path: &'static str) -> Result<Value, DeployedError> {
        Self::answer(path, self.http.get(format!("{}{path}", self.url))).await
    }

    /// One call of an AWS service that speaks JSON.
    async fn call(&self, target: &'static str, body: &Value) -> Result<Value, DeployedError> {
        let request = self.http.post(&self.url).header("x-amz-target", target);
        Self::answer(target, request.header("content-type", "application/x-amz-json-1.0").body(body.to_string())).await
    }

    async fn answer(call: &'static str, request: reqwest::RequestBuilder) -> Result<Value, DeployedError> {
        let answer = request.timeout(TIMEOUT).send().await.map_err(|error| fault(call, &error))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| fault(call, &error))?;
        if !status.is_success() {
            return Err(fault(call, &format!("{status}: {text}")));
        }
        serde_json::from_str(&text).map_err(|error| fault(call, &error))
    }
}

fn fault(call: &'static str, cause: &dyn std::fmt::Display) -> DeployedError {
    DeployedError::Emulator { call, cause: cause.to_string() }
}

/// What `messages` holds for each account.
fn scopes(answer: &Value) -> impl Iterator<Item = &Value> {
    objects(&answer["messages"])
}

fn objects(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flatten().map(|(_, inner)| inner)
}

/// The queues of a region, by the last part of their URLs.
fn objects_of(queues: &Value) -> impl Iterator<Item = (String, Vec<Waiting>)> {
    queues.as_object().into_iter().flatten().map(|(url, messages)| {
        (queue_name(url).to_owned(), messages.as_array().into_iter().flatten().map(waiting).collect())
    })
}

/// The queue's name, which ends its URL.
pub(super) fn queue_name(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, name)| name)
}

fn waiting(message: &Value) -> Waiting {
    Waiting {
        id: text(&message["MessageId"]),
        body: text(&message["Body"]),
        visible: message["IsVisible"] == true,
        receives: message["ReceiveCount"].as_u64().unwrap_or_default(),
    }
}

fn mail(record: &Value) -> Mail {
    let to: Vec<String> = record["To"].as_array().into_iter().flatten().map(text).collect();
    Mail {
        id: text(&record["MessageId"]),
        from: text(&record["Source"]),
        to: to.join(", "),
        subject: text(&record["Subject"]),
        text: text(&record["BodyText"]),
        html: record["BodyHtml"].as_str().filter(|html| !html.is_empty()).map(str::to_owned),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ministack_shows_of_queues_is_read() {
        let shown = json!({"messages": {"000000000000": {"us-east-1": {
            "http://localhost:4566/000000000000/ruko-test-work": [
                {"MessageId": "m-1", "Body": "{}", "IsVisible": false, "ReceiveCount": 2}],
            "http://localhost:4566/000000000000/ruko-test-work-dlq": [],
        }}}});
        let queues: Vec<_> = scopes(&shown).flat_map(objects).flat_map(objects_of).collect();
        let message = Waiting { id: "m-1".to_owned(), body: "{}".to_owned(), visible: false, receives: 2 };
        let expected = [("ruko-test-work".to_owned(), vec![message]), ("ruko-test-work-dlq".to_owned(), vec![])];
        assert_eq!(queues, expected);
    }

    #[test]
    fn what_ministack_shows_of_mail_is_read() {
        let shown = json!({"MessageId": "1", "Source": "no-reply@ruko.test", "To": ["a@b.example"], "CC": [], "BCC": [],
            "Subject": "Hello", "BodyText": "Hello.", "BodyHtml": "", "Timestamp": 1, "Type": "v2.SendEmail"});
        let read = mail(&shown);
        assert_eq!((read.id.as_str(), read.to.as_str(), read.text.as_str()), ("1", "a@b.example", "Hello."));
        assert_eq!(read.html, None);
    }
}
