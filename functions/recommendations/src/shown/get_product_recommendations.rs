//! `GET /api/v1/recommendations/product/{productId}`: what goes with a product.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), one query of the
//! product beside those of [`history`] and one read of the state, with another model one of its object; those of [`Filling`] for
//! each of both lists.

use axum::extract::State;
use catalogue::Products;
use kernel::ProductId;
use web::{Api, Envelope, Id, PerhapsCaller, Problem, QueryString, Reply};

use crate::{
    RecommendationsRead,
    shown::{
        asked::{ProductRecommendationsQuery, ViewedProducts},
        filling::{Filling, Known},
        recommendation_view::ProductRecommendations,
        served::{ModelCache, refused},
        whose::history,
    },
};

/// Get recommendations beside a product
///
/// `similar` is what the same people want, `boughtTogether` what was bought in one order with it; both are filled up with what is
/// popular, then with what is new. Without a token, of the tenant that `X-Tenant-ID` names. Never the product itself, what the customer
/// bought, what `viewed` names, what is not on sale or out of stock.
#[utoipa::path(
    get, path = "/api/v1/recommendations/product/{productId}",
    responses(
        (status = 200, body = Envelope<ProductRecommendations>),
        (status = 503, description = "RECOMMENDATIONS_BROKEN")
    )
)]
pub async fn get_product_recommendations(
    State(api): State<Api>,
    caller: PerhapsCaller<RecommendationsRead>,
    Id(product): Id<ProductId>,
    QueryString(query): QueryString<ProductRecommendationsQuery>,
) -> Result<Reply, Problem> {
    let scope = caller.scope;
    let (found, history, served) = tokio::try_join!(
        async { Ok(Products::new(api.table(), scope).get(product).await?) },
        history(&api, &caller, (query.user_id, query.viewed.as_ref())),
        async { ModelCache::served(&api, scope).await.map_err(refused) },
    )?;
    found.filter(|whole| whole.product.was_on_sale(api.now())).ok_or_else(Problem::not_found)?;
    let viewed = query.viewed.as_ref().map(ViewedProducts::ids).unwrap_or_default();
    let count = query.count.unwrap_or_default().get();
    let never = viewed.iter().copied().chain([product]);
    let filling = Filling::new((&api, scope), count, &history, never);
    let (similar, bought_together) = tokio::try_join!(
        filling.filled([served.similar(product), served.popular()], Known::Shown),
        filling.filled([served.bought_together(product), served.popular()], Known::Shown),
    )?;
    Reply::ok(&ProductRecommendations { similar, bought_together, model_id: served.id })
}
