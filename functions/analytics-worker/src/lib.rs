//! Woken by the analytics queue: adds up, day by day, how many subscriptions there are, what they bring in a month and what
//! is used, each change and each event of usage once, in whatever order and however often the bus brings them. It also keeps
//! the operator's directory and census of tenants.

mod add_usage;
mod count_change;
mod error;
mod follow_tenant;
#[cfg(test)]
mod limits_tests;
mod memory;
#[cfg(test)]
mod tenants_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use add_usage::add_usage;
use cloud::{Ctx, Function, event};
use count_change::count_change;
use error::AnalyticsError;
use events::{
    Consumer, Payload, Told,
    subscription::{
        Stands, SubscriptionActivated, SubscriptionCancelled, SubscriptionCouponApplied, SubscriptionCouponRemoved,
        SubscriptionCreated, SubscriptionExpired, SubscriptionPastDue, SubscriptionPaused, SubscriptionPlanChanged,
        SubscriptionRestored, SubscriptionResumed, SubscriptionSuspended, SubscriptionTrialEnded,
    },
    tenant::{
        TenantActivated, TenantCancelled, TenantConverted, TenantCreated, TenantDeleted, TenantPlanChanged,
        TenantReactivated, TenantSuspended, TenantTrialExpired, TenantUpdated,
        limits::{LimitUse, TenantLimitReached, TenantLimitWarning, TenantLimitsChecked},
    },
};
use follow_tenant::{TenantNews, follow_tenant};
use kernel::{Party, TenantId};
use memory::Memory;
use tenancy::{LimitLevel, Milestone};

/// What is done with which events.
pub fn consumer() -> Consumer<Ctx> {
    let memory = Arc::<Memory>::default();
    let mut consumer = Consumer::default().on(add_usage);
    consumer = counting::<SubscriptionActivated>(consumer, &memory);
    consumer = counting::<SubscriptionCancelled>(consumer, &memory);
    consumer = counting::<SubscriptionCouponApplied>(consumer, &memory);
    consumer = counting::<SubscriptionCouponRemoved>(consumer, &memory);
    consumer = counting::<SubscriptionCreated>(consumer, &memory);
    consumer = counting::<SubscriptionExpired>(consumer, &memory);
    consumer = counting::<SubscriptionPastDue>(consumer, &memory);
    consumer = counting::<SubscriptionPaused>(consumer, &memory);
    consumer = counting::<SubscriptionRestored>(consumer, &memory);
    consumer = counting::<SubscriptionResumed>(consumer, &memory);
    consumer = counting::<SubscriptionSuspended>(consumer, &memory);
    consumer = counting::<SubscriptionTrialEnded>(consumer, &memory);
    consumer = consumer.on(move |ctx: Ctx, told| change_plan(ctx, Arc::clone(&memory), told));
    consumer = following::<TenantCreated>(consumer, None);
    following_tenants(consumer)
}

/// All that changes how a tenant is listed.
fn following_tenants(mut consumer: Consumer<Ctx>) -> Consumer<Ctx> {
    consumer = following::<TenantActivated>(consumer, Some(Milestone::Opened));
    consumer = following::<TenantCancelled>(consumer, Some(Milestone::Cancelled));
    consumer = following::<TenantConverted>(consumer, Some(Milestone::Converted));
    consumer = following::<TenantDeleted>(consumer, None);
    consumer = following::<TenantPlanChanged>(consumer, None);
    consumer = following::<TenantReactivated>(consumer, None);
    consumer = following::<TenantSuspended>(consumer, None);
    consumer = following::<TenantUpdated>(consumer, None);
    consumer = consumer.on(|ctx: Ctx, told: Told<TenantLimitWarning>| async move {
        let LimitUse { tenant_id, resource, .. } = told.data.0;
        follow_tenant(&ctx, &told.event, tenant_id, TenantNews::Limit(resource, LimitLevel::Near)).await
    });
    consumer = consumer.on(|ctx: Ctx, told: Told<TenantLimitReached>| async move {
        let LimitUse { tenant_id, resource, .. } = told.data.0;
        follow_tenant(&ctx, &told.event, tenant_id, TenantNews::Limit(resource, LimitLevel::Reached)).await
    });
    consumer = following::<TenantLimitsChecked>(consumer, None);
    following::<TenantTrialExpired>(consumer, Some(Milestone::TrialExpired))
}

fn counting<E: Stands + Send + Sync + 'static>(consumer: Consumer<Ctx>, memory: &Arc<Memory>) -> Consumer<Ctx> {
    let memory = Arc::clone(memory);
    consumer.on(move |ctx: Ctx, told: Told<E>| {
        let memory = Arc::clone(&memory);
        async move { count_change(&ctx, &memory, told.event, told.data.subject(), told.data.standing().cloned()).await }
    })
}

fn following<E>(consumer: Consumer<Ctx>, milestone: Option<Milestone>) -> Consumer<Ctx>
where
    E: Payload<Subject = TenantId> + Send + Sync + 'static,
{
    let news = milestone.map_or(TenantNews::Changed, TenantNews::Milestone);
    consumer.on(move |ctx: Ctx, told: Told<E>| async move {
        follow_tenant(&ctx, &told.event, told.data.subject(), news).await
    })
}

/// A change of plan is counted, and a tenant's own is listed.
async fn change_plan(
    ctx: Ctx,
    memory: Arc<Memory>,
    Told { event, data }: Told<SubscriptionPlanChanged>,
) -> Result<(), AnalyticsError> {
    if let (TenantId::PLATFORM, Party::Tenant(tenant)) = (event.tenant_id, data.customer_id) {
        follow_tenant(&ctx, &event, tenant, TenantNews::Changed).await?;
    }
    count_change(&ctx, &memory, event, data.subscription_id, data.standing).await
}

/// The Lambda function.
pub fn function(ctx: Ctx) -> Function {
    event::consumer(ctx, consumer())
}
