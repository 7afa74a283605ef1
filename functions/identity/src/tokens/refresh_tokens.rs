//! `POST /api/v1/auth/refresh`: a refresh token for the next pair of tokens.
//!
//! A token is exchanged once; the same token within 30 seconds gets the same pair, so that parallel tabs and lost answers
//! sign nobody out; any later it ends the session (RFC 9700 section 4.14.2). Round trips: one rate-limit write beside
//! one read of the tenant, one read of two rows, one write; one read more when another call was first, and one on the first refresh of a day, which
//! counts the user as active.

use axum::extract::State;
use events::session::SessionReuseDetected;
use identity::{
    Device, Exchange, RefreshClaim, RefreshError, Rotation, Session, Sessions, Successor, User, Users,
    audit::AuditEntry,
};
use kernel::{Date, Secret, Timestamp, Zone};
use serde::Deserialize;
use table::{Race, TenantScope, TransactError, Transaction, WriteError, get_rows, until_settled};
use utoipa::ToSchema;
use web::{Api, Envelope, Json, Problem, Reply, RequestInfo, Visitor, lifetimes};

use crate::{
    analytics::record_activity,
    audit::actions,
    logins::login::may_enter,
    tokens::pair::{self, CallingDevice, Pair},
};

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RefreshTokens {
    /// The refresh token of the latest pair.
    #[schema(value_type = String, example = "rt_AZqz…")]
    pub refresh_token: Secret<String>,
}

/// Refresh an access token
///
/// Use each refresh token once and keep the new one. The same token again within 30 seconds gets the same pair, as long as
/// that pair was not refreshed in turn; after that the session is ended, because somebody may have a copy of the token.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh",
    responses(
        (status = 200, body = Envelope<Pair>), (status = 401, description = "INVALID_TOKEN, TOKEN_REUSE"),
        (status = 403, description = "IP_NOT_ALLOWED, EMAIL_NOT_VERIFIED, TENANT_SUSPENDED: as at a login now")
    )
)]
pub async fn refresh_tokens(
    State(api): State<Api>,
    visitor: Visitor,
    info: RequestInfo,
    CallingDevice(device): CallingDevice,
    Json(body): Json<RefreshTokens>,
) -> Result<Reply, Problem> {
    let (scope, token) = (visitor.scope, &body.refresh_token);
    let claim = pair::refresh_keys(&api).claim_of(scope.tenant(), token).ok_or(RefreshError::Invalid)?;
    until_settled(Problem::too_many_at_once, || async {
        let held = load(&api, &visitor, claim).await?.ok_or(RefreshError::Invalid)?;
        let exchange = held.session.exchange(token, &held.user, api.now());
        if matches!(exchange, Exchange::Rotate | Exchange::Repeat(_)) {
            may_enter(&held.user, &visitor.tenant, info.ip.as_deref(), api.now())?;
        }
        match exchange {
            Exchange::Rotate => {
                if let Some(pair) = rotate(&api, &visitor, held, token, device.clone()).await? {
                    return Ok(Race::Settled(Reply::ok(&pair)?));
                }
                Ok(Race::Lost)
            }
            Exchange::Repeat(sealed) => Ok(Race::Settled(repeat(scope, claim, token, &sealed)?)),
            Exchange::Reused => {
                let entry = visitor.entry(&api, &info, actions::SESSION_REUSE_DETECTED);
                if revoke(&api, &info, scope, held, &entry).await? == Saved::Yes {
                    return Err(RefreshError::Reused.into());
                }
                Ok(Race::Lost)
            }
            Exchange::Refused => Err(RefreshError::Invalid.into()),
        }
    })
    .await
}

/// What a refresh is decided upon.
struct Held {
    session: Session,
    user: User,
}

/// Whether this call's change was the one that happened.
#[derive(PartialEq, Eq)]
enum Saved {
    Yes,
    SomebodyElseWasFirst,
}

