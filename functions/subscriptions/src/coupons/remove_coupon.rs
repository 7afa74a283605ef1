//! `DELETE /api/v1/subscriptions/{id}/coupons/{couponKey}`: a coupon takes nothing off a subscription any more.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read, one transaction
//! of subscription, agenda, audit entry and event; the last two again for every race that is lost.

use axum::extract::State;
use billing::{CouponKey, Subscriptions};
use events::subscription::SubscriptionCouponRemoved;
use kernel::SubscriptionId;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Ids, Problem, Reply, RequestInfo};

use crate::{SubscriptionsWrite, subscriptions::get_subscription::within_reach};

/// Remove a coupon from a subscription
///
/// From the next invoice on. It stays used: the customer cannot use it again.
#[utoipa::path(
    delete, path = "/api/v1/subscriptions/{id}/coupons/{couponKey}",
    responses((status = 204, description = "It takes nothing off any more"), (status = 409, description = "CONFLICT; SUBSCRIPTION_STATUS: it is over"))
)]
pub async fn remove_coupon(
    State(api): State<Api>,
    caller: Caller<SubscriptionsWrite>,
    info: RequestInfo,
    Ids(id, key): Ids<SubscriptionId, CouponKey>,
) -> Result<Reply, Problem> {
    until_settled(Problem::conflict, || async {
        let before = within_reach(&api, &caller, id).await?;
        before.must_not_be_over()?;
        let after = before.without_coupon(&key)?;
        let mut transaction = Transaction::new();
        Subscriptions::save(&mut transaction, caller.scope, &after)?;
        let entry = caller.entry(&api, &info, crate::COUPON_REMOVED).about(after.id).with("coupon", &key);
        entry.insert(&mut transaction, caller.scope)?;
        let told = SubscriptionCouponRemoved {
            subscription_id: after.id,
            customer_id: after.party,
            plan_key: after.plan().key.to_string(),
            coupon: key.to_string(),
            standing: Some(after.standing()),
        };
        api.insert_event(&mut transaction, caller.tenant(), &info, after.version, &told)?;
        match api.table().transact(transaction).await {
            Ok(()) => Ok(Race::Settled(Reply::done())),
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}
