//! Our own adapters against the fakes, over HTTP: what others' clients make of them is in `tests/peers`.

use ai::{
    AiChain, AiError, AiFailure, AiPolicy, AiTarget, ChatAnswer, ChatChunk, ChatRequest, Counted, EmbeddingsRequest,
    FinishReason, Refusal as AiRefusal, StreamPiece, TokenUsage,
};
use kernel::Secret;
use serde_json::{Value, json};
use testkit::Stack;

use super::*;

const EVERYBODY: [(AiProvider, &str, &str); 4] = [
    (AiProvider::OpenAi, "gpt-5.4-mini", "openai/v1"),
    (AiProvider::Anthropic, "claude-haiku-4-5", "anthropic"),
    (AiProvider::Gemini, "gemini-2.5-flash", "gemini/v1beta"),
    (AiProvider::DeepSeek, "deepseek-v4-flash", "deepseek"),
];

/// The fakes, served, and a stack that calls them.
struct World {
    stack: Stack,
    fakes: Arc<LanguageModels>,
    base: String,
}

impl World {
    async fn new() -> Self {
        let fakes = Arc::new(LanguageModels::new(Arc::new(TestClock::new(None))));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = router(Arc::clone(&fakes));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { stack: Stack::start().await, fakes, base }
    }

    fn target(&self, provider: AiProvider, model: &str, key: &str) -> AiTarget {
        let (_, _, path) = EVERYBODY.into_iter().find(|(whose, _, _)| *whose == provider).unwrap();
        let known = PriceList::built_in().find(provider, model);
        let price = known.and_then(|model| model.price_at(self.stack.ctx().now()));
        let fallback = || PriceList::built_in().models()[0].price_at("2026-12-01T00:00:00Z".parse().unwrap()).unwrap();
        AiTarget {
            provider,
            model: model.to_owned(),
            base_url: format!("{}/{path}", self.base),
            key: Secret::new(key.to_owned()),
            account: "tnt_1".to_owned(),
            price: price.unwrap_or_else(fallback),
            context_tokens: known.map(|model| model.context_tokens),
        }
    }

    fn models(&self) -> ai::Models {
        ai::Models::new(self.stack.ctx())
    }

    async fn ask(&self, target: AiTarget, request: Value) -> Result<(ChatAnswer, TokenUsage), AiFailure> {
        let chain = AiChain::new(vec![target]).unwrap();
        let outcome = self.models().complete(&chain, &asked(request), &policy()).await?;
        assert_eq!(outcome.counted, Counted::Reported);
        Ok((outcome.answer, outcome.usage))
    }

    async fn stream(&self, target: AiTarget, request: Value) -> (Vec<ChatChunk>, Option<AiError>, TokenUsage) {
        let chain = AiChain::new(vec![target]).unwrap();
        let mut stream = self.models().stream(&chain, &asked(request), &policy()).await.unwrap();
        let (mut chunks, mut broken) = (Vec::new(), None);
        while let Some(piece) = stream.next().await {
            match piece {
                StreamPiece::Chunk(chunk) => chunks.push(chunk),
                StreamPiece::Broken(error) => broken = Some(error),
            }
        }
        (chunks, broken, stream.spent().0)
    }
}

fn policy() -> AiPolicy {
    let none = std::time::Duration::ZERO;
    AiPolicy { first_pause: none, longest_pause: none, ..AiPolicy::default() }
}

fn asked(mut request: Value) -> ChatRequest {
    request["model"] = json!("any");
    serde_json::from_value(request).unwrap()
}

fn says(words: &str) -> Value {
    json!({"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": words}]})
}

fn weather() -> Value {
    json!([{"type": "function", "function": {"name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}
    }}}])
}

