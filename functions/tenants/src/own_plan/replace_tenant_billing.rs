//! `PUT /api/v1/tenants/{id}/billing`: the tenant has another plan of the platform, or pays for it by another interval.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read of the tenant beside one query and one batch read of its subscription, two of the plan beside
//! one of its present plan, one of how the platform bills and one query of its open invoices, for another plan one of
//! it beside two or three of what is used, one transaction of subscription,
//! one or two audit entries, two events and idempotency row; all but the first two again for each lost race.

use allowances::PlanVersion;
use axum::extract::State;
use billing::{
    AskedPlan, BillingRules, BoundaryChange, Interval, InvoiceStatus, Invoices, InvoicesOf, MOST_OPEN, Onset,
    PageRequest, Plan, PlanChange, Plans, Showing, Subscription, SubscriptionError, SubscriptionStatus, Subscriptions,
};
use events::tenant::TenantPlanChanged;
use kernel::{Date, TenantId};
use serde::Deserialize;
use table::{Race, TableError, TenantScope, Transaction, until_settled};
use tenancy::limits::ResourceCounts;
use utoipa::ToSchema;
use web::{Api, Edit, Envelope, Json, Problem, Reply};

use crate::{
    TenantsWrite,
    own_plan::tenant_billing_view::TenantBillingView,
    tenants::{
        own_subscription::{OwnSubscription, tenant_and_own},
        reached_tenant::ReachedTenant,
    },
};

/// What the tenant wants of the platform.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReplaceTenantBilling {
    /// The plan: STARTER, PROFESSIONAL or ENTERPRISE.
    pub plan_key: AskedPlan,
    /// How often it is billed: `month` or `year`.
    pub interval: Interval,
}

/// Replace a tenant's own plan
///
/// What costs at least as much for the same time holds at once: the days that are left of what was billed are given back and
/// invoiced at the new price. What costs less holds from the next period on. In a trial everything holds at once and nothing is
/// invoiced. To ask for what the tenant has takes back what waits for the next period.
///
/// A plan that blocks more members or files than it includes is refused while there are more, with how many are too
/// many. From then on until it holds nobody joins, and nothing is stored, beyond it.
#[utoipa::path(
    put, path = "/api/v1/tenants/{id}/billing",
    responses(
        (status = 200, body = Envelope<TenantBillingView>),
        (status = 409, description = "PLAN_ARCHIVED, SUBSCRIPTION_STATUS, OVER_PLAN_LIMITS, TENANT_STATUS, CONFLICT"),
        (status = 422, description = "VALIDATION_FAILED: UNKNOWN_PLAN; PLAN_NOT_OFFERED")
    )
)]
pub async fn replace_tenant_billing(
    State(api): State<Api>,
    reached: ReachedTenant<TenantsWrite>,
    edit: Edit,
    Json(body): Json<ReplaceTenantBilling>,
) -> Result<Reply, Problem> {
    let outcome = replace(&api, &reached, &edit, &body).await;
    edit.key.settle(&api, outcome).await
}

