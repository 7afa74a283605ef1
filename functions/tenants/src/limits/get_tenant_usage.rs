//! `GET /api/v1/tenants/{id}/usage`: how much of what its plan limits a tenant uses now.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the tenant, its
//! plan in force and four counts, one of the plan.

use axum::extract::State;
use events::tenant::limits::LimitPolicy;
use kernel::{Resource, TenantId, Timestamp};
use serde::Serialize;
use table::TenantScope;
use tenancy::limits::{ResourceCounts, ResourceState};
use utoipa::ToSchema;
use web::{Api, Envelope, Problem, Reply};

use crate::{TenantsRead, tenants::reached_tenant::ReachedTenant};

/// How much a tenant uses.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantUsage {
    /// Which tenant.
    pub tenant_id: TenantId,
    /// Members, bytes of files, calls of the API and AI interactions.
    pub resources: Vec<ResourceUse>,
}

/// How much of one resource is used.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResourceUse {
    /// Which resource.
    pub resource: Resource,
    /// How much is used. Calls are counted within about a minute, everything else at once.
    #[schema(example = 8)]
    pub used: u64,
    /// How much the plan allows or includes; null where there is no limit.
    #[schema(example = 10)]
    pub limit: Option<u64>,
    /// Which part of the limit is used, in whole percent, rounded down; more than 100 where there is more.
    #[schema(example = 80)]
    pub percent: Option<u64>,
    /// How much there is beyond the limit.
    #[schema(example = 0)]
    pub overage: u64,
    /// What happens past the limit; null where there is none.
    pub policy: Option<LimitPolicy>,
    /// When it starts again from zero; null for what is given back instead.
    pub resets_at: Option<Timestamp>,
}

/// Get a tenant's usage
///
/// What the plan in force limits: members (active users with a role beyond USER), files in bytes, and in a month of UTC calls
/// of the API and AI interactions. `policy` says whether more than that is `blocked` or `billed` by the unit. A tenant's
/// members see their own; the platform operator sees all. Where a smaller plan waits for the next period, its limits of members and
/// files hold already.
#[utoipa::path(get, path = "/api/v1/tenants/{id}/usage", responses((status = 200, body = Envelope<TenantUsage>)))]
pub async fn get_tenant_usage(
    State(api): State<Api>,
    ReachedTenant { id, .. }: ReachedTenant<TenantsRead>,
) -> Result<Reply, Problem> {
    let counts = ResourceCounts::new(api.table(), TenantScope::new(id));
    let states = counts.states(api.now()).await?.ok_or_else(Problem::not_found)?;
    Reply::ok(&TenantUsage { tenant_id: id, resources: states.iter().map(ResourceUse::from).collect() })
}

impl From<&ResourceState> for ResourceUse {
    fn from(state: &ResourceState) -> Self {
        let (used, limit) = (state.count.units(), state.quota.limit());
        Self {
            resource: state.resource,
            used,
            limit,
            percent: limit.and_then(|limit| used.saturating_mul(100).checked_div(limit)),
            overage: limit.map_or(0, |limit| used.saturating_sub(limit)),
            policy: state.policy(),
            resets_at: state.resets_at(),
        }
    }
}

#[cfg(test)]
mod tests {
    use allowances::Quota;
    use identity::Role;
    use kernel::Resource;
    use table::TenantScope;
    use tenancy::limits::ResourceCounts;
    use testkit::Stack;

    #[tokio::test]
    async fn what_is_used_stands_beside_what_the_plan_says() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let scope = TenantScope::new(tenant.id);
        stack.user(scope, "m@toko-a.example", Role::Manager).await;
        stack.user(scope, "budi@example.com", Role::User).await;
        let quotas = [
            ("users", Quota::AtMost(10)),
            ("storageGigabytes", Quota::Including(5)),
            ("apiCallsPerMonth", Quota::Including(10_000)),
        ];
        stack.limited(scope, 7, &quotas).await;
        let (ctx, counts) = (stack.ctx(), ResourceCounts::new(stack.ctx().table(), scope));
        for (resource, amount) in [(Resource::StorageBytes, 6 << 30), (Resource::ApiCalls, 9_999)] {
            let write = table::write_alone(ctx.table(), |tx| Ok(counts.count(tx, resource, amount, ctx.now())));
            write.await.unwrap();
        }
        let client = stack.serve(crate::function);
        let answer = client.get(format!("/api/v1/tenants/{}/usage", tenant.id)).bearer(&owner.token).send().await;
        insta::assert_snapshot!(answer.snapshot(), @r#"
        200 OK
        {
          "data": {
            "resources": [
              {
                "limit": 10,
                "overage": 0,
                "percent": 20,
                "policy": "blocked",
                "resetsAt": null,
                "resource": "users",
                "used": 2
              },
              {
                "limit": 5368709120,
                "overage": 1073741824,
                "percent": 120,
                "policy": "billed",
                "resetsAt": null,
                "resource": "storage_bytes",
                "used": 6442450944
              },
              {
                "limit": 10000,
                "overage": 0,
                "percent": 99,
                "policy": "billed",
                "resetsAt": "2026-12-01T00:00:00.000Z",
                "resource": "api_calls",
                "used": 9999
              },
              {
                "limit": null,
                "overage": 0,
                "percent": null,
                "policy": null,
                "resetsAt": "2026-12-01T00:00:00.000Z",
                "resource": "ai_interactions",
                "used": 0
              }
            ],
            "tenantId": "tnt_01M7XSW1M00000000000000001"
          },
          "success": true
        }
        "#);
    }

    #[tokio::test]
    async fn the_operator_sees_all_others_their_own_and_customers_nothing() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let (_, other) = stack.tenant("toko-b").await;
        let operator = stack.operator().await;
        let customer = stack.user(owner.scope, "budi@example.com", Role::User).await;
        let client = stack.serve(crate::function);
        let get = |id: String, token: &str| client.get(format!("/api/v1/tenants/{id}/usage")).bearer(token).send();
        for (member, status) in [(&owner, 200), (&operator, 200), (&other, 404), (&customer, 403)] {
            assert_eq!(get(tenant.id.to_string(), &member.token).await.status.as_u16(), status);
        }
        let nowhere = "tnt_01JD2Z3M4N5P6Q7R8S9T0V1W2X".to_owned();
        assert_eq!(get(nowhere, &operator.token).await.status.as_u16(), 404);
        let answer = get(tenant.id.to_string(), &owner.token).await;
        assert_eq!(answer.at("/data/resources/0/used"), serde_json::json!(1));
        assert_eq!(answer.at("/data/resources/0/limit"), serde_json::Value::Null, "without a plan in force");
    }
}
