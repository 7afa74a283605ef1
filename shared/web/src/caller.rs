//! Who calls: a signed-in user with the permission that the handler needs. A handler cannot name a tenant but through
//! this argument, and cannot forget to ask for a permission.

use std::{marker::PhantomData, sync::Arc};

use axum::extract::FromRequestParts;
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use identity::{
    Access, Grants, Reach, Role, TokenError,
    audit::{Action, Actor, Entry},
};
use jiff::SignedDuration;
use kernel::{SessionId, TenantId, Timestamp, UserId};
use table::TenantScope;
use tenancy::{Gate, MfaPolicy, Tenant};

use crate::{
    Api, Limit, Problem, RequestInfo, Subject,
    api::Standing,
    limits::take,
    visitor::{TENANT_HEADER, look_up, tenant_named},
};

/// A permission as a type: `struct InvoicesRead; impl Needs for InvoicesRead { const PERMISSION: &str = "invoices:read"; }`.
pub trait Needs: Send + Sync + 'static {
    /// The permission, `resource:action`.
    const PERMISSION: &'static str;
}

/// Somebody who has the permission `P`: a signed-in user, or a tenant's server with an API key.
#[derive(Clone, Debug)]
pub struct Caller<P> {
    /// The tenant, from the token alone.
    pub scope: TenantScope,
    /// The user; for an API key the one who made it.
    pub user: UserId,
    /// Who it is in the audit trail.
    pub actor: Actor,
    /// Whether the permission covers the whole tenant or only what is the user's own.
    pub reach: Reach,
    /// All roles of the user.
    pub roles: Vec<Role>,
    /// All that the caller holds.
    pub grants: Grants,
    /// The tenant as it was at most 30 seconds ago.
    pub tenant: Arc<Tenant>,
    signed_in_at: Option<Timestamp>,
    second_factor: bool,
    permission: PhantomData<P>,
}

/// A signed-in user, on a route about themselves that needs no permission. Never an API key.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The tenant, from the token alone.
    pub scope: TenantScope,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// The tenant as it was at most 30 seconds ago.
    pub tenant: Arc<Tenant>,
    since: Timestamp,
}

/// Whose call this is, left in the request for later arguments: the scope of idempotency keys and cursors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant.
    pub scope: TenantScope,
    /// The user, or `anonymous`.
    pub name: String,
}

/// How long ago a user may have signed in to change what guards the account or the tenant (ASVS 7.5.1).
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// What may be done while a tenant is suspended: settling what it owes.
const WHILE_SUSPENDED: [&str; 4] = ["billing", "invoices", "payments", "tenants"];

impl<P: Needs> Caller<P> {
    /// The tenant's id.
    pub const fn tenant(&self) -> TenantId {
        self.scope.tenant()
    }

    /// `Ok` when what belongs to `owner` is within reach; a 404 otherwise, as if it were not there.
    ///
    /// # Errors
    /// Not found.
    pub fn may_reach(&self, owner: UserId) -> Result<(), Problem> {
        match self.reach {
            Reach::Tenant => Ok(()),
            Reach::Own if owner == self.user => Ok(()),
            Reach::Own => Err(Problem::not_found()),
        }
    }

    /// `Ok` for a user who proved who they are within the last ten minutes. An API key never did.
    ///
    /// # Errors
    /// 403 `STEP_UP_REQUIRED`.
    pub fn signed_in_recently(&self, api: &Api) -> Result<(), Problem> {
        recently(self.signed_in_at, api.now())
    }

    /// Whether the session was opened or confirmed with a second factor. Never for an API key.
    pub const fn has_second_factor(&self) -> bool {
        self.second_factor
    }

    /// An entry for the audit trail about what this caller does.
    pub fn entry(&self, api: &Api, info: &RequestInfo, action: Action) -> Entry {
        info.entry(api, self.actor, action)
    }
}

impl SignedIn {
    /// `Ok` for a user who proved who they are within the last ten minutes.
    ///
    /// # Errors
    /// 403 `STEP_UP_REQUIRED`.
    pub fn signed_in_recently(&self, api: &Api) -> Result<(), Problem> {
        recently(Some(self.since), api.now())
    }

    /// An entry for the audit trail about what this user does.
    pub fn entry(&self, api: &Api, info: &RequestInfo, action: Action) -> Entry {
        info.entry(api, Actor::User(self.user), action)
    }
}

fn recently(signed_in_at: Option<Timestamp>, now: Timestamp) -> Result<(), Problem> {
    let recent = signed_in_at.is_some_and(|at| now.since(at) <= RECENT);
    let detail = "sign in again first: this needs a login of the last ten minutes, and cannot be done with an API key";
    if recent { Ok(()) } else { Err(Problem::new(StatusCode::FORBIDDEN, "STEP_UP_REQUIRED", detail)) }
}

/// Who is behind the token, and how they stand.
struct Known {
    access: Access,
    standing: Arc<Standing>,
}

