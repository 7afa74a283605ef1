//! `GET /api/v1/entitlements`: what a subscription entitles to, and how much of it is left.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! subscription (for a customer who names none one read of what they act for, then two of the subscriptions), one of the
//! plan where this process does not know the version, one of the counters.

use std::sync::Arc;

use axum::{Extension, extract::State};
use billing::{Overage, Per, PlanCache, QuotaAllowance, QuotaCounters, SubscriptionStatus, allowances};
use kernel::{SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Problem, QueryString, Reply};

use crate::{UsageRead, entitlements::asked};

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EntitlementsQuery {
    /// Of which subscription. A customer may leave it out who has exactly one in force; members and servers name it.
    pub subscription_id: Option<SubscriptionId>,
}

/// What a subscription entitles to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntitlementsView {
    pub subscription_id: SubscriptionId,
    /// Where it stands. One that is not `trialing`, `active` or `past_due` entitles to nothing.
    pub status: SubscriptionStatus,
    /// The plan.
    #[schema(example = "FREE")]
    pub plan_key: String,
    /// The version that was sold.
    pub plan_version: u32,
    /// What it entitles to without a limit; what is not listed is not had.
    #[schema(example = json!(["basic_predictions", "limited_api_calls"]))]
    pub features: Vec<String>,
    /// What it entitles to within limits, by name.
    pub quotas: Vec<QuotaView>,
}

/// A quota and how much of it is used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EntitlementQuota)]
pub struct QuotaView {
    /// Its name in the plan.
    #[schema(example = "predictionsPerMonth")]
    pub name: String,
    /// What it limits: the `feature` of a check.
    #[schema(example = "predictions")]
    pub feature: String,
    /// For how long.
    pub per: Per,
    /// How much; nothing where it is unlimited.
    #[schema(example = 50)]
    pub limit: Option<u64>,
    /// What happens beyond it.
    pub overage: Overage,
    /// How much is used since it last began to count.
    #[schema(example = 41)]
    pub used: u64,
    /// How much of the limit is left; nothing where it is unlimited.
    #[schema(example = 9)]
    pub remaining: Option<u64>,
    /// When it starts again from zero.
    pub resets_at: Timestamp,
}

/// Get what a subscription entitles to
///
/// The features of its plan, and the quotas with what is used of each.
#[utoipa::path(
    get, path = "/api/v1/entitlements",
    responses(
        (status = 200, body = Envelope<EntitlementsView>),
        (status = 404, description = "NOT_FOUND: there is no such subscription")
    )
)]
pub async fn get_entitlements(
    State(api): State<Api>,
    Extension(plans): Extension<Arc<PlanCache>>,
    caller: Caller<UsageRead>,
    QueryString(query): QueryString<EntitlementsQuery>,
) -> Result<Reply, Problem> {
    let subscription = asked::subscription(&api, &caller, query.subscription_id, "subscriptionId").await?;
    let plan = asked::plan(&api, &plans, &caller, &subscription).await?;
    let (features, quotas) = if subscription.status.is_in_force() {
        let allowances = allowances(&plan, &subscription, api.now())?;
        let used = QuotaCounters::new(api.table(), caller.scope, subscription.id).used(&allowances).await?;
        let quotas = allowances.into_iter().zip(used).map(|(one, used)| QuotaView::new(one, used)).collect();
        (plan.features.clone(), quotas)
    } else {
        (Vec::new(), Vec::new())
    };
    Reply::ok(&EntitlementsView {
        subscription_id: subscription.id,
        status: subscription.status,
        plan_key: plan.key.to_string(),
        plan_version: plan.version,
        features,
        quotas,
    })
}

impl QuotaView {
    fn new(allowance: QuotaAllowance, used: u64) -> Self {
        let standing = allowance.standing(used);
        Self {
            name: allowance.name,
            feature: allowance.feature,
            per: allowance.per,
            limit: standing.limit,
            overage: allowance.quota.overage(),
            used: standing.used,
            remaining: standing.remaining,
            resets_at: standing.resets_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use identity::Role;
    use serde_json::{Value, json};

    use crate::world::World;

    async fn read(world: &World, token: &str, query: &str) -> testkit::Answer {
        world.client.get(format!("/api/v1/entitlements{query}")).bearer(token).send().await
    }

    #[tokio::test]
    async fn a_new_subscription_has_all_that_its_plan_allows() {
        let world = World::open().await;
        world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
        let answer = read(&world, &world.customer.token, "").await;
        assert_eq!(answer.at("/data/features"), json!(["basic_predictions", "limited_api_calls"]));
        assert_eq!((answer.text("/data/planKey"), answer.text("/data/status")), ("FREE".into(), "active".into()));
        let quotas = answer.at("/data/quotas");
        let names: Vec<&str> = quotas.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["apiCallsPerDay", "predictionsPerMonth"]);
        // The customer's zone is the tenant's, Jakarta.
        assert_eq!(
            quotas[1],
            json!({
                "name": "predictionsPerMonth", "feature": "predictions", "per": "month", "limit": 50, "overage": "block",
                "used": 0, "remaining": 50, "resetsAt": "2026-11-30T17:00:00.000Z"
            })
        );
        assert_eq!(quotas[0]["resetsAt"], "2026-11-21T17:00:00.000Z");
    }

    #[tokio::test]
    async fn who_has_not_exactly_one_in_force_names_it() {
        let world = World::open().await;
        let customer = &world.customer.token;
        let required = async |token: &str| {
            let answer = read(&world, token, "").await;
            (answer.status.as_u16(), answer.text("/errors/0/pointer"), answer.text("/errors/0/code"))
        };
        let expected = (422, "subscriptionId".to_owned(), "REQUIRED".to_owned());
        assert_eq!(required(customer).await, expected, "none");
        let first = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
        assert_eq!(read(&world, customer, "").await.text("/data/subscriptionId"), first);
        assert_eq!(required(&world.owner.token).await, expected, "a member");
        let second = world.subscribed(&world.customer, "k2", "BASIC", "IDR").await;
        assert_eq!(required(customer).await, expected, "several");
        for token in [customer, &world.owner.token] {
            let answer = read(&world, token, &format!("?subscriptionId={second}")).await;
            assert_eq!(answer.text("/data/planKey"), "BASIC");
        }
    }

    #[tokio::test]
    async fn strangers_learn_nothing() {
        let world = World::open().await;
        let sub = world.subscribed(&world.customer, "k1", "FREE", "IDR").await;
        let other = world.stack.user(world.customer.scope, "siti@example.com", Role::User).await;
        let (_, stranger) = world.stack.tenant("toko-b").await;
        for token in [&other.token, &stranger.token] {
            let answer = read(&world, token, &format!("?subscriptionId={sub}")).await;
            assert_eq!((answer.status.as_u16(), answer.at("/data")), (404, Value::Null));
        }
        assert_eq!(world.client.get("/api/v1/entitlements").send().await.text("/code"), "UNAUTHENTICATED");
    }
}
