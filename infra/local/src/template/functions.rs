//! The functions of the template and what wakes them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Document, ScheduleDef, ScheduleTarget, TemplateError, fail, number, reference, schedule};
use crate::pattern::Pattern;

/// One function.
#[derive(Clone, Debug)]
pub struct FunctionDef {
    /// Its name in the template.
    pub logical_id: String,
    /// Its binary, by which the local cloud knows it.
    pub binary: String,
    /// Seconds after which Lambda ends an invocation.
    pub timeout_seconds: u64,
    /// The HTTP API's routes to it.
    pub routes: Vec<Route>,
    /// Whether it has a URL at which answers are sent as they are made.
    pub streams: bool,
    /// The queues that wake it.
    pub queues: Vec<QueueMapping>,
    /// The table's stream, if it wakes it.
    pub stream: Option<StreamMapping>,
    /// The log groups that wake it.
    pub logs: LogsMapping,
    /// Where it writes its own log.
    pub log_group: Option<LogGroup>,
    /// Its environment; a reference to a resource stays a reference.
    pub environment: BTreeMap<String, Value>,
}

/// One route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method, `None` for ANY.
    pub method: Option<String>,
    /// The path with `{name}` and `{name+}`; `$default` takes whatever nothing else takes.
    pub path: String,
}

/// A queue as a function's event source.
#[derive(Clone, Debug)]
pub struct QueueMapping {
    /// Logical id of the queue.
    pub queue: String,
    /// Messages per invocation at most.
    pub batch_size: usize,
    /// Whether the function names the messages that failed; otherwise a batch fails or succeeds whole.
    pub reports_failures: bool,
    /// A message must pass one of them, if there are any.
    pub filters: Vec<Pattern>,
}

/// The table's stream as a function's event source.
#[derive(Clone, Debug)]
pub struct StreamMapping {
    /// Records per invocation at most.
    pub batch_size: usize,
    /// Whether the function names the first record that failed.
    pub reports_failures: bool,
    /// A record must pass one of them, if there are any.
    pub filters: Vec<Pattern>,
    /// Halve a batch that failed.
    pub bisects: bool,
    /// Attempts after the first, `None` for as long as the records live.
    pub retries: Option<u32>,
    /// Begin with what happens after the start rather than with everything that is still there.
    pub only_new: bool,
    /// Logical id of the queue that is told of batches given up.
    pub on_failure: Option<String>,
}

/// Log groups as a function's event source. Lambda is told of their lines without waiting for an answer.
#[derive(Clone, Debug, Default)]
pub struct LogsMapping {
    /// What it subscribes to.
    pub subscriptions: Vec<Subscription>,
    /// Attempts after the first.
    pub retries: u32,
    /// Logical id of the queue that gets what was given up.
    pub on_failure: Option<String>,
}

/// One log group that wakes a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Logical id of the group.
    pub group: String,
    /// What a line must contain.
    pub phrase: String,
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    /// Its logical id.
    pub id: String,
    /// Its name.
    pub name: String,
}

pub(super) fn read(document: &Document) -> Result<BTreeMap<String, FunctionDef>, TemplateError> {
    let mut functions = BTreeMap::new();
    for (logical_id, properties) in document.of_kind("AWS::Serverless::Function") {
        let metadata = document.resources.get(logical_id).map_or(&Value::Null, |resource| &resource["Metadata"]);
        let binary = metadata["BuildProperties"]["Binary"]
            .as_str()
            .ok_or_else(|| fail(logical_id, "Metadata.BuildProperties.Binary does not name its binary"))?
            .to_owned();
        let timeout = number(&properties["Timeout"], 3);
        let mut function = FunctionDef {
            logical_id: logical_id.to_owned(),
            binary: binary.clone(),
            timeout_seconds: u64::try_from(timeout).unwrap_or(3),
            routes: Vec::new(),
            streams: properties["FunctionUrlConfig"]["InvokeMode"] == "RESPONSE_STREAM",
            queues: Vec::new(),
            stream: None,
            logs: logs(properties),
            log_group: log_group(document, properties),
            environment: environment(properties),
        };
        for (name, event) in properties["Events"].as_object().into_iter().flatten() {
            let at = format!("{logical_id}.{name}");
            let source = &event["Properties"];
            if source["Enabled"] == false {
                continue;
            }
            match event["Type"].as_str().unwrap_or_default() {
                "HttpApi" => function.routes.push(route(source)),
                "SQS" => function.queues.push(QueueMapping {
                    queue: reference(&source["Queue"]).unwrap_or_default().to_owned(),
                    batch_size: usize::try_from(number(&source["BatchSize"], 10)).unwrap_or(10).clamp(1, 10_000),
                    reports_failures: reports_failures(source),
                    filters: filters(&at, source)?,
                }),
                "DynamoDB" => function.stream = Some(stream(&at, source)?),
                "CloudWatchLogs" => function.logs.subscriptions.push(subscription(&at, source)?),
                // Read by `schedules`.
                "ScheduleV2" => {}
                other => return Err(fail(&at, &format!("events of type `{other}` are not played locally"))),
            }
        }
        if functions.insert(binary.clone(), function).is_some() {
            return Err(fail(logical_id, &format!("a second function runs the binary `{binary}`")));
        }
    }
    Ok(functions)
}

