use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Mutex,
};

use ai::{AnswerChoice, AnswerMessage, CalledFunction, ChatAnswer, ChatRequest, ToolCall};
use async_trait::async_trait;
use cloud::Ctx;
use jiff::SignedDuration;
use kernel::{AiAgentId, AiRunId, RequestId};
use runs::{AgentTerms, AiRun, AiRuns, KnownRun, NewRun, RunAgent, RunPlan, RunStepFault};
use serde_json::{Value, from_value, json};
use table::{
    TenantScope, Transaction,
    agenda::{self, Due, DueKind},
};
use testkit::{Member, Stack};

use crate::{
    AiRunWorkError,
    advance_run::advance_run,
    asking::{AskFailure, AskModels, Asked, ModelAnswer, ModelCall},
};

/// What a model does when it is asked.
#[derive(Clone)]
pub(crate) enum Does {
    /// It says this, and costs 100.
    Says(&'static str),
    /// It asks for tools, by their names and arguments.
    Wants(Vec<(&'static str, Value)>),
    /// It gives no answer.
    Fails(RunStepFault),
    /// It never ends.
    Hangs,
    /// Something of ours is away.
    IsAway,
}

/// Models that do as they are told; by default all say the same.
#[derive(Default)]
pub(crate) struct Models {
    pub(crate) does: Mutex<BTreeMap<String, VecDeque<Does>>>,
    pub(crate) asked: Mutex<Vec<(RequestId, Asked, ChatRequest)>>,
    /// What was done about each request: asked again, it is done again.
    pub(crate) done: Mutex<BTreeMap<RequestId, Does>>,
    /// What each request cost, once.
    pub(crate) paid: Mutex<BTreeMap<RequestId, i64>>,
    /// What a call costs at most.
    pub(crate) most: i64,
}

impl Models {
    pub(crate) fn new() -> Self {
        Self { most: 300, ..Self::default() }
    }

    /// What a model does next, one after the other; the last one for ever.
    pub(crate) fn let_do(self, model: &str, does: &[Does]) -> Self {
        self.does.lock().unwrap().insert(model.to_owned(), does.iter().cloned().collect());
        self
    }

    /// The requests, as often as they were made.
    pub(crate) fn asked(&self) -> Vec<RequestId> {
        self.asked.lock().unwrap().iter().map(|(id, ..)| *id).collect()
    }

    /// How often something was asked that nobody may ask twice: a second time without saying so.
    pub(crate) fn asked_in_vain(&self) -> usize {
        let asked = self.asked.lock().unwrap();
        let mut seen = BTreeSet::new();
        asked.iter().filter(|(id, asked, _)| !seen.insert(*id) && *asked == Asked::First).count()
    }

    /// What was said to a model last.
    pub(crate) fn heard(&self, model: &str) -> String {
        let asked = self.asked.lock().unwrap();
        let last = asked.iter().rev().find(|(.., request)| request.model == model);
        last.map(|(.., request)| serde_json::to_string(request).unwrap()).unwrap_or_default()
    }

    fn next(&self, request: RequestId, model: &str) -> Does {
        let known = self.done.lock().unwrap().get(&request).cloned();
        let does = known.unwrap_or_else(|| self.new_one(model));
        // What was away may be there the next time.
        if !matches!(does, Does::IsAway) {
            self.done.lock().unwrap().insert(request, does.clone());
        }
        does
    }

    fn new_one(&self, model: &str) -> Does {
        let mut does = self.does.lock().unwrap();
        match does.get_mut(model) {
            None => Does::Says("{\"probability\": 0.7}"),
            Some(queue) if queue.len() > 1 => queue.pop_front().unwrap(),
            Some(queue) => queue.front().unwrap().clone(),
        }
    }
}

fn answer(message: AnswerMessage) -> ChatAnswer {
    let choice = AnswerChoice { index: 0, message, logprobs: None, finish_reason: None };
    from_value::<ChatAnswer>(json!({ "choices": [] }))
        .map(|answer| ChatAnswer { choices: vec![choice], ..answer })
        .unwrap()
}

#[async_trait]
impl AskModels for Models {
    async fn most(&self, _: &ModelCall) -> Result<i64, AskFailure> {
        Ok(self.most)
    }

    async fn ask(&self, call: &ModelCall) -> Result<ModelAnswer, AskFailure> {
        self.asked.lock().unwrap().push((call.request_id, call.asked, call.request.clone()));
        let message = match self.next(call.request_id, &call.request.model) {
            Does::Says(text) => AnswerMessage { content: Some(text.to_owned()), ..AnswerMessage::default() },
            Does::Wants(wishes) => {
                let calls = wishes.into_iter().enumerate().map(|(place, (name, arguments))| ToolCall {
                    id: format!("call_{place}"),
                    kind: "function".to_owned(),
                    function: CalledFunction { name: name.to_owned(), arguments: arguments.to_string() },
                    extra_content: None,
                });
                AnswerMessage { tool_calls: Some(calls.collect()), ..AnswerMessage::default() }
            }
            Does::Fails(fault) => return Err(AskFailure::Step(fault)),
            Does::IsAway => return Err(AskFailure::Ours("the secret store is away".to_owned())),
            Does::Hangs => std::future::pending().await,
        };
        self.paid.lock().unwrap().insert(call.request_id, 100);
        Ok(ModelAnswer { answer: answer(message), answered_by: "test/model".to_owned(), cost_nano_usd: 100 })
    }
}

pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) owner: Member,
    pub(crate) other: Member,
}

/// A step that asks a model.
pub(crate) fn model(id: &str, after: &[&str]) -> Value {
    json!({ "kind": "model", "id": id, "model": id, "instructions": "How probable?", "maxTokens": 10, "after": after })
}

/// A step that asks the agent.
pub(crate) fn agent(id: &str) -> Value {
    json!({ "kind": "agent", "id": id, "agentId": "agt_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "task": "Look." })
}

pub(crate) fn median() -> Value {
    json!({ "rule": "median", "buyAt": 0.55, "sellAt": 0.45 })
}

impl World {
    pub(crate) async fn open() -> Self {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        Self { stack, owner, other }
    }

    pub(crate) fn scope(&self) -> TenantScope {
        self.owner.scope
    }

    /// A run as `POST /ai/runs` leaves it: a minute, and a budget of 2,000.
    pub(crate) async fn begin(&self, steps: Vec<Value>, ensemble: Value) -> AiRunId {
        let ctx = self.stack.ctx();
        let now = ctx.now();
        let terms: AgentTerms = from_value(json!({
            "name": "Scout", "model": "scout", "instructions": "Be brief.", "tools": ["calculator", "get_product", "list_invoices"],
            "maxSteps": 3, "maxCostNanoUsd": 1_000, "maxTokens": 100
        }))
        .unwrap();
        let id: AiAgentId = "agt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".parse().unwrap();
        let new = NewRun {
            id: AiRunId::new(ctx.new_ulid()),
            name: None,
            plan: RunPlan {
                steps: steps.into_iter().map(|step| from_value(step).unwrap()).collect(),
                ensemble: ensemble.is_object().then(|| from_value(ensemble).unwrap()),
            },
            agents: vec![RunAgent { id, terms }],
            features: from_value(json!({ "rsi": 62.5 })).unwrap(),
            input: Some("The rate is kept.".to_owned().try_into().unwrap()),
            stacked: BTreeMap::new(),
            budget_nano_usd: 2_000,
            requested_by: self.owner.user,
            deadline_at: now.plus(SignedDuration::from_secs(600)),
        };
        assert_eq!(new.plan.faults(&new.features), []);
        let (run, steps) = AiRun::begun(new, now);
        let (runs, mut transaction) = (AiRuns::new(ctx.table(), self.scope()), Transaction::new());
        runs.save(&mut transaction, &run).unwrap();
        for step in &steps {
            runs.save_step(&mut transaction, &run, step).unwrap();
        }
        agenda::set(&mut transaction, self.scope(), DueKind::AiRun, run.id, now).unwrap();
        ctx.table().transact(transaction).await.unwrap();
        run.id
    }

    pub(crate) fn due(&self, id: AiRunId) -> Due {
        Due { tenant_id: self.scope().tenant(), kind: DueKind::AiRun, id: id.to_string(), at: self.stack.ctx().now() }
    }

    /// Does a message of the run's.
    pub(crate) async fn advance_by(&self, ctx: &Ctx, models: &Models, id: AiRunId) -> Result<(), AiRunWorkError> {
        advance_run(ctx, models, &self.due(id)).await
    }

    pub(crate) async fn advance(&self, models: &Models, id: AiRunId) {
        self.advance_by(self.stack.ctx(), models, id).await.unwrap();
    }

    pub(crate) async fn known(&self, id: AiRunId) -> KnownRun {
        AiRuns::new(self.stack.ctx().table(), self.scope()).get(id).await.unwrap().unwrap()
    }

    /// How often the end was told, and when the run is due.
    pub(crate) async fn told(&self) -> (usize, Vec<String>) {
        let rows = self.stack.rows().await;
        let told = rows.iter().filter(|row| row["type"] == "ai_run.ended").count();
        let due = rows.iter().filter(|row| row["PK"].to_string().contains("DUE#ai_run#"));
        (told, due.map(|row| row["at"].as_str().unwrap().to_owned()).collect())
    }

    /// How often things happen that must happen once: what is paid, and what the run says that it cost.
    pub(crate) async fn costs(&self, models: &Models, id: AiRunId) -> (i64, i64) {
        let paid = models.paid.lock().unwrap().values().sum();
        (paid, self.known(id).await.steps.iter().map(|step| step.cost_nano_usd).sum())
    }
}
