//! Who calls without a token: register, login, reset. The tenant is named by a header.

use axum::extract::FromRequestParts;
use http::{StatusCode, header, request::Parts};
use identity::audit::{Action, Actor, AuditEntry};
use kernel::{Slug, TenantId};
use table::{OperatorScope, TableError, TenantScope};
use tenancy::{CustomDomains, DomainName, Tenant, Tenants};
use utoipa::openapi::{Required, path::Operation};

use crate::{
    Api, Argument, ClientIp, Limit, Principal, Problem, RequestInfo, Subject,
    arguments::{Place, TextHeader},
    limits::take,
};

pub(crate) const TENANT_HEADER: &str = "x-tenant-id";

/// Somebody who is not signed in, at the door of a tenant.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The tenant of the header.
    pub scope: TenantScope,
    /// The tenant as it is now: what its policy says of passwords and logins acts at once.
    pub tenant: Tenant,
    /// The caller's address.
    pub ip: ClientIp,
}

impl Visitor {
    /// Counts the call against a limit of one account, known or not, by the keyed hash of its address.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit_account(&self, api: &Api, limit: Limit, account: &str) -> Result<(), Problem> {
        take(api, limit, &Subject::User(self.scope, account.to_owned())).await.map(drop)
    }

    /// An entry for the audit trail about what this visitor does.
    pub fn entry(&self, api: &Api, info: &RequestInfo, action: Action) -> AuditEntry {
        info.entry(api, Actor::Anonymous, action)
    }

    /// Counts the call against a tighter limit than that of all anonymous calls.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit(&self, api: &Api, limit: Limit) -> Result<(), Problem> {
        take(api, limit, &Subject::Address(self.ip.0.clone())).await.map(drop)
    }
}

impl Argument for Visitor {
    const LEAVES: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, _: &str) {
        TextHeader {
            name: "X-Tenant-ID",
            description: "The tenant's slug or id; it may be left out at a domain of the tenant's own",
            required: Required::True,
            pattern: "^[A-Za-z0-9_-]{1,50}$",
            max_length: 50,
        }
        .add_to(operation);
    }
}

impl Argument for Newcomer {
    const LEAVES: Place = Place::PRINCIPAL;
}

impl FromRequestParts<Api> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let ip = ClientIp::of(parts);
        let door = Door::of(parts, &api.config().public_url)?;
        let subject = Subject::Address(ip.0.clone());
        let (standing, tenant) = tokio::join!(take(api, Limit::ANONYMOUS, &subject), door.tenant(api));
        RequestInfo::of(parts)?.note(standing?);
        let tenant = tenant?.ok_or_else(|| {
            let detail = "there is no organisation of this name; check the header X-Tenant-ID";
            Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", detail)
        })?;
        let info = RequestInfo::of(parts)?;
        info.attribute(tenant.id, Actor::Anonymous);
        info.enter(&tenant)?;
        let scope = TenantScope::new(tenant.id);
        parts.extensions.insert(Principal { scope, name: "anonymous".to_owned() });
        Ok(Self { scope, tenant, ip })
    }
}

/// By what a visitor means a tenant.
enum Door {
    /// Its slug or id, in the header.
    Named(String),
    /// A domain of its own, which the call was made to.
    At(DomainName),
}

impl Door {
    fn of(parts: &Parts, public_url: &str) -> Result<Self, Problem> {
        if let Some(header) = parts.headers.get(TENANT_HEADER) {
            return Ok(Self::Named(tenant_named(header.to_str().unwrap_or_default())?.to_owned()));
        }
        host_of(parts, public_url).map(Self::At).ok_or_else(no_tenant)
    }

    /// One read or two; none for the domain's tenant while it is known, and one of the tenant.
    async fn tenant(&self, api: &Api) -> Result<Option<Tenant>, Problem> {
        match self {
            Self::Named(name) => Ok(look_up(api, name).await?),
            Self::At(domain) => {
                let id = match api.known_tenant_id(domain.as_str()) {
                    Some(id) => id,
                    None => CustomDomains::find_owner(api.table(), domain).await?.ok_or_else(no_tenant)?,
                };
                api.remember_tenant_id(domain.as_str().to_owned(), id);
                // A domain that was lost a moment ago opens nothing any more.
                let tenant = Tenants::new(api.table()).get(id).await?;
                Ok(tenant.filter(|tenant| tenant.domains.contains(domain)))
            }
        }
    }
}

