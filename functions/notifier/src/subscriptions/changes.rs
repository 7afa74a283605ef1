//! What became of a subscription, or will: it runs, has another plan, stops for a while, goes on, ends.

use cloud::Ctx;
use events::{
    Told,
    subscription::{
        CancelReason, SubscriptionActivated, SubscriptionCancelled, SubscriptionChangeScheduled, SubscriptionPaused,
        SubscriptionPlanChanged, SubscriptionResumed,
    },
};
use messaging::{
    Values,
    catalogue::{
        SUBSCRIPTION_ACTIVATED, SUBSCRIPTION_CANCELLED, SUBSCRIPTION_CHANGED, SUBSCRIPTION_PAUSED,
        SUBSCRIPTION_RESUMED, SUBSCRIPTION_WILL_CHANGE, SUBSCRIPTION_WILL_END,
    },
};

use crate::{
    NotifierError,
    invoices::dunning,
    subscriptions::{SubscriptionNews, tell},
};

/// `subscription.activated`: its first invoice is paid.
pub(crate) async fn activated(
    ctx: Ctx,
    Told { event, data }: Told<SubscriptionActivated>,
) -> Result<(), NotifierError> {
    let (customer, plan) = (data.customer_id, Some(data.plan_key));
    let news = SubscriptionNews { customer, kind: SUBSCRIPTION_ACTIVATED, says: Values::new(), plan };
    tell(&ctx, &event, news).await
}

/// `subscription.plan_changed`: it has another plan. Another quantity of the same one is on the next invoice alone.
pub(crate) async fn plan_changed(ctx: Ctx, told: Told<SubscriptionPlanChanged>) -> Result<(), NotifierError> {
    let Told { event, data } = told;
    if data.plan_key == data.former_plan_key {
        return Ok(());
    }
    let (customer, plan) = (data.customer_id, Some(data.plan_key));
    let news = SubscriptionNews { customer, kind: SUBSCRIPTION_CHANGED, says: Values::new(), plan };
    tell(&ctx, &event, news).await
}

/// `subscription.change_scheduled`: it will have another plan, or end.
pub(crate) async fn scheduled(ctx: Ctx, told: Told<SubscriptionChangeScheduled>) -> Result<(), NotifierError> {
    let Told { event, data } = told;
    let kind = if data.plan_key.is_some() { SUBSCRIPTION_WILL_CHANGE } else { SUBSCRIPTION_WILL_END };
    let says = Values::new().date("day", data.on);
    let news = SubscriptionNews { customer: data.customer_id, kind, says, plan: data.plan_key };
    tell(&ctx, &event, news).await
}

/// `subscription.cancelled`: it has ended because somebody wanted so, or because an invoice was not paid.
pub(crate) async fn cancelled(ctx: Ctx, told: Told<SubscriptionCancelled>) -> Result<(), NotifierError> {
    match told.data.reason {
        CancelReason::CustomerErased => Ok(()),
        CancelReason::NotPaid => dunning::ended(ctx, told).await,
        CancelReason::Requested | CancelReason::Scheduled => {
            let Told { event, data } = told;
            let (customer, plan) = (data.customer_id, Some(data.plan_key));
            let news = SubscriptionNews { customer, kind: SUBSCRIPTION_CANCELLED, says: Values::new(), plan };
            tell(&ctx, &event, news).await
        }
    }
}

/// `subscription.paused`: it stands still.
pub(crate) async fn paused(ctx: Ctx, Told { event, data }: Told<SubscriptionPaused>) -> Result<(), NotifierError> {
    let (customer, plan) = (data.customer_id, Some(data.plan_key));
    let news = SubscriptionNews { customer, kind: SUBSCRIPTION_PAUSED, says: Values::new(), plan };
    tell(&ctx, &event, news).await
}

/// `subscription.resumed`: it goes on.
pub(crate) async fn resumed(ctx: Ctx, Told { event, data }: Told<SubscriptionResumed>) -> Result<(), NotifierError> {
    let (customer, plan) = (data.customer_id, Some(data.plan_key));
    let news = SubscriptionNews { customer, kind: SUBSCRIPTION_RESUMED, says: Values::new(), plan };
    tell(&ctx, &event, news).await
}
