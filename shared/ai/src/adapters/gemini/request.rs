//! A request in `Gemini`'s words.

use serde_json::{Map, Value, json};

use super::contents;
use crate::{
    AiTarget, ChatRequest, ResponseFormat, StopSequences, ToolChoice, ToolDefinition, UpstreamError,
    upstream::answers::{ProviderCall, WireDelivery},
    wire::tools::{NamedTool, ToolMode},
};

/// A call of `:generateContent`, or of `:streamGenerateContent`.
///
/// # Errors
/// `Unsupported`: an image on the web, which it does not fetch, or a name that is no model's.
pub(crate) fn chat(
    target: &AiTarget,
    request: &ChatRequest,
    delivery: WireDelivery,
) -> Result<ProviderCall, UpstreamError> {
    let method = match delivery {
        WireDelivery::Whole => "generateContent",
        WireDelivery::Streamed => "streamGenerateContent?alt=sse",
    };
    let mut body = Map::new();
    body.insert("contents".to_owned(), contents::conversation(&request.messages)?);
    if let Some(system) = contents::system(&request.messages) {
        body.insert("systemInstruction".to_owned(), system);
    }
    let config = config(request);
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), Value::Object(config));
    }
    let tools: Vec<Value> = request.tools.iter().flatten().map(declaration).collect();
    if !tools.is_empty() {
        body.insert("tools".to_owned(), json!([{ "functionDeclarations": tools }]));
        if let Some(choice) = request.tool_choice.as_ref().map(calling) {
            body.insert("toolConfig".to_owned(), json!({ "functionCallingConfig": choice }));
        }
    }
    call(target, method, Value::Object(body))
}

pub(super) fn call(target: &AiTarget, method: &str, body: Value) -> Result<ProviderCall, UpstreamError> {
    // It stands in the path.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if target.model.is_empty() || !target.model.bytes().all(is_plain) {
        return Err(UpstreamError::unsupported("this is no name of a model of gemini's"));
    }
    let url = format!("{}/models/{}:{method}", target.base_url, target.model);
    Ok(ProviderCall { url, headers: vec![("x-goog-api-key", target.key.clone())], body })
}

fn config(request: &ChatRequest) -> Map<String, Value> {
    let mut config = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(name.to_owned(), value);
        }
    };
    put("maxOutputTokens", request.output_bound().map(Value::from));
    put("temperature", request.temperature.clone().map(Value::Number));
    put("topP", request.top_p.clone().map(Value::Number));
    // Its seeds have 32 bits.
    put("seed", request.seed.and_then(|seed| i32::try_from(seed).ok()).map(Value::from));
    put("stopSequences", request.stop.as_ref().map(StopSequences::list).map(Value::from));
    put("presencePenalty", request.rest.get("presence_penalty").filter(|value| value.is_number()).cloned());
    put("frequencyPenalty", request.rest.get("frequency_penalty").filter(|value| value.is_number()).cloned());
    match &request.response_format {
        Some(ResponseFormat::JsonObject) => put("responseMimeType", Some(json!("application/json"))),
        Some(ResponseFormat::JsonSchema { json_schema }) => {
            put("responseMimeType", Some(json!("application/json")));
            put("responseJsonSchema", json_schema.schema.clone().map(Value::Object));
        }
        Some(ResponseFormat::Text) | None => {}
    }
    config
}

fn declaration(ToolDefinition::Function { function }: &ToolDefinition) -> Value {
    let mut declared = Map::new();
    declared.insert("name".to_owned(), json!(function.name));
    if let Some(description) = &function.description {
        declared.insert("description".to_owned(), json!(description));
    }
    if let Some(parameters) = &function.parameters {
        declared.insert("parametersJsonSchema".to_owned(), parameters.clone());
    }
    Value::Object(declared)
}

fn calling(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Mode(ToolMode::None) => json!({"mode": "NONE"}),
        ToolChoice::Mode(ToolMode::Auto) => json!({"mode": "AUTO"}),
        ToolChoice::Mode(ToolMode::Required) => json!({"mode": "ANY"}),
        ToolChoice::One(NamedTool::Function { function }) => {
            json!({"mode": "ANY", "allowedFunctionNames": [function.name]})
        }
    }
}
