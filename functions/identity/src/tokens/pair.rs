//! A pair of tokens: what a login, a refresh and a changed password answer with.

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use identity::{Access, Device, NewSession, RefreshClaim, RefreshKeys, Session, User};
use kernel::{Secret, SessionId, TenantId};
use serde::{Deserialize, Serialize};
use tenancy::Tenant;
use utoipa::ToSchema;
use web::{Api, Argument, ClientIp, Problem, lifetimes};

/// A pair of tokens, on the wire.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    /// For the header `Authorization: Bearer …`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIs…")]
    pub access_token: String,
    /// For a new access token when this one has expired.
    #[schema(example = "rt_AZqz…")]
    pub refresh_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// How long the access token works, in seconds.
    #[schema(example = 900)]
    pub expires_in: i64,
}

/// With what and from where a call comes: an argument of the routes that open or use a session.
#[derive(Debug)]
pub(crate) struct CallingDevice(pub(crate) Device);

impl Argument for CallingDevice {}

impl FromRequestParts<Api> for CallingDevice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let ClientIp(ip) = ClientIp::from_request_parts(parts, api).await?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let user_agent = agent.map(|agent| agent.chars().take(200).collect());
        Ok(Self(Device { user_agent, ip: Some(ip) }))
    }
}

/// The keys of refresh tokens.
pub(crate) fn refresh_keys(api: &Api) -> RefreshKeys {
    RefreshKeys::new(api.ports().keys.hmac("refresh tokens 1"))
}

/// A new session of a user who just proved who they are, not yet stored, and its tokens.
pub(crate) fn open(
    api: &Api,
    tenant: &Tenant,
    user: &User,
    mfa: bool,
    device: Device,
) -> Result<(Session, Pair), Problem> {
    let id = SessionId::new(api.new_ulid());
    let refresh_token = refresh_keys(api).mint(tenant.id, RefreshClaim { session: id, user: user.id }, api.random());
    let new = NewSession {
        id,
        user: user.id,
        auth_gen: user.auth_gen,
        refresh_token: &refresh_token,
        mfa,
        device,
        lifetimes: lifetimes(tenant),
    };
    let session = Session::open(new, api.now());
    let pair = issue(api, tenant, user, &session, &refresh_token)?;
    Ok((session, pair))
}

/// The pair of a session's refresh token and a new access token.
pub(crate) fn issue(
    api: &Api,
    tenant: &Tenant,
    user: &User,
    session: &Session,
    refresh_token: &Secret<String>,
) -> Result<Pair, Problem> {
    // A token that outlived its session would be refused before it says it expires.
    let left = session.expires_at.min(session.ends_at).since(api.now()).as_secs();
    let expires_in = lifetimes(tenant).access_seconds.min(left).max(1);
    let access = access_of(tenant.id, session);
    let access_token = api.tokens().issue(access, &user.roles, expires_in, api.new_ulid(), api.now())?;
    Ok(Pair {
        access_token: access_token.expose().clone(),
        refresh_token: refresh_token.expose().clone(),
        token_type: "Bearer".to_owned(),
        expires_in,
    })
}

fn access_of(tenant: TenantId, session: &Session) -> Access {
    Access {
        user: session.user,
        tenant,
        session: session.id,
        auth_gen: session.auth_gen,
        signed_in_at: session.signed_in_at,
        mfa: session.mfa,
        acting: session.acting.map(|acting| acting.user),
    }
}
