//! `POST /api/v1/auth/token`: a short-lived token for an API key.
//!
//! Round trips: one read of the key's standing (none when known), one rate-limit write, and one transaction that makes sure
//! that the key was not revoked this very moment.

use axum::extract::State;
use identity::{ApiKeys, Audience, Permission, ServiceAccess, TokenError, TokenSeconds, audit::Action, scope_text};
use serde::{Deserialize, Serialize};
use table::{TransactError, Transaction};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, KeyBearer, Problem, Reply, RequestInfo};

/// What the token is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateServiceToken {
    /// How long it lives: 60 to 900 seconds, 900 unless told.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 60, maximum = 900, example = 300)]
    pub expires_in: TokenSeconds,
    /// For whom it is: `ruko-api`, which is the default, or the name of a service of yours, 1 to 100 characters of a URL.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "https://orders.example.com")]
    pub audience: Audience,
    /// What it may do; all that the key holds unless told.
    #[schema(value_type = Option<Vec<String>>, example = json!(["usage:write"]))]
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

/// Get a token for an API key
///
/// The one route that takes an API key and nothing else in the `Authorization` header. Your services check the token by
/// `GET /.well-known/jwks.json`: type `svc+jwt`, `iss`, their own name in `aud`, `exp`, and your tenant's id in `tid`,
/// since every tenant may name every audience. `sub` is the key, `act.sub` who made it, `scope` what it may do. Our own API
/// takes tokens for `ruko-api` as long as the key works.
#[utoipa::path(
    post, path = "/api/v1/auth/token", tag = "identity", security(("bearer" = [])),
    request_body = CreateServiceToken,
    responses(
        (status = 200, body = Envelope<ServiceToken>),
        (status = 401, description = "INVALID_TOKEN"),
        (status = 403, description = "FORBIDDEN"),
    )
)]
pub async fn create_service_token(
    State(api): State<Api>,
    info: RequestInfo,
    bearer: KeyBearer,
    Json(body): Json<CreateServiceToken>,
) -> Result<Reply, Problem> {
    let scopes = scopes_of(&bearer, body.scopes)?;
    let access = ServiceAccess { holder: bearer.holder, scopes };
    let token = api.tokens().issue_service(&access, &body.audience, body.expires_in, api.new_ulid(), api.now())?;
    let scope = scope_text(&access.scopes);
    let entry = bearer.entry(&api, &info, Action::ServiceTokenIssued).about(bearer.holder.key);
    let entry = entry.with("audience", body.audience.as_str()).with("scopes", &scope);

    let mut transaction = Transaction::new();
    transaction.add(ApiKeys::new(api.table(), bearer.scope).is_not_revoked(bearer.holder.key));
    transaction.add(entry.write(bearer.scope)?);
    match api.table().transact(transaction).await {
        Ok(()) => {}
        Err(TransactError::Cancelled(_)) => return Err(TokenError::Invalid.into()),
        Err(TransactError::Table(error)) => return Err(error.into()),
    }
    Reply::ok(&ServiceToken {
        access_token: token.expose().clone(),
        token_type: "Bearer".to_owned(),
        expires_in: body.expires_in.get(),
        scope,
    })
}

/// What the token may do: what was asked for, if the key holds all of it, or all that the key holds.
fn scopes_of(bearer: &KeyBearer, wanted: Option<Vec<Permission>>) -> Result<Vec<Permission>, Problem> {
    let scopes = match wanted {
        Some(wanted) if bearer.grants.may_grant(&wanted) => bearer.grants.within(&wanted).over_tenant().to_vec(),
        Some(_) => return Err(Problem::forbidden()),
        None => bearer.grants.over_tenant().to_vec(),
    };
    // A token that may do nothing helps nobody.
    if scopes.is_empty() { Err(Problem::forbidden()) } else { Ok(scopes) }
}
