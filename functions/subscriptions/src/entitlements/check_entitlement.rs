//! `POST /api/v1/entitlements/check`: whether a subscription may use something, and its use, if that is wanted.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one read of the subscription (more for a customer who names none), one of the plan where this process
//! does not know the version, one of the counters; to consume one transaction of counters, events and idempotency row, again
//! when a limit or a mark of it was reached meanwhile. A feature that the plan does not have costs two queries of the plans.

use std::{ops::ControlFlow, sync::Arc};

use axum::{Extension, extract::State};
use billing::{
    Crossing, Plan, PlanCache, Plans, Quantity, QuotaAllowance, QuotaCounters, Spending, SpendingVerdict, Subscription,
    allowances, entitled, verdict,
};
use events::subscription::SubscriptionQuotaReached;
use identity::Reach;
use kernel::{SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use table::{Slot, Transaction, until_settled_from};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Needs, Optional, Problem, Reply, RequestInfo};

use crate::{
    UsageRead, UsageWrite,
    entitlements::asked::{self, AskedFeature},
};

/// What is to be used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CheckEntitlement {
    /// By which subscription. A customer may leave it out who has exactly one in force; members and servers name it.
    pub subscription_id: Option<SubscriptionId>,
    /// What.
    pub feature: AskedFeature,
    /// How many units: 1 to 1,000,000,000; 1 when left out.
    pub quantity: Option<Quantity>,
    /// Whether they are used now, which needs `usage:write` over the whole organisation; otherwise nothing is counted.
    #[serde(default)]
    pub consume: bool,
}

/// Whether it may be used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntitlementView {
    /// Whether it may be used; when it was to be consumed, whether it was.
    pub allowed: bool,
    /// Why not.
    pub reason: Option<EntitlementRefusal>,
    /// The quota that decides: the one that refuses, or of several the one with the least left.
    #[schema(example = "predictionsPerMonth")]
    pub quota: Option<String>,
    /// How much it allows; nothing where there is no limit.
    #[schema(example = 50)]
    pub limit: Option<u64>,
    /// How much of it is used, what was consumed now included; nothing where nothing is counted.
    #[schema(example = 42)]
    pub used: Option<u64>,
    /// How much of the limit is left.
    #[schema(example = 8)]
    pub remaining: Option<u64>,
    /// When it starts again from zero.
    pub resets_at: Option<Timestamp>,
}

/// Why something may not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntitlementRefusal {
    /// Less than that is left of the quota.
    QuotaExceeded,
    /// The plan does not have it; another plan of the tenant does.
    NotInPlan,
    /// The subscription is paused, suspended or over.
    NotInForce,
}

/// Check an entitlement
///
/// Whether a subscription may use a feature: 200 either way, with `allowed`. With `consume` what is allowed is counted at
/// once, never beyond a quota that blocks, however many ask at the same time. Send an `Idempotency-Key` with it, so that a
/// repetition counts once.
#[utoipa::path(
    post, path = "/api/v1/entitlements/check",
    responses(
        (status = 200, body = Envelope<EntitlementView>),
        (status = 404, description = "NOT_FOUND: there is no such subscription"),
        (status = 422, description = "in errors UNKNOWN_FEATURE, with the names that the plan has")
    )
)]
pub async fn check_entitlement(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<UsageRead>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<CheckEntitlement>,
) -> Result<Reply, Problem> {
    if body.consume && caller.grants.reach(UsageWrite::PERMISSION) != Some(Reach::Tenant) {
        return Err(caller.lacks(UsageWrite::PERMISSION));
    }
    let subscription = asked::subscription(&api, &caller, body.subscription_id, "/subscriptionId").await?;
    if !subscription.status.is_in_force() {
        return Reply::ok(&EntitlementView::uncounted(Some(EntitlementRefusal::NotInForce)));
    }
    let plan = asked::plan(&api, &plans, &caller, &subscription).await?;
    let feature = body.feature.as_str();
    let mut allowances = allowances(&plan, &subscription, api.now())?;
    allowances.retain(|one| one.feature == feature);
    if allowances.is_empty() {
        return Reply::ok(&unlimited(&api, &caller, &plan, feature).await?);
    }
    let used = QuotaCounters::new(api.table(), caller.scope, subscription.id).used(&allowances).await?;
    let quantity = body.quantity.map_or(1, Quantity::get);
    if !body.consume {
        return Reply::ok(&EntitlementView::of(&allowances, &used, quantity, 0));
    }
    let use_of = Use { api: &api, caller: &caller, info: &info, subscription: &subscription, plan: &plan };
    use_of.consume(&allowances, used, quantity, &key).await
}

