//! Who shows an API key itself, to get a token for it.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{Method, request::Parts};
use identity::{
    Grants, KeyHolder, TokenError,
    audit::{Action, Actor, AuditEntry},
};
use table::TenantScope;
use tenancy::Tenant;
use utoipa::openapi::{SecurityRequirement, path::Operation};

use crate::{
    Api, Argument, Problem, RequestInfo,
    arguments::Place,
    callers::{
        credential::{Credential, Proof, by_key},
        gate::Asking,
        needs::WhileSuspended,
    },
    openapi::{API_KEY, NO_SCOPES},
};

/// A tenant's server with its API key: neither a user, nor a token that was made with a key and would renew itself.
#[derive(Clone, Debug)]
pub struct KeyBearer {
    /// The tenant, from the key alone.
    pub scope: TenantScope,
    /// The key and who made it.
    pub holder: KeyHolder,
    /// All that the key holds.
    pub grants: Grants,
    /// The tenant as it was at most 30 seconds ago.
    pub tenant: Arc<Tenant>,
}

impl KeyBearer {
    /// An entry for the audit trail about what this key does.
    pub fn entry(&self, api: &Api, info: &RequestInfo, action: Action) -> AuditEntry {
        info.entry(api, Actor::ApiKey(self.holder.key), action)
    }
}

impl Argument for KeyBearer {
    const LEAVES: Place = Place::PRINCIPAL;

    fn describe(operation: &mut Operation, _: &str) {
        operation.security = Some(vec![SecurityRequirement::new(API_KEY, NO_SCOPES)]);
    }
}

impl FromRequestParts<Api> for KeyBearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let shown = match Credential::of(parts, api).await? {
            Credential::Key(shown) if matches!(shown.proof, Proof::Text(_)) => shown,
            Credential::Key(_) | Credential::Session(_) => return Err(TokenError::NotKey.into()),
        };
        let standing = by_key(parts, api, &shown).await?;
        // A token changes nothing by itself: it may be had wherever something may be read.
        let (actor, suspended) = (Actor::ApiKey(shown.holder.key), WhileSuspended::Reads);
        let asking = Asking { actor, roles: standing.roles(), method: &Method::GET, suspended };
        asking.of(&standing.tenant, api.now())?;
        Ok(Self {
            scope: TenantScope::new(shown.holder.tenant),
            holder: shown.holder,
            grants: standing.grants.clone(),
            tenant: Arc::clone(&standing.tenant),
        })
    }
}
