//! Who calls: a signed-in user with the permission that the handler needs. A handler cannot name a tenant but through
//! this argument, and cannot forget to ask for a permission.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::{HeaderMap, StatusCode, header, request::Parts};
use identity::{Access, Reach, Role, TokenError, UserStatus};
use kernel::{SessionId, TenantId, UserId};
use table::TenantScope;

use crate::{
    Api, Limit, Problem, RequestInfo, Subject,
    limits::take,
    visitor::{TENANT_HEADER, look_up, tenant_named},
};

/// A permission as a type: `struct InvoicesRead; impl Needs for InvoicesRead { const PERMISSION: &str = "invoices:read"; }`.
pub trait Needs: Send + Sync + 'static {
    /// The permission, `resource:action`.
    const PERMISSION: &'static str;
}

/// A signed-in user who has the permission `P`.
#[derive(Clone, Debug)]
pub struct Caller<P> {
    /// The tenant, from the token alone.
    pub scope: TenantScope,
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// Whether the permission covers the whole tenant or only what is the user's own.
    pub reach: Reach,
    /// All roles of the user.
    pub roles: Vec<Role>,
    permission: PhantomData<P>,
}

/// Whose call this is, left in the request for later arguments: the scope of idempotency keys and cursors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The tenant.
    pub scope: TenantScope,
    /// The user, or `anonymous`.
    pub name: String,
}

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
}

impl<P: Needs> FromRequestParts<Api> for Caller<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let access = authenticate(parts, api).await?;
        let scope = TenantScope::new(access.tenant);
        let subject = Subject::User(scope, access.user.to_string());
        let (standing, limit) =
            tokio::join!(api.standing(access.tenant, access.user), take(api, Limit::SIGNED_IN, &subject));
        let standing = standing?.ok_or(TokenError::Invalid)?;
        if standing.status != UserStatus::Active || standing.auth_gen != access.auth_gen {
            return Err(TokenError::Invalid.into());
        }
        RequestInfo::of(parts)?.note(limit?);
        let reach = Role::reach(&standing.roles, P::PERMISSION).ok_or_else(Problem::forbidden)?;
        let span = tracing::Span::current();
        span.record("tenant.id", tracing::field::display(access.tenant));
        span.record("user.id", tracing::field::display(access.user));
        parts.extensions.insert(Principal { scope, name: access.user.to_string() });
        Ok(Self {
            scope,
            user: access.user,
            session: access.session,
            reach,
            roles: standing.roles,
            permission: PhantomData,
        })
    }
}

/// The token's claims, once its signature and age are right and the tenant header, if there is one, names its tenant.
async fn authenticate(parts: &Parts, api: &Api) -> Result<Access, Problem> {
    let access = api.tokens().verify(bearer(&parts.headers)?, api.now())?;
    let Some(header) = parts.headers.get(TENANT_HEADER) else { return Ok(access) };
    let named = look_up(api, tenant_named(header.to_str().unwrap_or_default())?).await;
    match named {
        Ok(tenant) if tenant == access.tenant => Ok(access),
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
