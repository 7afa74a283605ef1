//! Models of providers, as the tenant set them up for the gateway, and accounted for as any other request: one interaction of the
//! tenant's month, what the call may cost held in the month's budget, and one row that says what it did cost.
//!
//! All of it is by the request's id. Whoever asks again, because an answer was lost, holds nothing twice and writes no second row; the
//! interaction was counted by the first.

use ai::{
    AiCallEnd, AiCallFacts, AiChain, AiError, AiPolicy, ChatAnswer, ModelUse, Models, NanoUsd, SetupError, chain_of,
    served_by,
};
use ai_budget::{AiBudgetError, AiEnding, AiRows, AiSettings, AiWork, BudgetPlace, CostHold};
use async_trait::async_trait;
use cloud::Ctx;
use events::Cause;
use kernel::{EventId, Fault, FaultKind, Resource};
use runs::RunStepFault;
use table::{TableError, Transaction};
use tenancy::limits::{LimitCause, ResourceCounts};

use crate::asking::{AskFailure, AskModels, Asked, ModelAnswer, ModelCall};

/// The gateway's models.
pub(crate) struct Gateway {
    ctx: Ctx,
    models: Models,
}

impl Gateway {
    pub(crate) fn new(ctx: &Ctx) -> Self {
        Self { ctx: ctx.clone(), models: Models::new(ctx) }
    }

    #[cfg(test)]
    pub(crate) fn over(ctx: &Ctx, models: Models) -> Self {
        Self { ctx: ctx.clone(), models }
    }

    fn rows(&self, call: &ModelCall) -> AiRows<'_> {
        AiRows::new(self.ctx.table(), call.scope)
    }

    /// The chain of the model of a call. One that cannot be called as it is set up ends the step.
    async fn chain(&self, call: &ModelCall, settings: &AiSettings) -> Result<AiChain, AskFailure> {
        let refused = || AskFailure::Step(RunStepFault::Refused);
        let model = settings.model(&call.request.model).ok_or_else(refused)?;
        let called = chain_of(&self.ctx, call.scope.tenant(), settings, (model, ModelUse::Chat)).await;
        called.map(|called| called.chain).map_err(|error| match error {
            SetupError::Model(_) => refused(),
            SetupError::Secrets(error) => ours(error),
        })
    }

    /// Counts the interaction, and holds what the call may cost; nothing where there is no budget.
    async fn admit(
        &self,
        call: &ModelCall,
        settings: &AiSettings,
        most: NanoUsd,
    ) -> Result<Vec<(BudgetPlace, CostHold)>, AskFailure> {
        if call.asked == Asked::First {
            let counts = ResourceCounts::new(self.ctx.table(), call.scope);
            let cause = LimitCause { event: EventId::new(self.ctx.new_ulid()), cause: Cause::from(call.request_id) };
            let counted = counts.consume(Resource::AiInteractions, 1, call.asked_at, cause).await;
            counted.map_err(|error| refusal(&error))?;
        }
        // Its cost is in the counter already, where the answer of a call that ended was lost.
        let is_counted = call.asked == Asked::Again
            && self
                .rows(call)
                .usage(call.asked_at, call.request_id)
                .await
                .map_err(ours)?
                .is_some_and(|usage| usage.outcome != AiEnding::Expired);
        let Some(limit) = settings.month_nano_usd.filter(|_| !is_counted) else { return Ok(Vec::new()) };
        let hold = CostHold {
            nano: most.0,
            at: call.asked_at,
            by: call.by.to_string(),
            work: AiWork::Chat,
            model: call.request.model.clone(),
        };
        let rows = self.rows(call);
        match rows.hold(&BudgetPlace::Tenant, settings.limit(limit), call.request_id, &hold).await {
            Ok(()) => Ok(vec![(BudgetPlace::Tenant, hold)]),
            Err(error) => {
                self.give_back(call).await;
                Err(budget_refusal(&error))
            }
        }
    }

    /// Notes how a call ended, once by its request's id.
    async fn settle(
        &self,
        call: &ModelCall,
        held: &[(BudgetPlace, CostHold)],
        end: AiCallEnd<'_>,
    ) -> Result<(), TableError> {
        let ending = end.ending;
        let facts = AiCallFacts {
            request: call.request_id,
            at: call.asked_at,
            by: call.by.to_string(),
            work: AiWork::Chat,
            model: call.request.model.clone(),
        };
        let usage = end.usage_of(&facts, self.ctx.now());
        self.rows(call).settle(&usage, held).await?;
        if ending == AiEnding::Failed {
            self.give_back(call).await;
        }
        Ok(())
    }

    /// Gives an interaction back that came to nothing. Of one that is asked again nobody knows whether that was done.
    async fn give_back(&self, call: &ModelCall) {
        if call.asked == Asked::Again {
            return;
        }
        let counts = ResourceCounts::new(self.ctx.table(), call.scope);
        let mut transaction = Transaction::new();
        counts.give_back(&mut transaction, Resource::AiInteractions, 1, call.asked_at);
        if let Err(error) = self.ctx.table().transact(transaction).await {
            tracing::warn!(%error, "an interaction that did not happen stays counted");
        }
    }
}