/// The words and calls that chunks add up to.
fn sum(chunks: &[ChatChunk]) -> (String, String, Option<FinishReason>) {
    let (mut words, mut arguments, mut reason) = (String::new(), String::new(), None);
    for choice in chunks.iter().flat_map(|chunk| &chunk.choices) {
        words.push_str(choice.delta.content.as_deref().unwrap_or_default());
        for call in choice.delta.tool_calls.iter().flatten() {
            let function = call.function.clone().unwrap_or_default();
            arguments.push_str(&function.arguments.unwrap_or_default());
        }
        reason = choice.finish_reason.or(reason);
    }
    (words, arguments, reason)
}

#[tokio::test]
async fn every_provider_answers_whole_and_as_it_is_made() {
    let world = World::new().await;
    for (provider, model, _) in EVERYBODY {
        let target = || world.target(provider, model, "sk-1");
        let (answer, usage) = world.ask(target(), says("halo dunia")).await.unwrap();
        let choice = &answer.choices[0];
        assert_eq!(choice.message.content.as_deref(), Some("You said: halo dunia"), "{provider}");
        assert_eq!((choice.finish_reason, answer.model.as_str()), (Some(FinishReason::Stop), model));
        assert!(usage.uncached > 0 && usage.output == 5, "{provider}: {usage:?}");

        let (chunks, broken, streamed) = world.stream(target(), says("halo dunia")).await;
        let expected = ("You said: halo dunia".to_owned(), String::new(), Some(FinishReason::Stop));
        assert_eq!((sum(&chunks), broken, streamed), (expected, None, usage), "{provider}");
        assert!(chunks.len() > 4, "in pieces");
    }
}

