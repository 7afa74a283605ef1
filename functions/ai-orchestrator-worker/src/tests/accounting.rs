use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use ai::{
    AiTarget, ChatAnswer, ChatRequest, ChunkSource, EmbeddingsAnswer, EmbeddingsRequest, Models, Refusal, Said,
    TokenUsage, Upstream, UpstreamError,
};
use ai_budget::{AiEnding, AiRows, AiSettings, AiUsage, BudgetPlace};
use async_trait::async_trait;
use kernel::Resource;
use runs::RunStepFault;
use serde_json::{Value, from_value, json};
use table::{Transaction, pages};
use tenancy::limits::ResourceCounts;
use testkit::Stack;

use crate::{
    asking::{AskFailure, AskModels, Asked, ModelCall, request_id},
    gateway::Gateway,
};

/// A provider that answers, or does not, and counts how often it was asked.
#[derive(Default)]
struct Provider {
    asked: AtomicU32,
    fails: bool,
}

#[async_trait]
impl Upstream for Provider {
    async fn chat(&self, _: &AiTarget, _: &ChatRequest) -> Result<Said<ChatAnswer>, UpstreamError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.fails {
            return Err(UpstreamError::of(Refusal::Rejected));
        }
        let answer = json!({ "choices": [{ "message": { "content": "0.7" }, "finish_reason": "stop" }] });
        let usage = TokenUsage { uncached: 10, output: 5, ..TokenUsage::default() };
        Ok(Said { answer: from_value(answer).unwrap(), usage: Some(usage) })
    }

    async fn stream(&self, _: &AiTarget, _: &ChatRequest) -> Result<Box<dyn ChunkSource>, UpstreamError> {
        Err(UpstreamError::of(Refusal::Unsupported))
    }

    async fn embed(&self, _: &AiTarget, _: &EmbeddingsRequest) -> Result<Said<EmbeddingsAnswer>, UpstreamError> {
        Err(UpstreamError::of(Refusal::Unsupported))
    }
}

/// A tenant with one model of its own prices, and a budget of a month.
async fn open(budget: Value) -> (Stack, ModelCall) {
    let stack = Stack::start().await;
    let (_, owner) = stack.tenant("toko-a").await;
    let ctx = stack.ctx();
    let settings: AiSettings = from_value(json!({
        "providers": [{ "name": "own", "kind": "compatible", "baseUrl": "https://models.example.com/v1" }],
        "models": [{ "name": "small", "targets": [{
            "provider": "own", "model": "tiny",
            "prices": { "input": 100, "cacheRead": 10, "cacheWrite": 100, "output": 200 }
        }] }],
        "monthNanoUsd": budget, "epoch": 1, "version": 1
    }))
    .unwrap();
    let mut transaction = Transaction::new();
    AiRows::new(ctx.table(), owner.scope).save_settings(&mut transaction, &settings).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    let request = ChatRequest::new("small", vec![ai::ChatMessage::user("How probable?")]);
    let call = ModelCall {
        scope: owner.scope,
        request_id: request_id("air_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap(), "a", 0),
        asked: Asked::First,
        asked_at: ctx.now(),
        by: owner.user,
        request: ChatRequest { max_completion_tokens: Some(50), ..request },
    };
    (stack, call)
}

async fn rows(stack: &Stack, call: &ModelCall) -> (Vec<AiUsage>, i64, i64) {
    let (ctx, mut usage) = (stack.ctx(), Vec::new());
    let accounts = AiRows::new(ctx.table(), call.scope);
    let mut walk = accounts.usage_of_day(call.asked_at.date_in(&kernel::Zone::utc()));
    while let Some(page) = walk.next().await.unwrap() {
        usage.extend(page.into_iter().filter_map(pages::read::<AiUsage>));
    }
    let spend = accounts.spend(&BudgetPlace::Tenant, ctx.now()).await.unwrap();
    let counted =
        ResourceCounts::new(ctx.table(), call.scope).state(Resource::AiInteractions, ctx.now()).await.unwrap();
    (usage, spend.committed, counted.count.used)
}

#[tokio::test]
async fn a_call_is_one_row_and_one_interaction_however_often_it_is_made() {
    let (stack, call) = open(json!(1_000_000)).await;
    let provider = Arc::new(Provider::default());
    let granted = stack.granted("ai-orchestrator-worker");
    let gateway = Gateway::over(&granted, Models::over(&granted, Arc::<Provider>::clone(&provider)));
    let most = gateway.most(&call).await.unwrap();
    assert!(most >= 50 * 200, "{most}");
    let answer = gateway.ask(&call).await.unwrap();
    assert_eq!((answer.cost_nano_usd, answer.answered_by.as_str()), (10 * 100 + 5 * 200, "compatible/tiny"));
    // The answer was lost, and somebody asks again.
    gateway.ask(&ModelCall { asked: Asked::Again, ..call.clone() }).await.unwrap();
    assert_eq!(provider.asked.load(Ordering::Relaxed), 2);
    let (usage, committed, interactions) = rows(&stack, &call).await;
    assert_eq!((usage.len(), committed, interactions), (1, 2_000, 1));
    assert_eq!(
        (usage[0].outcome, usage[0].cost_nano_usd, usage[0].by.clone()),
        (AiEnding::Answered, 2_000, call.by.to_string())
    );
}

#[tokio::test]
async fn what_cannot_be_paid_or_is_unknown_is_not_called() {
    let (stack, call) = open(json!(100)).await;
    let provider = Arc::new(Provider::default());
    let granted = stack.granted("ai-orchestrator-worker");
    let gateway = Gateway::over(&granted, Models::over(&granted, Arc::<Provider>::clone(&provider)));
    let refused = gateway.ask(&call).await;
    assert!(matches!(refused, Err(AskFailure::Step(RunStepFault::Budget))), "{refused:?}");
    let request = ChatRequest { model: "unknown".to_owned(), ..call.request.clone() };
    let refused = gateway.most(&ModelCall { request, ..call.clone() }).await;
    assert!(matches!(refused, Err(AskFailure::Step(RunStepFault::Refused))), "{refused:?}");
    let (usage, committed, interactions) = rows(&stack, &call).await;
    assert_eq!((usage.len(), committed, interactions, provider.asked.load(Ordering::Relaxed)), (0, 0, 0, 0));
}

#[tokio::test]
async fn a_call_that_fails_costs_nothing() {
    let (stack, call) = open(json!(null)).await;
    let provider = Arc::new(Provider { fails: true, ..Provider::default() });
    let granted = stack.granted("ai-orchestrator-worker");
    let gateway = Gateway::over(&granted, Models::over(&granted, Arc::<Provider>::clone(&provider)));
    let refused = gateway.ask(&call).await;
    assert!(matches!(refused, Err(AskFailure::Step(RunStepFault::Refused))), "{refused:?}");
    let (usage, committed, interactions) = rows(&stack, &call).await;
    assert_eq!((usage.len(), usage[0].outcome, usage[0].cost_nano_usd), (1, AiEnding::Failed, 0));
    assert_eq!((committed, interactions), (0, 0));
}