#[async_trait]
impl AskModels for Gateway {
    async fn most(&self, call: &ModelCall) -> Result<i64, AskFailure> {
        let settings = self.rows(call).settings().await.map_err(ours)?;
        let chain = self.chain(call, &settings).await?;
        Ok(chain.most(&call.request, call.request.output_bound().unwrap_or(0)).0)
    }

    async fn ask(&self, call: &ModelCall) -> Result<ModelAnswer, AskFailure> {
        let settings = self.rows(call).settings().await.map_err(ours)?;
        let chain = self.chain(call, &settings).await?;
        let most = chain.most(&call.request, call.request.output_bound().unwrap_or(0));
        let held = self.admit(call, &settings, most).await?;
        match self.models.complete(&chain, &call.request, &AiPolicy::default()).await {
            Ok(outcome) => {
                let (provider, model) = served_by(&outcome.target);
                // An answer that is there is used; what cannot be noted now is given back when the hold is old.
                if let Err(error) = self.settle(call, &held, AiCallEnd::answered(&outcome)).await {
                    tracing::error!(%error, cost = outcome.cost.0, "what a call of a run cost could not be noted");
                }
                let answer: ChatAnswer = outcome.answer;
                Ok(ModelAnswer { answer, answered_by: format!("{provider}/{model}"), cost_nano_usd: outcome.cost.0 })
            }
            Err(failure) => {
                if let Err(error) = self.settle(call, &held, AiCallEnd::failed(&failure.attempts)).await {
                    tracing::error!(%error, "that a call of a run failed could not be noted");
                }
                Err(AskFailure::Step(fault_of(&failure.error)))
            }
        }
    }
}

/// Why a step whose call failed fails.
fn fault_of(error: &AiError) -> RunStepFault {
    match error {
        AiError::Malformed { .. }
        | AiError::UnknownModel { .. }
        | AiError::Unsupported { .. }
        | AiError::Rejected { .. }
        | AiError::TooLong { .. }
        | AiError::NotServed { .. } => RunStepFault::Refused,
        AiError::Unavailable | AiError::RateLimited { .. } | AiError::Failed { .. } | AiError::Broken { .. } => {
            RunStepFault::Unavailable
        }
    }
}

/// What the plan says: a limit that is reached ends the step, anything else comes again.
fn refusal(error: &(impl Fault + ?Sized)) -> AskFailure {
    match error.kind() {
        FaultKind::Unavailable | FaultKind::Internal => AskFailure::Ours(error.to_string()),
        FaultKind::Malformed
        | FaultKind::Invalid
        | FaultKind::Unauthenticated
        | FaultKind::Forbidden
        | FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Precondition
        | FaultKind::RateLimited => AskFailure::Step(RunStepFault::Quota),
    }
}

fn budget_refusal(error: &AiBudgetError) -> AskFailure {
    match refusal(error) {
        AskFailure::Step(_) => AskFailure::Step(RunStepFault::Budget),
        ours @ AskFailure::Ours(_) => ours,
    }
}

fn ours(error: impl std::fmt::Display) -> AskFailure {
    AskFailure::Ours(error.to_string())
}
