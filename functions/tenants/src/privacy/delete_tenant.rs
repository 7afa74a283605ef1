//! `DELETE /api/v1/tenants/{id}`: a tenant ends at once, unless it has, and is erased in 30 days.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant beside one query and one batch read of its subscription, one of how the platform
//! bills, one transaction of tenant, agenda, subscription, one or two audit entries, up to three events and idempotency row; the last
//! three again for each lost race.

use axum::extract::State;
use events::tenant::CancelledBy;
use identity::Reason;
use kernel::Slug;
use serde::Deserialize;
use table::{OperatorScope, Race, TableError, Transaction, until_settled};
use tenancy::{Cancellation, TenantErasures, Tenants};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsErase,
    tenants::{own_subscription::tenant_and_own, reached_tenant::ReachedTenant, tenant_view::TenantView},
};

pub(crate) const PLATFORM: OperatorScope = OperatorScope::assume("an erasure outlives its tenant");

/// Which tenant, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteTenant {
    /// The slug of the tenant, so that none is erased by mistake.
    pub slug: Slug,
    /// Why the tenant is deleted, for the mail to its owner, its events and the audit trails.
    pub reason: Reason,
}

/// Delete a tenant
///
/// For its administrators and the platform's operator, after a login of the last ten minutes. It ends at once, as by `cancel`, unless it
/// is over already. In 30 days all that it has is erased for good: until `erasure.eraseAt` its administrators take the data away, or
/// withdraw this by `restore`. The platform keeps what the law demands: issued invoices, credit notes and the journal.
#[utoipa::path(
    delete, path = "/api/v1/tenants/{id}",
    responses(
        (status = 200, body = Envelope<TenantView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ERASURE_SCHEDULED, TENANT_STATUS, CONFLICT"),
        (status = 422, description = "OTHER_SLUG")
    )
)]
pub async fn delete_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsErase>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<DeleteTenant>,
) -> Result<Reply, Problem> {
    reached.caller.must_reach_all()?;
    reached.caller.signed_in_recently(&api)?;
    let outcome = delete(&api, &reached, &info, &key, body).await;
    key.settle(&api, outcome).await
}

async fn delete(
    api: &Api,
    reached: &ReachedTenant<TenantsErase>,
    info: &RequestInfo,
    key: &Optional,
    DeleteTenant { slug, reason }: DeleteTenant,
) -> Result<Reply, Problem> {
    let (id, reason) = (reached.id, String::from(reason));
    let by = if reached.is_operator() { CancelledBy::Operator } else { CancelledBy::Tenant };
    until_settled(Problem::conflict, || async {
        let (tenant, own) = tenant_and_own(api, id).await?;
        let cancellation = Cancellation { by, reason: reason.clone(), at: api.now() };
        let (tenant, ends) = tenant.to_be_erased(&slug, cancellation)??;
        let told = tenant.told_erasure_scheduled().ok_or_else(|| TableError::Corrupt("not to be erased".to_owned()))?;

        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &tenant)?;
        TenantErasures::new(api.table(), PLATFORM).schedule(&mut transaction, id, told.erase_at)?;
        if ends {
            own.ends(api, info, &mut transaction).await?;
            let over = tenant.told_cancelled().ok_or_else(|| TableError::Corrupt("not cancelled".to_owned()))?;
            api.insert_event(&mut transaction, id, info, tenant.version, &over)?;
        }
        let entry = reached.caller.entry(api, info, crate::TENANT_DELETED).about(id).with("reason", &reason);
        reached.record(&entry, &mut transaction)?;
        api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        let reply = Reply::ok(&TenantView::at(&tenant, api.now()))?.version(tenant.version);
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
    .inspect(|_| api.forget_standings(id))
}

#[cfg(test)]
#[path = "delete_tenant_tests.rs"]
mod tests;
