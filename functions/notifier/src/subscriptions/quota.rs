//! `subscription.quota_reached`: most of a quota, or all of it, is used.

use cloud::Ctx;
use events::{Told, subscription::SubscriptionQuotaReached};
use messaging::{
    Values,
    catalogue::{USAGE_LIMIT_REACHED, USAGE_LIMIT_WARNING},
};

use crate::{
    NotifierError,
    subscriptions::{SubscriptionNews, tell_with},
};

/// To those who act for the customer: how much of what is used, and from when on it is free again.
pub(crate) async fn reached(
    ctx: Ctx,
    Told { event, data }: Told<SubscriptionQuotaReached>,
) -> Result<(), NotifierError> {
    let kind = if data.percent < 100 { USAGE_LIMIT_WARNING } else { USAGE_LIMIT_REACHED };
    let news = SubscriptionNews { customer: data.customer_id, kind, plan: Some(data.plan_key) };
    tell_with(&ctx, &event, news, |zone| {
        let says = Values::new()
            .text("feature", &data.feature.replace(['_', '-'], " "))
            .text("limit", &data.limit.to_string())
            .date("reset", data.resets_at.date_in(zone));
        if data.percent < 100 { says.text("percent", &data.percent.to_string()) } else { says }
    })
    .await
}