fn no_tenant() -> Problem {
    let detail = "name the tenant by its slug or id in the header X-Tenant-ID";
    Problem::new(StatusCode::BAD_REQUEST, "MISSING_TENANT_ID", detail)
}

/// The domain that a call was made to, unless it is the platform's own.
fn host_of(parts: &Parts, public_url: &str) -> Option<DomainName> {
    let host = parts.headers.get(header::HOST)?.to_str().ok()?;
    let domain: DomainName = host.split(':').next()?.parse().ok()?;
    let own = public_url.split("://").nth(1)?.split([':', '/']).next()?;
    Some(domain).filter(|domain| !domain.is_within(own))
}

/// Somebody at the door of the platform itself, of no tenant: who signs one up, or has a link to a document.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The caller's address.
    pub ip: ClientIp,
}

impl Newcomer {
    /// Counts the call against a tighter limit than that of all anonymous calls.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit(&self, api: &Api, limit: Limit) -> Result<(), Problem> {
        take(api, limit, &Subject::Address(self.ip.0.clone())).await.map(drop)
    }
}

impl Newcomer {
    /// Counts the call against a limit of one thing of a tenant that a link has led to.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn limit_thing(&self, api: &Api, limit: Limit, scope: TenantScope, thing: &str) -> Result<(), Problem> {
        take(api, limit, &Subject::User(scope, thing.to_owned())).await.map(drop)
    }
}

impl Newcomer {
    /// Somebody with a link that leads to a thing of a tenant: counted by the thing instead of by the address, which many may
    /// share.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn with_link(
        parts: &mut Parts,
        api: &Api,
        limit: Limit,
        scope: TenantScope,
        thing: &str,
    ) -> Result<Self, Problem> {
        Self::counted(parts, api, limit, &Subject::User(scope, thing.to_owned())).await
    }

    /// Somebody who fetches what is for everybody, counted by the address against a wider limit than that of all anonymous calls: a
    /// page fetches many such things at once.
    ///
    /// # Errors
    /// 429, or 503 when the limiter is down and the limit closes.
    pub async fn at_address(parts: &mut Parts, api: &Api, limit: Limit) -> Result<Self, Problem> {
        let ip = ClientIp::of(parts);
        Self::counted(parts, api, limit, &Subject::Address(ip.0)).await
    }

    async fn counted(parts: &mut Parts, api: &Api, limit: Limit, subject: &Subject) -> Result<Self, Problem> {
        let standing = take(api, limit, subject).await?;
        RequestInfo::of(parts)?.note(standing);
        let ip = ClientIp::of(parts);
        let scope = OperatorScope::assume("a sign-up belongs to no tenant yet").platform();
        parts.extensions.insert(Principal { scope, name: "anonymous".to_owned() });
        Ok(Self { ip })
    }
}

impl FromRequestParts<Api> for Newcomer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let ip = ClientIp::of(parts);
        Self::counted(parts, api, Limit::ANONYMOUS, &Subject::Address(ip.0)).await
    }
}

/// The header's text, if it could name a tenant: 1 to 50 of letters, digits, `_` and `-`.
pub(crate) fn tenant_named(text: &str) -> Result<&str, Problem> {
    let well_formed =
        (1..=50).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if well_formed {
        Ok(text)
    } else {
        let detail = "X-Tenant-ID is 1 to 50 letters, digits, underscores or hyphens";
        Err(Problem::new(StatusCode::BAD_REQUEST, "INVALID_TENANT_ID", detail))
    }
}

/// The tenant of a slug or an id. One read, and one more for a slug that was not seen within the last half minute.
pub(crate) async fn look_up(api: &Api, name: &str) -> Result<Option<Tenant>, TableError> {
    match look_up_id(api, name).await? {
        Some(id) => Tenants::new(api.table()).get(id).await,
        None => Ok(None),
    }
}

/// The id that a slug or an id means. One read for a slug that was not seen within the last half minute, none otherwise:
/// there may be no tenant of an id.
pub(crate) async fn look_up_id(api: &Api, name: &str) -> Result<Option<TenantId>, TableError> {
    if let Ok(id) = name.parse() {
        return Ok(Some(id));
    }
    let Ok(slug) = Slug::try_from(name.to_owned()) else { return Ok(None) };
    if let Some(id) = api.known_tenant_id(name) {
        return Ok(Some(id));
    }
    let id = Tenants::new(api.table()).find_id(&slug).await?;
    if let Some(id) = id {
        api.remember_tenant_id(name.to_owned(), id);
    }
    Ok(id)
}
