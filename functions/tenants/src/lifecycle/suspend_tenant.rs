//! `POST /api/v1/tenants/{id}/suspend`: the platform's operator closes a tenant to all but reading, paying and leaving.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant and
//! one of its set-up, one transaction of tenant, two audit entries, event and idempotency row; the
//! last two again for each lost race.

use axum::extract::State;
use events::tenant::SuspensionCause;
use identity::Reason;
use serde::Deserialize;
use table::{Race, TableError, Transaction, until_settled};
use tenancy::Tenants;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsWrite,
    tenants::{reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendTenant {
    /// Why the tenant is suspended, for the mail to its owner, its events and both audit trails.
    pub reason: Reason,
}

/// Suspend a tenant
///
/// For the platform's operator. The tenant's users can sign in, read and pay; its customers are billed as before. Only the
/// operator lifts it. Of a tenant that is suspended because it did not pay, it makes one that a payment does not open.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/suspend",
    responses((status = 200, body = Envelope<TenantView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "TENANT_STATUS, CONFLICT"))
)]
pub async fn suspend_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<SuspendTenant>,
) -> Result<Reply, Problem> {
    reached.must_be_operator(&api, &info).await?;
    reached.caller.signed_in_recently(&api)?;
    let outcome = suspend(&api, &reached, &info, &key, body.reason.into()).await;
    key.settle(&api, outcome).await
}

async fn suspend(
    api: &Api,
    reached: &ReachedTenant<TenantsWrite>,
    info: &RequestInfo,
    key: &Optional,
    reason: String,
) -> Result<Reply, Problem> {
    let id = reached.id;
    until_settled(Problem::conflict, || async {
        let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
        let tenant = tenant.suspended(SuspensionCause::Operator, Some(reason.clone()), api.now())?;

        let mut transaction = Transaction::new();
        Tenants::save(&mut transaction, &tenant)?;
        let entry = reached.caller.entry(api, info, crate::TENANT_SUSPENDED).about(id).with("reason", &reason);
        reached.record(&entry, &mut transaction)?;
        let told = tenant.told_suspended().ok_or_else(|| TableError::Corrupt("not suspended".to_owned()))?;
        api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        let reply = Reply::ok(&TenantView::now(api, &tenant).await?)?.version(tenant.version);
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
    .inspect(|_| api.forget_standings(id))
}

#[cfg(test)]
#[path = "edges_tests.rs"]
mod tests;
