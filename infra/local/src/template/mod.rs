//! What `template.yaml` wires to what: the same file that deploys to AWS is read here, so that the two cannot drift.

mod cloudformation;
mod functions;

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::Value;

use crate::{
    pattern::{Pattern, PatternError},
    time::schedule::{Schedule, ScheduleError},
};
pub(crate) use cloudformation::{ACCOUNT, REGION};
pub(crate) use cloudformation::{Document, reference};
pub(crate) use functions::{FunctionDef, LogsMapping, QueueMapping, Route, StreamMapping, Subscription};

/// Everything in the template that moves requests, records and messages.
#[derive(Debug)]
pub struct Template {
    /// Functions by the name of their binary.
    pub functions: BTreeMap<String, FunctionDef>,
    /// Queues by logical id.
    pub queues: BTreeMap<String, QueueDef>,
    /// Event buses by logical id.
    pub buses: Vec<String>,
    /// Rules of the buses.
    pub rules: Vec<RuleDef>,
    /// Which queues the bucket tells of new objects.
    pub notices: Vec<NoticeDef>,
    /// Schedules, those of functions among them.
    pub schedules: Vec<ScheduleDef>,
    /// The one table, as the body of `CreateTable` without its name.
    pub table: TableDef,
    /// Secrets that are made with the stack: logical id and length.
    pub secrets: BTreeMap<String, usize>,
}

/// One queue.
#[derive(Clone, Debug)]
pub struct QueueDef {
    /// Seconds that a received message stays hidden.
    pub visibility_seconds: i64,
    /// Seconds that a sent message stays hidden.
    pub delay_seconds: i64,
    /// Where messages go that were received too often, and how often is allowed.
    pub redrive: Option<Redrive>,
}

/// The dead-letter queue of a queue.
#[derive(Clone, Debug)]
pub struct Redrive {
    /// Logical id of the dead-letter queue.
    pub queue: String,
    /// Receives before a message moves there.
    pub max_receive_count: u32,
}

/// One rule of a bus: events that match go to the queues.
#[derive(Clone, Debug)]
pub struct RuleDef {
    /// Logical id of the rule.
    pub name: String,
    /// Logical id of its bus.
    pub bus: String,
    /// Which events.
    pub pattern: Pattern,
    /// Logical ids of the target queues.
    pub queues: Vec<String>,
}

/// Objects that the bucket tells a queue of, once they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeDef {
    /// What their keys begin with.
    pub prefix: String,
    /// Logical id of the queue.
    pub queue: String,
}

/// One schedule and what it starts.
#[derive(Clone, Debug)]
pub struct ScheduleDef {
    /// Logical id.
    pub name: String,
    /// When.
    pub schedule: Schedule,
    /// The queue or function that it wakes.
    pub target: ScheduleTarget,
    /// The message, with Scheduler's `<aws.scheduler.…>` placeholders.
    pub input: String,
}

/// What a schedule wakes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScheduleTarget {
    /// The queue of this logical id gets a message.
    Queue(String),
    /// The function of this binary is invoked.
    Function(String),
}

/// The table's definition.
#[derive(Clone, Debug)]
pub struct TableDef {
    /// The body of `CreateTable`, all but the name.
    pub create: Value,
    /// The attribute that holds an item's end of life.
    pub ttl_attribute: Option<String>,
}

/// Why the template cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The files are no templates, or names in them lead nowhere.
    #[error(transparent)]
    Wiring(#[from] wiring::WiringError),
    /// There is nothing in it.
    #[error("no resources")]
    Empty,
    /// A resource is not shaped as the local cloud can play it.
    #[error("{resource}: {reason}")]
    Resource {
        /// Logical id.
        resource: String,
        /// What is wrong.
        reason: String,
    },
    /// A schedule expression.
    #[error("{resource}: {source}")]
    Schedule {
        /// Logical id.
        resource: String,
        /// What is wrong.
        source: ScheduleError,
    },
    /// An event pattern or filter.
    #[error("{resource}: {source}")]
    Pattern {
        /// Logical id.
        resource: String,
        /// What is wrong.
        source: PatternError,
    },
}

/// Parameters that a laptop sets apart from a deployment.
const LOCAL_PARAMETERS: [(&str, &str); 3] = [("Stage", "local"), ("Environment", "local"), ("ProtectData", "false")];

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The workspace's templates, or the embedded copies when the workspace is not there.
pub(crate) fn files() -> wiring::Files {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let embedded = || EMBEDDED.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    wiring::files(&root).unwrap_or_else(|_| embedded())
}

