//! `Anthropic`'s words.

use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    Refusal,
    events::Event,
    openai::Head,
    reply::{Calling, Ending, Form, Prompt, Reply},
};

/// The versions of the wire: the newer one knows no temperature.
const VERSIONS: [&str; 2] = ["2023-06-01", "2026-10-21"];

/// A conversation, read.
pub(super) fn prompt(headers: &HeaderMap, body: &Value) -> Result<Prompt, Refusal> {
    let wrong = |message: &str| Refusal::new(400, message);
    let version = headers.get("anthropic-version").and_then(|value| value.to_str().ok());
    let version = version.ok_or_else(|| wrong("anthropic-version: header is required"))?;
    if !VERSIONS.contains(&version) {
        return Err(wrong("anthropic-version: this is no version"));
    }
    if version != "2023-06-01" && ["temperature", "top_p", "top_k"].iter().any(|name| body.get(name).is_some()) {
        return Err(wrong("temperature: this version takes none"));
    }
    if body.get("temperature").is_some() && body.get("top_p").is_some() {
        return Err(wrong("`temperature` and `top_p` cannot both be specified for this model."));
    }
    let bound = body["max_tokens"].as_u64().filter(|bound| *bound > 0);
    let mut prompt =
        Prompt { bound: Some(bound.ok_or_else(|| wrong("max_tokens: Field required"))?), ..Prompt::default() };
    let mut marked = None;
    read_blocks(&body["system"], &mut prompt, &mut marked)?;
    let messages = body["messages"].as_array().filter(|all| !all.is_empty());
    let messages = messages.ok_or_else(|| wrong("messages: at least one message is required"))?;
    let mut open: Vec<String> = Vec::new();
    for message in messages {
        let said = read_blocks(&message["content"], &mut prompt, &mut marked)?;
        match message["role"].as_str().unwrap_or_default() {
            "user" => {
                if said.results.iter().any(|(id, _)| !open.contains(id)) {
                    return Err(wrong("messages: unexpected `tool_use_id` found in `tool_result` blocks"));
                }
                if said.results.len() < open.len() {
                    return Err(wrong(
                        "messages: `tool_use` ids were found without `tool_result` blocks immediately after",
                    ));
                }
                open.clear();
                prompt.words = said.text;
                prompt.results = said.results.into_iter().map(|(_, text)| text).collect();
            }
            "assistant" => {
                prompt.results.clear();
                open = said.called;
            }
            other => return Err(wrong(&format!("messages: Unexpected role \"{other}\""))),
        }
    }
    prompt.marked = marked;
    for tool in body["tools"].as_array().into_iter().flatten() {
        let name = tool["name"].as_str().ok_or_else(|| wrong("tools.0.name: Field required"))?;
        if !tool["input_schema"].is_object() {
            return Err(wrong("tools.0.input_schema: Field required"));
        }
        prompt.text.push_str(&tool.to_string());
        prompt.tools.push((name.to_owned(), tool["input_schema"].clone()));
    }
    prompt.calling = match (body["tool_choice"]["type"].as_str(), body["tool_choice"]["name"].as_str()) {
        (Some("none"), _) => Calling::Never,
        (Some("any"), _) => Calling::Must,
        (Some("tool"), Some(name)) => Calling::This(name.to_owned()),
        _ => Calling::Auto,
    };
    if body["output_config"]["format"]["type"] == "json_schema" {
        prompt.form = Form::Schema(body["output_config"]["format"]["schema"].clone());
    }
    let stops = body["stop_sequences"].as_array().into_iter().flatten();
    prompt.stops = stops.filter_map(|one| one.as_str().map(str::to_owned)).collect();
    Ok(prompt)
}

/// What the blocks of a message say.
#[derive(Default)]
struct Said {
    text: String,
    results: Vec<(String, String)>,
    called: Vec<String>,
}

