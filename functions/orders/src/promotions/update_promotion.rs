//! `PATCH /api/v1/promotions/{id}`: other terms from now on; orders keep what was taken off.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key if
//! there is one, one read of the promotion, one transaction; the last two again for every race that is lost.

use axum::extract::State;
use kernel::{Field, Money, PromotionId, Timestamp};
use promotions::{Benefit, KnownPromotion, PromotionName, PromotionTarget, PromotionTerms, Promotions, Stacking};
use serde::Deserialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Json, Problem, Reply};

use crate::{
    PROMOTION_UPDATED, PromotionsWrite,
    promotions::{promotion_body::checked, promotion_view::PromotionView},
};

/// What changes; what is left out stays. The code never does.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({ "maxUses": 1_000, "endsAt": null }))]
pub struct UpdatePromotion {
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = PromotionName, required = false)]
    pub name: Option<PromotionName>,
    /// What it does.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Benefit, required = false)]
    pub benefit: Option<Benefit>,
    /// For what.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = PromotionTarget, required = false)]
    pub target: Option<PromotionTarget>,
    /// The least that what it is for costs together.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Vec<Money>, required = false, max_items = 20)]
    pub minimum: Option<Vec<Money>>,
    /// From when on.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Timestamp, required = false)]
    pub starts_at: Option<Timestamp>,
    /// Until when, not included; null for no end.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    pub ends_at: Field<Timestamp>,
    /// By how many orders it is used at most; null for any number. Those that used it before count.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub max_uses: Field<u32>,
    /// By how many orders of one customer; null for any number.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1)]
    pub max_uses_per_customer: Field<u32>,
    /// Whether others take off too.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = Stacking, required = false)]
    pub stacking: Option<Stacking>,
    /// The lowest number takes off first.
    #[serde(default, deserialize_with = "kernel::given")]
    #[schema(value_type = u16, maximum = 65_535, required = false)]
    pub priority: Option<u16>,
}

impl UpdatePromotion {
    fn of(self, old: PromotionTerms) -> PromotionTerms {
        PromotionTerms {
            name: self.name.unwrap_or(old.name),
            benefit: self.benefit.unwrap_or(old.benefit),
            target: self.target.unwrap_or(old.target),
            minimum: self.minimum.unwrap_or(old.minimum),
            starts_at: self.starts_at.unwrap_or(old.starts_at),
            ends_at: self.ends_at.apply(old.ends_at),
            max_uses: self.max_uses.apply(old.max_uses),
            max_uses_per_customer: self.max_uses_per_customer.apply(old.max_uses_per_customer),
            stacking: self.stacking.unwrap_or(old.stacking),
            priority: self.priority.unwrap_or(old.priority),
        }
    }
}

/// Update a promotion
///
/// Carts show it at once; an order keeps what was taken off when it was placed.
#[utoipa::path(
    patch, path = "/api/v1/promotions/{id}",
    responses((status = 200, body = Envelope<PromotionView>), (status = 409, description = "CONFLICT"))
)]
pub async fn update_promotion(
    State(api): State<Api>,
    caller: Caller<PromotionsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<PromotionId>,
    Json(body): Json<UpdatePromotion>,
) -> Result<Reply, Problem> {
    let promotions = Promotions::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = promotions.get(id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(before.promotion.version)?;
        let terms = checked(body.clone().of(before.promotion.terms.clone()))?;
        let mut transaction = Transaction::new();
        let promotion = match before.promotion.changed(terms) {
            None => before.promotion,
            Some(changed) => {
                promotions.save(&mut transaction, &changed)?;
                let entry = caller.entry(&api, &info, PROMOTION_UPDATED).about(id);
                entry.insert(&mut transaction, caller.scope)?;
                changed
            }
        };
        let version = promotion.version;
        let view = PromotionView::from(KnownPromotion { promotion, ..before });
        let reply = Reply::ok(&view)?.version(version);
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
