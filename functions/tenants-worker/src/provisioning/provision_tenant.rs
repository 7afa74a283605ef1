//! A round of a tenant's set-up: each step that is not done is tried and noted, and `tenant.provisioned` is told once, when
//! all are done.
//!
//! A death between two writes leaves the round where it is: its message comes again and goes on with what is left. One that comes
//! after the round finds the set-up at another instant, and does nothing. Round trips: one read of the set-up beside one of the
//! tenant, those of each step and one write of its outcome, one transaction of set-up and agenda, at the end of event too.

use cloud::Ctx;
use events::tenant::TenantProvisioned;
use table::{
    TransactError, Transaction, WriteError,
    agenda::{self, Due},
    write_alone,
};
use tenancy::{Provisioning, ProvisioningStatus, Provisionings, RoundEnd, Tenant, Tenants};

use crate::{TenantWorkError, cause, provisioning::steps};

/// Tries what is left.
///
/// # Errors
/// Those of the table; another worker is at the same round.
pub(crate) async fn provision_tenant(ctx: Ctx, due: Due) -> Result<(), TenantWorkError> {
    let (set_ups, tenants) = (Provisionings::new(ctx.table(), due.tenant_id), Tenants::new(ctx.table()));
    let (set_up, tenant) = tokio::try_join!(set_ups.get(), tenants.get(due.tenant_id))?;
    let is_this_round =
        |set_up: &Provisioning| set_up.status == ProvisioningStatus::Pending && set_up.next_at == Some(due.at);
    let Some((mut set_up, tenant)) = set_up.filter(is_this_round).zip(tenant) else {
        return Ok(agenda::finish(ctx.table(), &due).await?);
    };
    for name in set_up.left() {
        let outcome = steps::take(&ctx, &tenant, &set_up.catalogue, name).await;
        set_up = set_up.tried(name, outcome, ctx.now());
        match write_alone(ctx.table(), |transaction| set_ups.save(transaction, &set_up)).await {
            Ok(_) => {}
            Err(WriteError::ConditionFailed { .. }) => return Err(TenantWorkError::Outrun),
            Err(WriteError::Table(error)) => return Err(error.into()),
        }
    }
    end_round(&ctx, &due, &tenant, set_up).await
}

async fn end_round(ctx: &Ctx, due: &Due, tenant: &Tenant, set_up: Provisioning) -> Result<(), TenantWorkError> {
    let (set_up, end) = set_up.round_over(ctx.now());
    let mut transaction = Transaction::new();
    Provisionings::new(ctx.table(), tenant.id).save(&mut transaction, &set_up)?;
    match end {
        RoundEnd::Again(next) => {
            agenda::moved(&mut transaction, due, next)?;
        }
        RoundEnd::Failed => {
            tracing::error!(tenant.id = %tenant.id, "the set-up of a tenant has failed");
            agenda::done(&mut transaction, due);
        }
        RoundEnd::Ready => {
            agenda::done(&mut transaction, due);
            let told = TenantProvisioned { tenant_id: tenant.id };
            ctx.insert_event(&mut transaction, tenant.id, cause(ctx), tenant.version, &told)?;
        }
    }
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => Err(TenantWorkError::Outrun),
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

#[cfg(test)]
#[path = "provision_tenant_tests.rs"]
mod tests;
