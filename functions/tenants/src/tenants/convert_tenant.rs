//! `POST /api/v1/tenants/{id}/convert`: a tenant in its trial, or past it, becomes one that pays.
//!
//! The tenants worker may end the trial and the tenant's own subscription at the same moment: either sees the other's
//! change and decides anew. Round trips: one rate-limit write beside one read of the caller's standing (none when known),
//! one read of the idempotency key, one read of the tenant beside one query and one batch read of its subscription, one of its
//! set-up, one
//! transaction of tenant, agenda, subscription, audit entry, one or two events and idempotency row; again from the tenant's read on for each
//! lost race.

use axum::extract::State;
use billing::Subscription;
use events::tenant::TenantConverted;
use identity::Reason;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use tenancy::Tenants;
use utoipa::ToSchema;
use web::{Api, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    tenants::{own_subscription::tenant_and_own, reached_tenant::ReachedTenant, tenant_view::TenantView},
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConvertTenant {
    /// For the audit trail: 1 to 200 characters on one line.
    pub reason: Option<Reason>,
}

/// Convert the trial
///
/// The tenant becomes `ACTIVE`. Within its free days it keeps them, and is billed from their end; after them its
/// first paid period begins today. Past the end of the trial only reading and paying is allowed, and this call.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/convert",
    responses((status = 200, body = Envelope<TenantView>), (status = 409, description = "NOT_IN_TRIAL, CONFLICT"))
)]
pub async fn convert_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsPay>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<ConvertTenant>,
) -> Result<Reply, Problem> {
    let outcome = convert(&api, &reached, &info, &key, body).await;
    key.settle(&api, outcome).await
}

async fn convert(
    api: &Api,
    reached: &ReachedTenant<TenantsPay>,
    info: &RequestInfo,
    key: &IdempotencyKey,
    body: ConvertTenant,
) -> Result<Reply, Problem> {
    let id = reached.id;
    let mut entry = reached.caller.entry(api, info, crate::TENANT_CONVERTED).about(id);
    if let Some(reason) = body.reason {
        entry = entry.with("reason", String::from(reason));
    }
    until_settled(Problem::conflict, || async {
        let (tenant, own) = tenant_and_own(api, id).await?;
        let tenant = tenant.converted()?;

        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &tenant)?;
        let billed = own.begins_paying(api, info, &mut transaction)?;
        reached.record(&entry, &mut transaction)?;
        let told = TenantConverted {
            tenant_id: id,
            subscription_id: billed.as_ref().map(|billed| billed.id),
            plan_key: billed.as_ref().map(|billed| billed.plan().key.to_string()),
            billed_from: billed.as_ref().map(Subscription::first_paid_day),
        };
        api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        let reply = Reply::ok(&TenantView::now(api, &tenant).await?)?.version(tenant.version);

        if let Ok(reply) = key.try_commit(api, transaction, reply).await? {
            return Ok(Race::Settled(reply));
        }
        Ok(Race::Lost)
    })
    .await
}

#[cfg(test)]
#[path = "convert_tenant_tests.rs"]
mod tests;
