//! `tenant.suspended`, `tenant.reactivated`: the owner of a tenant hears what the platform's operator did. What follows from
//! unpaid invoices is told with these.

use cloud::Ctx;
use events::{
    Told,
    tenant::{SuspensionCause, TenantReactivated, TenantSuspended},
};
use messaging::{
    Channel, Notice, Recipient, SendWhile, Values,
    catalogue::{MessageKind, TENANT_REACTIVATED, TENANT_SUSPENDED},
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
    tell_owner(&announcer, TENANT_SUSPENDED, Values::new().text("reason", &reason)).await
}

/// To the owner, in the platform's name.
pub(crate) async fn reactivated(ctx: Ctx, Told { event, data }: Told<TenantReactivated>) -> Result<(), NotifierError> {
    let Some(announcer) = Announcer::of(&ctx, &event).await? else { return Ok(()) };
    let by_hand = data.cause == SuspensionCause::Operator;
    if !by_hand || announcer.tenant.status != TenantStatus::Active {
        // It paid, or was suspended anew meanwhile.
        return Ok(());
    }
    tell_owner(&announcer, TENANT_REACTIVATED, Values::new()).await
}

async fn tell_owner(announcer: &Announcer<'_>, kind: MessageKind, says: Values) -> Result<(), NotifierError> {
    let tenant = &announcer.tenant;
    let notice = Notice {
        kind,
        recipient: Recipient::User { user_id: tenant.owner },
        channels: vec![Channel::Email, Channel::InApp],
        says: says.text("tenant", tenant.name.as_str()),
        sender: announcer.platform().await?,
        needs: SendWhile::ActiveUser,
    };
    announcer.tell([notice]).await
}
