//! Who is asked after whom, and who is billed.

use std::{sync::PoisonError, time::Duration};

use cloud::CallEnd;
use kernel::{Fault, FaultKind};
use serde_json::json;
use testkit::Stack;

use super::{
    at_once, chain,
    double::{Double, Line},
    request, target,
};
use crate::{
    AiChain, AiError, AiFailure, AiOutcome, AiPolicy, AiProvider, AttemptEnd, ChatAnswer, CountedBy, ErrorSource,
    Models, NanoUsd, Refusal, TokenUsage, UpstreamError,
};

const USED: TokenUsage = TokenUsage { uncached: 100, cache_read: 0, cache_write: 0, output: 10 };

fn three() -> AiChain {
    chain([AiProvider::OpenAi, AiProvider::Anthropic, AiProvider::DeepSeek].map(target))
}

fn status(status: u16) -> Line {
    Line::Status(status, json!({}))
}

async fn asked(lines: &[(&str, &[Line])]) -> (Result<AiOutcome<ChatAnswer>, AiFailure>, Vec<String>) {
    let stack = Stack::start().await;
    asked_of(&stack, lines, &at_once()).await
}

async fn asked_of(
    stack: &Stack,
    lines: &[(&str, &[Line])],
    policy: &AiPolicy,
) -> (Result<AiOutcome<ChatAnswer>, AiFailure>, Vec<String>) {
    let double = Double::with(lines);
    let answer = Models::over(stack.ctx(), double.clone()).complete(&three(), &request(), policy).await;
    let called = double.called.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (answer, called)
}

#[tokio::test]
async fn ai_t26_each_target_is_tried_in_order_and_only_the_one_that_answers_is_billed() {
    let (answer, called) = asked(&[
        ("openai-model", &[status(429)]),
        ("anthropic-model", &[status(529)]),
        ("deepseek-model", &[Line::Answer(USED)]),
    ])
    .await;
    let answer = answer.unwrap();
    let expected = [["openai-model"; 3].as_slice(), &["anthropic-model"; 3], &["deepseek-model"]].concat();
    assert_eq!(called, expected);
    let noted: Vec<&str> = answer.attempts.iter().map(|attempt| attempt.model.as_str()).collect();
    assert_eq!(noted, expected);
    let ends: Vec<AttemptEnd> = answer.attempts.iter().map(|attempt| attempt.end).collect();
    let busy = [AttemptEnd::Refused(Refusal::Busy); 3];
    let overloaded = [AttemptEnd::Refused(Refusal::Overloaded); 3];
    assert_eq!(ends, [busy.as_slice(), &overloaded, &[AttemptEnd::Answered]].concat());
    assert_eq!(answer.target.provider, AiProvider::DeepSeek);
    assert_eq!((answer.usage, answer.counted, answer.cost), (USED, CountedBy::Reported, NanoUsd(120)));
}

#[tokio::test]
async fn ai_t26_a_request_that_is_wrong_is_wrong_everywhere() {
    let body = json!({"error": {"message": "Invalid schema", "type": "invalid_request_error"}});
    let (answer, called) = asked(&[("openai-model", &[Line::Status(400, body)])]).await;
    let failure = answer.unwrap_err();
    assert_eq!((called.len(), failure.attempts.len()), (1, 1));
    let message = "Invalid schema".to_owned();
    assert_eq!(failure.error, AiError::Rejected { provider: AiProvider::OpenAi, status: 400, message });
    assert_eq!(failure.error.kind(), FaultKind::Malformed);
    assert_eq!(failure.error.source(), ErrorSource::Provider);
}

#[tokio::test]
async fn ai_t26_a_key_that_is_not_taken_is_an_alert_and_the_next_target_answers() {
    let (answer, called) = asked(&[("openai-model", &[status(401)]), ("anthropic-model", &[Line::Answer(USED)])]).await;
    let answer = answer.unwrap();
    assert_eq!(called, ["openai-model", "anthropic-model"]);
    let alerts: Vec<bool> = answer.attempts.iter().map(crate::AiAttempt::is_alert).collect();
    assert_eq!(alerts, [true, false]);
}

#[tokio::test]
async fn ai_t26_a_target_whose_breaker_is_open_is_not_asked_and_ends_nothing() {
    let stack = Stack::start().await;
    let (ctx, left_alone) = (stack.ctx(), target(AiProvider::OpenAi).breaker());
    for _ in 0..10 {
        ctx.ports().http.breakers().note(&left_alone, CallEnd::Unanswered, ctx.now());
    }
    let lines = [("anthropic-model", &[Line::Answer(USED)][..])];
    let (answer, called) = asked_of(&stack, &lines, &at_once()).await;
    assert_eq!((answer.unwrap().attempts.len(), called), (1, vec!["anthropic-model".to_owned()]));
}

