//! What a caller asks of a model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use utoipa::ToSchema;

use super::{
    message::ChatMessage,
    tools::{ResponseFormat, ToolChoice, ToolDefinition},
};
use crate::AiError;

/// How many messages a request has at most.
const MOST_MESSAGES: usize = 2_000;
/// How many tools a request has at most.
const MOST_TOOLS: usize = 128;
/// How many sequences end an answer at most.
const MOST_STOPS: usize = 4;
/// Fields that change what a call costs in ways that no price here knows, or that are no longer spoken.
const REFUSED: [&str; 6] = ["audio", "function_call", "functions", "moderation", "web_search_options", "speed"];

/// A conversation that a model is to go on with. A field beside these is kept and sent on to providers of the same wire shape; the
/// others do not see it. Not so what would cost more than is known: [`check`](Self::check).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatRequest {
    /// The model, or a name that stands for a chain of them.
    pub model: String,
    /// The conversation, 1 to 2,000 messages.
    pub messages: Vec<ChatMessage>,
    /// How many tokens are answered at most, thoughts included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    /// The same, under its older name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// 0 to 2: how free the choice of words is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub temperature: Option<Number>,
    /// 0 to 1: from how much of what is likely words are chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub top_p: Option<Number>,
    /// How many answers; only one is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The same seed tends to the same answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// What ends the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopSequences>,
    /// Whether the answer comes as it is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<bool>,
    /// How it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    /// Tools that the model may call, up to 128.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Vec<ToolDefinition>>,
    /// Whether it calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may call several at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// The form of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    /// How much it thinks first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<ReasoningEffort>,
    /// Anything else.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: BTreeMap<String, Value>,
}

/// What ends an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum StopSequences {
    /// One sequence.
    One(String),
    /// Up to four.
    Many(Vec<String>),
}

impl StopSequences {
    pub(crate) fn list(&self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one.clone()],
            Self::Many(many) => many.clone(),
        }
    }
}

/// How an answer comes as it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamOptions {
    /// Whether a last chunk without a choice says what was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_usage: Option<bool>,
    /// Whether chunks are padded against guessing by their lengths; ours are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_obfuscation: Option<bool>,
}

/// How much a model thinks before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReasoningEffort {
    /// Not at all.
    None,
    /// Hardly.
    Minimal,
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Much.
    High,
    /// More still.
    XHigh,
    /// As much as it can.
    Max,
}

impl ChatRequest {
    /// A request of one model with these messages and nothing else.
    pub fn new(model: impl Into<String>, messages: Vec<ChatMessage>) -> Self {
        Self {
            model: model.into(),
            messages,
            max_completion_tokens: None,
            max_tokens: None,
            temperature: None,
            top_p: None,
            n: None,
            seed: None,
            stop: None,
            stream: None,
            stream_options: None,
            tools: None,
            tool_choice: None,
            parallel_tool_calls: None,
            response_format: None,
            reasoning_effort: None,
            rest: BTreeMap::new(),
        }
    }

    /// Whether it can be sent on at all, and its cost foreseen.
    ///
    /// # Errors
    /// `Malformed` names the field.
    pub fn check(&self) -> Result<(), AiError> {
        let wrong = |field: &str, message: &str| {
            Err(AiError::Malformed { param: Some(field.to_owned()), message: message.to_owned() })
        };
        if self.model.is_empty() || self.model.len() > 128 {
            return wrong("model", "the model has 1 to 128 characters");
        }
        if self.messages.is_empty() || self.messages.len() > MOST_MESSAGES {
            return wrong("messages", "there are 1 to 2,000 messages");
        }
        if self.n.is_some_and(|n| n != 1) {
            return wrong("n", "one answer is made for a request");
        }
        if self.output_bound() == Some(0) {
            return wrong("max_completion_tokens", "at least one token is answered");
        }
        let tools = self.tools.as_deref().unwrap_or_default();
        if tools.len() > MOST_TOOLS {
            return wrong("tools", "there are up to 128 tools");
        }
        for ToolDefinition::Function { function } in tools {
            if !is_name(&function.name) {
                return wrong("tools", "the name of a function is 1 to 64 letters, digits, _ and -");
            }
            if function.parameters.as_ref().is_some_and(|schema| !schema.is_object()) {
                return wrong("tools", "the parameters of a function are a JSON schema, which is an object");
            }
        }
        let stops = self.stop.as_ref().map(StopSequences::list).unwrap_or_default();
        if stops.len() > MOST_STOPS || stops.iter().any(String::is_empty) {
            return wrong("stop", "up to 4 sequences end an answer, none of them empty");
        }
        for (field, number, most) in [("temperature", &self.temperature, 2_u8), ("top_p", &self.top_p, 1)] {
            if number.as_ref().is_some_and(|number| !is_between(number, most)) {
                return wrong(field, if most == 2 { "a number from 0 to 2" } else { "a number from 0 to 1" });
            }
        }
        for (field, value) in self.rest.iter().filter(|(_, value)| !value.is_null()) {
            let costs = match field.as_str() {
                "service_tier" => !matches!(value.as_str(), Some("auto" | "default")),
                "modalities" => value.as_array().is_none_or(|all| all.iter().any(|one| one != "text")),
                other => REFUSED.contains(&other),
            };
            if costs {
                return wrong(field, "this is not offered here, since its cost is not foreseen");
            }
        }
        Ok(())
    }

