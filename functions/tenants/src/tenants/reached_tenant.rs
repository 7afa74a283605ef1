//! The tenant of a path, when the caller reaches it: their own, and for the platform's operator any.

use axum::extract::FromRequestParts;
use http::request::Parts;
use identity::audit::AuditEntry;
use kernel::TenantId;
use table::{TableError, TenantScope, Transaction};
use utoipa::openapi::path::Operation;
use web::{ACCESS_DENIED, Api, Argument, Caller, Id, Needs, OPERATOR, Place, Problem, RequestInfo, Schemas};

/// A caller, and a tenant within their reach; any other is as absent as none, whatever the body says.
#[derive(Clone, Debug)]
pub(crate) struct ReachedTenant<P> {
    pub(crate) caller: Caller<P>,
    pub(crate) id: TenantId,
}

impl<P: Needs> Argument for ReachedTenant<P> {
    const LEAVES: Place = Caller::<P>::LEAVES;

    fn describe(operation: &mut Operation, path: &str) {
        Caller::<P>::describe(operation, path);
        Id::<TenantId>::describe(operation, path);
    }

    fn schemas(schemas: &mut Schemas) {
        Id::<TenantId>::schemas(schemas);
    }
}

impl<P: Needs> FromRequestParts<Api> for ReachedTenant<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::<P>::from_request_parts(parts, api).await?;
        let Id(id) = Id::from_request_parts(parts, api).await?;
        if caller.reaches(id) { Ok(Self { caller, id }) } else { Err(Problem::not_found()) }
    }
}

impl<P: Needs> ReachedTenant<P> {
    /// Whether the caller is the platform's operator, and so acts from outside.
    pub(crate) fn is_operator(&self) -> bool {
        self.caller.is_operator()
    }

    /// `Ok` for the platform's operator. That another tried is in the trail.
    ///
    /// # Errors
    /// 403.
    pub(crate) async fn must_be_operator(&self, api: &Api, info: &RequestInfo) -> Result<(), Problem> {
        if self.is_operator() {
            return Ok(());
        }
        let entry = self.caller.entry(api, info, ACCESS_DENIED).with("permission", OPERATOR);
        self.caller.record_denial(api, entry).await;
        Err(self.caller.lacks(OPERATOR))
    }

    /// Puts an entry into the trail of the tenant, and into that of the operator when it is the operator who acts.
    ///
    /// # Errors
    /// `Corrupt` when it does not serialise.
    pub(crate) fn record(&self, entry: &AuditEntry, transaction: &mut Transaction) -> Result<(), TableError> {
        entry.insert(transaction, TenantScope::new(self.id))?;
        if self.caller.tenant() != self.id {
            entry.insert(transaction, self.caller.scope)?;
        }
        Ok(())
    }
}
