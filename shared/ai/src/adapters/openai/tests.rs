//! `OpenAI`, `DeepSeek` and compatible servers.

use serde_json::{Value, json};

use super::{answer, embeddings, events::OpenAiEvents, request};
use crate::{
    AiProvider, EmbeddingsRequest, Refusal, TokenUsage,
    adapters::tests::{everything, read, sum, target, whole},
    upstream::answers::WireDelivery,
};

fn body(provider: AiProvider) -> Value {
    let request = if provider == AiProvider::DeepSeek {
        let mut text = serde_json::to_value(everything()).unwrap();
        text["messages"][1]["content"] = json!("look");
        crate::adapters::tests::request(text)
    } else {
        everything()
    };
    request::chat(&target(provider, "m-1"), &request, WireDelivery::Whole).unwrap().body
}

#[test]
fn openai_is_sent_what_came_under_its_newer_names() {
    let sent = body(AiProvider::OpenAi);
    assert_eq!(
        (&sent["model"], &sent["max_completion_tokens"], &sent["stream"]),
        (&json!("m-1"), &json!(256), &json!(false))
    );
    for absent in ["max_tokens", "logit_bias", "stream_options"] {
        assert!(sent.get(absent).is_none(), "{absent}");
    }
    assert_eq!((&sent["user"], &sent["reasoning_effort"]), (&json!("u-1"), &json!("low")));
    assert_eq!(sent["messages"][5]["role"], "developer");
    let text = sent.to_string();
    assert!(!text.contains("cache_control") && !text.contains("extra_content"), "other providers' words");
}

#[test]
fn compatible_servers_are_sent_older_names_and_everything_else() {
    let sent = body(AiProvider::Compatible);
    assert_eq!((&sent["max_tokens"], &sent["messages"][5]["role"]), (&json!(256), &json!("system")));
    assert!(sent.get("max_completion_tokens").is_none());
    assert_eq!(sent["user"], "u-1");
    assert!(sent.to_string().contains("thought_signature"), "Gemini's own compatible server wants it back");
}

