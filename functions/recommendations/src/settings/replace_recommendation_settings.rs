//! `PUT /api/v1/recommendations/settings`: how long behaviour is kept from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of settings, audit entry and idempotency row.

use axum::extract::State;
use recommend::{RecommendationSettings, RetentionDays};
use serde::Deserialize;
use table::Transaction;
use utoipa::ToSchema;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{
    RecommendationsManage, SETTINGS_CHANGED, settings::get_recommendation_settings::RecommendationSettingsView,
};

/// How the shop learns what to recommend. What is left out goes back to its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = ReplaceRecommendationSettings, example = json!({ "retentionDays": 90 }))]
pub struct ReplaceRecommendationSettings {
    /// For how many days behaviour is kept; 180 when left out.
    pub retention_days: Option<RetentionDays>,
}

/// Replace the settings for recommendations
///
/// What is older than that is not looked at from then on, and goes with the next thing that the same person does, or by itself once
/// they did nothing for that long. What customers bought is kept beyond it, so that it is never recommended to them again.
#[utoipa::path(
    put, path = "/api/v1/recommendations/settings",
    responses((status = 200, body = Envelope<RecommendationSettingsView>), (status = 409, description = "CONFLICT"))
)]
pub async fn replace_recommendation_settings(
    State(api): State<Api>,
    caller: Caller<RecommendationsManage>,
    edit: Edit,
    Json(body): Json<ReplaceRecommendationSettings>,
) -> Result<Reply, Problem> {
    let before = RecommendationSettings::read(api.table(), caller.scope).await?;
    edit.if_match.check(before.version)?;
    let retention_days = body.retention_days.unwrap_or_default();
    let after = RecommendationSettings { retention_days, version: before.version + 1 };
    let mut transaction = Transaction::new();
    after.save(&mut transaction, caller.scope)?;
    let entry = caller.entry(&api, &edit.info, SETTINGS_CHANGED).about(caller.tenant());
    entry.with("retentionDays", u16::from(retention_days)).insert(&mut transaction, caller.scope)?;
    let reply = Reply::ok(&RecommendationSettingsView::from(&after))?.version(after.version);
    edit.key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn staff_says_how_long_behaviour_is_kept() {
        let world = World::open().await;
        let path = "/api/v1/recommendations/settings";
        assert_eq!(world.staff(Method::GET, path, None).await.at("/data"), json!({ "retentionDays": 180 }));
        let set = world.staff(Method::PUT, path, Some(json!({ "retentionDays": 7 }))).await;
        assert_eq!((set.status.as_u16(), set.at("/data/retentionDays")), (200, json!(7)), "{}", set.snapshot());
        for days in [0, 181] {
            let refused = world.staff(Method::PUT, path, Some(json!({ "retentionDays": days }))).await;
            assert_eq!(refused.status, 422, "{days}");
        }
        let stale = world.client.call(Method::PUT, path).bearer(&world.owner.token).header("if-match", "\"9\"");
        assert_eq!(stale.json(json!({})).send().await.status, 412);
        assert_eq!(world.client.get(path).bearer(&world.customer.token).send().await.status, 403);
        assert_eq!(world.staff(Method::PUT, path, Some(json!({}))).await.at("/data/retentionDays"), json!(180));
    }
}
