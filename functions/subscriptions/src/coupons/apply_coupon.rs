//! `POST /api/v1/subscriptions/{id}/coupons`: a subscription takes a coupon.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, two reads, one transaction of subscription, agenda, coupon, what the customer has used, audit entry, event
//! and idempotency row; the last two again for every race that is lost.

use axum::extract::State;
use billing::{Coupon, CouponError, CouponKey, Coupons, Subscriptions};
use events::subscription::SubscriptionCouponApplied;
use kernel::SubscriptionId;
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    SubscriptionsWrite,
    subscriptions::{get_subscription::within_reach, subscription_view::SubscriptionView},
};

/// The coupon.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ApplyCoupon {
    /// What was typed.
    pub coupon_key: CouponKey,
}

/// Apply a coupon to a subscription
///
/// It takes something off from the next invoice on. Each customer can use a coupon once, and a subscription has at most five.
/// To have it on the first invoice, name it in `POST /subscriptions`.
#[utoipa::path(
    post, path = "/api/v1/subscriptions/{id}/coupons",
    responses(
        (status = 200, body = Envelope<SubscriptionView>),
        (
            status = 409,
            description = "COUPON_EXPIRED, COUPON_USED_UP, COUPON_USED_BEFORE, TOO_MANY_COUPONS; SUBSCRIPTION_STATUS: it is over"
        ),
        (status = 422, description = "COUPON_NOT_APPLICABLE: it is for other plans or currencies")
    )
)]
pub async fn apply_coupon(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    edit: Edit,
    Id(id): Id<SubscriptionId>,
    Json(body): Json<ApplyCoupon>,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let before = within_reach(&api, &caller, id).await?;
        edit.if_match.check(before.version)?;
        before.must_not_be_over()?;
        let coupon = known(&api, &caller, &body.coupon_key).await.map_err(|refusal| refusal.named_at("/couponKey"))?;
        let after = coupon.applied_to(before, api.now())?;
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, caller.scope, &after)?;
        let redeemed = Coupons::redeem(&mut transaction, caller.scope, &coupon, &after)?;
        let entry = caller.entry(&api, &edit.info, crate::COUPON_APPLIED).about(after.id).with("coupon", &coupon.key);
        entry.insert(&mut transaction, caller.scope)?;
        let told = SubscriptionCouponApplied {
            subscription_id: after.id,
            customer_id: after.party,
            plan_key: after.plan().key.to_string(),
            coupon: coupon.key.to_string(),
            standing: Some(after.standing()),
        };
        api.insert_event(&mut transaction, caller.tenant(), &edit.info, after.version, &told)?;
        let reply = Reply::ok(&SubscriptionView::from(&after))?.version(after.version);
        match edit.key.try_commit(&api, transaction, reply).await? {
            Ok(reply) => Ok(Race::Settled(reply)),
            Err(cancelled) if cancelled.failed(redeemed.once).is_some() => Err(CouponError::UsedBefore.into()),
            // The subscription was changed, or the coupon was used by somebody else: look again.
            Err(_) => Ok(Race::Lost),
        }
    })
    .await
}

/// A coupon that somebody types.
///
/// # Errors
/// 422 when there is no such coupon.
pub(crate) async fn known(api: &Api, caller: &Caller<SubscriptionsWrite>, key: &CouponKey) -> Result<Coupon, Problem> {
    let found = Coupons::new(api.table(), caller.scope).get(key).await?;
    found.ok_or_else(|| Problem::invalid("/couponKey", "UNKNOWN_COUPON", "there is no coupon of this key"))
}
