//! `Anthropic`'s words, both ways.

use serde_json::{Value, json};

use super::{answer, events::AnthropicEvents, request};
use crate::{
    AiProvider, ChatRequest, Refusal, TokenUsage,
    adapters::tests::{everything, read, sum, target, whole},
    upstream::answers::WireDelivery,
};

fn body(model: &str, request: &ChatRequest) -> Value {
    request::chat(&target(AiProvider::Anthropic, model), request, WireDelivery::Whole).unwrap().body
}

#[test]
fn a_conversation_with_everything() {
    let call = request::chat(&target(AiProvider::Anthropic, "claude-haiku-4-5"), &everything(), WireDelivery::Streamed)
        .unwrap();
    assert_eq!(call.url, "https://api.example/v1/messages");
    let headers: Vec<(&str, &str)> =
        call.headers.iter().map(|(name, value)| (*name, value.expose().as_str())).collect();
    assert_eq!(headers, [("x-api-key", "sk-secret"), ("anthropic-version", "2023-06-01")]);
    assert_eq!(
        call.body,
        json!({
            "model": "claude-haiku-4-5", "max_tokens": 256, "stream": true, "temperature": 0.5, "stop_sequences": ["END"],
            "system": [{"type": "text", "text": "be brief"}, {"type": "text", "text": "in Indonesian"}],
            "messages": [
                {"role": "user", "content": [
                    {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
                ]},
                {"role": "assistant", "content": [
                    {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Jakarta"}},
                    {"type": "tool_use", "id": "call_2", "name": "clock", "input": {}}
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "{\"degrees\":31}"}]},
                    {"type": "tool_result", "tool_use_id": "call_2", "content": [{"type": "text", "text": "noon"}]},
                    {"type": "text", "text": "and now?"}
                ]}
            ],
            "tools": [
                {"name": "weather", "description": "The weather", "input_schema": {"type": "object"}},
                {"name": "clock", "input_schema": {"type": "object", "properties": {}}}
            ],
            "tool_choice": {"type": "any", "disable_parallel_tool_use": true}
        })
    );
}

#[test]
fn newer_models_are_not_told_how_free_to_be_and_hot_is_at_most_one() {
    let hot = |heat: Value| {
        crate::adapters::tests::request(json!({
            "model": "m", "messages": [{"role": "user", "content": "x"}], "temperature": heat, "top_p": 0.5
        }))
    };
    assert_eq!(body("claude-sonnet-4-5", &hot(json!(1.5)))["temperature"], json!(1));
    assert_eq!(body("claude-sonnet-4-5", &hot(Value::Null))["top_p"], json!(0.5));
    for model in ["claude-opus-4-7", "claude-sonnet-5", "claude-opus-5"] {
        let sent = body(model, &hot(json!(0.5)));
        assert!(sent.get("temperature").is_none() && sent.get("top_p").is_none(), "{model}");
    }
    assert_eq!(body("m", &hot(Value::Null))["max_tokens"], json!(4_096), "the wire wants a bound");
}

#[test]
fn a_schema_is_sent_and_json_of_any_shape_is_asked_for_in_words() {
    let asks = |format: Value| {
        crate::adapters::tests::request(json!({
            "model": "m", "messages": [{"role": "user", "content": "x"}], "response_format": format
        }))
    };
    let schema = json!({"type": "object", "additionalProperties": false});
    let sent = body("m", &asks(json!({"type": "json_schema", "json_schema": {"name": "s", "schema": schema}})));
    assert_eq!(sent["output_config"], json!({"format": {"type": "json_schema", "schema": schema}}));
    let sent = body("m", &asks(json!({"type": "json_object"})));
    assert!(sent["system"][0]["text"].as_str().unwrap().contains("JSON"));
    assert!(body("m", &asks(json!({"type": "text"}))).get("system").is_none());
}