/// What is known of a feature without a quota.
async fn unlimited(
    api: &Api,
    caller: &Caller<UsageRead>,
    plan: &Plan,
    feature: &str,
) -> Result<EntitlementView, Problem> {
    let names = entitled(plan);
    if names.contains(feature) {
        return Ok(EntitlementView::uncounted(None));
    }
    let all = Plans::new(api.table(), caller.scope).list().await?;
    if all.iter().any(|state| entitled(&state.plan).contains(feature)) {
        return Ok(EntitlementView::uncounted(Some(EntitlementRefusal::NotInPlan)));
    }
    let names: Vec<String> = names.into_iter().collect();
    let detail = match names.as_slice() {
        [] => "there is no such feature; the plan has none".to_owned(),
        names => format!("there is no such feature; the plan has {}", names.join(", ")),
    };
    Err(Problem::invalid("/feature", "UNKNOWN_FEATURE", detail))
}

/// A use that is counted.
struct Use<'a> {
    api: &'a Api,
    caller: &'a Caller<UsageRead>,
    info: &'a RequestInfo,
    subscription: &'a Subscription,
    plan: &'a Plan,
}

impl Use<'_> {
    /// Counts it, as soon as what was decided holds for the counters as they are when they are written.
    async fn consume(
        &self,
        allowances: &[QuotaAllowance],
        used: Vec<u64>,
        quantity: u64,
        key: &Optional,
    ) -> Result<Reply, Problem> {
        until_settled_from(Problem::conflict, used, |mut used| async move {
            let mut transaction = Transaction::new();
            let spendings = match verdict(allowances, &used, quantity) {
                SpendingVerdict::Allowed(spendings) => spendings,
                SpendingVerdict::Refused(_) => Vec::new(),
            };
            let slots = self.spend(&mut transaction, allowances, &spendings)?;
            let consumed = if spendings.is_empty() { 0 } else { quantity };
            let reply = Reply::ok(&EntitlementView::of(allowances, &used, quantity, consumed))?;
            match key.try_commit(self.api, transaction, reply).await? {
                Ok(reply) => Ok(ControlFlow::Break(reply)),
                Err(cancelled) => {
                    for (used, slot) in used.iter_mut().zip(slots) {
                        *used = QuotaCounters::now(&cancelled, slot)?.unwrap_or(*used);
                    }
                    Ok(ControlFlow::Continue(used))
                }
            }
        })
        .await
    }

    fn spend(
        &self,
        transaction: &mut Transaction,
        allowances: &[QuotaAllowance],
        spendings: &[Spending],
    ) -> Result<Vec<Slot>, Problem> {
        let counters = QuotaCounters::new(self.api.table(), self.caller.scope, self.subscription.id);
        let mut slots = Vec::with_capacity(spendings.len());
        for (allowance, spending) in allowances.iter().zip(spendings) {
            slots.push(counters.spend(transaction, allowance, spending));
            for crossing in &spending.crossed {
                let told = self.reached(allowance, *crossing);
                let version = self.subscription.version;
                self.api.insert_event(transaction, self.caller.tenant(), self.info, version, &told)?;
            }
        }
        Ok(slots)
    }

    fn reached(&self, allowance: &QuotaAllowance, Crossing { percent, limit }: Crossing) -> SubscriptionQuotaReached {
        SubscriptionQuotaReached {
            subscription_id: self.subscription.id,
            customer_id: self.subscription.party,
            plan_key: self.plan.key.to_string(),
            quota: allowance.name.clone(),
            feature: allowance.feature.clone(),
            percent,
            limit,
            resets_at: allowance.window.ends_at,
        }
    }
}

impl EntitlementView {
    /// Of something that nothing counts.
    const fn uncounted(reason: Option<EntitlementRefusal>) -> Self {
        let allowed = reason.is_none();
        Self { allowed, reason, quota: None, limit: None, used: None, remaining: None, resets_at: None }
    }

    /// Of something that quotas limit, of which so much was used before and so much is consumed now.
    fn of(allowances: &[QuotaAllowance], used: &[u64], quantity: u64, consumed: u64) -> Self {
        let (deciding, reason) = match verdict(allowances, used, quantity) {
            SpendingVerdict::Refused(number) => (Some(number), Some(EntitlementRefusal::QuotaExceeded)),
            SpendingVerdict::Allowed(_) => {
                let standings = allowances.iter().zip(used).map(|(one, used)| one.standing(*used));
                // Of those with as much left, the one that starts again last.
                let least = standings
                    .enumerate()
                    .min_by_key(|(_, one)| (one.remaining.unwrap_or(u64::MAX), std::cmp::Reverse(one.resets_at)));
                (least.map(|(number, _)| number), None)
            }
        };
        let deciding = deciding.and_then(|number| Some((allowances.get(number)?, used.get(number)?)));
        let Some((allowance, used)) = deciding else { return Self::uncounted(reason) };
        let standing = allowance.standing(used.saturating_add(consumed));
        Self {
            allowed: reason.is_none(),
            reason,
            quota: Some(allowance.name.clone()),
            limit: standing.limit,
            used: Some(standing.used),
            remaining: standing.remaining,
            resets_at: Some(standing.resets_at),
        }
    }
}

#[cfg(test)]
#[path = "check_entitlement_tests.rs"]
mod tests;