#[tokio::test]
async fn outages_open_a_breaker_and_refusals_do_not() {
    for (refused, opens) in [(503, true), (529, true), (429, false), (401, false), (400, false)] {
        let stack = Stack::start().await;
        let lines = [
            ("openai-model", &[status(refused)][..]),
            ("anthropic-model", &[Line::Answer(USED)]),
            ("deepseek-model", &[Line::Answer(USED)]),
        ];
        for _ in 0..10 {
            let _ = asked_of(&stack, &lines, &at_once()).await;
        }
        let (_, called) = asked_of(&stack, &lines, &at_once()).await;
        assert_eq!(!called.contains(&"openai-model".to_owned()), opens, "{refused}");
    }
}

#[tokio::test]
async fn an_account_that_is_left_alone_holds_no_other_account_up() {
    let (one, other) = (target(AiProvider::OpenAi), target(AiProvider::OpenAi));
    let other = crate::AiTarget { account: "tnt_2".to_owned(), ..other };
    assert_ne!(one.breaker(), other.breaker());
    assert!(!one.breaker().contains("key-of"), "no key is in a name");
    assert!(!format!("{one:?}").contains("key-of"), "nor in a log");
}

#[tokio::test]
async fn a_caller_in_a_hurry_says_nothing_about_a_provider() {
    let stack = Stack::start().await;
    let hurried = AiPolicy { deadline: Duration::from_millis(1), ..at_once() };
    for _ in 0..12 {
        let (answer, called) = asked_of(&stack, &[("openai-model", &[Line::Silence])], &hurried).await;
        let failure = answer.unwrap_err();
        assert_eq!(called.len(), 1, "asked each time, and nobody after it");
        assert_eq!(failure.error, AiError::Failed { provider: AiProvider::OpenAi });
    }
}

#[tokio::test]
async fn nobody_is_asked_after_the_deadline() {
    let stack = Stack::start().await;
    let over = AiPolicy { deadline: Duration::ZERO, ..at_once() };
    let (answer, _) = asked_of(&stack, &[("openai-model", &[Line::Silence])], &over).await;
    assert_eq!(answer.unwrap_err().attempts.len(), 1);
}

#[tokio::test]
async fn when_all_are_left_alone_it_is_our_word() {
    let stack = Stack::start().await;
    let ctx = stack.ctx();
    for all in three().targets() {
        for _ in 0..10 {
            ctx.ports().http.breakers().note(&all.breaker(), CallEnd::Unanswered, ctx.now());
        }
    }
    let (answer, called) = asked_of(&stack, &[], &at_once()).await;
    let failure = answer.unwrap_err();
    assert_eq!((&failure.error, failure.error.source()), (&AiError::Unavailable, ErrorSource::Gateway));
    assert_eq!((failure.attempts.len(), called.len()), (0, 0));
}

