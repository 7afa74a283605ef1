//! `POST /api/v1/promotions`: something that takes off orders.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key,
//! one query where it has no code, one transaction of promotion, count, code, audit entry and idempotency row.

use axum::extract::State;
use kernel::{Money, PromotionId, Timestamp};
use promotions::{
    Benefit, KnownPromotion, MOST_AUTOMATIC, Promotion, PromotionCode, PromotionError, PromotionName, PromotionTarget,
    PromotionTerms, Promotions, Stacking,
};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, IdempotencyKey, Json, Problem, Reply, RequestInfo};

use crate::{
    PROMOTION_CREATED, PromotionsWrite,
    promotions::{promotion_body::checked, promotion_view::PromotionView},
};

/// A new promotion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Ramadan sale", "code": "RAMADAN26", "benefit": { "kind": "percent", "basisPoints": 1_500 }, "maxUses": 500
}))]
pub struct CreatePromotion {
    pub name: PromotionName,
    /// What buyers type, for good; it holds by itself when left out.
    pub code: Option<PromotionCode>,
    /// What it does.
    pub benefit: Benefit,
    /// For what; for everything when left out.
    #[serde(default)]
    #[schema(required = false)]
    pub target: PromotionTarget,
    /// The least that what it is for costs together, before anything is taken off: one for each currency, and for these currencies
    /// alone. Nothing when left out.
    #[serde(default)]
    #[schema(required = false, max_items = 20)]
    pub minimum: Vec<Money>,
    /// From when on; from now on when left out.
    pub starts_at: Option<Timestamp>,
    /// Until when, not included; without end when left out.
    pub ends_at: Option<Timestamp>,
    /// By how many orders it is used at most; by any number when left out.
    #[schema(minimum = 1, example = 500)]
    pub max_uses: Option<u32>,
    /// By how many orders of one customer, who has to sign in for it; by any number when left out.
    #[schema(minimum = 1, example = 1)]
    pub max_uses_per_customer: Option<u32>,
    /// Whether others take off too; `stackable` when left out.
    #[serde(default)]
    #[schema(required = false)]
    pub stacking: Stacking,
    /// The lowest number takes off first, of equal ones those with a code, then the oldest; 100 when left out.
    #[serde(default = "middle")]
    #[schema(maximum = 65_535, example = 100)]
    pub priority: u16,
}

const fn middle() -> u16 {
    100
}

/// Create a promotion
///
/// Promotions take off one after the other, each of what is left, rounded once and shared among the lines; an order uses five at
/// most. An exclusive one is used alone: not after another one, and none after it. Of those without a code there are at most 50,
/// since every cart looks at them.
#[utoipa::path(
    post, path = "/api/v1/promotions",
    responses(
        (status = 201, body = Envelope<PromotionView>),
        (status = 409, description = "PROMOTION_CODE_TAKEN, PROMOTION_LIMIT")
    )
)]
pub async fn create_promotion(
    State(api): State<Api>,
    caller: Caller<PromotionsWrite>,
    info: RequestInfo,
    key: IdempotencyKey,
    Json(body): Json<CreatePromotion>,
) -> Result<Reply, Problem> {
    let (promotions, now) = (Promotions::new(api.table(), caller.scope), api.now());
    let outcome = async {
        let code = body.code.clone();
        let promotion = Promotion::new(PromotionId::new(api.new_ulid()), body.code.clone(), terms(body, now)?, now);
        if code.is_none() && promotions.count_open().await? >= MOST_AUTOMATIC {
            return Err(PromotionError::TooMany.into());
        }
        let mut transaction = Transaction::new();
        let claim = promotions.insert(&mut transaction, &promotion)?;
        let entry = caller.entry(&api, &info, PROMOTION_CREATED).about(promotion.id);
        entry.insert(&mut transaction, caller.scope)?;
        let version = promotion.version;
        let known = KnownPromotion { promotion, uses: 0, by_customer: 0 };
        let reply = Reply::created(&PromotionView::from(known))?.version(version);
        key.commit(&api, transaction, reply, |cancelled| {
            let taken = claim.is_some_and(|claim| cancelled.failed(claim).is_some());
            code.filter(|_| taken).map_or_else(Problem::conflict, |code| PromotionError::CodeTaken(code).into())
        })
        .await
    }
    .await;
    key.settle(&api, outcome).await
}

/// The terms of a body.
///
/// # Errors
/// 422 with the place of each value at fault.
fn terms(body: CreatePromotion, now: Timestamp) -> Result<PromotionTerms, Problem> {
    checked(PromotionTerms {
        name: body.name,
        benefit: body.benefit,
        target: body.target,
        minimum: body.minimum,
        starts_at: body.starts_at.unwrap_or(now),
        ends_at: body.ends_at,
        max_uses: body.max_uses,
        max_uses_per_customer: body.max_uses_per_customer,
        stacking: body.stacking,
        priority: body.priority,
    })
}

#[cfg(test)]
#[path = "promotion_tests.rs"]
mod tests;
