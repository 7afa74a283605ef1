//! What the `Authorization` header holds: a session's access token, an API key, or a token made with one; and whether it
//! still counts.

use std::{net::IpAddr, sync::Arc};

use http::{HeaderMap, StatusCode, header, request::Parts};
use identity::{Access, ApiKey, ApiKeyTexts, ApiKeys, Grants, KeyHolder, Permission, Role, TokenError, audit::Actor};
use kernel::{Secret, TenantId};
use table::{TenantScope, WriteError};

use crate::{
    Api, Principal, Problem, RequestInfo, Subject,
    callers::{
        denial::{ACCESS_DENIED, record_denial},
        known::standing::Standing,
        visitor::{TENANT_HEADER, look_up_id, tenant_named},
    },
    limits::take_by_plan,
};

/// A credential whose form is right; for a token also its signature and age.
pub(crate) enum Credential {
    /// An access token.
    Session(Access),
    /// An API key, or a token made with one.
    Key(ShownKey),
}

/// An API key, shown by itself or through a token.
pub(crate) struct ShownKey {
    pub(crate) holder: KeyHolder,
    pub(crate) proof: Proof,
}

/// What proves that the caller has the key.
pub(crate) enum Proof {
    /// Its text, still to be compared with the stored hash.
    Text(Secret<String>),
    /// A token that we signed for these scopes.
    Token(Vec<Permission>),
}

impl ShownKey {
    /// What is left of the key's grants.
    pub(crate) fn narrowed(&self, grants: &Grants) -> Grants {
        match &self.proof {
            Proof::Text(_) => grants.clone(),
            Proof::Token(scopes) => grants.within(scopes),
        }
    }

    fn is_of(&self, texts: &ApiKeyTexts, key: &ApiKey) -> bool {
        match &self.proof {
            Proof::Text(text) => texts.is_of(text.expose(), key),
            Proof::Token(_) => true,
        }
    }
}

impl Credential {
    /// The credential of a request, if the tenant header does not name another tenant.
    pub(crate) async fn of(parts: &Parts, api: &Api) -> Result<Self, Problem> {
        nowhere_else(parts.uri.query())?;
        let credential = read(bearer(&parts.headers)?, api)?;
        let tenant = match &credential {
            Self::Session(access) => access.tenant,
            Self::Key(shown) => shown.holder.tenant,
        };
        match names_own_tenant(parts, api, tenant).await {
            Ok(()) => Ok(credential),
            Err(refusal) if refusal.code() == TENANT_MISMATCH => {
                Err(mismatched(parts, api, &credential, refusal).await)
            }
            Err(refusal) => Err(refusal),
        }
    }
}

/// Puts it into the trail of the user's own tenant that their session was shown for another, once the call is counted: an
/// entry is as much work as any call. A key is not looked up for it.
async fn mismatched(parts: &Parts, api: &Api, credential: &Credential, refusal: Problem) -> Problem {
    let Credential::Session(access) = credential else { return refusal };
    let Ok(info) = RequestInfo::of(parts) else { return refusal };
    let standing = match api.standing(*access).await {
        Ok(Some(standing)) if standing.admits(*access, api.now()) => standing,
        Ok(_) => return TokenError::Invalid.into(),
        Err(error) => return error.into(),
    };
    let (scope, subject) = (TenantScope::new(access.tenant), access.user.to_string());
    match take_by_plan(api, standing.allowance, &Subject::User(scope, subject)).await {
        Ok(state) => info.note(state),
        Err(too_many) => return too_many,
    }
    info.keep_as(&standing.tenant);
    info.acts(access.acting);
    let attempt = info.entry(api, Actor::User(access.user), ACCESS_DENIED);
    record_denial(api, scope, attempt.with("code", TENANT_MISMATCH)).await;
    refusal
}

const TENANT_MISMATCH: &str = "TENANT_MISMATCH";

fn read(text: &str, api: &Api) -> Result<Credential, TokenError> {
    if ApiKeyTexts::is_meant_by(text) {
        let holder = api.key_texts().holder_of(text).ok_or(TokenError::KeyInvalid)?;
        return Ok(Credential::Key(ShownKey { holder, proof: Proof::Text(Secret::new(text.to_owned())) }));
    }
    match api.tokens().access(text, api.now()) {
        // Not an access token: the header alone decides, before any signature is looked at.
        Err(TokenError::Invalid) => {
            let access = api.tokens().service(text, api.now())?;
            Ok(Credential::Key(ShownKey { holder: access.holder, proof: Proof::Token(access.scopes) }))
        }
        access => access.map(Credential::Session),
    }
}

