//! `POST /api/v1/coupons`: something that takes off invoices.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the
//! idempotency key, one query of the plans beside one of those that are archived, one transaction of coupon, audit entry and
//! idempotency row.

use std::{collections::BTreeSet, num::NonZeroU32};

use axum::extract::State;
use billing::{Coupon, CouponError, CouponKey, Coupons, Discount, Duration, Label, PlanKey, Plans};
use kernel::Timestamp;
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{PlansWrite, coupons::coupon_view::CouponView};

/// The largest amount that a coupon takes off, in minor units.
const MAX_AMOUNT: i64 = 1_000_000_000_000;

/// A new coupon.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "key": "WELCOME20", "name": "Welcome", "discount": { "kind": "percent", "basisPoints": 2_000 },
    "duration": { "kind": "once" }, "maxRedemptions": 100
}))]
pub struct CreateCoupon {
    /// What people type, for good.
    pub key: CouponKey,
    /// Its name for people, which stands on invoices.
    pub name: Label,
    /// What it takes off each invoice.
    pub discount: Discount,
    /// For how many invoices.
    pub duration: Duration,
    /// Only for these plans; for all when left out or empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub plan_keys: Vec<PlanKey>,
    /// When it can be used last; for ever when left out.
    pub expires_at: Option<Timestamp>,
    /// By how many customers at most; by any number when left out. Each can use it once.
    #[schema(value_type = Option<u32>, minimum = 1, example = 100)]
    pub max_redemptions: Option<NonZeroU32>,
}

/// Create a coupon
///
/// A coupon never changes; only how often it was used does. Coupons of a subscription take off one after the other, in the
/// order in which they were used, each rounded once on what is left of the invoice.
#[utoipa::path(
    post, path = "/api/v1/coupons",
    responses(
        (status = 201, body = Envelope<CouponView>),
        (status = 409, description = "COUPON_EXISTS: a coupon of this key is there already")
    )
)]
pub async fn create_coupon(
    State(api): State<Api>,
    caller: Caller<PlansWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreateCoupon>,
) -> Result<Reply, Problem> {
    caller.must_reach_all()?;
    let plans = Plans::new(api.table(), caller.scope).list().await?;
    let there_are: BTreeSet<&PlanKey> = plans.iter().map(|state| &state.plan.key).collect();
    let coupon = checked(body, &there_are, api.now())?;

    let mut transaction = Transaction::new();
    let taken = Coupons::insert(&mut transaction, caller.scope, &coupon)?;
    let entry = caller.entry(&api, &info, crate::COUPON_CREATED).about(&coupon.key);
    entry.insert(&mut transaction, caller.scope)?;
    let name = coupon.key.clone();
    let reply = Reply::created(&CouponView::from(coupon))?;
    key.commit(&api, transaction, reply, |cancelled| {
        if cancelled.failed(taken).is_some() { CouponError::Exists(name).into() } else { Problem::conflict() }
    })
    .await
}

/// The coupon, or all that is wrong with it.
fn checked(body: CreateCoupon, plans: &BTreeSet<&PlanKey>, now: Timestamp) -> Result<Coupon, Problem> {
    let mut faults: Vec<(String, &str, String)> = Vec::new();
    let mut wrong = |at: &str, code, detail: &str| faults.push((at.to_owned(), code, detail.to_owned()));
    match &body.discount {
        Discount::Percent { basis_points } if !(1..=10_000).contains(basis_points) => {
            wrong("/discount/basisPoints", "INVALID_VALUE", "use 1 to 10000 hundredths of a percent");
        }
        Discount::Percent { .. } => {}
        Discount::Amount { amounts } => {
            let currencies: BTreeSet<_> = amounts.iter().map(|amount| amount.currency()).collect();
            if amounts.is_empty() || currencies.len() != amounts.len() || amounts.len() > 20 {
                wrong("/discount/amounts", "INVALID_VALUE", "give one amount for each of 1 to 20 currencies");
            }
            if amounts.iter().any(|amount| !(1..=MAX_AMOUNT).contains(&amount.minor())) {
                wrong("/discount/amounts", "INVALID_VALUE", "use amounts of 1 to 1000000000000 minor units");
            }
        }
    }
    if let Duration::Repeating { invoices } = body.duration
        && !(1..=120).contains(&invoices)
    {
        wrong("/duration/invoices", "INVALID_VALUE", "use 1 to 120 invoices");
    }
    if body.plan_keys.len() > 50 {
        wrong("/planKeys", "INVALID_LENGTH", "name at most 50 plans");
    }
    for (at, unknown) in body.plan_keys.iter().enumerate().filter(|(_, key)| !plans.contains(key)).take(50) {
        wrong(&format!("/planKeys/{at}"), "UNKNOWN_PLAN", &format!("there is no plan {unknown}"));
    }
    if body.expires_at.is_some_and(|end| end <= now) {
        wrong("/expiresAt", "INVALID_VALUE", "this is over already; use a time to come");
    }
    if !faults.is_empty() {
        return Err(faults
            .into_iter()
            .fold(Problem::unacceptable(), |problem, (at, code, detail)| problem.with_error(&at, code, detail)));
    }
    Ok(Coupon {
        key: body.key,
        name: body.name,
        discount: body.discount,
        duration: body.duration,
        plans: body.plan_keys.into_iter().collect(),
        expires_at: body.expires_at,
        max_redemptions: body.max_redemptions.map(NonZeroU32::get),
        redeemed: 0,
        created_at: now,
    })
}

#[cfg(test)]
#[path = "coupon_tests.rs"]
mod tests;
