//! `POST /api/v1/api-keys`: an API key for a tenant's server, whose text is shown once.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of an
//! idempotency key that was sent, one read of the roster of keys, one transaction.

use axum::extract::State;
use identity::{
    ApiKeyError, ApiKeyName, ApiKeys, KeyDays, KeyHolder, NewApiKey, Permission, TokenError, Users, scope_text,
};
use kernel::ApiKeyId;
use serde::{Deserialize, Serialize};
use table::{Race, Transaction, until_settled};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Optional, Problem, Reply, RequestInfo, SteppedUp};

use crate::{ApiKeysWrite, api_keys::api_key_view::ApiKeyView, audit::actions, roles::known_permissions};

/// What the key is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateApiKey {
    /// What it is called: 1 to 80 characters.
    pub name: ApiKeyName,
    /// What it may do: 1 to 50 permissions that you hold yourself, such as `usage:write`, `invoices:*` or `*`.
    #[schema(min_items = 1, max_items = 50)]
    pub scopes: Vec<Permission>,
    /// For how many days it works: 1 to 365, 90 unless told.
    #[serde(default)]
    pub expires_in_days: KeyDays,
}

/// A new key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyMade {
    /// The key.
    pub api_key: ApiKeyView,
    /// Its text, for the header `Authorization: Bearer …`. It is shown here and never again.
    #[schema(example = "sk_test_0TQ2…_4fGh…_1Z4kQz")]
    pub key: String,
}

