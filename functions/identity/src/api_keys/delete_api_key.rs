//! `DELETE /api/v1/api-keys/{id}`: take an API key back.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the key and
//! the roster, and one transaction unless it was taken back before.

use axum::extract::State;
use identity::{ApiKey, ApiKeyError, ApiKeys};
use kernel::ApiKeyId;
use table::{Race, TransactError, Transaction, until_settled};
use web::{Api, Caller, Envelope, Id, Problem, Reply, RequestInfo};

use crate::{ApiKeysWrite, api_keys::api_key_view::ApiKeyView, audit::actions};

/// Revoke an API key
///
/// Needs a login of the last ten minutes. The key and every token made with it stop working within 30 seconds. The same
/// answer when it was revoked before.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}",
    responses((status = 200, body = Envelope<ApiKeyView>), (status = 403, description = "STEP_UP_REQUIRED"), (status = 409, description = "CONFLICT"))
)]
pub async fn delete_api_key(
    State(api): State<Api>,
    info: RequestInfo,
    caller: Caller<ApiKeysWrite>,
    Id(id): Id<ApiKeyId>,
) -> Result<Reply, Problem> {
    caller.signed_in_recently(&api)?;
    let keys = ApiKeys::new(api.table(), caller.scope);
    until_settled(Problem::conflict, || async {
        let (key, roster) = keys.get(id).await?;
        let key = key.ok_or(ApiKeyError::NotFound)?;
        if key.revoked_at.is_some() {
            return Ok(Race::Settled(Reply::ok(&ApiKeyView::at(&key, api.now()))?));
        }
        let now = api.now();
        let mut transaction = Transaction::new();
        keys.revoke(&mut transaction, &key, now);
        keys.save_roster(&mut transaction, &roster.without(id, now))?;
        caller.entry(&api, &info, actions::API_KEY_REVOKED).about(id).insert(&mut transaction, caller.scope)?;
        match api.table().transact(transaction).await {
            Ok(()) => {
                api.forget_key(caller.tenant(), id);
                Ok(Race::Settled(Reply::ok(&ApiKeyView::at(&ApiKey { revoked_at: Some(now), ..key }, now))?))
            }
            // Another key was made or taken back just now, or this one.
            Err(TransactError::Cancelled(_)) => Ok(Race::Lost),
            Err(TransactError::Table(error)) => Err(error.into()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use http::Method;
    use serde_json::json;
    use testkit::{Answer, Client, Fault, Member, Stack};

    async fn make(client: &Client, member: &Member) -> (String, String) {
        let body = json!({ "name": "server", "scopes": ["api_keys:read"] });
        let made = client.post("/api/v1/api-keys", body).bearer(&member.token).send().await;
        (made.text("/data/apiKey/id"), made.text("/data/key"))
    }

    async fn revoke(client: &Client, token: &str, id: &str) -> Answer {
        client.call(Method::DELETE, format!("/api/v1/api-keys/{id}")).bearer(token).send().await
    }

    #[tokio::test]
    async fn a_revoked_key_is_dead_here_at_once_and_everywhere_in_half_a_minute() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (client, elsewhere) = (stack.serve(crate::function), stack.serve(crate::function));
        let (id, key) = make(&client, &owner).await;
        let list = async |client: &Client| client.get("/api/v1/api-keys").bearer(&key).send().await.status.as_u16();
        assert_eq!((list(&client).await, list(&elsewhere).await), (200, 200));
        let first = revoke(&client, &owner.token, &id).await;
        assert_eq!((first.status.as_u16(), first.text("/data/status")), (200, "revoked".to_owned()));
        assert_eq!((list(&client).await, list(&elsewhere).await), (401, 200));
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(list(&elsewhere).await, 401);
        let again = revoke(&client, &owner.token, &id).await;
        assert_eq!(again.at("/data"), first.at("/data"), "the same answer");
        let trail = client.get("/api/v1/audit").bearer(&owner.token).send().await;
        let actions: Vec<_> = (0..3).map(|row| trail.text(&format!("/data/{row}/action"))).collect();
        assert_eq!(actions, ["api_key.revoked", "api_key.created", ""]);
    }

    #[tokio::test]
    async fn revoked_by_many_at_once_while_others_are_made() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let (id, _) = make(&client, &owner).await;
        let (answers, made) = tokio::join!(
            join_all((0..3).map(|_| revoke(&client, &owner.token, &id))),
            join_all((0..2).map(|_| make(&client, &owner)))
        );
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert!(made.iter().all(|(id, _)| id.starts_with("key_")));
        let trail = client.get("/api/v1/audit?action=api_key.revoked").bearer(&owner.token).send().await;
        assert_eq!(trail.at("/data").as_array().map(Vec::len), Some(1));
        let roster = identity::ApiKeys::new(stack.ctx().table(), owner.scope).roster().await.unwrap();
        assert_eq!(roster.live.len(), 2);
    }

    #[tokio::test]
    async fn strangers_find_nothing_and_keys_revoke_nothing() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let (_, stranger) = stack.tenant("toko-b").await;
        let client = stack.serve(crate::function);
        let (id, _) = make(&client, &owner).await;
        for id in [id.as_str(), "key_01JD2Z3M4N5P6Q7R8S9T0V1W2X", "usr_x", "%20"] {
            let answer = revoke(&client, &stranger.token, id).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code").as_str()), (404, "NOT_FOUND"), "{id}");
        }
        let powerful = stack.api_key(&owner, &["*"]).await;
        assert_eq!(revoke(&client, &powerful, &id).await.text("/code"), "STEP_UP_REQUIRED");
        stack.set_clock("2026-11-21T01:10:01Z");
        assert_eq!(revoke(&client, &owner.token, &id).await.text("/code"), "STEP_UP_REQUIRED");
    }

    #[tokio::test]
    async fn a_crash_is_mended_by_another_try() {
        for call in 0..4 {
            for fault in [Fault::Before(call), Fault::After(call)] {
                let stack = Stack::start().await;
                let (_, owner) = stack.tenant("toko-a").await;
                let (id, _) = make(&stack.serve(crate::function), &owner).await;
                let client = Client::new(crate::function(stack.breaking(Some(fault)).0));
                let first = revoke(&client, &owner.token, &id).await;
                assert!([200, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
                let again = revoke(&client, &owner.token, &id).await;
                assert_eq!(again.text("/data/status"), "revoked", "{fault:?}");
                let trail = client.get("/api/v1/audit?action=api_key.revoked").bearer(&owner.token).send().await;
                assert_eq!(trail.at("/data").as_array().map(Vec::len), Some(1), "{fault:?}");
            }
        }
    }
}
