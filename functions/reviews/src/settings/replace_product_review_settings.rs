//! `PUT /api/v1/reviews/settings`: how the tenant takes reviews from now on.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency
//! key if there is one, one read, one transaction of settings, audit entry and idempotency row.

use axum::extract::State;
use reviews::ReviewSettings;
use table::Transaction;
use web::{Api, Caller, Edit, Envelope, Json, Problem, Reply};

use crate::{
    REVIEW_SETTINGS_CHANGED, ReviewsModerate,
    settings::review_settings::{ReviewSettingsBody, ReviewSettingsView},
};

/// Replace the settings for reviews
///
/// All of them: what is left out goes back to its default. Reviews that were written stand as they do.
#[utoipa::path(
    put, path = "/api/v1/reviews/settings",
    responses((status = 200, body = Envelope<ReviewSettingsView>), (status = 409, description = "CONFLICT"))
)]
pub async fn replace_product_review_settings(
    State(api): State<Api>,
    caller: Caller<ReviewsModerate>,
    edit: Edit,
    Json(body): Json<ReviewSettingsBody>,
) -> Result<Reply, Problem> {
    let before = ReviewSettings::read(api.table(), caller.scope).await?;
    edit.if_match.check(before.version)?;
    let after = body.after(before.version)?;
    let mut transaction = Transaction::new();
    after.save(&mut transaction, caller.scope)?;
    let entry = caller.entry(&api, &edit.info, REVIEW_SETTINGS_CHANGED).about(caller.tenant());
    entry.with("blockedWords", after.blocked_words.len()).insert(&mut transaction, caller.scope)?;
    let version = after.version;
    let reply = Reply::ok(&ReviewSettingsView::from(after))?.version(version);
    edit.key.commit(&api, transaction, reply, |_| Problem::conflict()).await
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::world::World;

    #[tokio::test]
    async fn staff_says_how_reviews_are_taken() {
        let world = World::open().await;
        let path = "/api/v1/reviews/settings";
        let usual = json!({
            "unverified": "refused", "countsFrom": "paid", "approval": "automatic", "blockedWords": [], "reportsToFlag": 3,
            "editDays": 30
        });
        assert_eq!(world.staff(Method::GET, path, None).await.at("/data"), usual);
        let body = json!({
            "unverified": "allowed", "countsFrom": "delivered", "approval": "by_hand", "blockedWords": ["scam"],
            "reportsToFlag": 1, "editDays": 0
        });
        let changed = world.staff(Method::PUT, path, Some(body.clone())).await;
        assert_eq!((changed.status.as_u16(), changed.at("/data")), (200, body), "{}", changed.snapshot());
        let many: Vec<String> = (0..501).map(|number| format!("w{number}")).collect();
        for bad in [
            json!({ "reportsToFlag": 0 }),
            json!({ "editDays": 3_651 }),
            json!({ "blockedWords": ["..."] }),
            json!({ "blockedWords": many }),
        ] {
            assert_eq!(world.staff(Method::PUT, path, Some(bad.clone())).await.status, 422, "{bad}");
        }
        let stale = world.client.call(Method::PUT, path).bearer(&world.owner.token).header("if-match", "\"9\"");
        assert_eq!(stale.json(json!({})).send().await.status, 412);
        assert_eq!(world.client.get(path).bearer(&world.customer.token).send().await.status, 403);
        assert_eq!(world.staff(Method::PUT, path, Some(json!({}))).await.at("/data"), usual);
    }
}