/// Create an API key
///
/// Needs a login of the last ten minutes; a key can never make keys. The key holds its scopes as far as you hold them
/// yourself, now and later: when you lose a permission or your account is suspended, so does the key. A tenant has at
/// most 50 keys that work. The text in the answer is kept nowhere but, sealed and for 24 hours, under an
/// `Idempotency-Key` that you send.
#[utoipa::path(
    post, path = "/api/v1/api-keys",
    responses(
        (status = 201, body = Envelope<ApiKeyMade>), (status = 403, description = "STEP_UP_REQUIRED"),
        (status = 409, description = "API_KEY_LIMIT, CONFLICT")
    )
)]
pub async fn create_api_key(
    State(api): State<Api>,
    info: RequestInfo,
    caller: Caller<ApiKeysWrite>,
    _: SteppedUp,
    idempotency: Optional,
    Json(body): Json<CreateApiKey>,
) -> Result<Reply, Problem> {
    let scopes = known_permissions::scopes(body.scopes)?;
    if !caller.grants.may_grant(&scopes) {
        let attempt = caller.entry(&api, &info, actions::API_KEY_CREATED).with("scopes", scope_text(&scopes));
        caller.record_denial(&api, attempt).await;
        return Err(ApiKeyError::BeyondCreator.into());
    }
    let key = ApiKeyId::new(api.new_ulid());
    let holder = KeyHolder { tenant: caller.tenant(), key, creator: caller.user };
    let new = NewApiKey { holder, name: body.name, scopes, days: body.expires_in_days };
    let (key, text) = api.key_texts().mint(new, api.random(), api.now());

    let made = ApiKeyMade { api_key: ApiKeyView::at(&key, api.now()), key: text.expose().clone() };
    let reply = Reply::created(&made)?;
    let entry =
        caller.entry(&api, &info, actions::API_KEY_CREATED).about(key.id).with("scopes", scope_text(&key.scopes));
    let (keys, users) = (ApiKeys::new(api.table(), caller.scope), Users::new(api.table(), caller.scope));
    let race = async {
        until_settled(Problem::conflict, || async {
            let roster = keys.roster().await?.with(&key, api.now())?;
            let mut transaction = Transaction::new();
            keys.insert(&mut transaction, &key)?;
            let listed = keys.save_roster(&mut transaction, &roster)?;
            let held = users.check_active_in(&mut transaction, caller.user, caller.generation());
            entry.insert(&mut transaction, caller.scope)?;
            match idempotency.try_commit(&api, transaction, reply.clone()).await? {
                Ok(reply) => Ok(Race::Settled(reply)),
                // The session was ended a moment ago: nobody may keep a key of it.
                Err(cancelled) if cancelled.failed(held).is_some() => Err(TokenError::Invalid.into()),
                Err(cancelled) if cancelled.failed(listed).is_some() => Ok(Race::Lost),
                Err(_) => Err(Problem::conflict()),
            }
        })
        .await
    };
    let outcome = race.await;
    // The key that is one too many may be the one that the same request made, sent twice at once.
    idempotency.settle(&api, outcome).await
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use identity::{ApiKeys, Role};
    use serde_json::{Value, json};
    use table::Query;
    use testkit::{Answer, Client, Fault, Member, Stack};

    fn body(scopes: &[&str]) -> Value {
        json!({ "name": "usage reporter", "scopes": scopes })
    }

    async fn make(client: &Client, member: &Member, body: Value) -> Answer {
        client.post("/api/v1/api-keys", body).bearer(&member.token).send().await
    }

    #[tokio::test]
    async fn a_key_is_shown_once_and_works() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let made = make(&client, &owner, body(&["api_keys:read", "usage:write", "usage:write"])).await;
        assert_eq!(made.status, 201, "{}", made.snapshot());
        let text = made.text("/data/key");
        assert!(text.starts_with("sk_test_"), "{text}");
        let shown = made.at("/data/apiKey");
        assert_eq!(shown["scopes"], json!(["api_keys:read", "usage:write"]));
        assert_eq!(shown["hint"], json!(format!("sk_test_…{}", &text[text.len() - 4..])));
        assert_eq!(shown["createdBy"], json!(owner.user));
        assert_eq!(shown["expiresAt"], "2027-02-19T01:00:00.000Z", "90 days");
        assert_eq!(shown["status"], "active");

        let list = client.get("/api/v1/api-keys").bearer(&text).send().await;
        assert_eq!(list.status, 200);
        assert_eq!(list.at("/data").as_array().map(Vec::len), Some(1));
        assert!(!String::from_utf8_lossy(&list.body).contains(&text));
        // Nothing that is stored holds the text, nor its secret part.
        let secret = text.split('_').nth(3).unwrap();
        assert!(!stack.everything().await.contains(secret));
    }

    #[tokio::test]
    async fn nobody_gives_what_they_lack_and_bad_wishes_say_where() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let manager = stack.user(owner.scope, "rina@example.com", Role::Manager).await;
        let client = stack.serve(crate::function);
        assert_eq!(make(&client, &manager, body(&["usage:write"])).await.text("/code"), "FORBIDDEN");
        for (wish, status, pointer) in [
            (body(&[]), 422, "/scopes"),
            (body(&["usage"]), 422, "/scopes/0"),
            (body(&["usage:write", "platform:read"]), 422, "/scopes/1"),
            (body(&["usage:write", "coffee:write"]), 422, "/scopes/1"),
            (json!({ "name": "", "scopes": ["usage:write"] }), 422, "/name"),
            (json!({ "name": "x", "scopes": ["usage:write"], "expiresInDays": 0 }), 422, "/expiresInDays"),
            (json!({ "name": "x", "scopes": ["usage:write"], "expiresInDays": 366 }), 422, "/expiresInDays"),
            (json!({ "name": "x", "scopes": ["usage:write"], "environment": "live" }), 400, "/environment"),
        ] {
            let answer = make(&client, &owner, wish.clone()).await;
            assert_eq!(
                (answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()),
                (status, pointer),
                "{wish}"
            );
        }
        let unknown = make(&client, &owner, body(&["coffee:write", "usage:write", "cofee:*"])).await;
        let codes = [0, 1].map(|index| unknown.text(&format!("/errors/{index}/code")));
        assert_eq!(codes, ["UNKNOWN_PERMISSION", "UNKNOWN_PERMISSION"], "{}", unknown.snapshot());
    }

    #[tokio::test]
    async fn a_key_makes_no_keys_and_neither_does_an_old_login() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = Member { token: stack.api_key(&owner, &["*"]).await, ..owner.clone() };
        assert_eq!(make(&client, &key, body(&["usage:write"])).await.text("/code"), "STEP_UP_REQUIRED");
        stack.set_clock("2026-11-21T01:10:01Z");
        assert_eq!(make(&client, &owner, body(&["usage:write"])).await.text("/code"), "STEP_UP_REQUIRED");
    }

    #[tokio::test]
    async fn a_repetition_gets_the_same_key_which_lies_sealed_meanwhile() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let send = || {
            let call = client.post("/api/v1/api-keys", body(&["usage:write"])).bearer(&owner.token);
            call.idempotency_key("once").send()
        };
        let answers = join_all((0..5).map(|_| send())).await;
        let first = answers.iter().find(|answer| answer.header("idempotent-replayed").is_empty()).unwrap();
        for answer in &answers {
            assert!(answer.status == 201 || answer.text("/code") == "IDEMPOTENCY_IN_PROGRESS", "{}", answer.snapshot());
        }
        let again = send().await;
        assert_eq!((again.status, &again.body), (first.status, &first.body));
        assert_eq!(again.header("idempotent-replayed"), "true");
        let keys = ApiKeys::new(stack.ctx().table(), owner.scope).roster().await.unwrap();
        assert_eq!(keys.live.len(), 1);
        let stored = stack.everything().await;
        assert!(stored.contains("sealed") && !stored.contains(&first.text("/data/key")));
        // Whoever may not make a key any more is not given one that was made before either.
        stack.set_clock("2026-11-21T01:10:01Z");
        assert_eq!(send().await.text("/code"), "STEP_UP_REQUIRED");
    }

    #[tokio::test]
    async fn fifty_keys_are_enough_also_at_once() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = Client::new(crate::function(stack.loose()));
        for _ in 0..48 {
            assert_eq!(make(&client, &owner, body(&["usage:write"])).await.status, 201);
        }
        let answers = join_all((0..4).map(|_| make(&client, &owner, body(&["usage:write"])))).await;
        let count = |code: &str| answers.iter().filter(|answer| answer.text("/code") == code).count();
        assert_eq!((count(""), count("API_KEY_LIMIT")), (2, 2));
        let page = stack.ctx().table().query(Query::gsi1(owner.scope.partition("KEYS"))).await.unwrap();
        assert_eq!(page.items.len(), 50);
    }

    #[tokio::test]
    async fn a_crash_leaves_a_whole_key_or_none() {
        let count = {
            let stack = Stack::start().await;
            let (_, owner) = stack.tenant("toko-a").await;
            let (ctx, table) = stack.breaking(None);
            make(&Client::new(crate::function(ctx)), &owner, body(&["usage:write"])).await;
            table.calls()
        };
        for call in 0..count {
            for fault in [Fault::Before(call), Fault::After(call)] {
                let stack = Stack::start().await;
                let (_, owner) = stack.tenant("toko-a").await;
                let (ctx, _) = stack.breaking(Some(fault));
                let client = Client::new(crate::function(ctx));
                let send = || {
                    let call = client.post("/api/v1/api-keys", body(&["usage:write"])).bearer(&owner.token);
                    call.idempotency_key("once").send()
                };
                let first = send().await;
                assert!([201, 503].contains(&first.status.as_u16()), "{fault:?} {}", first.snapshot());
                let again = send().await;
                assert_eq!(again.status, 201, "{fault:?} {}", again.snapshot());
                let works = client.get("/api/v1/api-keys").bearer(&again.text("/data/key")).send().await;
                assert_eq!(works.text("/code"), "FORBIDDEN", "a key that works and may not see keys");
                let keys = ApiKeys::new(stack.ctx().table(), owner.scope).roster().await.unwrap();
                assert_eq!(keys.live.len(), 1, "{fault:?}");
            }
        }
    }
}
