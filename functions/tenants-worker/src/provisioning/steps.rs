//! The steps of a tenant's set-up. Each does the same twice as once.

use std::collections::BTreeSet;

use billing::{BillingRules, Catalogue, Meters, Plans, Subscriptions};
use cloud::{Ctx, PortError};
use identity::{Roles, Users};
use table::{OperatorScope, TableError, TenantScope, TransactError, Transaction};
use tenancy::{Provisionings, StepFault, StepName, StorageMark, Tenant};

/// Tries a step; why it went wrong is logged, and told in a word.
pub(crate) async fn take(ctx: &Ctx, tenant: &Tenant, catalogue: &str, name: StepName) -> Result<(), StepFault> {
    let outcome = match name {
        StepName::Storage => storage(ctx, tenant).await,
        StepName::DataKey => data_key(ctx, tenant).await,
        StepName::Roles => roles(ctx, tenant).await,
        StepName::Plans => plans(ctx, tenant, catalogue).await,
        StepName::Billing => billing(ctx, tenant).await,
    };
    outcome.map_err(|StepError { fault, why }| {
        tracing::warn!(tenant.id = %tenant.id, step = ?name, error = %why, "a step of a tenant's set-up went wrong");
        fault
    })
}

/// Why a step went wrong, for the tenant and for the log.
struct StepError {
    fault: StepFault,
    why: String,
}

impl StepError {
    fn of(fault: StepFault, why: &str) -> Self {
        Self { fault, why: why.to_owned() }
    }
}

impl From<TableError> for StepError {
    fn from(error: TableError) -> Self {
        let fault = match &error {
            TableError::Unavailable(_) => StepFault::Unavailable,
            TableError::Refused(_) => StepFault::Refused,
            TableError::Corrupt(_) => StepFault::Unreadable,
        };
        Self { fault, why: error.to_string() }
    }
}

impl From<PortError> for StepError {
    fn from(error: PortError) -> Self {
        let fault = match &error {
            PortError::Unavailable { .. } | PortError::Throttled { .. } | PortError::Unknown { .. } => {
                StepFault::Unavailable
            }
            PortError::Refused { .. } => StepFault::Refused,
        };
        Self { fault, why: error.to_string() }
    }
}

/// Writes a file of the tenant's and reads it. Two calls.
async fn storage(ctx: &Ctx, tenant: &Tenant) -> Result<(), StepError> {
    let StorageMark { path, bytes } = StorageMark::of(tenant.id);
    ctx.put_object(&path, "application/json", bytes.clone()).await?;
    match ctx.get_object(&path).await? {
        Some(read) if read == bytes => Ok(()),
        Some(_) => Err(StepError::of(StepFault::Unreadable, "the mark reads otherwise than it was written")),
        None => Err(StepError::of(StepFault::Missing, "the mark is not there after it was written")),
    }
}

/// Seals a row and opens it.
async fn data_key(ctx: &Ctx, tenant: &Tenant) -> Result<(), StepError> {
    if Provisionings::new(ctx.table(), tenant.id).seals().await? {
        Ok(())
    } else {
        Err(StepError::of(StepFault::Unreadable, "the sealed mark opens as something else"))
    }
}

/// Looks for the owner and the roles that the tenant made. Two reads, side by side.
async fn roles(ctx: &Ctx, tenant: &Tenant) -> Result<(), StepError> {
    let scope = TenantScope::new(tenant.id);
    let (users, roles) = (Users::new(ctx.table(), scope), Roles::new(ctx.table(), scope));
    let (owner, _book) = tokio::try_join!(users.get(tenant.owner), roles.get())?;
    owner.map(drop).ok_or_else(|| StepError::of(StepFault::Missing, "the owner is not there"))
}

/// Looks for the plans and meters that the sign-up asked for, and makes those that are missing. Two queries of plans and one of
/// meters, side by side, and one transaction where something is missing.
async fn plans(ctx: &Ctx, tenant: &Tenant, catalogue: &str) -> Result<(), StepError> {
    let scope = TenantScope::new(tenant.id);
    let asked = Catalogue::find(catalogue);
    let asked = asked.ok_or_else(|| StepError::of(StepFault::Unreadable, "no such catalogue"))?;
    let (plans, meters) = (Plans::new(ctx.table(), scope), Meters::new(ctx.table(), scope));
    let (plans, meters) = tokio::try_join!(plans.list(), meters.list())?;
    let plans: BTreeSet<_> = plans.into_iter().map(|state| state.plan.key).collect();
    let meters: BTreeSet<_> = meters.into_iter().map(|meter| meter.key).collect();
    let mut transaction = Transaction::new();
    for plan in asked.plans().iter().filter(|plan| !plans.contains(&plan.key)) {
        Plans::insert(&mut transaction, scope, plan)?;
    }
    for meter in asked.meters(ctx.now()).iter().filter(|meter| !meters.contains(&meter.key)) {
        Meters::insert(&mut transaction, scope, meter)?;
    }
    if transaction.is_empty() {
        return Ok(());
    }
    match ctx.table().transact(transaction).await {
        Ok(()) => Ok(()),
        Err(TransactError::Cancelled(_)) => {
            Err(StepError::of(StepFault::Unreadable, "a plan or meter is there, and is not listed"))
        }
        Err(TransactError::Table(error)) => Err(error.into()),
    }
}

/// Looks for the tenant's own subscription, and reads how it bills: one query and one batch read beside one query.
async fn billing(ctx: &Ctx, tenant: &Tenant) -> Result<(), StepError> {
    let books = OperatorScope::assume("tenants are customers of the platform").platform();
    let subscriptions = Subscriptions::new(ctx.table(), books);
    let rules = BillingRules::read(ctx.table(), TenantScope::new(tenant.id));
    let (own, _rules) = tokio::try_join!(subscriptions.own_of(tenant.id), rules)?;
    own.map(drop).ok_or_else(|| StepError::of(StepFault::Missing, "the tenant has no subscription of its own"))
}
