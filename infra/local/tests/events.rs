//! `events/` holds one sample event per function: counted, parsed, and given to the functions as they are linked here.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which clippy takes for ordinary code")]

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use aws_lambda_events::{
    apigw::ApiGatewayV2httpRequest,
    dynamodb,
    sqs::{SqsBatchResponse, SqsEvent},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cloud::{Function, config::Limits};
use flate2::read::GzDecoder;
use ruko_local::{Functions, LocalCloud, Options, Template, linked, seed};
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

fn sample(binary: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{binary}.json"))).unwrap()
}

/// The lines of the log in a sample; base64 of gzipped JSON.
fn lines_of(text: &str) -> Vec<String> {
    let event: Value = serde_json::from_str(text).unwrap();
    let packed = STANDARD.decode(event.pointer("/awslogs/data").unwrap().as_str().unwrap()).unwrap();
    let delivery: Value = serde_json::from_reader(GzDecoder::new(packed.as_slice())).unwrap();
    let lines = delivery.get("logEvents").unwrap().as_array().unwrap().iter();
    lines.map(|line| line.get("message").unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_lines_of_the_meters_sample_tell_of_calls() {
    for line in lines_of(&sample("meter")) {
        assert!(metering::Call::read(&line).unwrap().is_some(), "{line}");
    }
}

#[test]
fn there_is_one_sample_per_function() {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let samples: BTreeSet<String> = files
        .filter(|file| file.extension().is_some_and(|kind| kind == "json"))
        .map(|file| file.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let functions: BTreeSet<String> = Template::load().unwrap().functions.into_keys().collect();
    assert_eq!(samples, functions);
}

#[test]
fn each_is_of_the_kind_that_wakes_its_function() {
    for (binary, function) in Template::load().unwrap().functions {
        let text = sample(&binary);
        if !function.routes.is_empty() {
            let event: ApiGatewayV2httpRequest = serde_json::from_str(&text).unwrap();
            let keys = function.routes.iter().map(|route| match &route.method {
                Some(method) => format!("{method} {}", route.path),
                None => format!("ANY {}", route.path),
            });
            let key = event.route_key.unwrap();
            assert!(keys.into_iter().any(|known| known == key), "{binary} has no route {key}");
        } else if function.stream.is_some() {
            let event: dynamodb::Event = serde_json::from_str(&text).unwrap();
            assert!(!event.records.is_empty(), "{binary}");
        } else if !function.logs.subscriptions.is_empty() {
            assert!(!lines_of(&text).is_empty(), "{binary}");
        } else if function.queues.is_empty() {
            let event: Value = serde_json::from_str(&text).unwrap();
            assert!(event["scheduledTime"].is_string(), "{binary} is woken by a schedule");
        } else {
            let event: SqsEvent = serde_json::from_str(&text).unwrap();
            assert!(!event.records.is_empty(), "{binary}");
            for record in event.records {
                let arn = record.event_source_arn.unwrap();
                let queue = arn.rsplit(':').next().unwrap();
                assert!(
                    function.queues.iter().any(|mapping| mapping.queue == queue),
                    "{binary} is not woken by {queue}"
                );
            }
        }
    }
}

#[test]
fn nothing_in_them_is_a_secret_or_a_person() {
    for binary in Template::load().unwrap().functions.into_keys() {
        let text = sample(&binary);
        for mark in ["eyJ", "Mid-server-", "AA:", "127.0.0.1", "localhost"] {
            assert!(!text.contains(mark), "{binary} has {mark}");
        }
        for (at, _) in text.match_indices('@') {
            assert!(text[at..].starts_with("@example.com"), "{binary} has an address of somebody");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_function_takes_its_sample() {
    let kept: Arc<Mutex<Functions>> = Arc::default();
    let (build, keep) = (linked(Limits::Loose), Arc::clone(&kept));
    let build: ruko_local::Build = Arc::new(move |surroundings| {
        let (made, keep) = (build(surroundings), Arc::clone(&keep));
        Box::pin(async move {
            let functions = made.await?;
            keep.lock().unwrap().clone_from(&functions);
            Ok(functions)
        })
    });
    let seed = seed::seeding(seed::OPERATOR, "operator-of-the-samples");
    let _cloud = LocalCloud::start(Options::default(), build, Some(seed)).await.unwrap();
    let functions = kept.lock().unwrap().clone();
    for (binary, function) in functions {
        let text = sample(&binary);
        let sample: Value = serde_json::from_str(&text).unwrap();
        match function {
            Function::Http(router) => {
                let request = lambda_http::request::from_str(&text).unwrap();
                let (parts, body) = cloud::http::call(&router, request).await.into_parts();
                let body: Value = serde_json::from_slice(&body).unwrap();
                let kind = parts.headers["content-type"].to_str().unwrap().to_owned();
                let wanted = if parts.status.is_success() { "application/json" } else { "application/problem+json" };
                assert!(kind.starts_with(wanted), "{binary}: {kind} {body}");
                assert_eq!(body["success"] == false, !parts.status.is_success(), "{binary}: {body}");
                assert_eq!(sample["expectedStatus"], parts.status.as_u16(), "events/{binary}.json: {body}");
            }
            Function::Event(handler) => {
                let answer = handler(sample.clone()).await.unwrap();
                if sample["Records"].is_null() {
                    assert_eq!(answer, Value::Null, "{binary}");
                    continue;
                }
                let answer: SqsBatchResponse = serde_json::from_value(answer).unwrap();
                let failed: Vec<Value> =
                    answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier.into()).collect();
                let expected = sample["expectedFailures"].as_array().cloned().unwrap_or_default();
                assert_eq!(failed, expected, "events/{binary}.json");
            }
        }
    }
}
