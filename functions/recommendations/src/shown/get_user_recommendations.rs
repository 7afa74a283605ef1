//! `GET /api/v1/recommendations/user/{userId}`: what somebody may want next.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing or of the tenant (none when known), those of
//! [`history`], beside one read of the state and with another model one of its object; those of [`Filling`].

use axum::extract::State;
use recommend::Shopper;
use web::{Api, Envelope, Id, PerhapsCaller, Problem, QueryString, Reply};

use crate::{
    RecommendationsRead,
    shown::{
        asked::{UserRecommendationsQuery, ViewedProducts},
        filling::{Filling, Known},
        recommendation_view::UserRecommendations,
        served::{ModelCache, refused},
        whose::history,
    },
};

/// Get recommendations for a user
///
/// For a user, a customer, or a visitor whom the page of the shop named: without a token for the last, of the tenant that `X-Tenant-ID`
/// names. First what is like what they bought, wanted and viewed, with the product that says most for it as reason; then what is popular,
/// then what is new. Never what they bought, what `viewed` names, what is not on sale or out of stock. Somebody of whom nothing is known
/// gets what is popular.
#[utoipa::path(
    get, path = "/api/v1/recommendations/user/{userId}",
    responses(
        (status = 200, body = Envelope<UserRecommendations>),
        (status = 503, description = "RECOMMENDATIONS_BROKEN")
    )
)]
pub async fn get_user_recommendations(
    State(api): State<Api>,
    caller: PerhapsCaller<RecommendationsRead>,
    Id(user): Id<Shopper>,
    QueryString(query): QueryString<UserRecommendationsQuery>,
) -> Result<Reply, Problem> {
    let (history, served) = tokio::try_join!(history(&api, &caller, (Some(user), query.viewed.as_ref())), async {
        ModelCache::served(&api, caller.scope).await.map_err(refused)
    },)?;
    let viewed = query.viewed.as_ref().map(ViewedProducts::ids).unwrap_or_default();
    let count = query.count.unwrap_or_default().get();
    let filling = Filling::new((&api, caller.scope), count, &history, viewed.iter().copied());
    let lists = [served.for_history(&history), served.popular()];
    let recommendations = filling.filled(lists, Known::LeftOut).await?;
    Reply::ok(&UserRecommendations { recommendations, model_id: served.id })
}

#[cfg(test)]
#[path = "recommendations_tests.rs"]
mod tests;
