//! What became of a subscription, or will: it runs, has another plan, stops for a while, goes on, ends.

use cloud::Ctx;
use events::{
    Told,
    subscription::{
        CancelReason, SubscriptionActivated, SubscriptionCancelled, SubscriptionChangeScheduled, SubscriptionPaused,
        SubscriptionPlanChanged, SubscriptionResumed,
    },
};
use kernel::Party;
use messaging::{
    Values,
    catalogue::{
        MessageKind, SUBSCRIPTION_ACTIVATED, SUBSCRIPTION_CANCELLED, SUBSCRIPTION_CHANGED, SUBSCRIPTION_PAUSED,
        SUBSCRIPTION_RESUMED, SUBSCRIPTION_WILL_CHANGE, SUBSCRIPTION_WILL_END,
    },
};

use crate::{
    NotifierError,
    invoices::dunning,
    subscriptions::{SubscriptionNews, tell, tell_with},
};

/// `subscription.activated`: its first invoice is paid.
pub(crate) async fn activated(
    ctx: Ctx,
    Told { event, data }: Told<SubscriptionActivated>,
) -> Result<(), NotifierError> {
    tell(&ctx, &event, of_plan(SUBSCRIPTION_ACTIVATED, data.customer_id, data.plan_key)).await
}

/// `subscription.plan_changed`: it has another plan. Another quantity of the same one is on the next invoice alone.
pub(crate) async fn plan_changed(ctx: Ctx, told: Told<SubscriptionPlanChanged>) -> Result<(), NotifierError> {
    let Told { event, data } = told;
    if data.plan_key == data.former_plan_key {
        return Ok(());
    }
    tell(&ctx, &event, of_plan(SUBSCRIPTION_CHANGED, data.customer_id, data.plan_key)).await
}

/// `subscription.change_scheduled`: it will have another plan, or end.
pub(crate) async fn scheduled(ctx: Ctx, told: Told<SubscriptionChangeScheduled>) -> Result<(), NotifierError> {
    let Told { event, data } = told;
    let kind = if data.plan_key.is_some() { SUBSCRIPTION_WILL_CHANGE } else { SUBSCRIPTION_WILL_END };
    let news = SubscriptionNews { customer: data.customer_id, kind, plan: data.plan_key };
    tell_with(&ctx, &event, news, |_| Values::new().date("day", data.on)).await
}

/// `subscription.cancelled`: it has ended because somebody wanted so, or because an invoice was not paid.
pub(crate) async fn cancelled(ctx: Ctx, told: Told<SubscriptionCancelled>) -> Result<(), NotifierError> {
    match told.data.reason {
        CancelReason::CustomerErased => Ok(()),
        CancelReason::NotPaid => dunning::ended(ctx, told).await,
        CancelReason::Requested | CancelReason::Scheduled => {
            let Told { event, data } = told;
            tell(&ctx, &event, of_plan(SUBSCRIPTION_CANCELLED, data.customer_id, data.plan_key)).await
        }
    }
}

/// `subscription.paused`: it stands still.
pub(crate) async fn paused(ctx: Ctx, Told { event, data }: Told<SubscriptionPaused>) -> Result<(), NotifierError> {
    tell(&ctx, &event, of_plan(SUBSCRIPTION_PAUSED, data.customer_id, data.plan_key)).await
}

/// `subscription.resumed`: it goes on.
pub(crate) async fn resumed(ctx: Ctx, Told { event, data }: Told<SubscriptionResumed>) -> Result<(), NotifierError> {
    tell(&ctx, &event, of_plan(SUBSCRIPTION_RESUMED, data.customer_id, data.plan_key)).await
}

const fn of_plan(kind: MessageKind, customer: Party, plan: String) -> SubscriptionNews {
    SubscriptionNews { customer, kind, plan: Some(plan) }
}
