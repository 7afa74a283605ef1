//! `OpenAI`'s and `DeepSeek`'s words.

use ai::AiProvider;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Refusal,
    events::{Event, data},
    reply::{Calling, Ending, Form, Prompt, Reply, tokens, vector},
};

/// Who answers: what all chunks say.
pub(super) struct Head {
    pub(super) provider: AiProvider,
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) model: String,
}

/// A conversation, read.
pub(super) fn prompt(body: &Value) -> Result<Prompt, Refusal> {
    let wrong = |message: &str| Refusal::new(400, message);
    let messages = body["messages"].as_array().filter(|all| !all.is_empty());
    let messages = messages.ok_or_else(|| wrong("Missing required parameter: 'messages'."))?;
    let mut prompt = Prompt::default();
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        let text = text(&message["content"], &mut prompt.images)?;
        prompt.text.push_str(&text);
        prompt.text.push('\n');
        match message["role"].as_str().unwrap_or_default() {
            "system" | "developer" => {}
            "user" => {
                prompt.words = text;
                prompt.results.clear();
            }
            "assistant" => {
                prompt.results.clear();
                let calls = message["tool_calls"].as_array();
                open = calls.into_iter().flatten().filter_map(|call| call["id"].as_str()).collect();
            }
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                if !open.contains(&id) {
                    return Err(wrong(
                        "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
                    ));
                }
                prompt.words.clear();
                prompt.results.push(text);
            }
            other => return Err(wrong(&format!("Invalid value: '{other}'."))),
        }
    }
    for tool in body["tools"].as_array().into_iter().flatten() {
        let name = tool["function"]["name"]
            .as_str()
            .ok_or_else(|| wrong("Missing required parameter: 'tools[0].function.name'."))?;
        prompt.text.push_str(&tool.to_string());
        prompt.tools.push((name.to_owned(), tool["function"]["parameters"].clone()));
    }
    prompt.calling = match (body["tool_choice"].as_str(), body["tool_choice"]["function"]["name"].as_str()) {
        (Some("none"), _) => Calling::Never,
        (Some("required"), _) => Calling::Must,
        (_, Some(name)) => Calling::This(name.to_owned()),
        _ => Calling::Auto,
    };
    prompt.form = match body["response_format"]["type"].as_str() {
        Some("json_object") => Form::Json,
        Some("json_schema") => Form::Schema(body["response_format"]["json_schema"]["schema"].clone()),
        _ => Form::Text,
    };
    prompt.bound = body["max_completion_tokens"].as_u64().or_else(|| body["max_tokens"].as_u64());
    prompt.stops = match &body["stop"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    Ok(prompt)
}

fn text(content: &Value, images: &mut u64) -> Result<String, Refusal> {
    if let Some(text) = content.as_str() {
        return Ok(text.to_owned());
    }
    let mut all = String::new();
    for part in content.as_array().into_iter().flatten() {
        match part["type"].as_str().unwrap_or_default() {
            "text" => all.push_str(part["text"].as_str().unwrap_or_default()),
            "refusal" => all.push_str(part["refusal"].as_str().unwrap_or_default()),
            "image_url" if part["image_url"]["url"].is_string() => *images += 1,
            other => return Err(Refusal::new(400, format!("Invalid value: '{other}'."))),
        }
    }
    Ok(all)
}

fn finish(reply: &Reply) -> &'static str {
    match reply.end {
        Ending::Stop | Ending::StopSequence => "stop",
        Ending::Length => "length",
        Ending::Tool => "tool_calls",
    }
}

fn usage(head: &Head, reply: &Reply) -> Value {
    let (input, output) = (reply.input(), reply.output);
    let mut usage = json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output});
    let more = match head.provider {
        AiProvider::DeepSeek => json!({
            "prompt_cache_hit_tokens": reply.cached, "prompt_cache_miss_tokens": reply.uncached,
            "prompt_tokens_details": {"cached_tokens": reply.cached}
        }),
        AiProvider::OpenAi | AiProvider::Anthropic | AiProvider::Gemini | AiProvider::Compatible => json!({
            "prompt_tokens_details": {"cached_tokens": reply.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
        }),
    };
    if let (Some(usage), Value::Object(more)) = (usage.as_object_mut(), more) {
        usage.extend(more);
    }
    usage
}

