//! A request that is let in, and its end.

use ai::{AiAttempt, NanoUsd, TokenUsage};
use ai_budget::{AiEnding, AiRows, AiSettings, AiUsage, AiWork, BudgetPlace, CostHold, TokenCounts};
use kernel::{RequestId, Timestamp};
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
    request: RequestId,
    at: Timestamp,
    by: String,
    work: AiWork,
    model: String,
    held: Vec<(BudgetPlace, CostHold)>,
}

/// How a request ended.
pub(crate) struct Ended<'a> {
    /// How.
    pub(crate) ending: AiEnding,
    /// Who answered, and what they call the model.
    pub(crate) served: Option<(String, String)>,
    /// What it took.
    pub(crate) usage: TokenUsage,
    /// What it cost.
    pub(crate) cost: NanoUsd,
    /// The calls of providers.
    pub(crate) attempts: &'a [AiAttempt],
}

impl Ended<'_> {
    /// Without an answer.
    pub(crate) const fn failed(attempts: &[AiAttempt]) -> Ended<'_> {
        Ended {
            ending: AiEnding::Failed,
            served: None,
            usage: TokenUsage { uncached: 0, cache_read: 0, cache_write: 0, output: 0 },
            cost: NanoUsd(0),
            attempts,
        }
    }
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
            request: wish.info.id,
            at: api.now(),
            by: caller.name(),
            work: wish.work,
            model: wish.model.to_owned(),
            held: Vec::new(),
        };
        interactions::count(api, caller.scope, wish.info, admission.at).await?;
        admission.hold(&wish).await
    }

    async fn hold(mut self, wish: &Wish<'_>) -> Result<Self, Problem> {
        let of_tier = wish.tier.rules().and_then(|rules| rules.month_nano_usd);
        let places =
            [(BudgetPlace::Tenant, wish.settings.month_nano_usd), (BudgetPlace::Holder(self.by.clone()), of_tier)];
        for (place, limit) in places {
            // An answer that is kept costs nothing.
            let Some(limit) = limit.filter(|_| wish.most.0 > 0) else { continue };
            let hold = CostHold {
                nano: wish.most.0,
                at: self.at,
                by: self.by.clone(),
                work: self.work,
                model: self.model.clone(),
            };
            let api = self.api.clone();
            let rows = AiRows::new(api.table(), self.scope);
            if let Err(refusal) = rows.hold(&place, wish.settings.limit(limit), self.request, &hold).await {
                if let Err(error) = rows.release(self.request, &self.held).await {
                    tracing::warn!(%error, "a hold is given back when it is old");
                }
                interactions::give_back(&self.api, self.scope, self.at).await;
                return Err(refusal.into());
            }
            self.held.push((place, hold));
        }
        Ok(self)
    }

    /// The request.
    pub(crate) const fn request(&self) -> RequestId {
        self.request
    }

    /// Notes how the request ended, once and for all. Nobody is kept from an answer that is there: what cannot be noted now is
    /// given back when the hold is old. Two writes in the common case; one more for each further budget, and one for what failed.
    pub(crate) async fn settle(&self, ended: Ended<'_>) {
        let (provider, served_by) = ended.served.unzip();
        let millis = self.api.now().as_millis().saturating_sub(self.at.as_millis());
        let usage = AiUsage {
            request_id: self.request,
            at: self.at,
            by: self.by.clone(),
            work: self.work,
            model: self.model.clone(),
            provider,
            served_by,
            tokens: counts(ended.usage),
            cost_nano_usd: ended.cost.0,
            millis: u64::try_from(millis).unwrap_or_default(),
            attempts: u32::try_from(ended.attempts.len()).unwrap_or(u32::MAX),
            outcome: ended.ending,
        };
        if let Err(error) = AiRows::new(self.api.table(), self.scope).settle(&usage, &self.held).await {
            tracing::error!(%error, cost = ended.cost.0, "what a request cost could not be noted");
        }
        if ended.ending == AiEnding::Failed {
            interactions::give_back(&self.api, self.scope, self.at).await;
        }
    }
}

/// Tokens as they are stored.
pub(crate) const fn counts(usage: TokenUsage) -> TokenCounts {
    TokenCounts {
        input: usage.uncached,
        cache_read: usage.cache_read,
        cache_write: usage.cache_write,
        output: usage.output,
    }
}
