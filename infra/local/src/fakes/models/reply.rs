//! What a model says, whichever provider's it is.

use ai::{AiProvider, KnownModel};
use serde_json::{Map, Value, json};

use super::{LanguageModels, Refusal};

/// Prompts of so many tokens are cached.
const CACHED_FROM: u64 = 1_024;

/// What was asked, in no provider's words.
#[derive(Clone, Debug, Default)]
pub(super) struct Prompt {
    /// All that is read, in its order.
    pub(super) text: String,
    /// A person's last words; empty where a tool spoke last.
    pub(super) words: String,
    /// What tools said after the last words of a model.
    pub(super) results: Vec<String>,
    /// The tools, and their schemas.
    pub(super) tools: Vec<(String, Value)>,
    /// Which tools may be called.
    pub(super) calling: Calling,
    /// The form of the answer.
    pub(super) form: Form,
    /// How many tokens are answered at most.
    pub(super) bound: Option<u64>,
    /// What ends the answer.
    pub(super) stops: Vec<String>,
    /// What `Anthropic` is to cache; the others cache what is long.
    pub(super) marked: Option<String>,
    /// How many images there are.
    pub(super) images: u64,
}

/// Which tools may be called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Calling {
    /// One that the person names.
    #[default]
    Auto,
    /// None.
    Never,
    /// Any, at least one.
    Must,
    /// This one.
    This(String),
}

/// The form of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Text.
    #[default]
    Text,
    /// JSON of any shape.
    Json,
    /// JSON of a schema.
    Schema(Value),
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) calls: Vec<(String, Value)>,
    pub(super) end: Ending,
    /// Tokens read that were in no cache.
    pub(super) uncached: u64,
    /// Tokens read from the cache.
    pub(super) cached: u64,
    /// Tokens put into the cache.
    pub(super) written: u64,
    /// Tokens answered.
    pub(super) output: u64,
}

/// Why an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Stop,
    StopSequence,
    Length,
    Tool,
}

impl Reply {
    /// All tokens read.
    pub(super) fn input(&self) -> u64 {
        self.uncached + self.cached + self.written
    }

    /// The text in pieces of a word each.
    pub(super) fn pieces(&self) -> Vec<String> {
        self.text.split_inclusive(' ').map(str::to_owned).collect()
    }
}

/// Tokens of a text: a token is four characters.
pub(super) fn tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count().div_ceil(4)).unwrap_or(u64::MAX)
}

impl LanguageModels {
    /// What a model answers.
    pub(super) fn reply(
        &self,
        (provider, key): (AiProvider, &str),
        model: &KnownModel,
        prompt: &Prompt,
    ) -> Result<Reply, Refusal> {
        let input = tokens(&prompt.text) + 100 * prompt.images + 1;
        if input > model.context_tokens {
            return Err(Refusal::new(400, too_long(provider, input, model.context_tokens)));
        }
        let calls = called(prompt);
        let said = if calls.is_empty() { self.said(prompt) } else { String::new() };
        let (text, stopped) = stopped(&said, &prompt.stops);
        let bound = prompt.bound.unwrap_or(u64::from(model.output_tokens));
        let (text, end) = match (calls.is_empty(), stopped) {
            (false, _) => (text, Ending::Tool),
            (true, _) if tokens(&text) > bound => {
                (text.chars().take(usize::try_from(bound * 4).unwrap_or(usize::MAX)).collect(), Ending::Length)
            }
            (true, true) => (text, Ending::StopSequence),
            (true, false) => (text, Ending::Stop),
        };
        let called: u64 = calls.iter().map(|(name, arguments)| tokens(name) + tokens(&arguments.to_string())).sum();
        let output = tokens(&text) + called;
        let (cached, written) = match (provider, &prompt.marked) {
            (AiProvider::Anthropic, None) => (0, 0),
            (AiProvider::Anthropic, Some(marked)) if tokens(marked) < CACHED_FROM => (0, 0),
            (AiProvider::Anthropic, Some(marked)) if self.was_read(provider, key, marked) => (tokens(marked), 0),
            (AiProvider::Anthropic, Some(marked)) => (0, tokens(marked)),
            _ if input >= CACHED_FROM && self.was_read(provider, key, &prompt.text) => (input - 1, 0),
            _ => (0, 0),
        };
        Ok(Reply { text, calls, end, uncached: input - cached - written, cached, written, output })
    }

