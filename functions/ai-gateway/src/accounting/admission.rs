//! A request that is let in, and its end.

use ai::{AiCallEnd, AiCallFacts, NanoUsd};
use ai_budget::{AiEnding, AiRows, AiSettings, AiWork, BudgetPlace, CostHold};
use kernel::RequestId;
use table::TenantScope;
use web::{Api, Caller, Problem, RequestInfo};

use crate::{
    AiUse,
    accounting::{interactions, tier::Tier},
};

/// What somebody wants of a model.
pub(crate) struct Wish<'a> {
    /// The request.
    pub(crate) info: &'a RequestInfo,
    /// The settings that it was decided by.
    pub(crate) settings: &'a AiSettings,
    /// The caller's tier.
    pub(crate) tier: &'a Tier,
    /// What for.
    pub(crate) work: AiWork,
    /// The model, as the caller named it.
    pub(crate) model: &'a str,
    /// How many tokens are read and written at most.
    pub(crate) tokens: u64,
    /// What it costs at most.
    pub(crate) most: NanoUsd,
}

/// A request that was let in: it is one interaction of the tenant's month, and holds what it may cost. Whatever comes of it,
/// [`Admission::settle`] is told; what nobody tells of is given back after a while.
pub(crate) struct Admission {
    api: Api,
    scope: TenantScope,
    call: AiCallFacts,
    held: Vec<(BudgetPlace, CostHold)>,
}

impl Admission {
    /// Lets a request in. A write for each limit of the tier, one for the interaction, one for each budget.
    ///
    /// # Errors
    /// 429 `RATE_LIMITED`, `QUOTA_EXCEEDED`, `AI_BUDGET_EXCEEDED`; 503.
    pub(crate) async fn of(api: &Api, caller: &Caller<AiUse>, wish: Wish<'_>) -> Result<Self, Problem> {
        wish.tier.count(api, caller, wish.tokens).await?;
        let admission = Self {
            api: api.clone(),
            scope: caller.scope,
            call: AiCallFacts {
                request: wish.info.id,
                at: api.now(),
                by: caller.name(),
                work: wish.work,
                model: wish.model.to_owned(),
            },
            held: Vec::new(),
        };
        interactions::count(api, caller.scope, wish.info, admission.call.at).await?;
        admission.hold(&wish).await
    }

    async fn hold(mut self, wish: &Wish<'_>) -> Result<Self, Problem> {
        let of_tier = wish.tier.rules().and_then(|rules| rules.month_nano_usd);
        let places =
            [(BudgetPlace::Tenant, wish.settings.month_nano_usd), (BudgetPlace::Holder(self.call.by.clone()), of_tier)];
        for (place, limit) in places {
            // An answer that is kept costs nothing.
            let Some(limit) = limit.filter(|_| wish.most.0 > 0) else { continue };
            let hold = CostHold {
                nano: wish.most.0,
                at: self.call.at,
                by: self.call.by.clone(),
                work: self.call.work,
                model: self.call.model.clone(),
            };
            let api = self.api.clone();
            let rows = AiRows::new(api.table(), self.scope);
            if let Err(refusal) = rows.hold(&place, wish.settings.limit(limit), self.call.request, &hold).await {
                if let Err(error) = rows.release(self.call.request, &self.held).await {
                    tracing::warn!(%error, "a hold is given back when it is old");
                }
                interactions::give_back(&self.api, self.scope, self.call.at).await;
                return Err(refusal.into());
            }
            self.held.push((place, hold));
        }
        Ok(self)
    }

    /// The request.
    pub(crate) const fn request(&self) -> RequestId {
        self.call.request
    }

    /// Notes how the request ended, once and for all. Nobody is kept from an answer that is there: what cannot be noted now is
    /// given back when the hold is old. Two writes in the common case; one more for each further budget, and one for what failed.
    pub(crate) async fn settle(&self, end: AiCallEnd<'_>) {
        let (ending, cost) = (end.ending, end.cost.0);
        let usage = end.usage_of(&self.call, self.api.now());
        if let Err(error) = AiRows::new(self.api.table(), self.scope).settle(&usage, &self.held).await {
            tracing::error!(%error, cost, "what a request cost could not be noted");
        }
        if ending == AiEnding::Failed {
            interactions::give_back(&self.api, self.scope, self.call.at).await;
        }
    }
}