fn environment(properties: &Value) -> BTreeMap<String, Value> {
    let variables = properties["Environment"]["Variables"].as_object();
    variables.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Schedules written as events of a function.
pub(super) fn schedules(
    document: &Document,
    binaries: &BTreeMap<&str, &str>,
) -> Result<Vec<ScheduleDef>, TemplateError> {
    let mut schedules = Vec::new();
    for (logical_id, properties) in document.of_kind("AWS::Serverless::Function") {
        for (name, event) in properties["Events"].as_object().into_iter().flatten() {
            let source = &event["Properties"];
            if event["Type"] == "ScheduleV2" && source["State"] != "DISABLED" {
                let binary = binaries.get(logical_id).copied().unwrap_or_default().to_owned();
                let target = ScheduleTarget::Function(binary);
                schedules.push(schedule(&format!("{logical_id}{name}"), source, target, &source["Input"])?);
            }
        }
    }
    Ok(schedules)
}

fn route(source: &Value) -> Route {
    let method = source["Method"].as_str().map(str::to_uppercase).filter(|method| method != "ANY" && method != "*");
    Route { method, path: source["Path"].as_str().unwrap_or("$default").to_owned() }
}

/// How events are delivered whose sender does not wait, before it is known which.
fn logs(properties: &Value) -> LogsMapping {
    let config = &properties["EventInvokeConfig"];
    LogsMapping {
        subscriptions: Vec::new(),
        retries: u32::try_from(number(&config["MaximumRetryAttempts"], 2)).unwrap_or(2),
        on_failure: reference(&config["DestinationConfig"]["OnFailure"]["Destination"]).map(str::to_owned),
    }
}

fn log_group(document: &Document, properties: &Value) -> Option<LogGroup> {
    let id = reference(&properties["LoggingConfig"]["LogGroup"])?;
    let name = document.resources.get(id)?["Properties"]["LogGroupName"].as_str()?;
    Some(LogGroup { id: id.to_owned(), name: name.to_owned() })
}

/// Of CloudWatch's patterns only one phrase in quotes is played here.
fn subscription(at: &str, source: &Value) -> Result<Subscription, TemplateError> {
    let pattern = source["FilterPattern"].as_str().unwrap_or_default();
    let phrase = pattern.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|phrase| !phrase.is_empty());
    let phrase = phrase.ok_or_else(|| fail(at, "FilterPattern must be one phrase in double quotes"))?;
    let group = reference(&source["LogGroupName"]).unwrap_or_default();
    Ok(Subscription { group: group.to_owned(), phrase: phrase.to_owned() })
}

fn reports_failures(source: &Value) -> bool {
    source["FunctionResponseTypes"].as_array().into_iter().flatten().any(|kind| kind == "ReportBatchItemFailures")
}

fn filters(at: &str, source: &Value) -> Result<Vec<Pattern>, TemplateError> {
    let filters = source["FilterCriteria"]["Filters"].as_array().into_iter().flatten();
    filters
        .map(|filter| {
            Pattern::parse(filter["Pattern"].as_str().unwrap_or_default())
                .map_err(|source| TemplateError::Pattern { resource: at.to_owned(), source })
        })
        .collect()
}

fn stream(at: &str, source: &Value) -> Result<StreamMapping, TemplateError> {
    let retries = number(&source["MaximumRetryAttempts"], -1);
    Ok(StreamMapping {
        batch_size: usize::try_from(number(&source["BatchSize"], 100)).unwrap_or(100).clamp(1, 10_000),
        reports_failures: reports_failures(source),
        filters: filters(at, source)?,
        bisects: source["BisectBatchOnFunctionError"] == true,
        retries: u32::try_from(retries).ok(),
        only_new: source["StartingPosition"] == "LATEST",
        on_failure: reference(&source["DestinationConfig"]["OnFailure"]["Destination"]).map(str::to_owned),
    })
}