#[test]
fn an_image_that_cannot_be_sent_is_for_another_provider() {
    let at = |url: &str| {
        let request = crate::adapters::tests::request(json!({
            "model": "m", "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}]
        }));
        request::chat(&target(AiProvider::Anthropic, "m"), &request, WireDelivery::Whole)
    };
    let sent = at("https://example.com/a.png").unwrap().body;
    assert_eq!(sent["messages"][0]["content"][0]["source"], json!({"type": "url", "url": "https://example.com/a.png"}));
    for url in ["http://example.com/a.png", "data:image/png,abc", "data:text/html;base64,AA", "file:///etc/passwd", ""]
    {
        assert_eq!(at(url).unwrap_err().refusal, Refusal::Unsupported, "{url}");
    }
}

#[test]
fn a_whole_answer() {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5",
        "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "Halo"},
                    {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Jakarta"}}, {"type": "new_kind"}],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 500, "output_tokens": 500, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 1500, "service_tier": "standard"}
    });
    let said = answer::chat(body.to_string().as_bytes(), 9).unwrap();
    assert_eq!(said.usage, Some(TokenUsage { uncached: 500, cache_read: 1_500, cache_write: 7, output: 500 }));
    let usage = said.answer.usage.unwrap();
    assert_eq!(
        (usage.prompt_tokens, usage.total_tokens),
        (2_007, 2_507),
        "cached tokens are among the prompt's on our wire"
    );
    assert_eq!(usage.normalised(), said.usage.unwrap());
    assert_eq!((said.answer.created, said.answer.id.as_str()), (9, "msg_1"));
    assert_eq!(
        whole(&said.answer),
        json!({"words": "Halo", "thoughts": "hm", "calls": [["toolu_1", "weather", "{\"city\":\"Jakarta\"}"]],
            "reason": "tool_calls", "usage": {"uncached": 500, "cacheRead": 1500, "cacheWrite": 7, "output": 500}})
    );
}

#[test]
fn reasons_to_end() {
    for (reason, expected) in [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ] {
        let body = json!({"id": "m", "model": "m", "content": [], "stop_reason": reason});
        let said = answer::chat(body.to_string().as_bytes(), 0).unwrap();
        assert_eq!(json!(said.answer.choices[0].finish_reason), json!(expected), "{reason}");
        assert_eq!((said.usage, said.answer.choices[0].message.content.as_deref()), (None, Some("")));
    }
}

const STREAM: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"model\":\"claude\",\"stop_reason\":null,\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":4,\"output_tokens\":1}}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hal\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"ö\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\",\"input\":{}}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Jakarta\\\"}\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":2}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":3,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"clock\",\"input\":{}}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":3}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":15}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

#[test]
fn a_stream_is_the_same_in_pieces_of_any_size() {
    let expected = json!({
        "words": "Halö", "thoughts": "hm",
        "calls": [["toolu_1", "weather", "{\"city\":\"Jakarta\"}"], ["toolu_2", "clock", "{}"]], "reason": "tool_calls",
        "usage": {"uncached": 10, "cacheRead": 4, "cacheWrite": 0, "output": 15}
    });
    for size in 1..STREAM.len() {
        assert_eq!(sum(&read(AnthropicEvents::new(9), STREAM, size).unwrap()), expected, "{size}");
    }
    let crlf = STREAM.replace('\n', "\r\n");
    let chunks = read(AnthropicEvents::new(9), &crlf, 11).unwrap();
    assert_eq!(sum(&chunks), expected);
    assert!(chunks.iter().all(|chunk| chunk.id == "msg_1" && chunk.created == 9 && chunk.model == "claude"));
}

#[test]
fn a_stream_that_ends_anywhere_else_is_cut_off() {
    let ends: Vec<usize> = STREAM.match_indices("\n\n").map(|(at, _)| at + 2).collect();
    for end in &ends[..ends.len() - 1] {
        let cut = STREAM.get(..*end).unwrap();
        assert_eq!(read(AnthropicEvents::new(9), cut, 64).unwrap_err().refusal, Refusal::Unreachable, "{end}");
    }
}

#[test]
fn an_overload_within_a_stream_is_no_word_of_the_answer() {
    let start = STREAM.split_once("event: content_block_start").unwrap().0;
    let failing = format!(
        "{start}event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}}}\n\n"
    );
    let error = read(AnthropicEvents::new(9), &failing, 64).unwrap_err();
    assert_eq!((error.refusal, error.status), (Refusal::Overloaded, Some(529)));
}
