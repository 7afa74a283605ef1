//! `Gemini`'s words.

use serde_json::{Value, json};

use super::{
    Refusal,
    events::{Event, data},
    openai::Head,
    reply::{Calling, Ending, Form, Prompt, Reply, tokens, vector},
};

/// A conversation, read.
pub(super) fn prompt(body: &Value) -> Result<Prompt, Refusal> {
    let wrong = |message: &str| Refusal::new(400, message);
    let contents = body["contents"].as_array().filter(|all| !all.is_empty());
    let contents = contents.ok_or_else(|| wrong("* GenerateContentRequest.contents: contents is not specified"))?;
    let mut prompt = Prompt::default();
    for part in body["systemInstruction"]["parts"].as_array().into_iter().flatten() {
        prompt.text.push_str(part["text"].as_str().unwrap_or_default());
    }
    let mut called = Vec::new();
    for content in contents {
        let role = content["role"].as_str().unwrap_or("user");
        let parts = content["parts"].as_array().filter(|all| !all.is_empty());
        let parts = parts
            .ok_or_else(|| wrong("* GenerateContentRequest.contents[0].parts: contents.parts must not be empty."))?;
        let (mut words, mut results) = (String::new(), Vec::new());
        for part in parts {
            let text = part["text"].as_str().unwrap_or_default();
            prompt.text.push_str(text);
            words.push_str(text);
            if part["inlineData"]["data"].is_string() || part["fileData"]["fileUri"].is_string() {
                prompt.images += 1;
            }
            if let Some(name) = part["functionCall"]["name"].as_str() {
                called.push(name.to_owned());
            }
            if let Some(name) = part["functionResponse"]["name"].as_str() {
                if !called.iter().any(|known| known == name) {
                    return Err(wrong(
                        "Please ensure that function response turn comes immediately after a function call turn.",
                    ));
                }
                let text = part["functionResponse"]["response"].to_string();
                prompt.text.push_str(&text);
                results.push(text);
            }
        }
        match role {
            "user" | "function" => (prompt.words, prompt.results) = (words, results),
            "model" => prompt.results.clear(),
            _ => return Err(wrong("Please use a valid role: user, model.")),
        }
    }
    let declared = body["tools"].as_array().into_iter().flatten();
    for tool in declared.flat_map(|tool| tool["functionDeclarations"].as_array().into_iter().flatten()) {
        let name = tool["name"]
            .as_str()
            .ok_or_else(|| wrong("* GenerateContentRequest.tools[0].function_declarations[0].name: [FIELD_INVALID]"))?;
        // Names are read in both of protobuf's ways, and its own client writes this one in the other.
        let names = ["parametersJsonSchema", "parameters_json_schema", "parameters"];
        let schema = names.iter().find_map(|name| tool.get(name));
        prompt.text.push_str(&tool.to_string());
        prompt.tools.push((name.to_owned(), schema.cloned().unwrap_or_default()));
    }
    let choice = &body["toolConfig"]["functionCallingConfig"];
    prompt.calling = match (choice["mode"].as_str(), choice["allowedFunctionNames"][0].as_str()) {
        (Some("NONE"), _) => Calling::Never,
        (Some("ANY"), Some(name)) => Calling::This(name.to_owned()),
        (Some("ANY"), None) => Calling::Must,
        _ => Calling::Auto,
    };
    let config = &body["generationConfig"];
    if config["responseMimeType"] == "application/json" {
        let schema = config.get("responseJsonSchema").or_else(|| config.get("responseSchema"));
        prompt.form = schema.cloned().map_or(Form::Json, Form::Schema);
    }
    prompt.bound = config["maxOutputTokens"].as_u64();
    let stops = config["stopSequences"].as_array().into_iter().flatten();
    prompt.stops = stops.filter_map(|one| one.as_str().map(str::to_owned)).collect();
    Ok(prompt)
}

