//! `Gemini`'s words, both ways.

use serde_json::{Value, json};

use super::{answer, embeddings, events::GeminiEvents, request};
use crate::{
    AiProvider, EmbeddingsRequest, Refusal, TokenUsage,
    adapters::tests::{everything, read, sum, target, whole},
    upstream::answers::WireDelivery,
};

fn gemini() -> crate::AiTarget {
    target(AiProvider::Gemini, "gemini-2.5-flash")
}

#[test]
fn a_conversation_with_everything() {
    let call = request::chat(&gemini(), &everything(), WireDelivery::Streamed).unwrap();
    assert_eq!(call.url, "https://api.example/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    assert_eq!((call.headers[0].0, call.headers[0].1.expose().as_str()), ("x-goog-api-key", "sk-secret"));
    assert_eq!(
        call.body,
        json!({
            "systemInstruction": {"parts": [{"text": "be brief"}, {"text": "in Indonesian"}]},
            "contents": [
                {"role": "user", "parts": [{"text": "look"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]},
                {"role": "model", "parts": [
                    {"functionCall": {"name": "weather", "args": {"city": "Jakarta"}}, "thoughtSignature": "sig"},
                    {"functionCall": {"name": "clock", "args": {}}}
                ]},
                {"role": "user", "parts": [
                    {"functionResponse": {"name": "weather", "response": {"degrees": 31}}},
                    {"functionResponse": {"name": "clock", "response": {"result": "noon"}}},
                    {"text": "and now?"}
                ]}
            ],
            "generationConfig": {"maxOutputTokens": 256, "temperature": 0.5, "topP": 0.9, "seed": 7, "stopSequences": ["END"], "frequencyPenalty": 0.5},
            "tools": [{"functionDeclarations": [
                {"name": "weather", "description": "The weather", "parametersJsonSchema": {"type": "object"}}, {"name": "clock"}
            ]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}
        })
    );
}

#[test]
fn a_call_of_another_provider_goes_without_its_signature_check() {
    let mut value = serde_json::to_value(everything()).unwrap();
    value["messages"][2]["tool_calls"][0].as_object_mut().unwrap().remove("extra_content");
    let sent = request::chat(&gemini(), &crate::adapters::tests::request(value), WireDelivery::Whole).unwrap().body;
    assert_eq!(sent["contents"][1]["parts"][0]["thoughtSignature"], "skip_thought_signature_validator");
}

#[test]
fn a_name_that_would_lead_elsewhere_is_refused() {
    for model in ["", "../secrets", "a/b", "a?key=1", "a:b", "a b", "ä"] {
        let call = request::chat(&target(AiProvider::Gemini, model), &everything(), WireDelivery::Whole);
        assert_eq!(call.unwrap_err().refusal, Refusal::Unsupported, "{model}");
    }
}

#[test]
fn forms_of_an_answer_and_choices_of_a_tool() {
    let sent = |more: Value| {
        let mut value = json!({"model": "m", "messages": [{"role": "user", "content": "x"}],
            "tools": [{"type": "function", "function": {"name": "f"}}]});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request::chat(&gemini(), &crate::adapters::tests::request(value), WireDelivery::Whole).unwrap().body
    };
    let schema = json!({"type": "object"});
    let body =
        sent(json!({"response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}}));
    assert_eq!(body["generationConfig"], json!({"responseMimeType": "application/json", "responseJsonSchema": schema}));
    for (choice, expected) in [
        (json!("none"), json!({"mode": "NONE"})),
        (json!("auto"), json!({"mode": "AUTO"})),
        (json!({"type": "function", "function": {"name": "f"}}), json!({"mode": "ANY", "allowedFunctionNames": ["f"]})),
    ] {
        assert_eq!(sent(json!({"tool_choice": choice}))["toolConfig"]["functionCallingConfig"], expected);
    }
    assert!(sent(json!({})).get("generationConfig").is_none());
}

#[test]
fn a_whole_answer() {
    let body = json!({
        "candidates": [{"content": {"role": "model", "parts": [
            {"text": "hm", "thought": true}, {"text": "Halo"},
            {"functionCall": {"name": "weather", "args": {"city": "Jakarta"}}, "thoughtSignature": "sig"},
            {"functionCall": {"id": "own", "name": "clock"}}
        ]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 20, "cachedContentTokenCount": 15, "candidatesTokenCount": 3, "thoughtsTokenCount": 4, "totalTokenCount": 27},
        "modelVersion": "gemini-2.5-flash", "responseId": "r1"
    });
    let said = answer::chat(body.to_string().as_bytes(), 9).unwrap();
    assert_eq!(said.usage, Some(TokenUsage { uncached: 5, cache_read: 15, cache_write: 0, output: 7 }));
    assert_eq!(
        whole(&said.answer),
        json!({"words": "Halo", "thoughts": "hm",
            "calls": [["call_r1_0", "weather", "{\"city\":\"Jakarta\"}"], ["own", "clock", "{}"]], "reason": "tool_calls",
            "usage": {"uncached": 5, "cacheRead": 15, "cacheWrite": 0, "output": 7}})
    );
    let calls = said.answer.choices[0].message.tool_calls.as_ref().unwrap();
    assert_eq!(calls[0].extra_content, Some(json!({"google": {"thought_signature": "sig"}})));
}

#[test]
fn a_blocked_prompt_is_an_answer_that_says_nothing() {
    let body = json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 5}});
    let said = answer::chat(body.to_string().as_bytes(), 9).unwrap();
    assert_eq!(whole(&said.answer)["reason"], "content_filter");
    let stream = format!("data: {body}\n\n");
    assert_eq!(sum(&read(GeminiEvents::new(9), &stream, 5).unwrap())["reason"], "content_filter");
    assert!(answer::chat(b"{}", 9).is_err(), "nothing at all is no answer");
}

const STREAM: &str = concat!(
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true}],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":10,\"totalTokenCount\":10},\"modelVersion\":\"g\",\"responseId\":\"r1\"}\r\n\r\n",
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hal\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"g\",\"responseId\":\"r1\"}\r\n\r\n",
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ö\"},{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Jakarta\"}},\"thoughtSignature\":\"sig\"}],\"role\":\"model\"},\"index\":0}]}\r\n\r\n",
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"thoughtsTokenCount\":2,\"totalTokenCount\":17}}\r\n\r\n",
);

#[test]
fn a_stream_is_the_same_in_pieces_of_any_size() {
    let expected = json!({
        "words": "Halö", "thoughts": "hm", "calls": [["call_r1_0", "weather", "{\"city\":\"Jakarta\"}"]], "reason": "tool_calls",
        "usage": {"uncached": 10, "cacheRead": 0, "cacheWrite": 0, "output": 7}
    });
    for size in 1..STREAM.len() {
        assert_eq!(sum(&read(GeminiEvents::new(9), STREAM, size).unwrap()), expected, "{size}");
    }
}

#[test]
fn a_stream_without_a_reason_for_its_end_is_cut_off() {
    let ends: Vec<usize> = STREAM.match_indices("\r\n\r\n").map(|(at, _)| at + 4).collect();
    for end in &ends[..ends.len() - 1] {
        let cut = STREAM.get(..*end).unwrap();
        assert_eq!(read(GeminiEvents::new(9), cut, 64).unwrap_err().refusal, Refusal::Unreachable, "{end}");
    }
    let failing = "data: {\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n";
    assert_eq!(read(GeminiEvents::new(9), failing, 64).unwrap_err().status, Some(503));
}

#[test]
fn vectors() {
    let asked: EmbeddingsRequest = serde_json::from_value(
        json!({"model": "m", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 2}),
    )
    .unwrap();
    let embedder = target(AiProvider::Gemini, "gemini-embedding-001");
    let call = embeddings::call(&embedder, &asked).unwrap();
    assert_eq!(call.url, "https://api.example/models/gemini-embedding-001:batchEmbedContents");
    assert_eq!(
        call.body["requests"][1],
        json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "b"}]}, "outputDimensionality": 2})
    );
    let body = json!({"embeddings": [{"values": [1.0]}, {"values": [1.0]}]});
    let said = embeddings::answer(&embedder, &asked, body.to_string().as_bytes()).unwrap();
    assert_eq!((said.usage, &said.answer.data[1].embedding, said.answer.data[1].index), (None, &json!("AACAPw=="), 1));
    assert!(embeddings::answer(&embedder, &asked, br#"{"embeddings":[]}"#).is_err());
}
