//! `tenant.suspended`, `tenant.reactivated`, `tenant.activated`: the owner of a tenant hears what the platform's operator did, and of
//! one that had not converted from when on it is billed for which plan. What follows from unpaid invoices is told with these.

use cloud::Ctx;
use events::{
    Told,
    tenant::{SuspensionCause, TenantActivated, TenantReactivated, TenantSuspended},
};
use kernel::Date;
use messaging::{
    Values,
    catalogue::{TENANT_ACTIVATED, TENANT_REACTIVATED, TENANT_SUSPENDED},
};
use tenancy::TenantStatus;

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name.
pub(crate) async fn suspended(ctx: Ctx, Told { event, data }: Told<TenantSuspended>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let by_hand = data.cause == SuspensionCause::Operator;
    let (Some(reason), TenantStatus::Suspended, true) = (data.reason, announcer.tenant.status, by_hand) else {
        return Ok(());
    };
    announcer.tell_owner(TENANT_SUSPENDED, Values::new().text("reason", &reason)).await
}

/// To the owner, in the platform's name.
pub(crate) async fn reactivated(ctx: Ctx, Told { event, data }: Told<TenantReactivated>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let by_hand = data.cause == SuspensionCause::Operator;
    if !by_hand || announcer.tenant.status != TenantStatus::Active {
        // It paid, or was suspended anew meanwhile.
        return Ok(());
    }
    match data.plan_key.zip(data.billed_from) {
        Some(billed) => tell_billed(&announcer, billed).await,
        None => announcer.tell_owner(TENANT_REACTIVATED, Values::new()).await,
    }
}

/// To the owner, in the platform's name. One that is not billed was not told that it would be.
pub(crate) async fn activated(ctx: Ctx, Told { event, data }: Told<TenantActivated>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let Some(billed) = data.plan_key.zip(data.billed_from) else { return Ok(()) };
    if announcer.tenant.status != TenantStatus::Active {
        return Ok(());
    }
    tell_billed(&announcer, billed).await
}

async fn tell_billed(announcer: &Announcer<'_>, (plan, from): (String, Date)) -> Result<(), NotifierError> {
    announcer.tell_owner(TENANT_ACTIVATED, Values::new().text("plan", &plan).date("from", from)).await
}