fn read_blocks(content: &Value, prompt: &mut Prompt, marked: &mut Option<String>) -> Result<Said, Refusal> {
    let mut said = Said::default();
    if let Some(text) = content.as_str() {
        prompt.text.push_str(text);
        text.clone_into(&mut said.text);
        return Ok(said);
    }
    for block in content.as_array().into_iter().flatten() {
        match block["type"].as_str().unwrap_or_default() {
            "text" => {
                let text = block["text"].as_str().unwrap_or_default();
                if text.is_empty() {
                    return Err(Refusal::new(400, "messages: text content blocks must be non-empty"));
                }
                prompt.text.push_str(text);
                said.text.push_str(text);
            }
            "image" if block["source"]["type"].is_string() => prompt.images += 1,
            "tool_use" => said.called.push(block["id"].as_str().unwrap_or_default().to_owned()),
            "tool_result" => {
                let inner = read_blocks(&block["content"], prompt, marked)?;
                said.results.push((block["tool_use_id"].as_str().unwrap_or_default().to_owned(), inner.text));
            }
            "thinking" | "redacted_thinking" => {}
            other => return Err(Refusal::new(400, format!("messages: Input tag '{other}' found"))),
        }
        if block["cache_control"]["type"] == "ephemeral" {
            *marked = Some(prompt.text.clone());
        }
    }
    Ok(said)
}

fn reason(reply: &Reply) -> &'static str {
    match reply.end {
        Ending::Stop => "end_turn",
        Ending::StopSequence => "stop_sequence",
        Ending::Length => "max_tokens",
        Ending::Tool => "tool_use",
    }
}

fn usage(reply: &Reply, output: u64) -> Value {
    json!({
        "input_tokens": reply.uncached, "cache_creation_input_tokens": reply.written,
        "cache_read_input_tokens": reply.cached, "output_tokens": output, "service_tier": "standard"
    })
}

fn call_id(head: &Head, place: usize) -> String {
    format!("toolu_{}{place}", head.id.trim_start_matches("msg_"))
}

fn message(head: &Head, content: &Value, reason: Option<&str>, usage: &Value) -> Value {
    json!({
        "id": head.id, "type": "message", "role": "assistant", "model": head.model, "content": content,
        "stop_reason": reason, "stop_sequence": null, "usage": usage
    })
}

/// A whole answer.
pub(super) fn whole(head: &Head, reply: &Reply) -> Value {
    let mut content = Vec::new();
    if !reply.text.is_empty() {
        content.push(json!({"type": "text", "text": reply.text, "citations": null}));
    }
    content.extend(reply.calls.iter().enumerate().map(
        |(place, (name, input))| json!({"type": "tool_use", "id": call_id(head, place), "name": name, "input": input}),
    ));
    message(head, &Value::Array(content), Some(reason(reply)), &usage(reply, reply.output))
}

/// An answer as it is made.
pub(super) fn events(head: &Head, reply: &Reply) -> Vec<Event> {
    let start = message(head, &json!([]), None, &usage(reply, 1));
    let mut events = vec![event("message_start", json!({ "message": start }))];
    let mut block = 0;
    if !reply.text.is_empty() {
        events
            .push(event("content_block_start", json!({"index": block, "content_block": {"type": "text", "text": ""}})));
        events.push(event("ping", json!({})));
        for text in reply.pieces() {
            events.push(event(
                "content_block_delta",
                json!({"index": block, "delta": {"type": "text_delta", "text": text}}),
            ));
        }
        events.push(event("content_block_stop", json!({ "index": block })));
        block += 1;
    }
    for (place, (name, input)) in reply.calls.iter().enumerate() {
        let begun = json!({"type": "tool_use", "id": call_id(head, place), "name": name, "input": {}});
        events.push(event("content_block_start", json!({"index": block, "content_block": begun})));
        let text = input.to_string();
        for part in std::iter::once("").chain(text.split_inclusive(':')) {
            let delta = json!({"type": "input_json_delta", "partial_json": part});
            events.push(event("content_block_delta", json!({"index": block, "delta": delta})));
        }
        events.push(event("content_block_stop", json!({ "index": block })));
        block += 1;
    }
    let ending = json!({"delta": {"stop_reason": reason(reply), "stop_sequence": null}, "usage": {"output_tokens": reply.output}});
    events.push(event("message_delta", ending));
    events.push(event("message_stop", json!({})));
    events
}

fn event(name: &'static str, mut value: Value) -> Event {
    value["type"] = json!(name);
    (Some(name), value.to_string())
}

/// An error.
pub(super) fn error(refusal: &Refusal) -> Value {
    let kind = match refusal.status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    let error = json!({"type": kind, "message": refusal.message, "details": null});
    json!({"type": "error", "error": error, "request_id": "req_local"})
}