impl Template {
    /// Reads the templates.
    pub fn load() -> Result<Self, TemplateError> {
        Self::read(&files())
    }

    /// Reads the main template of `files` with the stacks that it nests; those without data or wiring (dashboards, alarms)
    /// need not be known here.
    pub fn read(files: &wiring::Files) -> Result<Self, TemplateError> {
        Self::from_document(&Document::read(files, &BTreeMap::from(LOCAL_PARAMETERS))?)
    }

    fn from_document(document: &Document) -> Result<Self, TemplateError> {
        let functions = functions::read(document)?;
        let by_logical_id: BTreeMap<&str, &str> =
            functions.values().map(|function| (function.logical_id.as_str(), function.binary.as_str())).collect();
        let mut schedules = functions::schedules(document, &by_logical_id)?;
        for (name, properties) in document.of_kind("AWS::Scheduler::Schedule") {
            if properties["State"] == "DISABLED" {
                continue;
            }
            let target = reference(&properties["Target"]["Arn"]).unwrap_or_default();
            let target = match by_logical_id.get(target) {
                Some(binary) => ScheduleTarget::Function((*binary).to_owned()),
                None => ScheduleTarget::Queue(target.to_owned()),
            };
            schedules.push(schedule(name, properties, target, &properties["Target"]["Input"])?);
        }
        let template = Self {
            queues: document
                .of_kind("AWS::SQS::Queue")
                .map(|(name, properties)| Ok((name.to_owned(), queue(name, properties)?)))
                .collect::<Result<_, TemplateError>>()?,
            buses: document.of_kind("AWS::Events::EventBus").map(|(name, _)| name.to_owned()).collect(),
            rules: rules(document)?,
            notices: notices(document)?,
            schedules,
            table: table(document)?,
            secrets: document
                .of_kind("AWS::SecretsManager::Secret")
                .filter(|(_, properties)| properties.get("GenerateSecretString").is_some())
                .map(|(name, properties)| {
                    let length = number(&properties["GenerateSecretString"]["PasswordLength"], 32);
                    (name.to_owned(), usize::try_from(length).unwrap_or(32))
                })
                .collect(),
            functions,
        };
        template.check_queues()?;
        template.check_logs()?;
        Ok(template)
    }

    /// Every queue that something names is there.
    fn check_queues(&self) -> Result<(), TemplateError> {
        let mut named: Vec<(&str, &str)> = Vec::new();
        for function in self.functions.values() {
            let name = function.logical_id.as_str();
            named.extend(function.queues.iter().map(|mapping| (name, mapping.queue.as_str())));
            named.extend(function.logs.on_failure.iter().map(|queue| (name, queue.as_str())));
        }
        for rule in &self.rules {
            named.extend(rule.queues.iter().map(|queue| (rule.name.as_str(), queue.as_str())));
        }
        named.extend(self.notices.iter().map(|notice| ("Bucket", notice.queue.as_str())));
        for schedule in &self.schedules {
            if let ScheduleTarget::Queue(queue) = &schedule.target {
                named.push((&schedule.name, queue));
            }
        }
        for (name, queue) in &self.queues {
            named.extend(queue.redrive.iter().map(|redrive| (name.as_str(), redrive.queue.as_str())));
        }
        match named.into_iter().find(|(_, queue)| !self.queues.contains_key(*queue)) {
            Some((resource, queue)) => Err(fail(resource, &format!("names the queue `{queue}`, which is not here"))),
            None => Ok(()),
        }
    }

    /// Every log group that a function subscribes to is another function's, and has no other subscriber: here a line goes
    /// one way.
    fn check_logs(&self) -> Result<(), TemplateError> {
        let mut taken = std::collections::BTreeSet::new();
        for function in self.functions.values() {
            let own = function.log_group.as_ref().map(|group| group.id.as_str());
            for Subscription { group, .. } in &function.logs.subscriptions {
                let written = |other: &FunctionDef| other.log_group.as_ref().is_some_and(|known| known.id == *group);
                if own == Some(group.as_str()) || !self.functions.values().any(written) || !taken.insert(group) {
                    return Err(fail(&function.logical_id, &format!("cannot subscribe to the log group `{group}`")));
                }
            }
        }
        Ok(())
    }
}

fn fail(resource: &str, reason: &str) -> TemplateError {
    TemplateError::Resource { resource: resource.to_owned(), reason: reason.to_owned() }
}

