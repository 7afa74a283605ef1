//! Who reads what a tenant shows to everybody: a visitor, or a caller with a permission.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::{header, request::Parts};
use identity::Grants;
use kernel::UserId;
use table::TenantScope;
use utoipa::openapi::{Required, path::Operation, security::SecurityRequirement};

use crate::{
    Api, Argument, Caller, Needs, Problem, Visitor,
    arguments::{Place, TextHeader},
    callers::credential::nowhere_else,
};

/// A caller with a permission, in their tenant; or somebody without a token, in the tenant that `X-Tenant-ID` names.
#[derive(Clone, Debug)]
pub struct PerhapsCaller<P> {
    /// The tenant.
    pub scope: TenantScope,
    /// All that a caller holds; nothing for who sends no token.
    pub grants: Grants,
    /// Who calls; nobody for who sends no token.
    pub user: Option<UserId>,
    permission: PhantomData<P>,
}

impl<P: Needs> FromRequestParts<Api> for PerhapsCaller<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let (scope, grants, user) = if parts.headers.contains_key(header::AUTHORIZATION) {
            let caller = Caller::<P>::from_request_parts(parts, api).await?;
            (caller.scope, caller.grants, Some(caller.user))
        } else {
            nowhere_else(parts.uri.query())?;
            (Visitor::from_request_parts(parts, api).await?.scope, Grants::default(), None)
        };
        Ok(Self { scope, grants, user, permission: PhantomData })
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
