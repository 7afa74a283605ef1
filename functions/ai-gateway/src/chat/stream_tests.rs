//! Answers that come as they are made.

use serde_json::{Value, json};

use crate::world::{World, ask, events};

fn streamed(model: &str) -> Value {
    let mut body = ask(model);
    body["stream"] = json!(true);
    body["stream_options"] = json!({ "include_usage": true });
    body
}

fn text(answer: &testkit::Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// The data of events, and whether the last one says that all of it came.
fn data(body: &str) -> (Vec<Value>, bool) {
    let lines: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let is_done = lines.last() == Some(&"[DONE]");
    (lines.into_iter().filter_map(|line| serde_json::from_str(line).ok()).collect(), is_done)
}

#[tokio::test]
async fn an_answer_comes_in_events_and_is_settled_before_the_last_one() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000_000 })).await;
    let answer = world.chat(streamed("small")).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-provider")), (200, "openai"));
    assert!(answer.header("content-type").starts_with("text/event-stream"));
    let body = text(&answer);
    let (events, is_done) = data(&body);
    assert!(is_done, "{body}");
    let words: String = events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(words, "Halo!");
    assert_eq!(events.last().unwrap()["usage"]["completion_tokens"], 500);
    assert!(body.contains(": x-cost 0.0058125\n"), "{body}");
    let [row] = world.used().await.try_into().unwrap();
    assert_eq!((&row["outcome"], &row["costNanoUsd"]), (&json!("answered"), &json!(5_812_500)));
    assert_eq!(world.get("usage").await.at("/data/budget/spentNanoUsd"), json!(5_812_500));
    assert_eq!(world.interactions().await, 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_ends_with_an_error_and_is_paid_as_far_as_it_came() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000_000 })).await;
    let whole = events();
    let first = whole.split_inclusive("\n\n").next().unwrap().to_owned();
    let error = json!({ "error": { "message": "overloaded", "type": "server_error" } });
    world.upstream.next([(200, format!("{first}data: {error}\n\n"))]);
    let answer = world.chat(streamed("small")).await;
    assert_eq!(answer.status, 200);
    let (events, is_done) = data(&text(&answer));
    assert!(!is_done, "nobody takes it for whole");
    assert_eq!(events.last().unwrap()["error"]["source"], "provider");
    let [row] = world.used().await.try_into().unwrap();
    assert_eq!(row["outcome"], "broken");
    assert!(row["costNanoUsd"].as_i64().unwrap() > 0);
    assert_eq!(world.get("usage").await.at("/data/budget/heldNanoUsd"), json!(0));
}

#[tokio::test]
async fn an_error_before_the_first_word_is_an_answer_with_a_status() {
    let world = World::with(json!({ "monthNanoUsd": 1_000_000_000 })).await;
    world.upstream.next([(400, json!({ "error": { "message": "no" } }).to_string())]);
    let answer = world.chat(streamed("small")).await;
    assert_eq!((answer.status.as_u16(), answer.text("/error/source")), (400, "provider".to_owned()));
    assert_eq!(world.interactions().await, 0);
    let over = World::with(json!({ "monthNanoUsd": 1 })).await;
    assert_eq!(over.chat(streamed("small")).await.text("/code"), "AI_BUDGET_EXCEEDED");
    assert_eq!(over.upstream.calls().len(), 0);
}