/// Looks at how a session stands, then counts the call by the plan that the caller is under.
pub(crate) async fn by_session(parts: &mut Parts, api: &Api, access: Access) -> Result<Arc<Standing>, Problem> {
    let scope = TenantScope::new(access.tenant);
    let subject = Subject::User(scope, access.user.to_string());
    let standing = api.standing(access).await?.filter(|standing| standing.admits(access, api.now()));
    let standing = standing.ok_or(TokenError::Invalid)?;
    let limit = take_by_plan(api, standing.allowance, &subject).await;
    let info = RequestInfo::of(parts)?;
    info.attribute(access.tenant, Actor::User(access.user));
    info.acts(access.acting);
    info.note(limit?);
    info.enter(&standing.tenant)?;
    if Role::is_member(standing.roles()) {
        comes_from_allowed_address(info, &standing)?;
    }
    // What staff keeps under an idempotency key as the user is nobody else's.
    let name = access.acting.map_or_else(|| access.user.to_string(), |by| format!("{} by {by}", access.user));
    parts.extensions.insert(Principal { scope, name });
    Ok(standing)
}

/// Looks at how a key stands, then counts the call and notes the key's use at the same time: what a stranger makes up must
/// not be counted against a tenant.
pub(crate) async fn by_key(parts: &mut Parts, api: &Api, shown: &ShownKey) -> Result<Arc<Standing>, Problem> {
    let (holder, now) = (shown.holder, api.now());
    let standing = api.standing_of_key(holder).await?;
    let is_shown = |key: &ApiKey| shown.is_of(api.key_texts(), key);
    let Some(standing) = standing else { return Err(TokenError::KeyInvalid.into()) };
    if !standing.working_key(now).is_some_and(is_shown) {
        // Only whoever has the secret is told more. `serve` counts it against the stranger's address, like everything that
        // nobody has answered for.
        let has_expired = standing.expired_key(now).is_some_and(is_shown);
        return Err(if has_expired { TokenError::KeyExpired } else { TokenError::KeyInvalid }.into());
    }
    let scope = TenantScope::new(holder.tenant);
    let subject = Subject::User(scope, holder.key.to_string());
    let (limit, ()) = tokio::join!(take_by_plan(api, standing.allowance, &subject), note_use(api, scope, &standing));
    let info = RequestInfo::of(parts)?;
    info.attribute(holder.tenant, Actor::ApiKey(holder.key));
    info.note(limit?);
    info.enter(&standing.tenant)?;
    comes_from_allowed_address(info, &standing)?;
    parts.extensions.insert(Principal { scope, name: holder.key.to_string() });
    Ok(standing)
}

/// At most one write an hour; that it fails must not stop the call.
async fn note_use(api: &Api, scope: TenantScope, standing: &Standing) {
    let Some(key) = standing.key_to_note(api.now()) else { return };
    match table::write_alone(api.table(), |tx| Ok(ApiKeys::new(api.table(), scope).note_use(tx, key, api.now()))).await
    {
        // Another environment noted it first.
        Ok(_) | Err(WriteError::ConditionFailed { .. }) => {}
        Err(WriteError::Table(error)) => tracing::warn!(%error, "the use of an API key is not noted"),
    }
}

fn comes_from_allowed_address(info: &RequestInfo, standing: &Standing) -> Result<(), Problem> {
    let address = info.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    if standing.tenant.security.admits(address) { Ok(()) } else { Err(Problem::ip_not_allowed()) }
}

/// The tenant header, if there is one, must name the credential's tenant.
async fn names_own_tenant(parts: &Parts, api: &Api, tenant: TenantId) -> Result<(), Problem> {
    let Some(header) = parts.headers.get(TENANT_HEADER) else { return Ok(()) };
    if look_up_id(api, tenant_named(header.to_str().unwrap_or_default())?).await? == Some(tenant) {
        return Ok(());
    }
    let detail = "X-Tenant-ID names another tenant than the token; leave it out or send the token's own tenant";
    Err(Problem::new(StatusCode::FORBIDDEN, TENANT_MISMATCH, detail))
}

/// A token in a URL ends up in logs, histories and `Referer` headers (RFC 6750 §2.3): refused, so that it is noticed.
pub(crate) fn nowhere_else(query: Option<&str>) -> Result<(), Problem> {
    let in_url = query.unwrap_or_default().split('&').any(|part| part.starts_with("access_token="));
    let detail =
        "send the token in the header Authorization: Bearer <token>, never in the URL; this one is not safe any more";
    if in_url { Err(Problem::new(StatusCode::BAD_REQUEST, "TOKEN_IN_URL", detail)) } else { Ok(()) }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let unauthenticated = || {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "send the header Authorization: Bearer <token>, with the access token of a login or an API key",
        )
        .with_header(header::WWW_AUTHENTICATE, "Bearer")
    };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(unauthenticated)?;
    // API Gateway joins headers that were sent twice by a comma, which no token of ours has.
    if values.next().is_some() || value.as_bytes().contains(&b',') {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "INVALID_HEADER", "send the Authorization header once"));
    }
    let text = value.to_str().map_err(|_| unauthenticated())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(unauthenticated()) }
}
