//! `tenant.deleted`: what a tenant that was erased gave the platform to pay and to be paid by goes with it: its cards, also at their
//! providers, the bank accounts of its withdrawals, and what it told of transfers. Its invoices and payments are the platform's books.
//!
//! Round trips: those of [`forget_party`] in tenant zero.

use cloud::Ctx;
use events::{Told, tenant::TenantDeleted};
use kernel::{Party, TenantId};
use table::OperatorScope;

use crate::{erasure::forget_party, error::BillingError};

const OPERATOR: OperatorScope = OperatorScope::assume("a tenant is a customer in the platform's own books");

/// Forgets the tenant in the platform's books, whether some of that was done before or not.
pub(crate) async fn forget_tenant(ctx: Ctx, told: Told<TenantDeleted>) -> Result<(), BillingError> {
    let Told { event, data: TenantDeleted { tenant_id: tenant, .. } } = told;
    if event.tenant_id != TenantId::PLATFORM {
        tracing::warn!(event.id = %event.id, "only the platform tells that a tenant was erased");
        return Ok(());
    }
    forget_party(&ctx, OPERATOR.platform(), Party::Tenant(tenant)).await
}