/// Checks the token, counts the call, and holds the tenant's policy: everything that does not depend on the permission.
async fn authenticate(parts: &mut Parts, api: &Api) -> Result<Known, Problem> {
    let access = verified(parts, api).await?;
    let scope = TenantScope::new(access.tenant);
    let subject = Subject::User(scope, access.user.to_string());
    let (standing, limit) = tokio::join!(api.standing(access), take(api, Limit::SIGNED_IN, &subject));
    let standing = standing?.filter(|standing| standing.admits(access, api.now())).ok_or(TokenError::Invalid)?;
    let info = RequestInfo::of(parts)?;
    info.note(limit?);
    info.page.may_call(&standing.tenant)?;
    if Role::is_member(standing.roles()) && !standing.tenant.security.admits(info.address()) {
        let detail = "your organisation does not allow calls from this address; ask an administrator";
        return Err(Problem::new(StatusCode::FORBIDDEN, "IP_NOT_ALLOWED", detail));
    }
    let span = tracing::Span::current();
    span.record("tenant.id", tracing::field::display(access.tenant));
    span.record("user.id", tracing::field::display(access.user));
    parts.extensions.insert(Principal { scope, name: access.user.to_string() });
    Ok(Known { access, standing })
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Known { access, standing } = authenticate(parts, api).await?;
        Ok(Self {
            scope: TenantScope::new(access.tenant),
            user: access.user,
            session: access.session,
            tenant: Arc::clone(&standing.tenant),
            since: access.signed_in_at,
        })
    }
}

impl<P: Needs> FromRequestParts<Api> for Caller<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Known { access, standing } = authenticate(parts, api).await?;
        let caller = Self {
            scope: TenantScope::new(access.tenant),
            user: access.user,
            actor: Actor::User(access.user),
            reach: Reach::Own,
            roles: standing.roles().to_vec(),
            grants: standing.grants.clone(),
            tenant: Arc::clone(&standing.tenant),
            signed_in_at: Some(access.signed_in_at),
            second_factor: standing.mfa(),
            permission: PhantomData,
        };
        has_second_factor(&standing)?;
        gate(&standing, &parts.method, P::PERMISSION)?;
        if let Some(reach) = standing.grants.reach(P::PERMISSION) {
            return Ok(Self { reach, ..caller });
        }
        caller.record_denial(api, RequestInfo::of(parts)?).await;
        Err(Problem::forbidden())
    }
}

impl<P: Needs> Caller<P> {
    /// Denied attempts are in the trail too; that they cannot be written must not turn a 403 into a 503.
    async fn record_denial(&self, api: &Api, info: &RequestInfo) {
        let entry = self.entry(api, info, Action::AccessDenied).denied().with("permission", P::PERMISSION);
        let Ok(write) = entry.write(self.scope) else { return };
        if let Err(error) = api.table().write(write).await {
            tracing::warn!(%error, "a denied attempt is not in the audit trail");
        }
    }
}

/// Where the tenant demands a second factor, a session without one can only set one up.
fn has_second_factor(standing: &Standing) -> Result<(), Problem> {
    let needed = match standing.tenant.security.mfa {
        MfaPolicy::Optional => false,
        MfaPolicy::Members => Role::is_member(standing.roles()),
        MfaPolicy::Everyone => true,
    };
    let detail = "your organisation demands a second factor: set one up by POST /api/v1/auth/mfa/totp";
    if needed && !standing.mfa() {
        Err(Problem::new(StatusCode::FORBIDDEN, "MFA_ENROLMENT_REQUIRED", detail))
    } else {
        Ok(())
    }
}

/// What the tenant's place in its life allows.
fn gate(standing: &Standing, method: &Method, permission: &str) -> Result<(), Problem> {
    let resource = permission.split(':').next().unwrap_or_default();
    let open = match standing.tenant.gate() {
        Gate::Open => true,
        Gate::ReadAndPay => method.is_safe() || WHILE_SUSPENDED.contains(&resource),
        Gate::Closed => method.is_safe() && standing.roles().contains(&Role::Admin),
    };
    let detail = "your organisation's account is suspended or cancelled: it can only be read and paid for";
    if open { Ok(()) } else { Err(Problem::new(StatusCode::FORBIDDEN, "TENANT_SUSPENDED", detail)) }
}

/// The token's claims, once its signature and age are right and the tenant header, if there is one, names its tenant.
async fn verified(parts: &Parts, api: &Api) -> Result<Access, Problem> {
    let access = api.tokens().access(bearer(&parts.headers)?, api.now())?;
    let Some(header) = parts.headers.get(TENANT_HEADER) else { return Ok(access) };
    let named = look_up(api, tenant_named(header.to_str().unwrap_or_default())?).await;
    match named {
        Ok(tenant) if tenant.id == access.tenant => Ok(access),
        Err(problem) if problem.status().is_server_error() => Err(problem),
        Ok(_) | Err(_) => {
            let detail = "X-Tenant-ID names another tenant than the token; leave it out or send the token's own tenant";
            Err(Problem::new(StatusCode::FORBIDDEN, "TENANT_MISMATCH", detail))
        }
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let unauthenticated = || {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "sign in and send the header Authorization: Bearer <token>",
        )
        .with_header(header::WWW_AUTHENTICATE, "Bearer")
    };
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(unauthenticated)?;
    if values.next().is_some() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "INVALID_HEADER", "send the Authorization header once"));
    }
    let text = value.to_str().map_err(|_| unauthenticated())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(unauthenticated()) }
}
