//! `DELETE /api/v1/promotions/{id}`: one that no order uses is gone; another one is over.
//!
//! Round trips: as `PATCH /api/v1/promotions/{id}`.

use axum::extract::State;
use kernel::PromotionId;
use promotions::Promotions;
use serde::Serialize;
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Id, Problem, Reply};

use crate::{PROMOTION_DELETED, PromotionsWrite};

/// What became of the promotion.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromotionRemoved {
    pub id: PromotionId,
    /// Whether it is gone; otherwise it is over.
    #[schema(example = true)]
    pub deleted: bool,
}

/// Delete a promotion
///
/// One that no order uses is gone, and its code is free again. Another one is over from now on, and stays to be read.
#[utoipa::path(
    delete, path = "/api/v1/promotions/{id}",
    responses((status = 200, body = Envelope<PromotionRemoved>), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_promotion(
    State(api): State<Api>,
    caller: Caller<PromotionsWrite>,
    Edit { info, key, if_match }: Edit,
    Id(id): Id<PromotionId>,
) -> Result<Reply, Problem> {
    let promotions = Promotions::new(api.table(), caller.scope);
    let outcome = until_settled(Problem::conflict, || async {
        let before = promotions.get(id).await?.ok_or_else(Problem::not_found)?;
        if_match.check(before.promotion.version)?;
        let mut transaction = Transaction::new();
        let deleted = before.uses == 0;
        let ended = before.promotion.ended(api.now());
        if deleted {
            promotions.delete(&mut transaction, &before.promotion);
        } else if let Some(ended) = &ended {
            promotions.save(&mut transaction, ended)?;
        }
        if deleted || ended.is_some() {
            let entry = caller.entry(&api, &info, PROMOTION_DELETED).about(id);
            entry.insert(&mut transaction, caller.scope)?;
        }
        let reply = Reply::ok(&PromotionRemoved { id, deleted })?;
        Ok(key.try_commit(&api, transaction, reply).await?.map_or(Race::Lost, Race::Settled))
    })
    .await;
    key.settle(&api, outcome).await
}