fn reason(reply: &Reply) -> &'static str {
    match reply.end {
        // A call of a tool ends as an answer does.
        Ending::Stop | Ending::StopSequence | Ending::Tool => "STOP",
        Ending::Length => "MAX_TOKENS",
    }
}

fn generated(head: &Head, parts: &[Value], reason: Option<&str>, usage: &Value) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if let Some(reason) = reason {
        candidate["finishReason"] = json!(reason);
    }
    json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": head.model, "responseId": head.id})
}

fn usage(reply: &Reply) -> Value {
    let mut usage = json!({
        "promptTokenCount": reply.input(), "candidatesTokenCount": reply.output,
        "totalTokenCount": reply.input() + reply.output
    });
    if reply.cached > 0 {
        usage["cachedContentTokenCount"] = json!(reply.cached);
    }
    usage
}

fn calls(reply: &Reply) -> Vec<Value> {
    let calls = reply.calls.iter().enumerate();
    calls
        .map(|(place, (name, args))| {
            let mut part = json!({"functionCall": {"name": name, "args": args}});
            if place == 0 {
                part["thoughtSignature"] = json!("bG9jYWw=");
            }
            part
        })
        .collect()
}

/// A whole answer.
pub(super) fn whole(head: &Head, reply: &Reply) -> Value {
    let mut parts = Vec::new();
    if !reply.text.is_empty() {
        parts.push(json!({ "text": reply.text }));
    }
    parts.extend(calls(reply));
    generated(head, &parts, Some(reason(reply)), &usage(reply))
}

/// An answer as it is made.
pub(super) fn events(head: &Head, reply: &Reply) -> Vec<Event> {
    let begun = json!({"promptTokenCount": reply.input(), "totalTokenCount": reply.input()});
    let mut events: Vec<Event> = reply
        .pieces()
        .into_iter()
        .map(|text| data(&generated(head, &[json!({ "text": text })], None, &begun)))
        .collect();
    let last = if reply.calls.is_empty() { vec![json!({"text": ""})] } else { calls(reply) };
    events.push(data(&generated(head, &last, Some(reason(reply)), &usage(reply))));
    events
}

/// An error.
pub(super) fn error(refusal: &Refusal) -> Value {
    // A key that nobody has is 400 here.
    let (code, status) = match refusal.status {
        401 => (400, "INVALID_ARGUMENT"),
        403 => (403, "PERMISSION_DENIED"),
        404 => (404, "NOT_FOUND"),
        429 => (429, "RESOURCE_EXHAUSTED"),
        503 => (503, "UNAVAILABLE"),
        504 => (504, "DEADLINE_EXCEEDED"),
        other @ 400..=499 => (other, "INVALID_ARGUMENT"),
        other => (other, "INTERNAL"),
    };
    let details = match (refusal.status, refusal.retry_after) {
        (401, _) => {
            json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}])
        }
        (_, Some(seconds)) => {
            json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s")}])
        }
        (_, None) => json!([]),
    };
    json!({"error": {"code": code, "message": refusal.message, "status": status, "details": details}})
}

/// Vectors of texts.
pub(super) fn embeddings(body: &Value) -> Result<Value, Refusal> {
    let requests = body["requests"].as_array().filter(|all| !all.is_empty());
    let requests =
        requests.ok_or_else(|| Refusal::new(400, "* BatchEmbedContentsRequest.requests: requests is not specified"))?;
    let (mut vectors, mut read) = (Vec::new(), 0);
    for request in requests {
        let parts = request["content"]["parts"].as_array().into_iter().flatten();
        let text: String = parts.filter_map(|part| part["text"].as_str()).collect();
        let dimensions = request["outputDimensionality"].as_u64().and_then(|count| usize::try_from(count).ok());
        read += tokens(&text);
        vectors.push(json!({"values": vector(&text, dimensions.unwrap_or(3_072).min(3_072))}));
    }
    Ok(json!({"embeddings": vectors, "usageMetadata": {"promptTokenCount": read}}))
}