fn call_id(head: &Head, place: usize) -> String {
    format!("call_{}{place}", head.id.rsplit('-').next().unwrap_or_default())
}

/// A whole answer.
pub(super) fn whole(head: &Head, reply: &Reply) -> Value {
    let calls: Vec<Value> = reply.calls.iter().enumerate().map(|(place, (name, arguments))| json!({
        "id": call_id(head, place), "type": "function", "function": {"name": name, "arguments": arguments.to_string()}
    })).collect();
    let mut message = json!({"role": "assistant", "content": reply.text, "refusal": null, "annotations": []});
    if !calls.is_empty() {
        message["content"] = Value::Null;
        message["tool_calls"] = Value::Array(calls);
    }
    json!({
        "id": head.id, "object": "chat.completion", "created": head.created, "model": head.model,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish(reply)}],
        "usage": usage(head, reply), "service_tier": "default", "system_fingerprint": "fp_local"
    })
}

/// An answer as it is made.
pub(super) fn events(head: &Head, reply: &Reply, body: &Value) -> Vec<Event> {
    let wants_usage = body["stream_options"]["include_usage"] == true;
    let chunk = |choices: Value, usage: Option<Value>| {
        let mut chunk = json!({
            "id": head.id, "object": "chat.completion.chunk", "created": head.created, "model": head.model,
            "service_tier": "default", "system_fingerprint": "fp_local", "choices": choices
        });
        if wants_usage {
            chunk["usage"] = usage.unwrap_or_default();
        }
        data(&chunk)
    };
    let piece = |delta: Value, reason: Option<&str>| {
        chunk(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]), None)
    };
    let first = if reply.calls.is_empty() { json!("") } else { Value::Null };
    let mut events = vec![piece(json!({"role": "assistant", "content": first, "refusal": null}), None)];
    events.extend(reply.pieces().into_iter().map(|text| piece(json!({ "content": text }), None)));
    for (place, (name, arguments)) in reply.calls.iter().enumerate() {
        let begun = json!({"index": place, "id": call_id(head, place), "type": "function", "function": {"name": name, "arguments": ""}});
        events.push(piece(json!({ "tool_calls": [begun] }), None));
        for part in arguments.to_string().split_inclusive(':') {
            let more = json!({"index": place, "function": {"arguments": part}});
            events.push(piece(json!({ "tool_calls": [more] }), None));
        }
    }
    events.push(piece(json!({}), Some(finish(reply))));
    if wants_usage {
        events.push(chunk(json!([]), Some(usage(head, reply))));
    }
    events.push((None, "[DONE]".to_owned()));
    events
}

/// An error.
pub(super) fn error(refusal: &Refusal) -> Value {
    let (kind, code) = match refusal.status {
        401 => ("invalid_request_error", json!("invalid_api_key")),
        402 => ("insufficient_quota", json!("insufficient_quota")),
        404 => ("invalid_request_error", json!("model_not_found")),
        429 => ("rate_limit_error", json!("rate_limit_exceeded")),
        400 if refusal.message.contains("maximum context length") => {
            ("invalid_request_error", json!("context_length_exceeded"))
        }
        400..=499 => ("invalid_request_error", Value::Null),
        _ => ("server_error", Value::Null),
    };
    json!({"error": {"message": refusal.message, "type": kind, "param": null, "code": code}})
}

/// Vectors of texts.
pub(super) fn embeddings(model: &str, body: &Value) -> Result<Value, Refusal> {
    let texts: Vec<String> = match &body["input"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(many) => many.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    };
    if texts.is_empty() || texts.iter().any(String::is_empty) {
        return Err(Refusal::new(400, "Input cannot be an empty string."));
    }
    let dimensions = body["dimensions"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(1_536);
    let list: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let vector = vector(text, dimensions.min(3_072));
            let embedding = if body["encoding_format"] == "base64" {
                let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                json!(STANDARD.encode(bytes))
            } else {
                json!(vector)
            };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    let read: u64 = texts.iter().map(|text| tokens(text)).sum();
    Ok(json!({"object": "list", "data": list, "model": model, "usage": {"prompt_tokens": read, "total_tokens": read}}))
}