    fn said(&self, prompt: &Prompt) -> String {
        if let Some(say) = self.canned(&prompt.words) {
            return say;
        }
        let said = match prompt.results.as_slice() {
            [] => format!("You said: {}", prompt.words),
            results => format!("The tools said: {}", results.join(", ")),
        };
        match &prompt.form {
            Form::Text => said,
            Form::Json => json!({ "said": said }).to_string(),
            Form::Schema(schema) => example(schema, &prompt.words).to_string(),
        }
    }
}

/// The calls that an answer is: of each tool that the person names, or of one that must be called.
fn called(prompt: &Prompt) -> Vec<(String, Value)> {
    let call = |(name, schema): &(String, Value)| (name.clone(), example(schema, &prompt.words));
    let named = |wanted: &str| prompt.tools.iter().filter(|(name, _)| name == wanted).map(call).collect::<Vec<_>>();
    if !prompt.results.is_empty() && prompt.words.is_empty() {
        return Vec::new();
    }
    let asked: Vec<_> =
        prompt.tools.iter().filter(|(name, _)| prompt.words.contains(name.as_str())).map(call).collect();
    match &prompt.calling {
        Calling::Never => Vec::new(),
        Calling::Must if asked.is_empty() => prompt.tools.first().map(call).into_iter().collect(),
        Calling::Auto | Calling::Must => asked,
        Calling::This(name) => named(name),
    }
}

/// A value of a schema: the last word where a text is wanted.
fn example(schema: &Value, words: &str) -> Value {
    let last = || words.split_whitespace().last().unwrap_or_default().trim_matches(|one: char| !one.is_alphanumeric());
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|all| all.first()) {
        return first.clone();
    }
    // `Gemini`'s own schemas are in capitals.
    match schema.get("type").and_then(Value::as_str).unwrap_or("object").to_ascii_lowercase().as_str() {
        "string" => json!(last()),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" => json!([example(schema.get("items").unwrap_or(&Value::Null), words)]),
        "null" => Value::Null,
        _ => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let all = properties.into_iter().flatten().map(|(name, one)| (name.clone(), example(one, words)));
            Value::Object(all.collect::<Map<_, _>>())
        }
    }
}

/// A text up to the first sequence that ends it.
fn stopped(text: &str, stops: &[String]) -> (String, bool) {
    let end = stops.iter().filter(|stop| !stop.is_empty()).filter_map(|stop| text.find(stop.as_str())).min();
    match end.and_then(|end| text.get(..end)) {
        Some(cut) => (cut.to_owned(), true),
        None => (text.to_owned(), false),
    }
}

fn too_long(provider: AiProvider, input: u64, most: u64) -> String {
    match provider {
        AiProvider::Anthropic => format!("prompt is too long: {input} tokens > {most} maximum"),
        AiProvider::Gemini => {
            format!("The input token count ({input}) exceeds the maximum number of tokens allowed ({most}).")
        }
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => {
            format!(
                "This model's maximum context length is {most} tokens. However, your messages resulted in {input} tokens."
            )
        }
    }
}

/// A vector of a text: the same for the same text, of length 1 in its first number and what its letters say in the others.
pub(super) fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut state = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // The bits of a number from 1 to 2, which need no arithmetic.
        f32::from_bits(0x3f80_0000 | (state >> 9))
    };
    (0..dimensions).map(|_| next()).collect()
}
