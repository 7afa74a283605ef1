//! `tenant.cancelled`, `tenant.erasure_scheduled`, `tenant.erasure_withdrawn`: the owner of a tenant hears that it is over, whoever ended
//! it, and until when its data can be saved.

use cloud::Ctx;
use events::{
    Told,
    tenant::{CancelledBy, TenantCancelled, TenantErasureScheduled, TenantErasureWithdrawn},
};
use messaging::{
    Values,
    catalogue::{ERASURE_SCHEDULED, ERASURE_WITHDRAWN, TENANT_CANCELLED, TENANT_CLOSED},
};

use crate::{NotifierError, announcer::Announcer};

/// To the owner, in the platform's name; not where it is to be erased from the same moment on, which is told with that.
pub(crate) async fn cancelled(ctx: Ctx, Told { event, data }: Told<TenantCancelled>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let erasure = announcer.tenant.erasure.as_ref();
    if erasure.is_some_and(|erasure| erasure.requested_at == data.cancelled_at) {
        return Ok(());
    }
    let kind = match data.by {
        CancelledBy::Tenant => TENANT_CANCELLED,
        CancelledBy::Operator => TENANT_CLOSED,
    };
    announcer.tell_owner(kind, Values::new().text("reason", &data.reason)).await
}

/// To the owner, in the platform's name; not where it was withdrawn meanwhile.
pub(crate) async fn erasure_scheduled(
    ctx: Ctx,
    Told { event, data }: Told<TenantErasureScheduled>,
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let erasure = announcer.tenant.erasure.as_ref();
    if erasure.is_none_or(|erasure| erasure.requested_at != data.requested_at) {
        return Ok(());
    }
    let erase = data.erase_at.date_in(&announcer.tenant.timezone);
    announcer.tell_owner(ERASURE_SCHEDULED, Values::new().text("reason", &data.reason).date("erase", erase)).await
}

/// To the owner, in the platform's name; not where it is to be erased once more.
pub(crate) async fn erasure_withdrawn(
    ctx: Ctx,
    Told { event, .. }: Told<TenantErasureWithdrawn>,
) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    if announcer.tenant.erasure.is_some() {
        return Ok(());
    }
    announcer.tell_owner(ERASURE_WITHDRAWN, Values::new()).await
}