#[test]
fn deepseek_is_sent_what_it_knows() {
    let sent = body(AiProvider::DeepSeek);
    let keys: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "frequency_penalty",
            "max_tokens",
            "messages",
            "model",
            "stop",
            "stream",
            "temperature",
            "tool_choice",
            "tools",
            "top_p"
        ]
    );
    let image = request::chat(&target(AiProvider::DeepSeek, "m"), &everything(), WireDelivery::Whole).unwrap_err();
    assert_eq!(image.refusal, Refusal::Unsupported);
    let schema = crate::adapters::tests::request(json!({
        "model": "m", "messages": [{"role": "user", "content": "x"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
    }));
    let sent = request::chat(&target(AiProvider::DeepSeek, "m"), &schema, WireDelivery::Whole).unwrap().body;
    assert_eq!(sent["response_format"], json!({"type": "json_object"}));
    assert!(sent["messages"][0]["content"].as_str().unwrap().ends_with(r#"{"type":"object"}"#));
}

#[test]
fn the_key_is_a_bearer_and_in_no_log() {
    let call = request::chat(&target(AiProvider::OpenAi, "m"), &everything(), WireDelivery::Streamed).unwrap();
    assert_eq!(call.url, "https://api.example/chat/completions");
    assert_eq!((call.headers[0].0, call.headers[0].1.expose().as_str()), ("authorization", "Bearer sk-secret"));
    assert!(!format!("{call:?}").contains("sk-secret"));
    assert_eq!(call.body["stream_options"], json!({"include_usage": true}));
}

const CALLS: &str = concat!(
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n",
    ": keep-alive\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Jakarta é\\\"}\"}}]},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":5,\"total_tokens\":25,\"prompt_tokens_details\":{\"cached_tokens\":15}}}\n\n",
    "data: [DONE]\n\n",
);

#[test]
fn a_stream_is_the_same_in_pieces_of_any_size() {
    let expected = json!({
        "words": "", "thoughts": "", "calls": [["call_1", "weather", "{\"city\":\"Jakarta é\"}"]], "reason": "tool_calls",
        "usage": {"uncached": 5, "cacheRead": 15, "cacheWrite": 0, "output": 5}
    });
    for size in 1..CALLS.len() {
        assert_eq!(sum(&read(OpenAiEvents::default(), CALLS, size).unwrap()), expected, "{size}");
    }
}

#[test]
fn a_stream_without_its_end_is_not_whole() {
    for (end, is_whole) in [
        ("data: [DONE]\n\n", true),
        ("data: {\"id\":\"c\",\"choices\":[],", true),
        ("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}", false),
    ] {
        let cut = CALLS.split_once(end).unwrap().0;
        assert_eq!(read(OpenAiEvents::default(), cut, 7).is_ok(), is_whole, "{end}");
    }
    let nonsense = read(OpenAiEvents::default(), "data: {oops\n\n", 7).unwrap_err();
    assert_eq!(nonsense.refusal, Refusal::Unreadable);
}

#[test]
fn whole_answers_of_openai_and_deepseek_are_counted_alike() {
    let openai = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Halo", "refusal": null, "annotations": [], "tool_calls": []}, "logprobs": null, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25, "prompt_tokens_details": {"cached_tokens": 15, "audio_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 2}}
    });
    let deepseek = json!({
        "id": "d", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Halo", "reasoning_content": "hm"}, "finish_reason": "insufficient_system_resource"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25, "prompt_cache_hit_tokens": 15, "prompt_cache_miss_tokens": 5}
    });
    let used = TokenUsage { uncached: 5, cache_read: 15, cache_write: 0, output: 5 };
    for (body, reason, thoughts) in [(openai, "stop", ""), (deepseek, "length", "hm")] {
        let said = answer::chat(body.to_string().as_bytes()).unwrap();
        assert_eq!(said.usage, Some(used));
        let whole = whole(&said.answer);
        assert_eq!(
            (&whole["words"], &whole["reason"], &whole["thoughts"]),
            (&json!("Halo"), &json!(reason), &json!(thoughts))
        );
        assert_eq!(said.answer.choices[0].message.tool_calls, None);
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    for (body, refusal) in [
        ("", Refusal::Unreadable),
        ("<html>", Refusal::Unreadable),
        ("{}", Refusal::Unreadable),
        (r#"{"choices":[]}"#, Refusal::Unreadable),
        (r#"{"error":{"message":"x","type":"rate_limit_error"}}"#, Refusal::Busy),
    ] {
        assert_eq!(answer::chat(body.as_bytes()).unwrap_err().refusal, refusal, "{body}");
    }
}

#[test]
fn vectors_come_in_their_order_and_in_the_form_that_was_asked_for() {
    let asked: EmbeddingsRequest =
        serde_json::from_value(json!({"model": "m", "input": ["a", "b"], "encoding_format": "base64", "user": "u"}))
            .unwrap();
    let call = embeddings::call(&target(AiProvider::OpenAi, "text-embedding-3-small"), &asked);
    assert_eq!(call.body, json!({"model": "text-embedding-3-small", "input": ["a", "b"], "encoding_format": "base64"}));
    let body = json!({"data": [{"index": 1, "embedding": [1.0]}, {"index": 0, "embedding": "AACAPw=="}], "usage": {"prompt_tokens": 3, "total_tokens": 3}});
    let said = embeddings::answer(&asked, body.to_string().as_bytes()).unwrap();
    let vectors: Vec<&Value> = said.answer.data.iter().map(|one| &one.embedding).collect();
    assert_eq!(vectors, [&json!("AACAPw=="), &json!("AACAPw==")]);
    assert_eq!(said.usage.map(|usage| usage.uncached), Some(3));
    let missing = json!({"data": [{"index": 0, "embedding": [1.0]}]});
    assert!(embeddings::answer(&asked, missing.to_string().as_bytes()).is_err());
}
