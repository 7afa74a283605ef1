//! `POST /api/v1/tenants/{id}/convert`: a tenant in its trial, or past it, becomes one that pays.
//!
//! The tenants worker may end the trial and the tenant's own subscription at the same moment: either sees the other's
//! change and decides anew. Round trips: one rate-limit write beside one read of the caller's standing (none when known),
//! one read of the idempotency key, one read of the tenant beside one query and one batch read of its subscription, one of its
//! set-up, two or three of the plan and what is used where another is asked for, one transaction of tenant, agenda, subscription,
//! audit entry, one to three events and idempotency row; again from the tenant's read on for each lost race.

use axum::extract::State;
use billing::{AskedPlan, Interval, Plan, PlanChange, Plans, Subscription};
use events::tenant::TenantConverted;
use identity::Reason;
use serde::Deserialize;
use table::{Race, TableError, Transaction, until_settled};
use tenancy::Tenants;
use utoipa::ToSchema;
use web::{Api, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    TenantsPay,
    own_plan::replace_tenant_billing::{must_fit, sold, told},
    tenants::{
        own_subscription::{OwnSubscription, tenant_and_own},
        reached_tenant::ReachedTenant,
        tenant_view::TenantView,
    },
};

/// What for, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ConvertTenant {
    /// The plan: STARTER, PROFESSIONAL or ENTERPRISE. That of the trial when left out.
    pub plan_key: Option<AskedPlan>,
    /// How often it is billed: `month` or `year`. As the trial says when left out.
    pub interval: Option<Interval>,
    /// Why the trial is converted, for the audit trail.
    pub reason: Option<Reason>,
}

/// Convert the trial
///
/// The tenant becomes `ACTIVE`. Within its free days it keeps them, and is billed from their end; after them its
/// first paid period begins today. Past the end of the trial only reading and paying is allowed, and this call, which can
/// choose another plan or interval; a plan that blocks more members or files than it includes is refused while there are more.
#[utoipa::path(
    post, path = "/api/v1/tenants/{id}/convert",
    responses(
        (status = 200, body = Envelope<TenantView>),
        (status = 409, description = "NOT_IN_TRIAL, PLAN_ARCHIVED, SUBSCRIPTION_STATUS, OVER_PLAN_LIMITS, CONFLICT"),
        (status = 422, description = "VALIDATION_FAILED: UNKNOWN_PLAN; PLAN_NOT_OFFERED")
    )
)]
pub async fn convert_tenant(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsPay>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<ConvertTenant>,
) -> Result<Reply, Problem> {
    let outcome = convert(&api, &reached, &info, &key, &body).await;
    key.settle(&api, outcome).await
}

async fn convert(
    api: &Api,
    reached: &ReachedTenant<TenantsPay>,
    info: &RequestInfo,
    key: &IdempotencyKey,
    body: &ConvertTenant,
) -> Result<Reply, Problem> {
    let id = reached.id;
    let mut entry = reached.caller.entry(api, info, crate::TENANT_CONVERTED).about(id);
    if let Some(reason) = &body.reason {
        entry = entry.with("reason", String::from(reason.clone()));
    }
    until_settled(Problem::conflict, || async {
        let (tenant, own) = tenant_and_own(api, id).await?;
        let tenant = tenant.converted()?;

        let mut transaction = Transaction::new();
        Tenants::save_out_of_trial(&mut transaction, &tenant)?;
        let before = own.found.clone();
        let plan = chosen(api, &own, body).await?;
        let wanted = plan.as_ref().zip(before.as_ref()).map(|(plan, before)| PlanChange {
            plan,
            interval: body.interval.unwrap_or(before.segment.interval),
            quantity: before.segment.quantity,
        });
        let billed = own.begins_paying(api, info, wanted, &mut transaction)?;
        let mut entry = entry.clone();
        if let Some((before, after)) = before.as_ref().zip(billed.as_ref())
            && (before.plan(), before.segment.interval) != (after.plan(), after.segment.interval)
        {
            must_fit(api, id, (before, after), &mut transaction).await?;
            let told = told(id, before, after, after.first_paid_day());
            entry = entry.with("plan", &told.plan_key).with("interval", &told.interval);
            api.insert_event(&mut transaction, id, info, tenant.version, &told)?;
        }
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

/// The plan that is asked for, which a tenant that names the one it has keeps in its version; `None` where nothing is asked for.
async fn chosen(api: &Api, own: &OwnSubscription, body: &ConvertTenant) -> Result<Option<Plan>, Problem> {
    let Some(has) = own.found.as_ref().map(Subscription::plan) else { return Ok(None) };
    let plans = Plans::new(api.table(), own.books);
    match &body.plan_key {
        Some(asked) if asked.key().as_ref() != Some(&has.key) => Ok(Some(sold(plans, asked).await?)),
        Some(_) | None if body.interval.is_none() => Ok(None),
        Some(_) | None => {
            let plan = plans.get(has).await?;
            Ok(Some(plan.ok_or_else(|| TableError::Corrupt(format!("no plan {}", has.key)))?))
        }
    }
}

#[cfg(test)]
#[path = "convert_tenant_tests.rs"]
mod tests;
