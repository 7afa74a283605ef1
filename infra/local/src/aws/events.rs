//! EventBridge: `PutEvents` to the template's bus, whose rules copy matching events into queues.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    AwsError,
    sqs::{Sent, Sqs},
};
use crate::{
    random,
    template::{ACCOUNT, REGION, RuleDef},
    time::clock::TestClock,
};

/// How many entries a call may have.
const MAX_ENTRIES: usize = 10;
/// How large the entries of a call may be together, bytes.
const MAX_BYTES: usize = 1_048_576;

/// How many published events are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 5_000;

/// The buses and their rules.
#[derive(Debug)]
pub(crate) struct Bus {
    names: Vec<String>,
    rules: Vec<RuleDef>,
    published: Mutex<VecDeque<Published>>,
}

/// An event that was put onto a bus.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    /// When, on the test clock.
    pub(crate) at: Timestamp,
    /// What its producer said.
    pub(crate) detail: Value,
    /// The queues that took it.
    pub(crate) queues: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    time: Option<Value>,
}

/// Why one entry of a call is refused: EventBridge's code, and its text.
type Refusal = (&'static str, String);

impl Bus {
    pub(crate) fn new(names: &[String], rules: &[RuleDef]) -> Self {
        Self { names: names.to_vec(), rules: rules.to_vec(), published: Mutex::default() }
    }

    /// What was published since the start, newest first.
    pub(crate) fn published(&self) -> Vec<Published> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    /// Forgets what was published.
    pub(crate) fn clear(&self) {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn remember(&self, published: Published) {
        let mut all = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(published);
        if all.len() > REMEMBERED {
            all.pop_front();
        }
    }

    /// Answers `AWSEvents.PutEvents`.
    pub(crate) fn put_events(&self, sqs: &Sqs, clock: &TestClock, body: &[u8]) -> Result<Value, AwsError> {
        let request: PutEvents = serde_json::from_slice(body).map_err(|error| AwsError::malformed(&error))?;
        let count = request.entries.len();
        if count == 0 || count > MAX_ENTRIES {
            let reason = format!("{count} entries: a call takes 1 to {MAX_ENTRIES}");
            return Err(AwsError::new(400, "ValidationException", &reason));
        }
        if body.len() > MAX_BYTES {
            return Err(AwsError::new(
                400,
                "ValidationException",
                "Total size of the entries in the request is over the limit.",
            ));
        }
        let mut failed = 0;
        let entries: Vec<Value> = request
            .entries
            .into_iter()
            .map(|entry| match self.publish(sqs, clock, entry) {
                Ok(id) => json!({"EventId": id}),
                Err((code, message)) => {
                    failed += 1;
                    json!({"ErrorCode": code, "ErrorMessage": message})
                }
            })
            .collect();
        Ok(json!({"FailedEntryCount": failed, "Entries": entries}))
    }

    /// Puts an event of an AWS service onto the default bus: its source and kind, and what it says.
    pub(crate) fn report(&self, sqs: &Sqs, clock: &TestClock, (source, kind): (&str, &str), detail: &Value) {
        let entry = Entry {
            source: Some(source.to_owned()),
            detail_type: Some(kind.to_owned()),
            detail: Some(detail.to_string()),
            event_bus_name: None,
            resources: Vec::new(),
            time: None,
        };
        if let Err((code, message)) = self.publish(sqs, clock, entry) {
            tracing::error!(code, message, "an event of a service was lost");
        }
    }

    fn publish(&self, sqs: &Sqs, clock: &TestClock, entry: Entry) -> Result<String, Refusal> {
        let required = |value: Option<String>, name: &str| {
            let reason = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            value.filter(|value| !value.is_empty()).ok_or(("InvalidArgument", reason))
        };
        let source = required(entry.source, "Source")?;
        let detail_type = required(entry.detail_type, "DetailType")?;
        let detail = required(entry.detail, "Detail")?;
        let detail: Value = serde_json::from_str(&detail)
            .ok()
            .filter(Value::is_object)
            .ok_or(("MalformedDetail", "Detail is malformed.".to_owned()))?;
        let named = entry.event_bus_name.unwrap_or_else(|| "default".to_owned());
        let bus = named.rsplit('/').next().unwrap_or_default();
        if bus != "default" && !self.names.iter().any(|name| name == bus) {
            return Err(("ResourceNotFoundException", format!("Event bus {bus} does not exist.")));
        }
        let id = random::uuid();
        let time = entry.time.as_ref().and_then(whole_seconds);
        let envelope = json!({
            "version": "0",
            "id": id,
            "detail-type": detail_type,
            "source": &source,
            "account": ACCOUNT,
            "time": format!("{:.0}", time.unwrap_or_else(|| clock.now())),
            "region": REGION,
            "resources": entry.resources,
            "detail": &detail,
        });
        let mut queues = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.bus == bus && rule.pattern.matches(&envelope)) {
            for queue in &rule.queues {
                let sent = Sent { body: envelope.to_string(), ..Sent::default() };
                sqs.send(queue, sent, None).map_err(|error| ("InternalFailure", error.to_string()))?;
                queues.push(queue.clone());
            }
        }
        // What is remembered is what functions of ours said.
        if !source.starts_with("aws.") {
            self.remember(Published { at: clock.now(), detail, queues });
        }
        Ok(id)
    }
}

/// AWS JSON writes instants as seconds, with a fraction or without; an event's time has none.
fn whole_seconds(time: &Value) -> Option<jiff::Timestamp> {
    let text = time.as_number()?.to_string();
    let whole = text.split_once('.').map_or(text.as_str(), |(whole, _)| whole);
    jiff::Timestamp::from_second(whole.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::template::tests::fixture;

    #[test]
    fn matching_events_reach_the_queue_whole() {
        let template = fixture();
        let clock = Arc::new(TestClock::new(None));
        let sqs = Sqs::new(Arc::clone(&clock), &template.queues);
        let bus = Bus::new(&template.buses, &template.rules);
        let entry = |source: &str, kind: &str, detail: &str| json!({"Source": source, "DetailType": kind, "Detail": detail, "EventBusName": "EventBus"});
        let call = json!({"Entries": [
            entry("ruko", "invoice.paid", r#"{"id":"inv_1"}"#),
            entry("ruko", "user.registered", "{}"),
            entry("ruko", "invoice.paid", "not json"),
            entry("", "invoice.paid", "{}"),
        ]});
        let answer = bus.put_events(&sqs, &clock, call.to_string().as_bytes()).unwrap();
        assert_eq!(answer["FailedEntryCount"], 2);
        assert_eq!(answer["Entries"][2]["ErrorCode"], "MalformedDetail");
        assert_eq!(answer["Entries"][3]["ErrorCode"], "InvalidArgument");
        let received = sqs.receive("WorkQueue", 10, None).unwrap();
        assert_eq!(received.len(), 1);
        let envelope: Value = serde_json::from_str(&received[0].body).unwrap();
        assert_eq!(envelope["id"], answer["Entries"][0]["EventId"]);
        assert_eq!(envelope["detail"]["id"], "inv_1");
        for field in ["version", "account", "time", "region", "resources", "detail-type"] {
            assert!(envelope.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn an_instant_may_have_a_fraction() {
        for (time, expected) in [
            (json!(1_700_000_000), Some(1_700_000_000)),
            (serde_json::from_str("1700000000.25").unwrap(), Some(1_700_000_000)),
            (json!("2023-11-14T22:13:20Z"), None),
        ] {
            assert_eq!(whole_seconds(&time).map(jiff::Timestamp::as_second), expected, "{time}");
        }
    }

    #[test]
    fn a_call_has_one_to_ten_entries() {
        let bus = Bus::new(&[], &[]);
        let clock = Arc::new(TestClock::new(None));
        let sqs = Sqs::new(Arc::clone(&clock), &std::collections::BTreeMap::new());
        assert!(bus.put_events(&sqs, &clock, br#"{"Entries":[]}"#).is_err());
        let many = json!({"Entries": vec![json!({}); 11]}).to_string();
        assert!(bus.put_events(&sqs, &clock, many.as_bytes()).is_err());
        assert!(bus.put_events(&sqs, &clock, b"{").is_err());
    }
}
