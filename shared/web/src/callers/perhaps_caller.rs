//! Who reads what a tenant shows to everybody: a visitor, or a caller with a permission.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use identity::{Grants, audit::Actor};
use table::TenantScope;
use tenancy::Tenant;
use utoipa::openapi::{Required, path::Operation, security::SecurityRequirement};

use crate::{
    Api, Argument, Caller, Needs, Problem, Visitor,
    arguments::{Place, TextHeader},
    callers::{credential::nowhere_else, gate::Asking},
};

/// A caller with a permission, in their tenant; or somebody without a token, in the tenant that `X-Tenant-ID` names.
#[derive(Clone, Debug)]
pub struct PerhapsCaller<P> {
    /// The tenant.
    pub scope: TenantScope,
    /// All that a caller holds; nothing for who sends no token.
    pub grants: Grants,
    /// The caller; none for who sends no token.
    pub caller: Option<Caller<P>>,
    /// The tenant as it was at most 30 seconds ago.
    pub tenant: Arc<Tenant>,
}

impl<P: Needs> FromRequestParts<Api> for PerhapsCaller<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let caller = Caller::<P>::from_request_parts(parts, api).await?;
            let (scope, grants, tenant) = (caller.scope, caller.grants.clone(), Arc::clone(&caller.tenant));
            return Ok(Self { scope, grants, caller: Some(caller), tenant });
        }
        nowhere_else(parts.uri.query())?;
        let visitor = Visitor::from_request_parts(parts, api).await?;
        // Whoever has no token changes nothing where the tenant's own users could not.
        if !parts.method.is_safe() {
            let suspended = P::WHILE_SUSPENDED;
            let asking = Asking { actor: Actor::Anonymous, roles: &[], method: &parts.method, suspended };
            asking.of(&visitor.tenant, api.now())?;
        }
        Ok(Self { scope: visitor.scope, grants: Grants::default(), caller: None, tenant: Arc::new(visitor.tenant) })
    }
}

impl<P: Needs> Argument for PerhapsCaller<P> {
    const LEAVES: Place = Place::PRINCIPAL;

    /// As for a caller; the empty requirement says that the token may be left out.
    fn describe(operation: &mut Operation, path: &str) {
        Caller::<P>::describe(operation, path);
        operation.security.get_or_insert_default().push(SecurityRequirement::default());
        TextHeader {
            name: "X-Tenant-ID",
            description: "The tenant's slug or id, for who sends no token",
            required: Required::False,
            pattern: "^[A-Za-z0-9_-]{1,50}$",
            max_length: 50,
        }
        .add_to(operation);
    }
}
