//! `POST /api/v1/tenants/{id}/restore`: a tenant that was to be erased is not, and is still over.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant, one transaction of tenant, agenda, one or two audit entries, event and idempotency
//! row; the last two again for each lost race.

use axum::extract::State;
use table::{Race, Transaction, until_settled};
use tenancy::{TenantErasures, Tenants};
use web::{Api, Envelope, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsErase,
    privacy::delete_tenant::PLATFORM,
    tenants::{reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Restore a tenant
///
/// For its administrators and the platform's operator, after a login of the last ten minutes, until `erasure.eraseAt`. The tenant is not
/// erased any more. It stays cancelled: its own subscription ended with it, and what its customers had was stopped. Its data stay, for
/// its administrators to take away.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/restore",
    responses(
        (status = 200, body = Envelope<TenantView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "ERASURE_NOT_SCHEDULED, CONFLICT")
    )
)]
pub async fn restore_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsErase>,
    info: RequestInfo,
    key: Optional,
) -> Result<Reply, Problem> {
    reached.caller.must_reach_all()?;
    reached.caller.signed_in_recently(&api)?;
    let outcome = restore(&api, &reached, &info, &key).await;
    key.settle(&api, outcome).await
}

async fn restore(
    api: &Api,
    reached: &ReachedTenant<TenantsErase>,
    info: &RequestInfo,
    key: &Optional,
) -> Result<Reply, Problem> {
    let id = reached.id;
    until_settled(Problem::conflict, || async {
        let tenant = Tenants::new(api.table()).get(id).await?.ok_or_else(Problem::not_found)?;
        let tenant = tenant.not_to_be_erased()?;

        let mut transaction = Transaction::new();
        Tenants::save(&mut transaction, &tenant)?;
        TenantErasures::new(api.table(), PLATFORM).withdraw(&mut transaction, id);
        let entry = reached.caller.entry(api, info, crate::TENANT_RESTORED).about(id);
        reached.record(&entry, &mut transaction)?;
        api.insert_event(&mut transaction, id, info, tenant.version, &tenant.told_erasure_withdrawn())?;
        let reply = Reply::ok(&TenantView::at(&tenant, api.now()))?.version(tenant.version);
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
    .inspect(|_| api.forget_standings(id))
}
