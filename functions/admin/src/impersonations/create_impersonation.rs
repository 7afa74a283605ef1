//! `POST /api/v1/admin/impersonations`: act as a user for a quarter of an hour.
//!
//! Round trips: one rate-limit write beside one read of the caller's standing (none when known), one read of the idempotency key
//! if there is one, one read of user and roles, one transaction.

use axum::extract::State;
use events::user::UserImpersonated;
use identity::{
    Access, Impersonation, ImpersonationError, Impersonations, NewImpersonation, Reason, Roles, Session, Sessions,
    TokenError, User, Users, may_impersonate,
};
use kernel::{ImpersonationId, Secret, SessionId, UserId};
use serde::{Deserialize, Serialize};
use table::{Transaction, get_rows};
use utoipa::ToSchema;
use web::{Api, Caller, Envelope, Json, Needs, Optional, Problem, Reply, RequestInfo, SteppedUp};

use crate::{AdminImpersonate, IMPERSONATION_STARTED, impersonations::impersonation_view::ImpersonationView};

/// As whom, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateImpersonation {
    pub user_id: UserId,
    pub reason: Reason,
}

/// The token by which staff acts, and what is kept of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImpersonationStarted {
    pub impersonation: ImpersonationView,
    /// For the header `Authorization: Bearer …`. There is no refresh token.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIs…")]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// How long the token works, in seconds.
    #[schema(example = 900)]
    pub expires_in: i64,
}

/// Create an impersonation
///
/// One acts only as somebody whose roles grant less than one's own, after a login of the last ten minutes. The token works for a
/// quarter of an hour and cannot be refreshed; its claim `act` names who really acts, and each entry of the trail has both. What
/// guards the account or the tenant, and what takes money or data out, is refused by 403 `IMPERSONATED`. It ends with the session of
/// neither: early by `DELETE`, when the user or who acts is suspended, or when the user ends all sessions.
#[utoipa::path(
    post, path = "/api/v1/admin/impersonations",
    responses(
        (status = 201, body = Envelope<ImpersonationStarted>),
        (status = 403, description = "IMPERSONATED, STEP_UP_REQUIRED"), (status = 409, description = "USER_NOT_ACTIVE")
    )
)]
pub async fn create_impersonation(
    State(api): State<Api>,
    caller: Caller<AdminImpersonate>,
    info: RequestInfo,
    _: SteppedUp,
    key: Optional,
    Json(body): Json<CreateImpersonation>,
) -> Result<Reply, Problem> {
    let scope = caller.scope;
    let [user, book] = get_rows(api.table(), [Users::key(scope, body.user_id), Roles::key(scope)]).await?;
    let user = user.map(Users::read).transpose()?.ok_or_else(|| Problem::not_found().named_at("userId"))?;
    let book = Roles::read(book)?;
    if let Err(refusal) = may_impersonate((caller.user, &caller.grants), caller.tenant(), &user, &book) {
        if refusal == ImpersonationError::Outranked {
            let attempt = caller.entry(&api, &info, IMPERSONATION_STARTED).about(user.id);
            caller.record_denial(&api, attempt.with("permission", AdminImpersonate::PERMISSION)).await;
        }
        return Err(refusal.into());
    }
    let (begun, session) = begin(&api, &caller, &body, &user);
    let reply = Reply::created(&started(&caller, &api, (&user, &session), &begun)?)?;
    let mut transaction = Transaction::new();
    let users = Users::new(api.table(), scope);
    Impersonations::new(api.table(), scope).insert(&mut transaction, &begun)?;
    Sessions::new(api.table(), scope).insert(&mut transaction, &session)?;
    let staff = users.check_active_in(&mut transaction, caller.user, caller.generation());
    users.check_active_in(&mut transaction, user.id, user.auth_gen);
    let entry = caller.entry(&api, &info, IMPERSONATION_STARTED).about(user.id).with("impersonation", begun.id);
    entry.with("endsAt", begun.ends_at).insert(&mut transaction, scope)?;
    let event = UserImpersonated { user_id: user.id, by: caller.user, impersonation_id: begun.id };
    api.insert_event(&mut transaction, caller.tenant(), &info, user.version, &event)?;
    key.commit(&api, transaction, reply, |cancelled| {
        // Who acts was suspended or signed out a moment ago; else it was the user, who may be looked at again.
        if cancelled.failed(staff).is_some() { TokenError::Invalid.into() } else { Problem::conflict() }
    })
    .await
}

fn begin(
    api: &Api,
    caller: &Caller<AdminImpersonate>,
    body: &CreateImpersonation,
    user: &User,
) -> (Impersonation, Session) {
    // Nobody has the text that would refresh it, and none of ours is made of letters like these.
    let unknown = Secret::new(format!("{:032x}", u128::from_be_bytes(api.random())));
    let new = NewImpersonation {
        id: ImpersonationId::new(api.new_ulid()),
        session: SessionId::new(api.new_ulid()),
        by: caller.user,
        auth_gen: caller.generation(),
        reason: body.reason.clone(),
        unknown: &unknown,
    };
    Impersonation::begin(new, user, api.now())
}

fn started(
    caller: &Caller<AdminImpersonate>,
    api: &Api,
    (user, session): (&User, &Session),
    begun: &Impersonation,
) -> Result<ImpersonationStarted, Problem> {
    let expires_in = session.ends_at.since(api.now()).as_secs();
    let access = Access {
        user: user.id,
        tenant: caller.tenant(),
        session: session.id,
        auth_gen: session.auth_gen,
        signed_in_at: session.signed_in_at,
        mfa: false,
        acting: Some(begun.by),
    };
    let token = api.tokens().issue(access, &user.roles, expires_in, api.new_ulid(), api.now())?;
    Ok(ImpersonationStarted {
        impersonation: ImpersonationView::at(begun, api.now()),
        access_token: token.expose().clone(),
        token_type: "Bearer".to_owned(),
        expires_in,
    })
}

#[cfg(test)]
#[path = "impersonation_tests.rs"]
mod tests;