/// Session and user as they are now, under the policy of now: one read.
async fn load(api: &Api, visitor: &Visitor, claim: RefreshClaim) -> Result<Option<Held>, Problem> {
    let keys = [Sessions::key(visitor.scope, claim.session), Users::key(visitor.scope, claim.user)];
    let [session, user] = get_rows(api.table(), keys).await?;
    let (Some(session), Some(user)) = (session, user) else { return Ok(None) };
    let session = Sessions::read(session)?.under(lifetimes(&visitor.tenant));
    Ok(Some(Held { session, user: Users::read(user)? }))
}

/// The next pair, once it is stored; `None` when another call was first.
async fn rotate(
    api: &Api,
    visitor: &Visitor,
    held: Held,
    token: &Secret<String>,
    device: Device,
) -> Result<Option<Pair>, Problem> {
    let (Held { session, user }, scope, tenant) = (held, visitor.scope, &visitor.tenant);
    let claim = RefreshClaim { session: session.id, user: user.id };
    let next = pair::refresh_keys(api).mint(scope.tenant(), claim, api.random());
    // The access token may live as long as the session that this very refresh prolongs.
    let expires_at = Session::idle_end(session.ends_at, lifetimes(tenant), api.now());
    let session = Session { expires_at, ..session };
    let pair = pair::issue(api, tenant, &user, &session, &next)?;
    let bytes = serde_json::to_vec(&pair).map_err(|_| RefreshError::Seal)?;
    let sealed = Successor { tenant: scope.tenant(), session: session.id }.seal(token, &bytes)?;
    let rotation = Rotation { next: &next, sealed, device, lifetimes: lifetimes(tenant) };
    let counted_today = day_of(session.last_seen_at) == day_of(api.now());
    let session = session.rotated(rotation, api.now());
    let sessions = Sessions::new(api.table(), scope);
    let saved = if counted_today {
        table::write_alone(api.table(), |tx| sessions.save(tx, &session)).await.map(drop).map_err(|error| match error {
            WriteError::ConditionFailed { .. } => None,
            WriteError::Table(error) => Some(error),
        })
    } else {
        let mut transaction = Transaction::new();
        sessions.save(&mut transaction, &session)?;
        record_activity::commit(api, scope, user.id, transaction).await.map_err(|error| match error {
            TransactError::Cancelled(_) => None,
            TransactError::Table(error) => Some(error),
        })
    };
    match saved {
        Ok(()) => {
            api.forget_session(scope.tenant(), session.id);
            Ok(Some(pair))
        }
        Err(None) => Ok(None),
        Err(Some(error)) => Err(error.into()),
    }
}

/// The day in UTC: a session that was used on it has counted its user among the active ones already.
fn day_of(instant: Timestamp) -> Date {
    instant.date_in(&Zone::utc())
}

/// The pair that the token was exchanged for a moment ago.
fn repeat(scope: TenantScope, claim: RefreshClaim, token: &Secret<String>, sealed: &str) -> Result<Reply, Problem> {
    let bytes = Successor { tenant: scope.tenant(), session: claim.session }.open(token, sealed)?;
    let pair: Pair = serde_json::from_slice(&bytes).map_err(|_| RefreshError::Seal)?;
    Reply::ok(&pair)
}

/// Ends the session for everybody who has a token of it: its user, and whoever has the copy.
async fn revoke(
    api: &Api,
    info: &RequestInfo,
    scope: TenantScope,
    held: Held,
    entry: &AuditEntry,
) -> Result<Saved, Problem> {
    let (user, id) = (held.user.id, held.session.id);
    let Some(session) = held.session.revoked() else { return Ok(Saved::SomebodyElseWasFirst) };
    let mut transaction = Transaction::new();
    Sessions::new(api.table(), scope).save(&mut transaction, &session)?;
    entry.clone().about(id).with("user", user).insert(&mut transaction, scope)?;
    let told = SessionReuseDetected { user_id: user, session_id: id };
    api.insert_event(&mut transaction, scope.tenant(), info, session.version, &told)?;
    match api.table().transact(transaction).await {
        Ok(()) => {
            tracing::warn!(session.id = %id, "a used refresh token came again; its session is revoked");
            api.forget_session(scope.tenant(), id);
            Ok(Saved::Yes)
        }
        Err(TransactError::Cancelled(_)) => Ok(Saved::SomebodyElseWasFirst),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "refresh_tokens_tests.rs"]
mod tests;