async fn replace(
    api: &Api,
    reached: &ReachedTenant<TenantsWrite>,
    edit: &Edit,
    body: &ReplaceTenantBilling,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let (tenant, OwnSubscription { books, found, .. }) = tenant_and_own(api, reached.id).await?;
        tenant.must_not_be_over()?;
        let before = found.ok_or(SubscriptionError::NotNow(SubscriptionStatus::Cancelled))?;
        edit.if_match.check(before.version)?;

        let after = changed(api, books, body, &before).await?;

        let mut transaction = Transaction::new();
        if let Some(after) = &after {
            must_fit(api, reached.id, (&before, after), &mut transaction).await?;
            Subscriptions::save(&mut transaction, books, after)?;
            let told = told(reached.id, &before, after, api.now().date_in(&after.zone));
            let entry = reached.caller.entry(api, &edit.info, crate::TENANT_PLAN_CHANGED).about(reached.id);
            let entry = entry.with("plan", &told.plan_key).with("interval", &told.interval).with("from", told.from);
            reached.record(&entry, &mut transaction)?;
            let meta = api.event_meta(books.tenant(), &edit.info, after.version);
            after.told_change(&before).insert(&mut transaction, &meta)?;
            api.insert_event(&mut transaction, reached.id, &edit.info, tenant.version, &told)?;
        } else {
            Subscriptions::check_unchanged(&mut transaction, books, &before);
        }
        let shown = after.as_ref().unwrap_or(&before);
        let reply = Reply::ok(&TenantBillingView::from(shown))?.version(shown.version);
        Ok(edit.key.try_commit(api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await
}

/// `Ok` where the members and files that there are fit into the plan that is wanted, whether it holds now or later. Until it
/// does they are held to the smaller of both plans. One who joins at this moment is seen, or waits for what is decided here.
pub(crate) async fn must_fit(
    api: &Api,
    id: TenantId,
    (before, after): (&Subscription, &Subscription),
    transaction: &mut Transaction,
) -> Result<(), Problem> {
    let wanted = after.next_plan().unwrap_or_else(|| after.plan());
    if wanted == before.plan() {
        return Ok(());
    }
    let counts = ResourceCounts::new(api.table(), TenantScope::new(id));
    let version = PlanVersion::new(&wanted.key, wanted.version);
    let (limits, states) = tokio::try_join!(counts.limits_of(&version), counts.states(api.now()))?;
    let states = states.ok_or_else(Problem::not_found)?;
    limits.fit(&states)?;
    for state in states.iter().filter(|state| !state.resource.is_monthly() && limits.blocks(state.resource)) {
        counts.hold(transaction, state);
    }
    Ok(())
}

/// The subscription as it is wanted; `None` where it is so.
async fn changed(
    api: &Api,
    books: TenantScope,
    body: &ReplaceTenantBilling,
    before: &Subscription,
) -> Result<Option<Subscription>, Problem> {
    let plans = Plans::new(api.table(), books);
    let own = plans.get(before.plan()).await?;
    let own = own.ok_or_else(|| TableError::Corrupt(format!("no plan {}", before.plan().key)))?;
    // Who names the plan that it has keeps its version.
    let plan =
        if body.plan_key.key().as_ref() == Some(&own.key) { own.clone() } else { sold(plans, &body.plan_key).await? };
    let wanted = PlanChange { plan: &plan, interval: body.interval, quantity: before.segment.quantity };
    let onset = before.onset(wanted, &own, api.now().date_in(&before.zone))?;
    let before = before.clone();
    Ok(match onset {
        Onset::Already => None,
        Onset::Withdrawn => before.keep_as_it_is()?,
        Onset::Boundary => Some(before.change_at_boundary(wanted)?),
        Onset::Now => {
            let of = InvoicesOf::Subscription(before.party, before.id);
            let (showing, first) = (Showing::In(InvoiceStatus::Open), PageRequest::default());
            let invoices = Invoices::new(api.table(), books);
            let (open, rules) =
                tokio::try_join!(invoices.list(of, showing, &first), BillingRules::read(api.table(), books))?;
            if open.items.len() < MOST_OPEN {
                Some(before.change_now(wanted, api.now(), rules.settings.grace())?)
            } else {
                // What is given back could not pay them all at once.
                Some(before.change_at_boundary(wanted)?)
            }
        }
    })
}

/// The newest version of a plan that is named in `/planKey` and still sold. Two round trips.
///
/// # Errors
/// 422 `UNKNOWN_PLAN`; `PLAN_ARCHIVED`.
pub(crate) async fn sold(plans: Plans<'_>, asked: &AskedPlan) -> Result<Plan, Problem> {
    let found = match asked.key() {
        Some(key) => plans.state(&key, None).await?,
        None => None,
    };
    match found {
        Some(state) => Ok(state.sold()?),
        None => Err(Problem::invalid("/planKey", "UNKNOWN_PLAN", asked.unknown(&plans.list().await?))),
    }
}

/// What the tenant's own events say of it.
pub(crate) fn told(tenant_id: TenantId, before: &Subscription, after: &Subscription, today: Date) -> TenantPlanChanged {
    let has = (after.plan().key.to_string(), after.segment.interval, today);
    let (plan_key, interval, from) = match after.scheduled.as_ref().map(|scheduled| (&scheduled.change, scheduled.on)) {
        Some((BoundaryChange::Plan { plan, interval, .. }, on)) => (plan.key.to_string(), *interval, on),
        Some((BoundaryChange::Cancelled, _)) | None => has,
    };
    TenantPlanChanged {
        tenant_id,
        subscription_id: after.id,
        plan_key,
        former_plan_key: before.plan().key.to_string(),
        interval: interval.to_string(),
        from,
    }
}

#[cfg(test)]
#[path = "replace_tenant_billing_tests.rs"]
mod tests;