#[tokio::test]
async fn every_provider_calls_a_tool_and_reads_its_answer() {
    let world = World::new().await;
    for (provider, model, _) in EVERYBODY {
        let target = || world.target(provider, model, "sk-1");
        let mut request = says("get_weather of Jakarta");
        request["tools"] = weather();
        let (answer, _) = world.ask(target(), request.clone()).await.unwrap();
        let choice = &answer.choices[0];
        assert_eq!(choice.finish_reason, Some(FinishReason::ToolCalls), "{provider}");
        let call = choice.message.tool_calls.as_ref().unwrap()[0].clone();
        assert_eq!(
            (call.function.name.as_str(), call.function.arguments.as_str()),
            ("get_weather", r#"{"city":"Jakarta"}"#)
        );

        let (chunks, _, _) = world.stream(target(), request.clone()).await;
        let expected = (String::new(), r#"{"city":"Jakarta"}"#.to_owned(), Some(FinishReason::ToolCalls));
        assert_eq!(sum(&chunks), expected, "{provider}");

        let messages = request["messages"].as_array_mut().unwrap();
        messages.push(json!({"role": "assistant", "tool_calls": [call]}));
        messages.push(json!({"role": "tool", "tool_call_id": call.id, "content": r#"{"degrees":31}"#}));
        let (answer, _) = world.ask(target(), request).await.unwrap();
        assert_eq!(
            answer.choices[0].message.content.as_deref(),
            Some(r#"The tools said: {"degrees":31}"#),
            "{provider}"
        );
    }
}

#[tokio::test]
async fn tools_that_must_or_must_not_be_called() {
    let world = World::new().await;
    for (provider, model, _) in EVERYBODY {
        for (choice, words, calls) in [
            (json!("required"), "halo", true),
            (json!("none"), "get_weather", false),
            (json!({"type": "function", "function": {"name": "get_weather"}}), "halo", true),
            (json!("auto"), "halo", false),
        ] {
            let mut request = says(words);
            request["tools"] = weather();
            request["tool_choice"] = choice.clone();
            let (answer, _) = world.ask(world.target(provider, model, "sk-1"), request).await.unwrap();
            assert_eq!(answer.choices[0].message.tool_calls.is_some(), calls, "{provider} {choice}");
        }
    }
}

#[tokio::test]
async fn forms_bounds_stops_and_images_reach_every_provider() {
    let world = World::new().await;
    for (provider, model, _) in EVERYBODY {
        let ask = |name: &'static str, value: Value| {
            let mut request = says("one two three");
            request[name] = value;
            world.ask(world.target(provider, model, "sk-1"), request)
        };
        let (short, usage) = ask("max_tokens", json!(2)).await.unwrap();
        assert_eq!((short.choices[0].finish_reason, usage.output), (Some(FinishReason::Length), 2), "{provider}");
        let (stopped, _) = ask("stop", json!(["two"])).await.unwrap();
        assert_eq!(stopped.choices[0].message.content.as_deref(), Some("You said: one "), "{provider}");
        let schema = json!({"type": "object", "properties": {"word": {"type": "string"}}});
        let format = json!({"type": "json_schema", "json_schema": {"name": "s", "schema": schema}});
        let (formed, _) = ask("response_format", format).await.unwrap();
        let formed: Value = serde_json::from_str(formed.choices[0].message.content.as_deref().unwrap()).unwrap();
        // DeepSeek holds answers to no schema.
        let expected = if provider == AiProvider::DeepSeek {
            json!({"said": "You said: one two three"})
        } else {
            json!({"word": "three"})
        };
        assert_eq!(formed, expected, "{provider}");

        let image = json!([{"role": "user", "content": [
            {"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
        ]}]);
        let seen = ask("messages", image).await;
        match provider {
            AiProvider::DeepSeek => assert!(matches!(seen.unwrap_err().error, AiError::Unsupported { .. })),
            AiProvider::OpenAi | AiProvider::Anthropic | AiProvider::Gemini | AiProvider::Compatible => {
                assert!(seen.unwrap().1.uncached >= 100, "{provider} counts the image");
            }
        }
    }
}

#[tokio::test]
async fn what_is_read_again_is_cached_for_its_key_alone() {
    let world = World::new().await;
    let long = "a".repeat(8_000);
    for (provider, model, _) in EVERYBODY {
        let request = || {
            let text = json!({"type": "text", "text": long, "cache_control": {"type": "ephemeral"}});
            json!({"messages": [{"role": "system", "content": [text]}, {"role": "user", "content": "halo"}]})
        };
        let (_, first) = world.ask(world.target(provider, model, "sk-1"), request()).await.unwrap();
        let (_, second) = world.ask(world.target(provider, model, "sk-1"), request()).await.unwrap();
        let (_, other) = world.ask(world.target(provider, model, "sk-2"), request()).await.unwrap();
        assert_eq!(first.cache_read, 0, "{provider}");
        assert!(second.cache_read >= 2_000, "{provider}: {second:?}");
        assert_eq!((first.input(), first), (second.input(), other), "{provider}");
        assert_eq!(first.cache_write > 0, provider == AiProvider::Anthropic, "only it charges for that");
    }
}

#[tokio::test]
async fn every_providers_refusals_are_understood() {
    let world = World::new().await;
    for (provider, model, _) in EVERYBODY {
        let refused = async |target: AiTarget, request: Value| world.ask(target, request).await.unwrap_err();
        let refusal = |failure: &AiFailure| match failure.attempts[0].end {
            ai::AttemptEnd::Refused(refusal) => refusal,
            ai::AttemptEnd::Answered => panic!("{provider} answered"),
        };
        let revoked = refused(world.target(provider, model, "revoked-1"), says("halo")).await;
        assert_eq!(refusal(&revoked), AiRefusal::Credentials, "{provider}");
        assert!(revoked.attempts[0].is_alert());
        let unknown = refused(world.target(provider, "no-such-model", "sk-1"), says("halo")).await;
        assert_eq!(refusal(&unknown), AiRefusal::Missing, "{provider}");
        let known = PriceList::built_in().find(provider, model).unwrap();
        let longest = usize::try_from(known.context_tokens * 4 + 4).unwrap();
        let long = refused(world.target(provider, model, "sk-1"), says(&"a".repeat(longest))).await;
        assert_eq!(refusal(&long), AiRefusal::TooLong, "{provider}: {long:?}");
        for (status, expected) in [
            (400, AiRefusal::Rejected),
            (402, AiRefusal::Quota),
            (403, AiRefusal::Credentials),
            (429, AiRefusal::Busy),
            (500, AiRefusal::Overloaded),
            (503, AiRefusal::Overloaded),
            (529, AiRefusal::Overloaded),
        ] {
            world.fakes.set_settings(fault(provider, status, FaultPhase::Head));
            let failure = refused(world.target(provider, model, "sk-1"), says("halo")).await;
            assert_eq!(refusal(&failure), expected, "{provider} {status}");
        }
    }
}

fn fault(provider: AiProvider, status: u16, phase: FaultPhase) -> ModelSettings {
    let fault = ModelFault { provider, status, phase, retry_after: None, times: 3 };
    ModelSettings { faults: vec![fault], ..ModelSettings::default() }
}

#[tokio::test]
async fn every_provider_fails_within_a_stream_as_it_is_told() {
    let world = World::new().await;
    for (provider, model, _) in EVERYBODY {
        let chain = AiChain::new(vec![world.target(provider, model, "sk-1")]).unwrap();
        world.fakes.set_settings(fault(provider, 529, FaultPhase::First));
        let failure = world.models().stream(&chain, &asked(says("halo")), &policy()).await.map(|_| ()).unwrap_err();
        assert_eq!((failure.attempts.len(), failure.error), (3, AiError::Failed { provider }), "{provider}");
        for phase in [FaultPhase::Middle, FaultPhase::Cut] {
            world.fakes.set_settings(fault(provider, 529, phase));
            let (chunks, broken, _) =
                world.stream(world.target(provider, model, "sk-1"), says("one two three four five six")).await;
            assert_eq!(broken, Some(AiError::Broken { provider }), "{provider} {phase:?}");
            assert!(sum(&chunks).0.starts_with("You"), "{provider} {phase:?}");
        }
    }
    assert_eq!(world.fakes.calls().values().sum::<u64>(), 4 * 5);
}

#[tokio::test]
async fn vectors_are_the_same_for_the_same_text() {
    let world = World::new().await;
    for (provider, model) in
        [(AiProvider::OpenAi, "text-embedding-3-small"), (AiProvider::Gemini, "gemini-embedding-001")]
    {
        let chain = AiChain::new(vec![world.target(provider, model, "sk-1")]).unwrap();
        let ask = async |format: &str, dimensions: u32| {
            let request: EmbeddingsRequest = serde_json::from_value(
                json!({"model": "m", "input": ["halo", "dunia", "halo"], "encoding_format": format, "dimensions": dimensions}),
            )
            .unwrap();
            world.models().embed(&chain, &request, &policy()).await.unwrap()
        };
        let lists = ask("float", 8).await;
        let vectors: Vec<&Value> = lists.answer.data.iter().map(|one| &one.embedding).collect();
        assert_eq!(vectors[0].as_array().map(Vec::len), Some(8), "{provider}");
        assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1], "{provider}");
        assert_eq!((lists.usage.uncached, lists.counted), (4, Counted::Reported), "{provider}");
        let texts = ask("base64", 8).await;
        assert_eq!(texts.answer.data[0].embedding.as_str().map(str::len), Some(44), "{provider}: 32 bytes");
    }
}

#[tokio::test]
async fn what_is_to_be_said_is_said() {
    let world = World::new().await;
    let answers = vec![CannedAnswer { contains: "BTC".to_owned(), say: "0.7".to_owned() }];
    world.fakes.set_settings(ModelSettings { answers, ..ModelSettings::default() });
    for (provider, model, _) in EVERYBODY {
        let (answer, _) = world.ask(world.target(provider, model, "sk-1"), says("will BTC rise?")).await.unwrap();
        assert_eq!(answer.choices[0].message.content.as_deref(), Some("0.7"), "{provider}");
    }
    world.fakes.clear();
    assert!(world.fakes.calls().is_empty());
}