fn schedule(
    name: &str,
    properties: &Value,
    target: ScheduleTarget,
    input: &Value,
) -> Result<ScheduleDef, TemplateError> {
    let expression = properties["ScheduleExpression"].as_str().unwrap_or_default();
    let zone = properties["ScheduleExpressionTimezone"].as_str();
    Ok(ScheduleDef {
        name: name.to_owned(),
        schedule: Schedule::parse(expression, zone)
            .map_err(|source| TemplateError::Schedule { resource: name.to_owned(), source })?,
        target,
        input: input.as_str().map_or_else(|| "{}".to_owned(), str::to_owned),
    })
}

fn number(value: &Value, default: i64) -> i64 {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or(default)
}

fn queue(name: &str, properties: &Value) -> Result<QueueDef, TemplateError> {
    if properties["FifoQueue"] == true {
        return Err(fail(name, "FIFO queues are not played locally"));
    }
    let policy = &properties["RedrivePolicy"];
    let redrive = reference(&policy["deadLetterTargetArn"]).map(|queue| Redrive {
        queue: queue.to_owned(),
        max_receive_count: u32::try_from(number(&policy["maxReceiveCount"], 10)).unwrap_or(10),
    });
    Ok(QueueDef {
        visibility_seconds: number(&properties["VisibilityTimeout"], 30),
        delay_seconds: number(&properties["DelaySeconds"], 0),
        redrive,
    })
}

fn rules(document: &Document) -> Result<Vec<RuleDef>, TemplateError> {
    let mut rules = Vec::new();
    for (name, properties) in document.of_kind("AWS::Events::Rule") {
        if properties["State"] == "DISABLED" {
            continue;
        }
        let mut queues = Vec::new();
        for target in properties["Targets"].as_array().into_iter().flatten() {
            for unsupported in ["Input", "InputPath", "InputTransformer"] {
                if target.get(unsupported).is_some() {
                    return Err(fail(name, &format!("{unsupported} of a target is not played locally")));
                }
            }
            queues.push(reference(&target["Arn"]).unwrap_or_default().to_owned());
        }
        rules.push(RuleDef {
            name: name.to_owned(),
            bus: reference(&properties["EventBusName"]).unwrap_or("default").to_owned(),
            pattern: Pattern::from_value(&properties["EventPattern"])
                .map_err(|source| TemplateError::Pattern { resource: name.to_owned(), source })?,
            queues,
        });
    }
    Ok(rules)
}

fn notices(document: &Document) -> Result<Vec<NoticeDef>, TemplateError> {
    let mut notices = Vec::new();
    for (name, properties) in document.of_kind("AWS::S3::Bucket") {
        for notice in properties["NotificationConfiguration"]["QueueConfigurations"].as_array().into_iter().flatten() {
            if notice["Event"] != "s3:ObjectCreated:*" {
                return Err(fail(name, "only s3:ObjectCreated:* is told of locally"));
            }
            let rules = notice["Filter"]["S3Key"]["Rules"].as_array().map(Vec::as_slice).unwrap_or_default();
            let prefix = match rules {
                [] => String::new(),
                [rule] if rule["Name"] == "prefix" => rule["Value"].as_str().unwrap_or_default().to_owned(),
                _ => return Err(fail(name, "only one rule of a prefix is played locally")),
            };
            notices.push(NoticeDef { prefix, queue: reference(&notice["Queue"]).unwrap_or_default().to_owned() });
        }
    }
    Ok(notices)
}

/// The table, cut to what `CreateTable` takes and the embedded store plays.
fn table(document: &Document) -> Result<TableDef, TemplateError> {
    let mut tables = document.of_kind("AWS::DynamoDB::Table");
    let (Some((name, properties)), None) = (tables.next(), tables.next()) else {
        return Err(fail("Table", "exactly one AWS::DynamoDB::Table is expected"));
    };
    let mut create = serde_json::Map::new();
    for key in ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode"] {
        if let Some(value) = properties.get(key) {
            create.insert(key.to_owned(), value.clone());
        }
    }
    if create.get("KeySchema").is_none() {
        return Err(fail(name, "has no KeySchema"));
    }
    if let Some(view) = properties["StreamSpecification"]["StreamViewType"].as_str() {
        create.insert(
            "StreamSpecification".to_owned(),
            serde_json::json!({"StreamEnabled": true, "StreamViewType": view}),
        );
    }
    let ttl = &properties["TimeToLiveSpecification"];
    let ttl_attribute = ttl["AttributeName"].as_str().filter(|_| ttl["Enabled"] != false).map(str::to_owned);
    Ok(TableDef { create: create.into(), ttl_attribute })
}

#[cfg(test)]
pub(crate) mod tests;
