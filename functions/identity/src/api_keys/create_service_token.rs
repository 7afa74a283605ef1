//! `POST /api/v1/auth/token`: a short-lived token for an API key.
//!
//! Round trips: one read of the key's standing (none when known), one rate-limit write, and one transaction that makes sure
//! that the key was not revoked this very moment.

use axum::extract::State;
use identity::{ApiKeys, Permission, ServiceAccess, TokenAudience, TokenError, TokenSeconds, scope_text};
use serde::{Deserialize, Serialize};
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, KeyBearer, Problem, Reply, RequestInfo, record_denial};

use crate::{audit::actions, roles::known_permissions};

/// What the token is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateServiceToken {
    /// How long it lives: 60 to 900 seconds, 900 unless told.
    #[serde(default)]
    pub expires_in: TokenSeconds,
    /// For whom it is: `ruko-api`, which is the default, or the name of a service of yours, 1 to 100 characters of a URL.
    #[serde(default)]
    pub audience: TokenAudience,
    /// What it may do; all that the key holds unless told.
    #[schema(min_items = 1, max_items = 50)]
    pub scopes: Option<Vec<Permission>>,
}

/// A token for a service.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceToken {
    /// For the header `Authorization: Bearer …`.
    #[schema(example = "eyJ0eXAiOiJzdmMrand0IiwiYWxnIjoiRWREU0EiLC…")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// How long it lives, in seconds.
    #[schema(example = 300)]
    pub expires_in: u16,
    /// What it may do, with spaces between the permissions.
    #[schema(example = "usage:write")]
    pub scope: String,
}

/// Exchange an API key for a token
///
/// The one route that takes an API key and nothing else in the `Authorization` header. Your services check the token by
/// `GET /.well-known/jwks.json`: type `svc+jwt`, `iss`, their own name in `aud`, `exp`, and your tenant's id in `tid`,
/// since every tenant may name every audience. `sub` is the key, `act.sub` who made it, `scope` what it may do. Our own API
/// takes tokens for `ruko-api` as long as the key works.
#[utoipa::path(
    post, path = "/api/v1/auth/token",
    responses((status = 200, body = Envelope<ServiceToken>), (status = 403, description = "FORBIDDEN"))
)]
pub async fn create_service_token(
    State(api): State<Api>,
    info: RequestInfo,
    bearer: KeyBearer,
    Json(body): Json<CreateServiceToken>,
) -> Result<Reply, Problem> {
    let Some(scopes) = scopes_of(&bearer, body.scopes)? else {
        let attempt = bearer.entry(&api, &info, actions::SERVICE_TOKEN_ISSUED).about(bearer.holder.key);
        record_denial(&api, bearer.scope, attempt).await;
        return Err(Problem::forbidden("the API key does not hold all of these scopes: ask for those that it has"));
    };
    let access = ServiceAccess { holder: bearer.holder, scopes };
    let token = api.tokens().issue_service(&access, &body.audience, body.expires_in, api.new_ulid(), api.now())?;
    let scope = scope_text(&access.scopes);
    let entry = bearer.entry(&api, &info, actions::SERVICE_TOKEN_ISSUED).about(bearer.holder.key);
    let entry = entry.with("audience", body.audience.as_str()).with("scopes", &scope);

    let mut transaction = Transaction::new();
    ApiKeys::new(api.table(), bearer.scope).check_not_revoked(&mut transaction, bearer.holder.key);
    entry.insert(&mut transaction, bearer.scope)?;
    match api.table().transact(transaction).await {
        Ok(()) => {}
        Err(TransactError::Cancelled(_)) => return Err(TokenError::KeyInvalid.into()),
        Err(TransactError::Table(error)) => return Err(error.into()),
    }
    Reply::ok(&ServiceToken {
        access_token: token.expose().clone(),
        token_type: "Bearer".to_owned(),
        expires_in: body.expires_in.get(),
        scope,
    })
}

