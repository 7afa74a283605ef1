//! `POST /api/v1/tenants/{id}/cancel`: a tenant ends at once, and its own subscription with it.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant beside one query and one batch read of its subscription, one of its
//! set-up, one of how the platform
//! bills, one transaction of tenant, agenda, subscription, one or two audit entries, two events and idempotency row; the last
//! three again for each lost race.

use axum::extract::State;
use events::tenant::CancelledBy;
use identity::Reason;
use serde::Deserialize;
use table::{Race, TableError, Transaction, until_settled};
use tenancy::{Cancellation, Tenants};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsErase,
    tenants::{own_subscription::tenant_and_own, reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelTenant {
    /// Why the tenant is cancelled, for the mail to its owner, its events and the audit trails.
    pub reason: Reason,
}

/// Cancel a tenant
///
/// For its administrators and the platform's operator, after a login of the last ten minutes. It ends at once and for good.
/// Nobody but its administrators gets in, and they only read, to take the data away. Its customers are neither billed nor
/// charged nor written to any more. Its own subscription ends too: the days that are left of what was billed are given back,
/// and what was used is invoiced.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/cancel",
    responses(
        (status = 200, body = Envelope<TenantView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "TENANT_STATUS, CONFLICT")
    )
)]
pub async fn cancel_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsErase>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<CancelTenant>,
) -> Result<Reply, Problem> {
    reached.caller.must_reach_all()?;
    reached.caller.signed_in_recently(&api)?;
    let outcome = cancel(&api, &reached, &info, &key, body.reason.into()).await;
    key.settle(&api, outcome).await
}

async fn cancel(
    api: &Api,
    reached: &ReachedTenant<TenantsErase>,
    info: &RequestInfo,
    key: &Optional,
    reason: String,
) -> Result<Reply, Problem> {
    let id = reached.id;
    let by = if reached.is_operator() { CancelledBy::Operator } else { CancelledBy::Tenant };
    until_settled(Problem::conflict, || async {
        let (tenant, own) = tenant_and_own(api, id).await?;
        let tenant = tenant.cancelled(Cancellation { by, reason: reason.clone(), at: api.now() })?;

        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &tenant)?;
        own.ends(api, info, &mut transaction).await?;
        let entry = reached.caller.entry(api, info, crate::TENANT_CANCELLED).about(id).with("reason", &reason);
        reached.record(&entry, &mut transaction)?;
        let told = tenant.told_cancelled().ok_or_else(|| TableError::Corrupt("not cancelled".to_owned()))?;
        api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        let reply = Reply::ok(&TenantView::now(api, &tenant).await?)?.version(tenant.version);
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
    .inspect(|_| api.forget_standings(id))
}