    /// How many tokens are answered at most; `None` where the request does not say.
    pub fn output_bound(&self) -> Option<u32> {
        self.max_completion_tokens.or(self.max_tokens)
    }

    /// The same with an answer of `most` tokens at most, or fewer where it says so: what a budget reserves is never passed.
    pub fn bounded(mut self, most: u32) -> Self {
        self.max_completion_tokens = Some(self.output_bound().map_or(most, |wished| wished.min(most)));
        self.max_tokens = None;
        self
    }

    /// Whether the answer is to come as it is made.
    pub fn is_streamed(&self) -> bool {
        self.stream == Some(true)
    }

    /// Whether the caller wants a last chunk that says what was used.
    pub fn wants_usage(&self) -> bool {
        self.stream_options.is_some_and(|options| options.include_usage == Some(true))
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn is_between(number: &Number, most: u8) -> bool {
    number.as_f64().is_some_and(|number| (0.0..=f64::from(most)).contains(&number))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(more: Value) -> Result<ChatRequest, serde_json::Error> {
        let mut value = json!({"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": "halo"}]});
        if let (Some(all), Value::Object(more)) = (value.as_object_mut(), more) {
            all.extend(more);
        }
        serde_json::from_value(value)
    }

    #[test]
    fn what_the_client_of_openai_sends_is_read_and_written_back_as_it_came() {
        let sent = json!({
            "model": "m",
            "messages": [
                {"role": "developer", "content": "brief"},
                {"role": "user", "content": [
                    {"type": "text", "text": "what is it?"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}}
                ]},
                {"role": "assistant", "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ]},
                {"role": "tool", "content": "done", "tool_call_id": "call_1"}
            ],
            "max_completion_tokens": 5, "temperature": 0.2, "top_p": 1, "n": 1, "seed": -3, "stop": ["a", "b"],
            "stream": true, "stream_options": {"include_usage": true},
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}}],
            "tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": false,
            "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
            "reasoning_effort": "xhigh", "frequency_penalty": 0.1, "logit_bias": {"50256": -100}, "user": "u"
        });
        let request: ChatRequest = serde_json::from_value(sent.clone()).unwrap();
        request.check().unwrap();
        assert_eq!(serde_json::to_value(&request).unwrap(), sent);
        assert_eq!(request.rest.keys().collect::<Vec<_>>(), ["frequency_penalty", "logit_bias", "user"]);
    }

    #[test]
    fn an_answer_may_be_sent_back_as_it_came_without_its_thoughts() {
        let message = json!({
            "role": "assistant", "content": null, "refusal": null, "annotations": [], "audio": null,
            "reasoning_content": "hm", "tool_calls": [
                {"id": "c", "function": {"name": "f", "arguments": "{}"},
                 "extra_content": {"google": {"thought_signature": "abc"}}}
            ]
        });
        let read: ChatMessage = serde_json::from_value(message).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert!(written.get("reasoning_content").is_none());
        assert_eq!(written["tool_calls"][0]["extra_content"]["google"]["thought_signature"], "abc");
        assert_eq!(written["tool_calls"][0]["type"], "function");
    }

    #[test]
    fn what_cannot_be_sent_on_is_named() {
        for (more, field) in [
            (json!({"n": 2}), "n"),
            (json!({"max_tokens": 0}), "max_completion_tokens"),
            (json!({"messages": []}), "messages"),
            (json!({"model": ""}), "model"),
            (json!({"temperature": 2.01}), "temperature"),
            (json!({"top_p": -1}), "top_p"),
            (json!({"stop": ["a", "b", "c", "d", "e"]}), "stop"),
            (json!({"stop": ""}), "stop"),
            (json!({"tools": [{"type": "function", "function": {"name": "no spaces"}}]}), "tools"),
            (json!({"tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]}), "tools"),
            (json!({"audio": {"voice": "ash"}}), "audio"),
            (json!({"modalities": ["text", "audio"]}), "modalities"),
            (json!({"service_tier": "priority"}), "service_tier"),
            (json!({"web_search_options": {}}), "web_search_options"),
            (json!({"functions": []}), "functions"),
        ] {
            let Err(AiError::Malformed { param, .. }) = asked(more.clone()).unwrap().check() else {
                panic!("{more} passed");
            };
            assert_eq!(param.as_deref(), Some(field), "{more}");
        }
        for more in [json!({"service_tier": "auto"}), json!({"audio": null}), json!({"modalities": ["text"]})] {
            assert_eq!(asked(more).unwrap().check(), Ok(()));
        }
        for more in [
            json!({"messages": [{"role": "function", "content": "x"}]}),
            json!({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}),
            json!({"max_tokens": -1}),
            json!({"tools": [{"type": "custom", "custom": {"name": "x"}}]}),
        ] {
            assert!(asked(more.clone()).is_err(), "{more} was read");
        }
    }

    #[test]
    fn a_bound_only_makes_an_answer_shorter() {
        let request = asked(json!({"max_tokens": 10})).unwrap();
        assert_eq!(request.clone().bounded(5).output_bound(), Some(5));
        assert_eq!(request.bounded(50).output_bound(), Some(10));
        assert_eq!(asked(json!({})).unwrap().bounded(50).output_bound(), Some(50));
    }
}