#[tokio::test]
async fn a_conversation_that_is_too_long_goes_to_who_reads_more_and_to_nobody_else() {
    let too_long = json!({"error": {"code": "context_length_exceeded", "message": "too long"}});
    let of = |provider, context| crate::AiTarget { context_tokens: context, ..target(provider) };
    for (second, third, expected) in [
        (Some(100), Some(101), Some("deepseek-model")),
        (Some(101), Some(200), Some("anthropic-model")),
        (None, Some(101), Some("deepseek-model")),
        (Some(100), Some(50), None),
        (None, None, None),
    ] {
        let stack = Stack::start().await;
        let double = Double::with(&[
            ("openai-model", &[Line::Status(400, too_long.clone())]),
            ("anthropic-model", &[Line::Answer(USED)]),
            ("deepseek-model", &[Line::Answer(USED)]),
        ]);
        let chain = chain([
            of(AiProvider::OpenAi, Some(100)),
            of(AiProvider::Anthropic, second),
            of(AiProvider::DeepSeek, third),
        ]);
        let answer = Models::over(stack.ctx(), double).complete(&chain, &request(), &at_once()).await;
        match (answer, expected) {
            (Ok(answer), Some(model)) => assert_eq!((answer.target.model.as_str(), answer.attempts.len()), (model, 2)),
            (Err(failure), None) => {
                assert!(matches!(failure.error, AiError::TooLong { .. }), "{failure:?}");
                assert_eq!(failure.attempts.len(), 1);
            }
            (answer, expected) => panic!("{expected:?}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_target_asks_for_is_waited_for_where_nobody_else_is_left() {
    let asks = UpstreamError { retry_after: Some(Duration::from_hours(1)), ..UpstreamError::of(Refusal::Busy) };
    let lines = [
        ("openai-model", &[Line::Fails(asks.clone())][..]),
        ("anthropic-model", &[Line::Fails(asks.clone())]),
        ("deepseek-model", &[Line::Fails(asks)]),
    ];
    let (answer, called) = asked(&lines).await;
    // Too long for anybody: each is asked once, since an hour is past the deadline.
    assert_eq!(called, ["openai-model", "anthropic-model", "deepseek-model"]);
    let error = answer.unwrap_err().error;
    assert_eq!(error, AiError::RateLimited { provider: AiProvider::DeepSeek, retry_after_seconds: Some(3_600) });
}

#[tokio::test]
async fn who_says_not_to_be_asked_again_is_not() {
    let never = UpstreamError { is_forbidden_again: true, ..UpstreamError::of(Refusal::Overloaded) };
    let (_, called) =
        asked(&[("openai-model", &[Line::Fails(never)]), ("anthropic-model", &[Line::Answer(USED)])]).await;
    assert_eq!(called, ["openai-model", "anthropic-model"]);
}

#[tokio::test]
async fn what_cannot_be_said_to_a_target_is_said_to_the_next_and_is_no_attempt() {
    let mute = || Line::Fails(UpstreamError::unsupported("reads no images"));
    let (answer, _) = asked(&[("openai-model", &[mute()]), ("anthropic-model", &[Line::Answer(USED)])]).await;
    assert_eq!(answer.unwrap().attempts.len(), 1);
    let all = [("openai-model", &[mute()][..]), ("anthropic-model", &[mute()]), ("deepseek-model", &[mute()])];
    let (answer, _) = asked(&all).await;
    let failure = answer.unwrap_err();
    assert_eq!((failure.error.kind(), failure.error.source()), (FaultKind::Malformed, ErrorSource::Gateway));
    assert_eq!(failure.attempts.len(), 0);
    let some = [("openai-model", &[status(503)][..]), ("anthropic-model", &[mute()]), ("deepseek-model", &[mute()])];
    let (answer, _) = asked(&some).await;
    assert_eq!(answer.unwrap_err().error, AiError::Failed { provider: AiProvider::OpenAi }, "what was said stands");
}

#[tokio::test]
async fn a_target_that_does_not_count_is_guessed_at() {
    let (answer, _) = asked(&[("openai-model", &[Line::Answer(TokenUsage::default())])]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.counted, CountedBy::Estimated);
    assert_eq!(answer.usage, TokenUsage { uncached: 8 + 8 + 2, output: 3, ..TokenUsage::default() });
    assert_eq!(answer.cost, NanoUsd(18 + 6));
    assert_eq!(answer.answer.usage.map(|usage| usage.total_tokens), Some(21), "the caller is told");
}

#[tokio::test]
async fn a_request_that_cannot_be_sent_on_reaches_nobody() {
    let stack = Stack::start().await;
    let double = Double::with(&[]);
    let many = crate::ChatRequest { n: Some(2), ..request() };
    let models = Models::over(stack.ctx(), double.clone());
    let failure = models.complete(&three(), &many, &at_once()).await.unwrap_err();
    assert!(matches!(failure.error, AiError::Malformed { .. }));
    assert!(models.stream(&three(), &many, &at_once()).await.is_err());
    assert!(double.called.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_chain_reserves_what_its_dearest_target_may_cost() {
    let mut dear = target(AiProvider::Anthropic);
    dear.price.rates.output = 50;
    let both = chain([target(AiProvider::OpenAi), dear]);
    assert_eq!(both.most_for(1_000, 100), NanoUsd(1_000 + 5_000));
    assert!(AiChain::new(Vec::new()).is_err());
    assert!(AiChain::new(vec![target(AiProvider::OpenAi); 9]).is_err());
}

#[tokio::test]
async fn vectors_go_down_the_chain_too() {
    let stack = Stack::start().await;
    let double = Double::with(&[
        ("openai-model", &[status(500)]),
        ("anthropic-model", &[Line::Fails(UpstreamError::unsupported("no embeddings"))]),
        ("deepseek-model", &[Line::Answer(TokenUsage { uncached: 7, ..TokenUsage::default() })]),
    ]);
    let asked = serde_json::from_value(json!({"model": "m", "input": "halo"})).unwrap();
    let answer = Models::over(stack.ctx(), double).embed(&three(), &asked, &at_once()).await.unwrap();
    assert_eq!((answer.attempts.len(), answer.cost, answer.answer.usage.prompt_tokens), (4, NanoUsd(7), 7));
}