/// What the token may do: what was asked for, if the key holds all of it, or all that the key holds. `None` when that is
/// nothing: a token that may do nothing helps nobody.
fn scopes_of(bearer: &KeyBearer, wanted: Option<Vec<Permission>>) -> Result<Option<Vec<Permission>>, Problem> {
    let scopes = match wanted {
        Some(wanted) => {
            let wanted = known_permissions::scopes(wanted)?;
            if !bearer.grants.may_grant(&wanted) {
                return Ok(None);
            }
            bearer.grants.within(&wanted).over_tenant().to_vec()
        }
        None => bearer.grants.over_tenant().to_vec(),
    };
    Ok(Some(scopes).filter(|scopes| !scopes.is_empty()))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use http::Method;
    use identity::{KeyDays, KeyHolder, NewApiKey, Role, User, Users};
    use serde_json::{Value, json};

    use testkit::{Answer, Client, Stack};

    async fn trade(client: &Client, credential: &str, body: Value) -> Answer {
        client.post("/api/v1/auth/token", body).bearer(credential).send().await
    }

    async fn keys_seen_with(client: &Client, token: &str) -> (u16, String) {
        let answer = client.get("/api/v1/api-keys").bearer(token).send().await;
        (answer.status.as_u16(), answer.text("/code"))
    }

    fn refused() -> (u16, String) {
        (401, "INVALID_TOKEN".to_owned())
    }

    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_key_is_traded_for_a_token_that_works_as_long_as_it_says() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["api_keys:*", "usage:write"]).await;
        let answer = trade(&client, &key, json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        assert_eq!(answer.at("/data/expiresIn"), json!(900));
        assert_eq!(answer.text("/data/scope"), "api_keys:* usage:write");
        let token = answer.text("/data/accessToken");
        assert_eq!(keys_seen_with(&client, &token).await.0, 200);
        let short = trade(&client, &key, json!({ "expiresIn": 60, "scopes": ["usage:write"] })).await;
        assert_eq!(short.text("/data/scope"), "usage:write");
        let short = short.text("/data/accessToken");
        assert_eq!(
            keys_seen_with(&client, &short).await,
            (403, "FORBIDDEN".to_owned()),
            "of the key, not of the token"
        );
        stack.set_clock("2026-11-21T01:01:00Z");
        assert_eq!(keys_seen_with(&client, &short).await, (401, "TOKEN_EXPIRED".to_owned()));
        assert_eq!(keys_seen_with(&client, &token).await.0, 200);
        let trail = client.get("/api/v1/audit?action=service_token.issued").bearer(&owner.token).send().await;
        assert_eq!(trail.at("/data").as_array().map(Vec::len), Some(2));
        assert_eq!(trail.at("/data/1/details"), json!({ "audience": "ruko-api", "scopes": "api_keys:* usage:write" }));
    }

    #[tokio::test]
    async fn only_a_key_is_traded() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["*"]).await;
        let token = trade(&client, &key, json!({})).await.text("/data/accessToken");
        for credential in [owner.token.as_str(), token.as_str(), "sk_test_x"] {
            let answer = trade(&client, credential, json!({})).await;
            assert_eq!((answer.status.as_u16(), answer.text("/code")), refused());
        }
        assert_eq!(client.post("/api/v1/auth/token", json!({})).send().await.text("/code"), "UNAUTHENTICATED");
        // Neither the key nor its token is a person.
        for credential in [&key, &token] {
            let me = client.get("/api/v1/users/me").bearer(credential).send().await;
            assert_eq!((me.status.as_u16(), me.text("/code")), refused());
        }
    }

    #[tokio::test]
    async fn a_token_with_as_many_and_as_long_scopes_as_a_key_may_have_works() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let scopes: Vec<String> = ('a'..='y')
            .flat_map(|c| ["x", "y"].map(|d| format!("{}:{}", c.to_string().repeat(29), d.repeat(30))))
            .collect();
        let mut scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        scopes[0] = "api_keys:read";
        let key = stack.api_key(&owner, &scopes).await;
        let answer = trade(&client, &key, json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.snapshot());
        let token = answer.text("/data/accessToken");
        assert!(token.len() > 4096 && keys_seen_with(&client, &token).await.0 == 200, "{}", token.len());
    }

    #[tokio::test]
    async fn nobody_asks_for_more_than_the_key_and_its_creator_hold() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["usage:*"]).await;
        for scopes in [json!(["*"]), json!(["usage:write", "invoices:read"])] {
            assert_eq!(trade(&client, &key, json!({ "scopes": scopes })).await.text("/code"), "FORBIDDEN", "{scopes}");
        }
        let denied = crate::roles::roles_tests::trail(&stack, owner.scope).await;
        let denied = denied.iter().filter(|entry| entry[0] == "service_token.issued" && entry[1] == "denied");
        assert_eq!(denied.count(), 2);
        for (body, pointer) in [
            (json!({ "scopes": [] }), "/scopes"),
            (json!({ "expiresIn": 59 }), "/expiresIn"),
            (json!({ "expiresIn": 901 }), "/expiresIn"),
            (json!({ "audience": "a b" }), "/audience"),
            (json!({ "audience": "a".repeat(101) }), "/audience"),
            (json!({ "scopes": ["usage"] }), "/scopes/0"),
            (json!({ "scopes": ["usage:wirte"] }), "/scopes/0"),
            (json!({ "scopes": vec!["usage:write"; 51] }), "/scopes"),
        ] {
            let answer = trade(&client, &key, body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.text("/errors/0/pointer").as_str()), (422, pointer), "{body}");
        }
        let admin = stack.user(owner.scope, "rina@example.com", Role::Admin).await;
        let wide = stack.api_key(&admin, &["*"]).await;
        let before = trade(&client, &wide, json!({})).await.text("/data/accessToken");
        assert_eq!(keys_seen_with(&client, &before).await.0, 200);
        let users = Users::new(stack.ctx().table(), owner.scope);
        let user = users.get(admin.user).await.unwrap().unwrap();
        let demoted = User { roles: vec![Role::Manager], version: user.version + 1, ..user };
        table::write_alone(stack.ctx().table(), |tx| users.save(tx, &demoted)).await.unwrap();
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(keys_seen_with(&client, &before).await, (403, "FORBIDDEN".to_owned()), "the creator was demoted");
        let scope = trade(&client, &wide, json!({})).await.text("/data/scope");
        assert!(scope.contains("invoices:*") && !scope.split(' ').any(|scope| scope == "*"), "{scope}");
    }

    #[tokio::test]
    async fn other_services_get_what_they_need_and_our_api_does_not_take_it() {
        let stack = Stack::start().await;
        let (tenant, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["api_keys:read"]).await;
        let body = json!({ "audience": "https://orders.example.com", "expiresIn": 300 });
        let token = trade(&client, &key, body).await.text("/data/accessToken");
        assert_eq!(keys_seen_with(&client, &token).await, refused());
        let claims = claims(&token);
        assert_eq!(claims["aud"], "https://orders.example.com");
        assert_eq!(claims["tid"], json!(tenant.id));
        assert_eq!(claims["act"], json!({ "sub": owner.user }));
        assert_eq!(claims["scope"], "api_keys:read");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        let named = client.get("/.well-known/jwks.json").send().await;
        let header: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&json!("svc+jwt"), &json!("EdDSA")));
        assert!(named.at("/keys").as_array().unwrap().iter().any(|key| key["kid"] == header["kid"]));
    }

    #[tokio::test]
    async fn a_revoked_keys_tokens_end_and_no_new_one_is_given() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        stack.tenant("toko-b").await;
        let (client, elsewhere) = (stack.serve(crate::function), stack.serve(crate::function));
        let made = client.post("/api/v1/api-keys", json!({ "name": "x", "scopes": ["api_keys:read"] }));
        let made = made.bearer(&owner.token).send().await;
        let key = made.text("/data/key");
        let token = trade(&elsewhere, &key, json!({})).await.text("/data/accessToken");
        let foreign = client.get("/api/v1/api-keys").bearer(&token).tenant("toko-b").send().await;
        assert_eq!(foreign.text("/code"), "TENANT_MISMATCH");
        assert_eq!(keys_seen_with(&elsewhere, &token).await.0, 200);
        let path = format!("/api/v1/api-keys/{}", made.text("/data/apiKey/id"));
        client.call(Method::DELETE, path).bearer(&owner.token).send().await;
        assert_eq!(keys_seen_with(&client, &token).await, refused());
        assert_eq!(trade(&elsewhere, &key, json!({})).await.text("/code"), "INVALID_TOKEN", "though it is known there");
        stack.set_clock("2026-11-21T01:00:31Z");
        assert_eq!(keys_seen_with(&elsewhere, &token).await, refused());
    }

    #[tokio::test]
    async fn only_whoever_has_the_secret_of_a_key_hears_that_it_has_expired() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let made = client.post("/api/v1/api-keys", json!({ "name": "x", "scopes": ["api_keys:read"] }));
        let made = made.bearer(&owner.token).send().await;
        let (id, key) = (made.text("/data/apiKey/id"), made.text("/data/key"));
        let holder = KeyHolder { tenant: owner.scope.tenant(), key: id.parse().unwrap(), creator: owner.user };
        let new =
            NewApiKey { holder, name: "y".to_owned().try_into().unwrap(), scopes: vec![], days: KeyDays::default() };
        let (_, guessed) = web::Api::new(stack.ctx().clone()).key_texts().mint(new, [7; 32], stack.ctx().now());
        let revoked = stack.api_key(&owner, &["api_keys:read"]).await;
        stack.set_clock("2031-11-21T01:00:00Z");
        let answer = async |key: &str| {
            let answer = client.get("/api/v1/api-keys").bearer(key).send().await;
            (answer.status.as_u16(), answer.text("/code"), answer.text("/detail"))
        };
        let (status, code, detail) = answer(&key).await;
        assert_eq!((status, code.as_str()), (401, "API_KEY_EXPIRED"), "{detail}");
        let no_such = key.replace("sk_", "sk_x");
        let mut said = Vec::new();
        for unknown in [guessed.expose(), &no_such, &format!("{key}0")] {
            said.push(answer(unknown).await);
        }
        let fresh = stack.sign_in(&owner).await;
        let owners = client.get("/api/v1/api-keys").bearer(&fresh).send().await;
        let rows = owners.at("/data").as_array().unwrap().clone();
        for row in rows {
            let path = format!("/api/v1/api-keys/{}", row["id"].as_str().unwrap());
            assert_eq!(client.call(Method::DELETE, path).bearer(&fresh).send().await.status, 200);
        }
        said.push(answer(&revoked).await);
        for said in &said {
            assert_eq!((said.0, said.1.as_str()), (401, "INVALID_TOKEN"));
            assert!(said.2.contains("the API key is not valid"), "{}", said.2);
        }
        said.dedup();
        assert_eq!(said.len(), 1, "all of them in the same words");
    }

    #[tokio::test]
    async fn a_token_costs_what_its_key_does() {
        let stack = Stack::start().await;
        let (_, owner) = stack.tenant("toko-a").await;
        let client = stack.serve(crate::function);
        let key = stack.api_key(&owner, &["api_keys:read"]).await;
        let total = || stack.ctx().ports().meter.total();
        trade(&client, &key, json!({})).await;
        let before = total();
        let token = trade(&client, &key, json!({})).await.text("/data/accessToken");
        assert_eq!(total().since(before).round_trips, 2, "the limiter's write and the transaction");
        let before = total();
        assert_eq!(keys_seen_with(&client, &token).await.0, 200);
        assert_eq!(total().since(before).round_trips, 2, "the limiter's write and the list: the key is known");
        let bodiless = client.call(Method::POST, "/api/v1/auth/token").bearer(&key).send().await;
        assert_eq!((bodiless.status.as_u16(), bodiless.at("/data/expiresIn")), (200, json!(900)));
    }
}
