//! The adapters against `@copilotkit/aimock`, which others wrote: `tests/peers/check_aimock.py` starts it.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot be set up must stop")]

use std::time::Duration;

use ai::{
    AiChain, AiError, AiOutcome, AiPolicy, AiProvider, AiTarget, ChatAnswer, ChatRequest, Counted, EmbeddingsRequest,
    FinishReason, Models, StreamPiece, TokenPrice, TokenRates,
};
use kernel::Secret;
use serde_json::{Value, json};
use testkit::Stack;

const EVERYBODY: [AiProvider; 4] =
    [AiProvider::OpenAi, AiProvider::Anthropic, AiProvider::Gemini, AiProvider::DeepSeek];

#[expect(clippy::disallowed_methods, reason = "whoever starts the test says where the other server is")]
fn mock() -> String {
    std::env::var("AIMOCK_URL").expect("AIMOCK_URL is set")
}

fn chain(provider: AiProvider) -> AiChain {
    let path = match provider {
        AiProvider::OpenAi | AiProvider::DeepSeek | AiProvider::Compatible => "/v1",
        AiProvider::Anthropic => "",
        AiProvider::Gemini => "/v1beta",
    };
    let rates = TokenRates { uncached: 1, cache_read: 1, cache_write: 1, output: 1 };
    let target = AiTarget {
        provider,
        model: "some-model".to_owned(),
        base_url: format!("{}{path}", mock()),
        key: Secret::new("mock".to_owned()),
        account: "peers".to_owned(),
        price: TokenPrice { rates, long: None },
        context_tokens: None,
    };
    AiChain::new(vec![target]).unwrap()
}

fn at_once() -> AiPolicy {
    AiPolicy { first_pause: Duration::ZERO, longest_pause: Duration::ZERO, ..AiPolicy::default() }
}

fn says(words: &str) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": words}], "max_tokens": 256})
}

fn request(value: Value) -> ChatRequest {
    serde_json::from_value(value).unwrap()
}

async fn whole(models: &Models, provider: AiProvider, value: Value) -> AiOutcome<ChatAnswer> {
    models.complete(&chain(provider), &request(value), &at_once()).await.unwrap()
}

/// The words, the arguments of calls, why it ended, and whether it broke off.
async fn streamed(models: &Models, provider: AiProvider, value: Value) -> (String, String, Option<FinishReason>, bool) {
    let mut stream = models.stream(&chain(provider), &request(value), &at_once()).await.unwrap();
    let (mut words, mut arguments, mut reason, mut broken) = (String::new(), String::new(), None, false);
    while let Some(piece) = stream.next().await {
        match piece {
            StreamPiece::Chunk(chunk) => {
                for choice in chunk.choices {
                    words.push_str(&choice.delta.content.unwrap_or_default());
                    for call in choice.delta.tool_calls.into_iter().flatten() {
                        arguments.push_str(&call.function.unwrap_or_default().arguments.unwrap_or_default());
                    }
                    reason = choice.finish_reason.or(reason);
                }
            }
            StreamPiece::Broken(_) => broken = true,
        }
    }
    assert_eq!(stream.is_whole(), !broken);
    (words, arguments, reason, broken)
}

#[tokio::test]
#[ignore = "cargo xtask peers starts aimock and says where it is"]
async fn our_adapters_read_models_that_others_wrote() {
    let stack = Stack::start().await;
    let models = Models::new(stack.ctx());
    for provider in EVERYBODY {
        let outcome = whole(&models, provider, says("halo")).await;
        let choice = &outcome.answer.choices[0];
        assert_eq!(choice.message.content.as_deref(), Some("Halo juga, dunia!"), "{provider}");
        assert_eq!(choice.finish_reason, Some(FinishReason::Stop), "{provider}");
        // It counts nothing in Anthropic's and Gemini's words.
        let counts = matches!(provider, AiProvider::OpenAi | AiProvider::DeepSeek);
        assert_eq!(outcome.counted == Counted::Reported, counts, "{provider}");
        let (words, _, reason, broken) = streamed(&models, provider, says("halo")).await;
        assert_eq!(
            (words.as_str(), reason, broken),
            ("Halo juga, dunia!", Some(FinishReason::Stop), false),
            "{provider}"
        );

        let mut asks = says("the weather?");
        asks["tools"] =
            json!([{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]);
        let outcome = whole(&models, provider, asks.clone()).await;
        let choice = &outcome.answer.choices[0];
        assert_eq!(choice.finish_reason, Some(FinishReason::ToolCalls), "{provider}");
        let call = choice.message.tool_calls.as_ref().unwrap()[0].clone();
        assert_eq!(call.function.name, "get_weather");
        let arguments: Value = serde_json::from_str(&call.function.arguments).unwrap();
        assert_eq!(arguments, json!({"city": "Jakarta"}), "{provider}");
        let (_, arguments, reason, _) = streamed(&models, provider, asks.clone()).await;
        let arguments: Value = serde_json::from_str(&arguments).unwrap();
        assert_eq!((arguments, reason), (json!({"city": "Jakarta"}), Some(FinishReason::ToolCalls)), "{provider}");

        let messages = asks["messages"].as_array_mut().unwrap();
        messages.push(json!({"role": "assistant", "tool_calls": [call]}));
        messages.push(json!({"role": "tool", "tool_call_id": call.id, "content": "31"}));
        let outcome = whole(&models, provider, asks).await;
        assert_eq!(outcome.answer.choices[0].message.content.as_deref(), Some("31 degrees"), "{provider}");

        let busy = models.complete(&chain(provider), &request(says("busy")), &at_once()).await.unwrap_err();
        assert!(matches!(busy.error, AiError::RateLimited { .. }), "{provider}: {busy:?}");
        assert!(streamed(&models, provider, says("cut")).await.3, "{provider}: it broke off");
    }
    // It has no vectors in Gemini's words for several texts.
    let asked: EmbeddingsRequest =
        serde_json::from_value(json!({"model": "m", "input": "halo", "encoding_format": "float"})).unwrap();
    let outcome = models.embed(&chain(AiProvider::OpenAi), &asked, &at_once()).await.unwrap();
    assert_eq!(outcome.answer.data[0].embedding, json!([0.5, -0.25]));
}
