//! `POST /api/v1/tenants/{id}/activate`: the platform's operator opens a tenant: out of a suspension, or out of its trial.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant beside one query and one batch read of its subscription, one of its
//! set-up, where its plan begins anew or goes on one or two more, one transaction of
//! tenant, agenda, subscription, two audit entries, one or two events and idempotency row; the last two again for each lost race.

use axum::extract::State;
use billing::Subscription;
use events::tenant::{TenantActivated, TenantReactivated};
use identity::Reason;
use serde::Deserialize;
use table::{Race, TableError, Transaction, until_settled};
use tenancy::Tenants;
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Optional, Problem, Reply, RequestInfo};

use crate::{
    TenantsWrite,
    tenants::{own_subscription::tenant_and_own, reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivateTenant {
    /// Why the tenant is activated, for its events and both audit trails.
    pub reason: Option<Reason>,
}

/// Activate a tenant
///
/// For the platform's operator. A suspended tenant becomes `ACTIVE`, whatever it was suspended for, and has its plan:
/// what stopped for want of payment goes on, whatever is owed, and where its subscription ended a new one of the same
/// plan begins today. So does one in its trial or after it, or that was when it was suspended: then it is billed as
/// after a conversion, from the end of its free days or, when they are over, from today. Its owner is told by mail.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/activate",
    responses((status = 200, body = Envelope<TenantView>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "TENANT_STATUS, PLAN_ARCHIVED, SUBSCRIPTION_STATUS, CONFLICT"))
)]
pub async fn activate_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsWrite>,
    info: RequestInfo,
    key: Optional,
    Json(body): Json<ActivateTenant>,
) -> Result<Reply, Problem> {
    reached.must_be_operator(&api, &info).await?;
    reached.caller.signed_in_recently(&api)?;
    let outcome = activate(&api, &reached, &info, &key, body.reason.map(String::from)).await;
    key.settle(&api, outcome).await
}

async fn activate(
    api: &Api,
    reached: &ReachedTenant<TenantsWrite>,
    info: &RequestInfo,
    key: &Optional,
    reason: Option<String>,
) -> Result<Reply, Problem> {
    let id = reached.id;
    until_settled(Problem::conflict, || async {
        let (before, own) = tenant_and_own(api, id).await?;
        let tenant = before.clone().activated()?;

        let mut transaction = Transaction::new();
        let billed = if before.is_unconverted() {
            Tenants::save_out_of_trial(&mut transaction, &tenant)?;
            own.begins_paying(api, info, None, &mut transaction)?
        } else {
            Tenants::save(&mut transaction, &tenant)?;
            own.goes_on(api, info, &mut transaction).await?;
            None
        };
        let entry = reached.caller.entry(api, info, crate::TENANT_ACTIVATED).about(id);
        let entry = reason.iter().fold(entry, |entry, reason| entry.with("reason", reason));
        reached.record(&entry, &mut transaction)?;
        let plan_key = billed.as_ref().map(|billed| billed.plan().key.to_string());
        let billed_from = billed.as_ref().map(Subscription::first_paid_day);
        if let Some(told) = before.told_reactivated(reason.clone()) {
            let told = TenantReactivated { plan_key, billed_from, ..told };
            api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        } else if before.is_unconverted() {
            let told = TenantActivated {
                tenant_id: id,
                reason: reason.clone(),
                subscription_id: billed.as_ref().map(|billed| billed.id),
                plan_key,
                billed_from,
            };
            api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        } else {
            return Err(TableError::Corrupt(format!("{id} is suspended for nothing")).into());
        }
        let reply = Reply::ok(&TenantView::now(api, &tenant).await?)?.version(tenant.version);
        Ok(key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
    .inspect(|_| api.forget_standings(id))
}
