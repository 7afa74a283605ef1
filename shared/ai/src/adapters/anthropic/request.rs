//! A request in `Anthropic`'s words.
//!
//! The version is pinned: the one of 2026-10-21 takes no temperature at all. How much is thought first is a hint of other providers'
//! and is not sent.

use kernel::Secret;
use serde_json::{Map, Value, json};

use super::messages;
use crate::{
    AiTarget, ChatRequest, ResponseFormat, StopSequences, ToolChoice, ToolDefinition, UpstreamError,
    upstream::answers::{ProviderCall, WireDelivery},
    wire::tools::{NamedTool, ToolMode},
};

/// The version of the wire that is spoken.
const VERSION: &str = "2023-06-01";
/// How long an answer may be where nobody said so: the wire wants a bound.
const DEFAULT_BOUND: u32 = 4_096;
/// Models that let their choice of words be set; newer ones refuse a request that does.
const SAMPLING: [&str; 8] = [
    "claude-3",
    "claude-haiku-4",
    "claude-sonnet-4",
    "claude-opus-4-0",
    "claude-opus-4-1",
    "claude-opus-4-2",
    "claude-opus-4-5",
    "claude-opus-4-6",
];

/// A call of `/v1/messages`.
///
/// # Errors
/// `Unsupported`: an image that is neither in the request nor on the web.
pub(crate) fn chat(
    target: &AiTarget,
    request: &ChatRequest,
    delivery: WireDelivery,
) -> Result<ProviderCall, UpstreamError> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    put("model", json!(target.model));
    put("max_tokens", json!(request.output_bound().unwrap_or(DEFAULT_BOUND)));
    put("messages", messages::conversation(&request.messages)?);
    put("stream", json!(delivery == WireDelivery::Streamed));
    let mut system = messages::system(&request.messages);
    match &request.response_format {
        Some(ResponseFormat::JsonObject) => {
            system.push(json!({"type": "text", "text": "Answer with one JSON object and nothing else."}));
        }
        Some(ResponseFormat::JsonSchema { json_schema }) => {
            let schema = json_schema.schema.clone().unwrap_or_default();
            put("output_config", json!({"format": {"type": "json_schema", "schema": schema}}));
        }
        Some(ResponseFormat::Text) | None => {}
    }
    if !system.is_empty() {
        put("system", Value::Array(system));
    }
    if SAMPLING.iter().any(|prefix| target.model.starts_with(prefix)) {
        match (&request.temperature, &request.top_p) {
            // It goes to 1 where ours goes to 2.
            (Some(heat), _) if heat.as_f64().is_some_and(|heat| heat > 1.0) => put("temperature", json!(1)),
            (Some(heat), _) => put("temperature", json!(heat)),
            // Only one of them may be set.
            (None, Some(top_p)) => put("top_p", json!(top_p)),
            (None, None) => {}
        }
    }
    let stops = request.stop.as_ref().map(StopSequences::list).unwrap_or_default();
    let stops: Vec<String> = stops.into_iter().filter(|stop| !stop.trim().is_empty()).collect();
    if !stops.is_empty() {
        put("stop_sequences", json!(stops));
    }
    let tools: Vec<Value> = request.tools.iter().flatten().map(tool).collect();
    if !tools.is_empty() {
        put("tools", Value::Array(tools));
        if let Some(choice) = choice(request) {
            put("tool_choice", choice);
        }
    }
    let headers = vec![("x-api-key", target.key.clone()), ("anthropic-version", Secret::new(VERSION.to_owned()))];
    Ok(ProviderCall { url: format!("{}/v1/messages", target.base_url), headers, body: Value::Object(body) })
}

fn tool(ToolDefinition::Function { function }: &ToolDefinition) -> Value {
    let nothing = || json!({"type": "object", "properties": {}});
    let schema = function.parameters.clone().unwrap_or_else(nothing);
    let mut tool = json!({"name": function.name, "input_schema": schema});
    if let (Some(description), Some(tool)) = (&function.description, tool.as_object_mut()) {
        tool.insert("description".to_owned(), json!(description));
    }
    tool
}

fn choice(request: &ChatRequest) -> Option<Value> {
    let one_at_a_time = request.parallel_tool_calls == Some(false);
    let mut choice = match &request.tool_choice {
        None if one_at_a_time => json!({"type": "auto"}),
        None => return None,
        Some(ToolChoice::Mode(ToolMode::None)) => return Some(json!({"type": "none"})),
        Some(ToolChoice::Mode(ToolMode::Auto)) => json!({"type": "auto"}),
        Some(ToolChoice::Mode(ToolMode::Required)) => json!({"type": "any"}),
        Some(ToolChoice::One(NamedTool::Function { function })) => json!({"type": "tool", "name": function.name}),
    };
    if let Some(choice) = choice.as_object_mut().filter(|_| one_at_a_time) {
        choice.insert("disable_parallel_tool_use".to_owned(), json!(true));
    }
    Some(choice)
}
